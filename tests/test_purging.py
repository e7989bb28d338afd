"""What is past its term goes, and nothing that somebody still needs: with a clock that a test sets."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger, scrubbing
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.home import Home, write_json
from catchlight.promises import Keep
from catchlight.records import Answer, Decision, Employee, Photo
from catchlight.register import now
from catchlight.review_records import Invitation, Letter, Session
from catchlight.rollback import rollback
from catchlight.runs import Candidate, portraits
from catchlight.traces import Traces
from catchlight.unfinished import unfinished
from flows.commands.publish import app as publishing
from flows.purging import purge_home
from tests.published_company import Company, codes, make_company, portrait


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return three published people, of whom a had a photo there before."""
    company = make_company(tmp_path)
    (company.out / "96").mkdir()
    (company.out / "96/a.jpg").write_bytes(portrait("old"))
    company.answer(company.run("20260101-000000", {"a": "1", "b": "2", "c": "3"}))
    company.publish(sizes=("96",))
    _finish(company, "20260101-000000")
    return company


def _finish(company: Company, run: str) -> None:
    """Let a run be of everybody and have an original of each, as a refresh leaves it."""
    home = Home(company.home)
    people = ledger.records(Employee, ledger.pl.read_parquet(home.run(run) / "employees.parquet"))
    photos = [Photo(one.id, "p", home.vault.put(portrait(f"photo of {one.id}"))) for one in people]
    ledger.write(home.run(run) / "photos.parquet", ledger.table(Photo, photos))
    write_json(home.run(run) / "run.json", {"run": run, "finished": now()})
    write_json(home.ledger(run) / "plan.json", {"job": {"only": [], "onto": ""}})


