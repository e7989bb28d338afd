"""``catchlight refresh`` with a preset that lets a model paint: who agreed is painted, the others are not."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from catchlight.consents import Consent, Word
from catchlight.decoding import decode
from catchlight.painting import GENERATE
from catchlight.records import Rung
from catchlight.register import Register, now
from tests.refreshed_company import Company, congress, differing
from tests.tiny_pipelines import flux2_klein

pytestmark = pytest.mark.slow

PRESET = """
title = "Painted"
rung = "generate"

[delivery]
master = 512

[engines]
paint = "diffusion"

[engines.options.diffusion]
weights = "{weights}"
side = 256
device = "cpu"

[generate]
setting = "office"
shoulders = false
crown = false
candidates = 1

[checks.background_contrast]
outcome = "note"
"""


@pytest.fixture(scope="module")
def company(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return three people of whom two agreed, refreshed once."""
    root = tmp_path_factory.mktemp("painted")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, 3))
    flux2_klein(root / "weights")
    (root / "painted.toml").write_text(PRESET.format(weights=root / "weights"), encoding="utf-8")
    agree(company, shared)
    done = refresh(company)
    assert done == 0, (company.home / "logs/darkroom.log").read_text(encoding="utf-8")
    return company


def agree(company: Company, shared: Path) -> None:
    """Let two of the three agree, in a home that is not there yet."""
    company.home.mkdir()
    register = Register(company.home / "register.db")
    register.add([Consent(id_, GENERATE, Word.GRANTED, id_, now()) for id_ in congress(shared, 2)])
    register.close()


def refresh(company: Company) -> int:
    """Refresh with the preset that paints; return the exit code."""
    done = company.refresh("--preset", str(company.home.parent / "painted.toml"))
    return 0 if done.returncode == 0 else pytest.fail(done.stdout + done.stderr)


def test_who_agreed_is_painted_and_nobody_else(company: Company, shared: Path) -> None:
    """Rung, record and reason say so; a look is asked for at whatever was painted."""
    renders = {row["employee"]: row for row in company.tables()["renders"].to_dicts()}
    *agreed, other = congress(shared, 3)
    for id_ in agreed:
        assert renders[id_]["rung"] == Rung.GENERATE, renders[id_]["cap"]
        assert renders[id_]["painted"].startswith("setting; seed ")
        assert company.listed()[id_]["outcome"] == "review"
    assert renders[other]["rung"] != Rung.GENERATE
    assert renders[other]["cap"] == "generate not used: they have not agreed to it"


def test_a_second_run_paints_nothing_again(company: Company, shared: Path) -> None:
    """Same recipes, same pictures, nothing to do; the same seeds in a fresh home give the same bytes."""
    before, pictures = company.tables(), _pictures(company, shared)
    assert refresh(company) == 0
    assert company.run()["counts"]["rendered"] == 0
    assert differing(before, company.tables()) == []
    fresh = Company(company.source, company.home.parent / "again")
    agree(fresh, shared)
    assert refresh(fresh) == 0
    assert all(np.array_equal(a, b) for a, b in zip(pictures, _pictures(fresh, shared), strict=True))


def test_a_yes_that_is_taken_back_takes_the_paint_away(company: Company, shared: Path) -> None:
    """Only that person is made anew."""
    (first, *_) = congress(shared, 1)
    register = Register(company.home / "register.db")
    register.add([Consent(first, GENERATE, Word.WITHDRAWN, first, now())])
    register.close()
    assert refresh(company) == 0
    assert company.run()["counts"]["rendered"] == 1
    rungs = {row["employee"]: row["rung"] for row in company.tables()["renders"].to_dicts()}
    assert rungs[first] != Rung.GENERATE
    assert rungs[congress(shared, 2)[1]] == Rung.GENERATE


def _pictures(company: Company, shared: Path) -> list[np.ndarray]:
    files = (company.latest / "portraits" / f"{id_}.jpg" for id_ in congress(shared, 2))
    return [decode(file.read_bytes()).picture for file in files]
