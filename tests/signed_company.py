"""A company whose answers come in a contact sheet's signed file: its home, its sheet, a signer's hand."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.home import Home, write_json
from catchlight.records import Employee, Outcome, Photo, Reading, Render, Verdict
from catchlight.reviewer_codes import key_of
from reports.contact_sheet import write
from tests.published_company import Company, make_company
from tests.sheet_company import CHECKS, HOSTILE, picture

PRESET = "ab" * 32
PEOPLE = {"001": "Ann Archer", "002": "Bob Müller", "003": "Cid Cole", "004": "Dan Dean"}
OUTCOMES = {"003": Outcome.RETAKE}


def run(company: Company, name: str = "r1") -> dict[str, str]:
    """Finish a run: Ann and Bob have a portrait, Cid's needs a new photo, Dan has none; return the digests."""
    seeds = {id_: "" if id_ == "004" else f"{name} {id_}" for id_ in PEOPLE}
    pictures = company.run(name, seeds, OUTCOMES)
    write_json(company.home / "runs" / name / "run.json", {"run": name, "preset": {"digest": PRESET}})
    return pictures


def make_signed(folder: Path) -> Company:
    """Return a company with one finished run."""
    made = make_company(folder)
    run(made)
    return made


def draw_sheet(company: Company, name: str = "r1", names: Mapping[str, str] = PEOPLE, **said: Any) -> Path:
    """Write the contact sheet of a run, with a plain small picture before and after; return its path."""
    home, folder = Home(company.home), company.home / "runs" / name
    people = [Employee(id_, display_name=shown, department="IT") for id_, shown in names.items()]
    small = (
        pl.when(pl.col("picture") != "")
        .then(pl.lit(picture(home.vault, (40, 90, 200))))
        .otherwise(pl.lit(""))
    )
    renders = pl.read_parquet(folder / ledger.file_name(Render)).with_columns(
        after=small, before=pl.lit(picture(home.vault, (200, 90, 40)))
    )
    path = folder / "contact_sheet.html"
    write(
        path,
        run={"run": name, "preset": {"title": HOSTILE[0], "digest": PRESET}} | said,
        employees=ledger.table(Employee, people),
        photos=ledger.table(Photo, []),
        renders=renders,
        readings=ledger.table(Reading, [Reading("001", "recipe-001", "sharpness", 0.7, 0.5, None)]),
        verdicts=pl.read_parquet(folder / ledger.file_name(Verdict)),
        checks=CHECKS,
        vault=home.vault,
    )
    return path


def line(employee: str, picture: str, answer: str = "approve", **more: Any) -> dict[str, Any]:
    """Return one answer as the sheet writes it."""
    usual = {"tags": [], "comment": "", "at": "2026-11-23T14:30:00.123Z"}
    return {"employee": employee, "picture": picture, "answer": answer} | usual | more


def content(*lines: dict[str, Any], who: str = "Ada Lovelace", run: str = "r1", preset: str = PRESET) -> str:
    """Return what the sheet signs."""
    saved = "2026-11-23T15:00:00.000Z"
    sheet = {"run": run, "preset": preset}
    return json.dumps(
        {
            "format": "catchlight-answers-1",
            "sheet": sheet,
            "who": who,
            "saved": saved,
            "answers": list(lines),
        }
    )


def signed(text: str, code: str, who: str = "Ada Lovelace") -> str:
    """Return the file in which a signer put the text."""
    key = key_of(who, code.replace("-", ""))
    signature = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    envelope = {"format": "catchlight-answers-1", "who": who, "signed": text, "signature": signature}
    return json.dumps(envelope, indent=1)