def _in(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _gone(company: Company, days: int, *, dry: bool = False) -> dict[str, int]:
    return {one.kind: one.count for one in purge_home(company.home, at=_in(days), dry=dry) if one.count}


def test_originals_go_after_their_term_and_backups_stay_for_the_way_back(company: Company) -> None:
    """The photo as it came is not needed any more; the old picture is, as long as ours stands."""
    assert _gone(company, 29) == {}
    assert _gone(company, 31, dry=True) == {"originals": 3}
    assert _gone(company, 31) == {"originals": 3}
    assert codes(rollback(company.desk(), "20260101-000000"))["restored"] == 1
    assert (company.out / "96/a.jpg").read_bytes() == portrait("old")


def test_a_backup_goes_some_time_after_it_was_put_back(company: Company) -> None:
    """Inside the term what was undone can be looked at; then it is only one more picture of somebody."""
    rollback(company.desk(), "20260101-000000")
    vault = Home(company.home).vault
    old = next(one.replaced for one in open_register(company.home).receipts(employee="a") if one.replaced)
    _gone(company, 29)
    assert vault.has(old)
    assert _gone(company, 31)["backups"] >= 1
    assert not vault.has(old)


def test_an_attempt_that_was_not_chosen_goes_with_its_files_and_a_dry_pass_counts_it(
    company: Company,
) -> None:
    """What was chosen instead stays, and so do the files of it."""
    home = Home(company.home)
    earlier = Candidate("a", "an-earlier-recipe", home.vault.put(portrait("an earlier attempt")))
    path = home.run("20260101-000000") / ledger.file_name(Candidate)
    ledger.write(path, ledger.table(Candidate, [earlier]))
    days = Keep().rejected + 1
    assert _gone(company, days, dry=True)["rejected"] == 1
    assert home.vault.has(earlier.picture)
    assert _gone(company, days)["rejected"] == 1
    assert not home.vault.has(earlier.picture)
    assert home.vault.has(portraits(home.run("20260101-000000"))["a"].picture)
    assert "rejected" not in _gone(company, days)


def test_old_runs_go_and_the_newest_stays_however_old(company: Company) -> None:
    """Whoever did not refresh for a year still has everything to publish."""
    assert "runs" not in _gone(company, 400)
    company.run("20260202-000000", {"a": "1", "b": "2", "c": "3"})
    _finish(company, "20260202-000000")
    assert _gone(company, 400)["runs"] == 1
    assert [path.name for path in sorted((company.home / "runs").glob("2026*"))] == ["20260202-000000"]


def test_who_left_goes_after_a_month_and_their_words_after_three_years(company: Company) -> None:
    """Only a run of the whole company says that somebody left, and only who is published nowhere counts."""
    rollback(company.desk(), "", "c")
    company.run("20260202-000000", {"a": "1", "b": "2"})
    _finish(company, "20260202-000000")
    assert "leavers" not in _gone(company, 20)
    assert _gone(company, 40)["leavers"] == 1
    register = open_register(company.home)
    assert register.decisions("c")
    assert _gone(company, 1100)["words"] == 1
    assert not register.decisions("c")
    assert register.decisions("a")


def test_a_pass_that_was_stopped_is_ended_by_the_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What told whose name to look for may be gone by then; what they said stays for its own term."""
    name, log = "Cleo Ix", company.home / "logs/redo.log"
    table = company.home / "runs/20260101-000000/employees.parquet"
    people = [Employee("a"), Employee("b"), Employee("c", display_name=name)]
    ledger.write(table, ledger.table(Employee, people))
    log.parent.mkdir(exist_ok=True)
    rollback(company.desk(), "", "c")
    company.run("20260202-000000", {"a": "1", "b": "2"})
    _finish(company, "20260202-000000")
    log.write_text(f"{name} came\n")
    os.utime(log, (_in(44).timestamp(),) * 2)
    scrub = scrubbing.scrub

    def stop(file: Path, traces: Traces) -> None:
        scrub(file, traces)
        if file == table:
            raise KeyboardInterrupt

    monkeypatch.setattr(scrubbing, "scrub", stop)
    monkeypatch.setattr(scrubbing, "files_of", lambda home: [table, *home.glob("logs/*.log")])
    with pytest.raises(KeyboardInterrupt):
        _gone(company, 45)
    monkeypatch.undo()

    def telling() -> list[Path]:
        return [one for one in log.parent.iterdir() if name in one.read_text()]

    assert telling()
    _gone(company, 45)
    assert not telling()
    assert not unfinished(company.home)
    assert open_register(company.home).decisions("c")


def test_sessions_letters_and_logs_have_their_terms(company: Company) -> None:
    """An invitation that a later one followed goes with its letters; a log is put aside each day, and old ones go."""
    register, soon = open_register(company.home), _in(1).isoformat()
    register.add([
        Session("s", "a", "a", "employee", "", now(), now()), Invitation("i", "a", "", "hr", now(), soon, soon),
        Letter("l", "a", "i", "first", "mail", "en", "sent", now()), Invitation("j", "a", "", "hr", now(), soon, soon),
    ])  # fmt: skip
    (company.home / "logs").mkdir()
    (company.home / "logs/redo.log").write_text("today\n")
    old = company.home / "logs/darkroom.log"
    old.write_text("long ago\n")
    os.utime(old, (0, 0))
    assert _gone(company, 2) == {"sessions": 1, "logs": 1}
    assert [path.name for path in (company.home / "logs").iterdir()] == [f"redo.{_in(2).date()}.log"]
    assert _gone(company, 95)["letters"] == 2
    assert (register.rows(Letter), [row.id for row in register.rows(Invitation)]) == ([], ["j"])


def test_halves_that_a_killed_program_left_go_after_a_day(company: Company) -> None:
    """They may be of somebody's photo; one that is just being written stays."""
    half = company.home / "vault/ab/.cdef.x1.partial"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(portrait("a")[:99])
    assert "halves" not in _gone(company, 0)
    assert _gone(company, 2)["halves"] == 1
    assert not half.exists()


def test_the_report_has_counts_and_terms_and_names_nobody(company: Company) -> None:
    """It is kept, so it must not be one more list of people."""
    _gone(company, 31)
    (report,) = (company.home / "purges").glob("*.json")
    told = json.loads(report.read_bytes())["purged"]
    assert {"kind": "originals", "days": 30, "count": 3} in told
    assert all(set(one) == {"kind", "days", "count"} for one in told)


def test_whoever_takes_their_yes_back_has_the_old_picture_back_with_a_proof(company: Company) -> None:
    """Without a plan: everywhere, before the deadline, and the proof says what is read back."""
    register = open_register(company.home)
    register.decide([Decision("a", "", Answer.REFUSE, "a", now())])
    register.add([Consent("b", "intranet", Word.WITHDRAWN, "b", now())])
    code, said = _withdrawals(company, "--dry-run")
    assert (code, "2 to put back" in said) == (0, True)
    assert _withdrawals(company, "--yes")[0] == 0
    assert company.files() == {"96/a.jpg": portrait("old"), "96/c.jpg": company.files()["96/c.jpg"]}
    proofs = [json.loads(file.read_bytes()) for file in (company.home / "proofs").glob("*.json")]
    assert sorted(proof["reason"] for proof in proofs) == ["declined", "refuse"]
    assert all(proof["in time"] and proof["done"] for proof in proofs)
    assert all(part["read"] == part["back"] for proof in proofs for part in proof["files"])
    assert _withdrawals(company, "--dry-run")[0] == 0


def test_a_withdrawal_past_its_deadline_is_told(company: Company) -> None:
    """Nobody has to look for it: the exit code says so, and so does the flow."""
    register = open_register(company.home)
    long_ago = (datetime.now(UTC) - timedelta(hours=30)).isoformat(timespec="microseconds")
    register.add([Consent("b", "intranet", Word.WITHDRAWN, "b", long_ago)])
    code, said = _withdrawals(company, "--dry-run")
    assert (code, "OVERDUE" in said) == (1, True)
    (company.home / "trust.toml").write_text("[withdrawal]\nhours = 48\n")
    assert _withdrawals(company, "--dry-run")[0] == 0


def _withdrawals(company: Company, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(publishing, ["withdrawals", "--home", str(company.home), *more])
    return done.exit_code, done.output
