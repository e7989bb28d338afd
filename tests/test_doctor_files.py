"""``catchlight doctor``: which pictures and tables the disk lost, before anybody needs them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.checkup import Finding, State
from catchlight.checkup_files import look_at_files
from catchlight.desk import open_register
from catchlight.records import Answer, Decision, Photo, Reading
from catchlight.vault import Vault
from flows.commands.doctor import app
from tests.published_company import Company, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three hundred people whose run has ended; nobody has answered."""
    company = make_company(tmp_path)
    company.run("20261101-100000", {f"p{n}": str(n) for n in range(300)})
    for kind in (Photo, Reading):
        ledger.write(company.home / "runs/latest" / ledger.file_name(kind), ledger.table(kind, []))
    return company


def _looked_at(company: Company, *, whole: bool = False) -> dict[str, Finding]:
    register = open_register(company.home)
    try:
        return {one.what: one for one in look_at_files(company.home, register, whole=whole)}
    finally:
        register.close()


def _some_picture(company: Company) -> Path:
    """Return one that no sample reads: the second."""
    vault = Vault(company.home / "vault")
    return sorted(path for path in vault.root.rglob("*") if path.is_file())[1]


def test_a_portrait_that_is_gone_is_told_though_nobody_has_answered(company: Company) -> None:
    """The register names none yet; the newest run does."""
    assert {one.state for one in _looked_at(company).values()} == {State.OK}
    _some_picture(company).unlink()
    found = _looked_at(company)["Portraits"]
    assert (found.state, "1 are gone" in found.said, "refresh" in found.remedy) == (State.FAIL, True, True)


def test_a_portrait_that_was_changed_is_told_when_all_are_read(company: Company) -> None:
    """A sample may miss it; the command takes --all."""
    picture = _some_picture(company)
    picture.chmod(0o640)
    picture.write_bytes(picture.read_bytes()[:-4] + b"abcd")
    assert _looked_at(company)["Portraits"].state == State.OK
    assert "1 changed" in _looked_at(company, whole=True)["Portraits"].said
    done = CliRunner().invoke(app, ["--all", "--home", str(company.home)])
    assert "300 of them read: 0 are gone, 1 changed" in done.output


@pytest.mark.parametrize("kind", [Photo, Reading])
def test_a_damaged_table_is_told(kind: type, company: Company) -> None:
    """By its name, and that a refresh writes another."""
    (company.home / "runs/latest" / ledger.file_name(kind)).write_bytes(b"PAR1")
    found = _looked_at(company)["Tables"]
    assert (found.state, ledger.file_name(kind) in found.said) == (State.FAIL, True)


def test_before_the_first_run_nothing_is_missed(tmp_path: Path) -> None:
    """No portraits, no tables, no failure."""
    assert {one.state for one in _looked_at(make_company(tmp_path)).values()} == {State.OK}


def test_an_attempt_that_went_after_its_term_is_not_missed(company: Company) -> None:
    """Somebody wanted another one, and approved that: the register still names the first."""
    register, pictures = open_register(company.home), company.run("20261102-100000", {"p1": "new"})
    at = "2026-11-0{}T10:00:00+00:00".format
    register.decide([Decision("p1", "0" * 64, Answer.RETRY, "p1", at(1))])
    register.decide([Decision("p1", pictures["p1"], Answer.APPROVE, "p1", at(2))])
    register.close()
    assert _looked_at(company)["Vault"].state == State.OK
