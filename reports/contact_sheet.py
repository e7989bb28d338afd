"""The contact sheet: every portrait before and after, in one HTML file that opens offline."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.spoilers import Spoiler
from catchlight.vault import Vault, write_whole
from reports import contact_sheet_answers as answers
from reports.contact_sheet_cards import OUTCOMES, Card, cards, columns
from reports.contact_sheet_company import STANDS_OUT, StandsOut, flagged, score, standing_out, treatments
from reports.contact_sheet_figures import (
    Share,
    duration,
    evenness,
    headline,
    lead,
    moment,
    outcome_shares,
    outcomes_of,
    rung_shares,
    rungs_of,
)
from reports.contact_sheet_parts import LARGEST, MOST, Part, split
from reports.contact_sheet_readings import CheckText, check_columns, shown
from reports.templates import templates

__all__ = ["CheckText", "write"]

_HERE = Path(__file__).parent
_STYLES = ("page", "company", "tools", "cards", "views", "detail", "answers", "parts", "print")
_EARLY = 'document.documentElement.classList.add("js");'
_SCRIPTS = (
    "people",
    "state",
    "sort",
    "filter",
    "readings",
    "detail",
    "marks",
    "answers",
    "signing",
    "keys",
    "page",
)


def write(  # noqa: PLR0913 (a run's tables, each under its own name)
    path: Path,
    *,
    run: dict[str, Any],
    employees: pl.DataFrame,
    photos: pl.DataFrame,
    renders: pl.DataFrame,
    readings: pl.DataFrame,
    verdicts: pl.DataFrame,
    checks: dict[str, CheckText],
    vault: Vault,
    files: Mapping[str, str] | None = None,
    spoilers: Sequence[Spoiler] = (),
    fairness: Mapping[str, Any] | None = None,
) -> None:
    """Write the sheet of one run to ``path``, whole or not at all; that of a large company in parts beside it.

    ``run`` is run.json; the tables have the schemas of the records; ``files`` gives, by employee
    id, the full-size portrait's path relative to the sheet, where there is one. ``spoilers`` are the
    portraits that stand out, ``fairness`` is fairness.json; the page is silent on what is not given.
    """
    tables = {Employee: employees, Photo: photos, Render: renders, Verdict: verdicts, Reading: readings}
    sheet = _Sheet(run, checks, vault, files or {}, spoilers, fairness)
    parts: list[Part] = []
    for part, theirs in split(tables, path.name) if employees.height > LARGEST else ():
        page, people = _page(sheet, theirs, part)
        part.count(people, {spoiler.employee for spoiler in spoilers})
        write_whole(path.with_name(part.file), page.encode())
        parts.append(part)
    write_whole(path, (_index(sheet, parts) if parts else _page(sheet, tables)[0]).encode())
    kept = {part.file for part in parts}
    for older in path.parent.glob(f"{path.stem}-*{path.suffix}"):
        if older.name not in kept:  # somebody may have been erased since
            older.unlink()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all parts of a sheet share."""

    run: Mapping[str, Any]
    checks: Mapping[str, CheckText]
    vault: Vault
    files: Mapping[str, str]
    spoilers: Sequence[Spoiler]
    fairness: Mapping[str, Any] | None


def _page(
    sheet: _Sheet, tables: Mapping[type, pl.DataFrame], part: Part | None = None
) -> tuple[str, list[Card]]:
    """Return a page and the cards that are on it."""
    latest = shown(tables[Reading], tables[Render])
    people = flagged(cards(tables, latest, sheet.checks, sheet.vault, sheet.files), sheet.spoilers)
    data = columns(people) | {"checks": check_columns(latest, [card.id for card in people], sheet.checks)}
    data |= {"sheet": answers.sheet(sheet.run), "tags": list(answers.TAGS.items())}
    shares, rungs = outcome_shares(people), rung_shares(people)
    page = (
        templates(_HERE)
        .get_template("contact_sheet.html.j2")
        .render(
            **_head(sheet.run, shares, rungs),
            **_company(sheet, standing_out(people, sheet.spoilers)),
            **_scripted(),
            cards=people,
            parts=(),
            part=part,
            data=data,
        )
    )
    return page, people


