"""The contact sheets of a large company: an index, and parts by name on which everybody is once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from catchlight.ledger import records, table
from catchlight.records import Employee, Outcome, Verdict
from catchlight.vault import Vault
from reports import contact_sheet, contact_sheet_parts
from tests.sheet_company import company


@pytest.fixture
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a company that is too large for one sheet."""
    monkeypatch.setattr(contact_sheet, "LARGEST", 3)
    monkeypatch.setattr(contact_sheet_parts, "MOST", 2)
    given = company(Vault(tmp_path / "vault"))
    (tmp_path / "contact_sheet-009.html").write_text("of a larger company, with somebody who was erased")
    contact_sheet.write(tmp_path / "contact_sheet.html", **given)
    return tmp_path


def parts(folder: Path) -> list[str]:
    """Return the pages of the parts."""
    return [path.read_text("utf-8") for path in sorted(folder.glob("contact_sheet-*.html"))]


def data(page: str) -> dict[str, Any]:
    """Return what a page's script is given."""
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_everybody_is_on_one_part_by_name(sheets: Path) -> None:
    """No one is twice or nowhere, and parts follow the order of names."""
    given = company(Vault(sheets / "vault"))
    people = {person.id: person.name for person in records(Employee, given["employees"])}
    pages = parts(sheets)
    ids = [id_ for page in pages for id_ in data(page)["people"]["id"]]
    assert len(pages) == -(-len(people) // 2)
    assert sorted(ids) == sorted(people)
    assert ids == sorted(people, key=lambda id_: (people[id_].casefold(), id_))


def test_a_part_is_what_one_sheet_says_of_the_same_people(
    sheets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings, outcomes and reasons come to the right people."""
    given = company(Vault(sheets / "vault"))
    monkeypatch.setattr(contact_sheet, "LARGEST", 99)
    whole = tmp_path / "whole" / "contact_sheet.html"
    contact_sheet.write(whole, **given)
    one = data(whole.read_text("utf-8"))
    place = {id_: number for number, id_ in enumerate(one["people"]["id"])}
    values = {check["key"]: check["values"] for check in one["checks"]}
    for page in parts(sheets):
        part = data(page)
        for number, id_ in enumerate(part["people"]["id"]):
            assert part["people"]["outcome"][number] == one["people"]["outcome"][place[id_]]
            assert part["people"]["facts"][number] == one["people"]["facts"][place[id_]]
            for check in part["checks"]:
                assert check["values"][number] == values[check["key"]][place[id_]]


def test_the_index_counts_and_leads_on(sheets: Path) -> None:
    """Every part is linked with how many are to be looked at; who stands out is linked on their part."""
    index = (sheets / "contact_sheet.html").read_text("utf-8")
    verdicts = records(Verdict, company(Vault(sheets / "vault"))["verdicts"])
    for path in sheets.glob("contact_sheet-*.html"):
        assert f'href="{path.name}"' in index
        assert 'href="contact_sheet.html"' in path.read_text("utf-8")
    counted = [int(found) for found in re.findall(r'#outcome=review" class="mark review">(\d+)', index)]
    assert sum(counted) == sum(verdict.outcome == Outcome.REVIEW for verdict in verdicts)
    assert re.search(r'href="contact_sheet-00\d\.html#p\d+"', index)
    assert "<script" not in index
    assert "data:image/webp" not in index


def test_parts_of_before_go(sheets: Path) -> None:
    """A part that is left from when there were more people may show somebody who was erased."""
    assert not (sheets / "contact_sheet-009.html").exists()


def test_a_company_that_became_small_has_one_sheet_again(
    sheets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part stays beside it."""
    monkeypatch.setattr(contact_sheet, "LARGEST", 99)
    contact_sheet.write(sheets / "contact_sheet.html", **company(Vault(sheets / "vault")))
    assert not parts(sheets)
    assert "<script" in (sheets / "contact_sheet.html").read_text("utf-8")


def test_a_large_company_without_results_has_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People of whom there is nothing yet are on the parts all the same."""
    monkeypatch.setattr(contact_sheet, "LARGEST", 3)
    monkeypatch.setattr(contact_sheet_parts, "MOST", 2)
    given = company(Vault(tmp_path / "vault"))
    empty = {key: given[key].clear() for key in ("photos", "renders", "readings", "verdicts")}
    people = table(Employee, [Employee(f"e{number}", f"Ana {number}") for number in range(5)])
    contact_sheet.write(tmp_path / "contact_sheet.html", **(given | empty | {"employees": people}))
    assert len(parts(tmp_path)) == 3
