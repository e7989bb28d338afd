"""Sizes that stand from before and that a plan does not renew are told, with how to renew them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.publish_planning import draw
from flows.commands import publish
from tests.published_company import Company, make_company

TOLD = "sizes that stand there from before and stay as they are, whatever portrait they show"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two who are published in two sizes, and have a newer portrait by now."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish()
    company.answer(company.run("r2", {"a": "3", "b": "4"}))
    return company


def planned(company: Company, sizes: str) -> str:
    """Return what a plan of these sizes says."""
    words = ["plan", "--to", str(company.out), "--home", str(company.home), "--sizes", sizes]
    return CliRunner().invoke(publish.app, words).output


def test_what_is_not_renewed_is_told(company: Company) -> None:
    """Those who run what it says have the newer portrait everywhere."""
    assert f"{TOLD}: 192@2x (--sizes 96,192@2x renews them, too)" in planned(company, "96")
    assert TOLD not in planned(company, "96,192@2x")
    before = company.files()
    company.publish(sizes=("96", "192@2x"))
    assert not {file for file, data in company.files().items() if before[file] == data}


def test_more_sizes_leave_nothing_behind(company: Company) -> None:
    """Nor does a person who is taken off, or one whom the plan leaves as they are."""
    assert TOLD not in planned(company, "512,192@2x,96")
    company.run("r3", {"c": "5"})
    assert draw(company.desk(), "r3", ("96",)).others == ()
