"""A small made-up company for the contact sheet: drawn pictures, hostile names, every outcome."""

from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image

from catchlight import fairness
from catchlight.ledger import table
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.spoilers import Spoiler
from catchlight.vault import Vault
from reports.contact_sheet import CheckText, write

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "<svg/onload=window.hacked=1>{{7*7}}",
    "\u202eסָלִיחַ\u202c\u2066 evil",
    "👩🏽‍🚀 Zoë O’Brien-Müller",
    "W" * 200,
)
CHECKS = {"sharpness": CheckText("Sharpness", "log units"), "roll": CheckText("Head tilt", "°")}
RUN: dict[str, Any] = {
    "run": "20261123-1512",
    "finished": "2026-11-23T15:12:00+00:00",
    "source": "people",
    "preset": {"name": "grey", "title": "Studio grey", "digest": "ab" * 32},
    "counts": {"rendered": 3, "reused": 1},
    "seconds": 192.4,
    "consistency": [
        {"what": "Head height", "unit": "% of frame", "before": 8.1, "after": 0.4},
        {"what": "Colour", "unit": "ΔE", "before": 2.0, "after": 2.6},
        {"what": "Unknown", "unit": "", "before": None, "after": None},
    ],
    "score": {"before": 21.8, "after": 93.4},
    "findings": [{"kind": "unmatched_file", "sentence": "photos/x.jpg belongs to nobody."}],
}


SPOILERS = [Spoiler(f"{n:03}", 12.0 - n, "eyes higher and head larger than the others") for n in range(5, 11)]
THIRDS = fairness.report(
    pl.DataFrame(
        {
            "luminance": [0.05 + n / 200 for n in range(90)],
            "review": [n < 30 or n % 9 == 0 for n in range(90)],
            "retake": [n % 30 == 0 for n in range(90)],
            "retry": [True] + [None] * 89,
            "skin_ev": [0.1 - n / 450 for n in range(90)],
        }
    )
)


def picture(vault: Vault, colour: tuple[int, int, int], size: tuple[int, int] = (256, 256)) -> str:
    """Store a plain WebP picture; return its digest."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "WEBP")
    return vault.put(buffer.getvalue())


def company(vault: Vault) -> dict[str, Any]:
    """Return the arguments of ``write``: Ann accepted, Bob to look at, Cid unusable, Dan without a photo.

    Everybody after them is accepted and has a hostile name.
    """
    names = ["Ann Archer", "Bob Müller", "Cid Cole", "Dan Dean", *HOSTILE]
    people = [
        Employee(f"{n:03}", display_name=name, department="IT & <Ops>" if n % 2 else "", title="Clerk")
        for n, name in enumerate(names, start=1)
    ]
    before = [picture(vault, (200, 20 * n, 40), (205, 256)) for n in range(len(people))]
    after = [picture(vault, (40, 20 * n, 200)) for n in range(len(people))]
    renders = [
        Render(
            one.id, f"r{one.id}", "p", "p", before[n], after[n], 800, 800, "background", "grey", "selfie", 1.3
        )
        for n, one in enumerate(people)
        if one.id not in ("003", "004")
    ]
    unusable = Render(
        "003", "r003", "p", before=before[2], reason="face.none", note="No face was found; send another."
    )
    verdicts = [Verdict(one.employee, one.recipe, "accept") for one in renders if one.employee != "002"]
    bob = Verdict("002", "r002", "review", ("sharpness.low",), ("The photo is a little soft.",))
    cid = Verdict("003", "r003", "retake", ("face.none",), ("No face was found; send another.",))
    readings = [
        Reading(
            one.employee, one.recipe, "sharpness", 0.4 if one.employee == "002" else 1.0 + n / 10, 0.5, None
        )
        for n, one in enumerate(renders)
    ]
    tilt = [Reading(one.employee, one.recipe, "roll", 0.5, -6.0, 6.0) for one in renders[1:]]
    unclear = Reading("001", "r001", "roll", None, -6.0, 6.0, "the eyes <b>are</b> hidden")
    stale = Reading("001", "an-older-recipe", "sharpness", 99.0, 0.5, None)
    return {
        "run": RUN,
        "employees": table(Employee, people),
        "photos": table(Photo, [Photo("002", "photos/bob.jpg", date="2024-05-01", chosen=True)]),
        "renders": table(Render, [*renders, unusable]),
        "readings": table(Reading, [*readings, *tilt, unclear, stale]),
        "verdicts": table(Verdict, [*verdicts, bob, cid]),
        "checks": CHECKS,
        "vault": vault,
        "spoilers": SPOILERS,
        "fairness": THIRDS,
        "files": {"001": "portraits/001.jpg", "002": "javascript:alert(1)"},
    }


def sheet(folder: Path, **changes: Any) -> Path:
    """Write the company's sheet into ``folder``; return its path."""
    path = folder / "contact_sheet.html"
    write(path, **company(Vault(folder / "vault")) | changes)
    return path
