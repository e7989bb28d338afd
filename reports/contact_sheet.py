"""The contact sheet: every portrait before and after, in one HTML file that opens offline."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from catchlight.records import Employee, Photo, Render, Verdict
from catchlight.spoilers import Spoiler
from catchlight.vault import Vault, write_whole
from reports import contact_sheet_answers as answers
from reports.contact_sheet_cards import OUTCOMES, Card, cards, columns
from reports.contact_sheet_company import STANDS_OUT, flagged, score, standing_out, treatments
from reports.contact_sheet_figures import (
    duration,
    evenness,
    headline,
    lead,
    moment,
    outcome_shares,
    rung_shares,
)
from reports.contact_sheet_readings import CheckText, check_columns, shown
from reports.templates import templates

__all__ = ["CheckText", "write"]

_HERE = Path(__file__).parent
_STYLES = ("page", "company", "tools", "cards", "views", "detail", "answers", "print")
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
    """Write the sheet of one run to ``path``, whole or not at all.

    ``run`` is run.json; the tables have the schemas of the records; ``files`` gives, by employee
    id, the full-size portrait's path relative to the sheet, where there is one. ``spoilers`` are the
    portraits that stand out, ``fairness`` is fairness.json; the page is silent on what is not given.
    """
    tables = {Employee: employees, Photo: photos, Render: renders, Verdict: verdicts}
    latest = shown(readings, renders)
    people = flagged(cards(tables, latest, checks, vault, files or {}), spoilers)
    data = columns(people) | {"checks": check_columns(latest, [card.id for card in people], checks)}
    data |= {"sheet": answers.sheet(run), "tags": list(answers.TAGS.items())}
    page = (
        templates(_HERE)
        .get_template("contact_sheet.html.j2")
        .render(**_head(run, people), **_company(run, people, spoilers, fairness), data=data)
    )
    write_whole(path, page.encode())


def _head(run: Mapping[str, Any], people: list[Card]) -> dict[str, Any]:
    """Return what the page says of the whole run, tolerant of keys that run.json lacks."""
    preset, counts = run.get("preset") or {}, run.get("counts") or {}
    shares, alike = outcome_shares(people), evenness(run.get("consistency") or [])
    style, script = _joined(_STYLES, "css"), _joined(_SCRIPTS, "js")
    return {
        "cards": people,
        "outcomes": OUTCOMES,
        "tags": answers.TAGS,
        "headline": headline(shares),
        "lead": lead(shares, alike),
        "shares": shares,
        "rungs": rung_shares(people),
        "evenness": alike,
        "findings": [str(found.get("sentence") or "") for found in run.get("findings") or []],
        "preset": str(preset.get("title") or preset.get("name") or "Portraits"),
        "facts": _facts(run, preset, counts),
        "style": Markup(style),  # noqa: S704 (our own files)
        "script": Markup(script),  # noqa: S704
        "early": Markup(_EARLY),  # noqa: S704
        "hashes": {"style": _hash(style), "early": _hash(_EARLY), "script": _hash(script)},
    }


def _company(
    run: Mapping[str, Any],
    people: list[Card],
    spoilers: Sequence[Spoiler],
    fairness: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what the page says of the company as a whole."""
    return {
        "score": score(run),
        "standing_out": standing_out(people, spoilers),
        "stands_out": STANDS_OUT,
        "treatments": treatments(fairness),
        "treated": list((fairness or {}).get("sentences") or []),
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
