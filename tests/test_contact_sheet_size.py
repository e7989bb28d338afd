"""The contact sheet's budgets: 10 MiB for 500 people, 40 MiB for 5,000."""

import base64
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catchlight.ledger import table
from catchlight.records import Employee, Reading, Render, Verdict
from catchlight.vault import Vault
from reports.contact_sheet import write
from reports.thumbs import Fit, fit_for, shrink
from tests.sheet_company import CHECKS, company, picture

MIB = 2**20


@pytest.mark.parametrize(("people", "budget"), [(500, 10 * MIB), (5_000, 40 * MIB)])
def test_budget_holds_with_the_noisiest_pictures(people: int, budget: int, tmp_path: Path) -> None:
    """Two pictures of random noise and all readings fit each person's share of the file."""
    fit = fit_for(people)
    noise = Image.frombytes("RGB", (256, 256), os.urandom(256 * 256 * 3))
    buffer = BytesIO()
    noise.save(buffer, "WEBP", quality=95)
    pictures = 2 * len(base64.b64encode(shrink(buffer.getvalue(), fit)))
    assert pictures + _weight_without_pictures(tmp_path) <= budget / people


def _weight_without_pictures(folder: Path) -> float:
    """Return the bytes a person adds beside the pictures, with 27 checks and two reasons."""

    def size(people: int) -> int:
        ids = [f"E{n:05}" for n in range(people)]
        said = ("The photo shows too little below the chin; send one that shows the shoulders.",) * 2
        path = folder / f"{people}.html"
        write(
            path,
            run={},
            employees=table(Employee, [Employee(i, "Maximiliane", "Musterfrau", department="Sales", title="Manager") for i in ids]),
            photos=company(Vault(folder))["photos"],
            renders=table(Render, [Render(i, "r", "p", width=800, height=800, engine="selfie") for i in ids]),
            readings=table(Reading, [Reading(i, "r", f"check_{c}", 0.12345 * c, 0.1, 0.9) for i in ids for c in range(27)]),
            verdicts=table(Verdict, [Verdict(i, "r", "review", ("a.low", "b.far"), said) for i in ids]),
            checks=CHECKS,
            vault=Vault(folder),
        )  # fmt: skip
        return path.stat().st_size

    return (size(120) - size(20)) / 100


def test_pictures_that_fit_are_not_encoded_again(tmp_path: Path) -> None:
    """A second loss of quality is taken only where the file would grow too large."""
    data = Vault(tmp_path).get(picture(Vault(tmp_path), (1, 2, 3)))
    assert shrink(data, Fit(256, 7_200)) is data
    with Image.open(BytesIO(shrink(data, Fit(128, 7_200)))) as small:
        assert small.size == (128, 128)