def _index(sheet: _Sheet, parts: Sequence[Part]) -> str:
    """Return the page that leads to the parts."""
    outcomes, rungs = Counter[str](), Counter[str]()
    for part in parts:
        outcomes += part.outcomes
        rungs += part.rungs
    found = {
        id_: StandsOut(at, name, "", part.file)
        for part in parts
        for id_, (at, name) in part.standing_out.items()
    }
    out = [replace(found[one.employee], what=one.what) for one in sheet.spoilers if one.employee in found]
    return (
        templates(_HERE)
        .get_template("contact_sheet_index.html.j2")
        .render(
            **_head(sheet.run, outcomes_of(outcomes), rungs_of(rungs)),
            **_company(sheet, out),
            parts=parts,
            part=None,
            most=MOST,
        )
    )


def _head(run: Mapping[str, Any], shares: list[Share], rungs: list[Share]) -> dict[str, Any]:
    """Return what a page says of its people together, tolerant of keys that run.json lacks."""
    preset, counts = run.get("preset") or {}, run.get("counts") or {}
    alike, style = evenness(run.get("consistency") or []), _joined(_STYLES, "css")
    return {
        "people": sum(share.count for share in shares),
        "headline": headline(shares),
        "lead": lead(shares, alike),
        "shares": shares,
        "rungs": rungs,
        "evenness": alike,
        "findings": [str(found.get("sentence") or "") for found in run.get("findings") or []],
        "preset": str(preset.get("title") or preset.get("name") or "Portraits"),
        "facts": _facts(run, preset, counts),
        "style": Markup(style),  # noqa: S704 (our own files)
        "hashes": {
            "style": _hash(style),
            "early": _hash(_EARLY),
            "script": _hash(_joined(_SCRIPTS, "js")),
        },
    }


def _scripted() -> dict[str, Any]:
    """Return what a page with people on it has besides."""
    return {
        "outcomes": OUTCOMES,
        "tags": answers.TAGS,
        "script": Markup(_joined(_SCRIPTS, "js")),  # noqa: S704
        "early": Markup(_EARLY),  # noqa: S704
    }


def _company(sheet: _Sheet, out: Sequence[StandsOut]) -> dict[str, Any]:
    """Return what a page says of the company as a whole."""
    return {
        "score": score(sheet.run),
        "standing_out": out,
        "stands_out": STANDS_OUT,
        "treatments": treatments(sheet.fairness),
        "treated": list((sheet.fairness or {}).get("sentences") or []),
    }


def _facts(run: Mapping[str, Any], preset: Mapping[str, Any], counts: Mapping[str, Any]) -> dict[str, str]:
    facts = {
        "Run": run.get("run"),
        "Finished": moment(run.get("finished") or run.get("started")),
        "Took": duration(run.get("seconds")),
        "Source": run.get("source"),
        "Preset": "; ".join([_named(preset), *map(_of_group, run.get("groups") or [])]),
        "New portraits": counts.get("rendered"),
        "Unchanged since an earlier run": counts.get("reused"),
        "Without a photo that can be read": counts.get("photoless") or None,
    }
    return {label: str(value) for label, value in facts.items() if value not in (None, "")}


def _named(preset: Mapping[str, Any]) -> str:
    return f"{preset.get('name') or ''} {str(preset.get('digest') or '')[:12]}".strip()


def _of_group(group: Mapping[str, Any]) -> str:
    people = int(group.get("people") or 0)
    return f"{_named(group)} for {people:,} {'person' if people == 1 else 'people'}"


@cache
def _joined(names: tuple[str, ...], ending: str) -> str:
    return "".join((_HERE / f"contact_sheet_{name}.{ending}").read_text("utf-8") for name in names)


def _hash(text: str) -> str:
    """Return the source expression that lets exactly this inline text run under the page's policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
