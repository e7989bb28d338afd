"""The audit log: every act has its line, and no line can be changed, taken out or cut off unnoticed."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from catchlight.audit import Act, AuditLine, Head, Seal
from catchlight.audit_anchor import Anchor
from catchlight.audit_check import head_of, verify
from catchlight.audit_reading import entries
from catchlight.audit_settings import seal_of
from catchlight.desk import open_register
from catchlight.errors import ConfigError, OutsideError
from catchlight.publish_planning import draw, file_plan
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from catchlight.rollback import rollback
from flows.commands.catchlight import app
from tests.postgresql_server import database
from tests.published_company import Company, apply, codes, make_company


@pytest.fixture(params=["sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    """Return an empty register with a log, in each database that there is."""
    seal = Seal(tmp_path / "audit.key", Anchor(tmp_path / "elsewhere" / "head"))
    if request.param == "sqlite":
        yield Register(tmp_path / "register.db", seal)
        return
    with database(request.getfixturevalue("postgresql_server"), uuid4().hex) as address:
        yield Register(address, seal)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with ten answers."""
    home = tmp_path / "home"
    home.mkdir()
    register = open_register(home)
    for number in range(10):
        register.decide([answer(f"e{number}")])
    return home


def answer(employee: str = "e1", said: str = Answer.APPROVE) -> Decision:
    """Return somebody's answer about a picture."""
    return Decision(employee, "picture", said, employee, now())


def problems(register: Register) -> tuple[str, ...]:
    """Return what verifying finds."""
    assert register.seal
    return verify(register, register.seal).problems


def run(*arguments: str) -> tuple[int, str]:
    """Run a command of the log; return its exit code and what it said."""
    done = CliRunner().invoke(app, ["audit", *arguments])
    return done.exit_code, done.output + done.stderr


def edit(home: Path, statement: str) -> None:
    """Change the register behind its back."""
    with sqlite3.connect(home / "register.db") as direct:
        assert direct.execute(statement).rowcount


def test_each_row_has_its_line_in_the_same_order(register: Register) -> None:
    """An answer, and the same one again, are one line; it says what was answered and names nobody."""
    register.decide([answer("zoë"), answer("bob", Answer.KEEP)])
    register.decide(register.decisions("zoë"))
    lines = register.rows(AuditLine)
    assert [line.act for line in lines] == ["begin", "decision", "decision"]
    assert lines[1].detail == "employee approve -"
    assert not [line for line in lines if "zoë" in str(line) or "bob" in str(line)]
    assert problems(register) == ()


def test_two_people_and_two_roles_of_one_are_told_apart(register: Register) -> None:
    """The same person has one reference as the one who acts and as the one acted on."""
    register.decide([answer("a"), answer("b")])
    first, second = register.rows(AuditLine)[1:]
    assert first.by == first.person != second.person


def test_an_edited_line_is_found(home: Path) -> None:
    """A line whose text was changed breaks its seal, and only that line is named."""
    edit(home, "UPDATE auditlines SET detail = 'employee keep -' WHERE number = '4'")
    code, said = run("verify", "--home", str(home))
    assert code == 2
    assert "line 4 (" in said
    assert "line 5" not in said


def test_a_line_that_was_taken_out_is_found(home: Path) -> None:
    """A gap in the middle is named."""
    edit(home, "DELETE FROM auditlines WHERE number = '4'")
    code, said = run("verify", "--home", str(home))
    assert code == 2
    assert "line 4 is missing" in said


def test_a_line_that_was_taken_out_is_found_when_the_others_close_the_gap(home: Path) -> None:
    """Counting the rest anew does not help: each line is sealed with the one before it."""
    edit(home, "DELETE FROM auditlines WHERE number = '4'")
    for number in range(5, 12):
        edit(home, f"UPDATE auditlines SET number = '{number - 1}' WHERE number = '{number}'")  # noqa: S608
    assert run("verify", "--home", str(home))[0] == 2


def test_a_tail_that_was_cut_off_is_found_even_after_the_log_went_on(home: Path) -> None:
    """The anchored head remembers; what is written later does not cover it up."""
    edit(home, "DELETE FROM auditlines WHERE row > 9")
    edit(home, "DELETE FROM decisions WHERE row > 8")
    assert "the end was cut off: the log had 11 lines, now it has 9" in run("verify", "--home", str(home))[1]
    register = open_register(home)
    for number in range(20, 30):
        register.decide([answer(f"e{number}")])
    code, said = run("verify", "--home", str(home))
    assert code == 2
    assert "another log was put in its place: line 11" in said


def test_a_mailed_head_finds_a_tail_that_was_cut_off_with_its_anchor(home: Path) -> None:
    """Whoever can also write the anchor is found out by the head that somebody else has."""
    _, kept = run("head", "--home", str(home))
    edit(home, "DELETE FROM auditlines WHERE row > 9")
    edit(home, "DELETE FROM decisions WHERE row > 8")
    Anchor(home / "audit.head").replace(head_of(open_register(home)))
    assert run("verify", "--home", str(home))[0] == 0
    code, said = run("verify", "--home", str(home), "--head", kept.strip())
    assert code == 2
    assert "the log had 11 lines, now it has 9" in said
    assert run("verify", "--home", str(home), "--head", "rubbish")[0] == 2


def test_another_key_is_refused_by_its_number(home: Path) -> None:
    """With a wrong key nothing is verified and nothing added; with none, none is made anew."""
    key = home / "secrets" / "audit.key"
    right = key.read_text()
    key.write_text("another\n")
    code, said = run("verify", "--home", str(home))
    assert code == 2
    assert "not the key with which the audit log was begun" in said
    key.unlink()
    with pytest.raises(ConfigError, match=r"audit.key"):
        open_register(home)
    assert not key.exists()
    key.write_text(right)
    key.chmod(0o600)
    assert run("verify", "--home", str(home))[0] == 0


def test_the_key_is_for_its_owner_alone_and_may_be_elsewhere(tmp_path: Path) -> None:
    """The settings name a place outside the home; a key that others can read is refused."""
    home, key = tmp_path / "home", tmp_path / "keys" / "audit"
    home.mkdir()
    (home / "audit.toml").write_text(f'key_file = "{key}"\nanchor = "{tmp_path}/other/head"\n')
    open_register(home)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (tmp_path / "other" / "head").is_file()
    assert [path.name for path in home.rglob("*") if path.name.startswith("audit")] == ["audit.toml"]
    key.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        open_register(home)
    (home / "audit.toml").write_text('key = "x"\n')
    with pytest.raises(ConfigError, match=r"audit.toml: key"):
        open_register(home)


def test_a_row_that_was_changed_or_removed_behind_the_log_is_found(home: Path) -> None:
    """An answer turned into another one, one that was made up, and one that is gone."""
    edit(home, "UPDATE decisions SET answer = 'keep' WHERE employee = 'e3'")
    told = problems(open_register(home))
    assert told[0] == "row 4 of decisions was changed or added behind the log's back"
    assert told[1].startswith("1 rows of which the log tells")
    edit(home, "UPDATE decisions SET answer = 'approve' WHERE employee = 'e3'")
    assert problems(open_register(home)) == ()
    edit(home, "DELETE FROM decisions WHERE employee = 'e3'")
    assert len(problems(open_register(home))) == 1


def test_erasing_a_person_breaks_nothing_and_leaves_no_name(home: Path) -> None:
    """Rows that are removed by the register have a line of it; whose the references are is forgotten."""
    register = open_register(home)
    with register.alone() as store:
        assert store.remove(Decision, employee="e3") == 1
        store.forget_name("e3")
    assert problems(register) == ()
    told = list(entries(register, seal_of(home), person="e3"))
    assert [entry.act for entry in told] == ["decision", "removed", "forgotten"]
    assert {entry.person[0] for entry in told} == {"#"}
    register.close()
    with sqlite3.connect(home / "register.db") as direct:
        assert not [row for row in direct.execute("SELECT * FROM auditlines") if "e3" in row]


def test_rows_of_before_the_log_are_taken_over(tmp_path: Path) -> None:
    """An older register gets a line for each row that it has, once."""
    Register(tmp_path / "register.db").decide([answer("a"), answer("b")])
    for _ in range(2):
        register = open_register(tmp_path)
    assert [line.act for line in register.rows(AuditLine)] == ["begin", "found", "found"]
    assert problems(register) == ()


def _decide(where: str, seal: Seal, start: int) -> None:
    register = Register(where, seal)
    for number in range(start, start + 40):
        register.decide([answer(f"e{number}")])


def test_several_programs_at_once_write_one_chain(register: Register) -> None:
    """Three processes that add at the same time leave one whole chain."""
    assert register.seal
    where = register._engine.url.render_as_string(hide_password=False)
    address = where.removeprefix("sqlite:///")
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as programs:
        working = [programs.submit(_decide, address, register.seal, n * 100) for n in range(3)]
        for program in working:
            program.result()
    assert problems(register) == ()
    assert head_of(register).lines == 121
    assert register.seal.anchor
    assert register.seal.anchor.read() == head_of(register)


def test_killed_at_any_moment_the_chain_is_whole(tmp_path: Path) -> None:
    """Fifteen programs that are killed while they add leave a chain that verifies, and every answer has its line."""
    seal = Seal(tmp_path / "audit.key", Anchor(tmp_path / "head"))
    where = str(tmp_path / "register.db")
    register = Register(where, seal)
    for number in range(15):
        before, child = head_of(register).lines, os.fork()
        if child == 0:
            _decide(where, seal, number * 100)
            os._exit(0)
        while head_of(register).lines <= before + number % 4:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert problems(register) == ()
    assert 30 < len(register.decisions()) < 600


def test_a_log_that_cannot_be_written_stops_publishing_before_the_next_write(tmp_path: Path) -> None:
    """When there is no room for a line, nothing goes out; with room again everything does."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    plan = draw(company.desk(), "r1", ("96",))
    edit_text = (
        "CREATE TRIGGER full BEFORE INSERT ON auditlines {} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with sqlite3.connect(company.home / "register.db") as direct:
        direct.execute(edit_text.format("WHEN NEW.act = 'receipt'"))
    with pytest.raises(OutsideError, match="disk full"):
        apply(company.desk(), plan)
    assert company.files() == {}
    with sqlite3.connect(company.home / "register.db") as direct:
        direct.execute("DROP TRIGGER full")
    assert codes(apply(company.desk(), plan)) == {"sent": 2, "listed": 1}


def acts(company: Company) -> list[str]:
    """Return what the log of a company tells, without settings."""
    register = open_register(company.home)
    return [f"{e.act} {e.detail}".split(" people")[0] for e in entries(register, seal_of(company.home))]


def test_publishing_and_the_way_back_are_told_step_by_step(tmp_path: Path) -> None:
    """Plan, start, each state of each file, and the rollback; the answers of before are there, too."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", ("96",))
    file_plan(company.desk(), plan)
    apply(company.desk(), plan)
    rollback(company.desk(), "r1")
    told = acts(company)
    place = company.desk().place.name
    assert told[:2] == [f"begin {seal_of(company.home).number}", "decision employee approve -"]
    assert told[2:4] == [f"plan {place} r1", f"apply {place} r1"]
    states = [line.split()[1] for line in told if line.startswith("receipt")]
    assert states[:3] == ["backed_up", "sending", "done"]
    assert "restored" in states
    assert f"rollback {place} r1" in told
    assert problems(open_register(company.home)) == ()


def test_a_register_that_was_put_back_publishes_nothing_until_somebody_says_so(tmp_path: Path) -> None:
    """A backup from before a publication does not know of it; accepting that is a line of the log for good."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {"a": "1", "b": "2"})
    desk = company.desk()
    desk.register.decide([Decision(id_, p, Answer.APPROVE, id_, now()) for id_, p in pictures.items()])
    desk.register.close()
    shutil.copy(company.home / "register.db", tmp_path / "backup.db")
    company.publish(sizes=("96",))
    for file in company.home.glob("register.db*"):
        file.unlink()
    shutil.copy(tmp_path / "backup.db", company.home / "register.db")
    with pytest.raises(ConfigError, match="catchlight audit accept"):
        company.publish(sizes=("96",))
    home = str(company.home)
    assert run("accept", "disk failed", "--home", home)[0] == 0
    assert run("accept", "again", "--home", home)[0] == 2
    assert run("verify", "--home", home)[0] == 0
    assert "failed" not in codes(company.publish(sizes=("96",)))
    assert [line for line in acts(company) if line.startswith("restored the end was cut off")]


def test_settings_that_changed_are_told_once(home: Path) -> None:
    """A file of settings that is new or different has a line the next time that anything starts."""
    (home / "review.toml").write_text('company = "Example"\n')
    open_register(home)
    open_register(home)
    (home / "review.toml").write_text('company = "Example Ltd"\n')
    register = open_register(home)
    told = [line.detail for line in register.rows(AuditLine, act=Act.SETTINGS.value)]
    assert [one.split()[0] for one in told] == ["review.toml", "review.toml"]
    assert told[0] != told[1]


def test_show_tells_of_one_person_as_words_and_as_json(home: Path) -> None:
    """What concerns one person, by their id; the newest lines alone; JSON for a program."""
    code, said = run("show", "--home", str(home), "--person", "e3")
    assert code == 0
    assert len(said.splitlines()) == 1
    assert "decision of e3 by e3: employee approve" in said
    _, said = run("show", "--home", str(home), "--last", "2", "--json")
    assert [json.loads(line)["person"] for line in said.splitlines()] == ["e8", "e9"]
    assert run("show", "--home", str(home), "--by", "nobody") == (0, "")


def test_an_anchor_that_cannot_be_written_is_told_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A second place that is gone is a warning; the log itself is whole."""
    (tmp_path / "gone").write_text("")
    register = Register(tmp_path / "register.db", Seal(tmp_path / "key", Anchor(tmp_path / "gone" / "head")))
    register.decide([answer()])
    assert "cannot be written" in caplog.text
    assert head_of(register).lines == 2


@pytest.mark.parametrize("left", [None, "", "\n"])
def test_an_anchor_that_is_gone_is_no_yes(home: Path, left: str | None) -> None:
    """With the kept head gone nothing tells that the end was not cut off; a log that only began needs none."""
    (home / "audit.head").unlink()
    if left is not None:
        (home / "audit.head").write_text(left)
    code, said = run("verify", "--home", str(home))
    assert code == 2
    assert "audit.head: holds no head" in said
    open_register(home).decide([answer("e20")])
    assert run("verify", "--home", str(home))[0] == 0


def test_a_log_that_only_began_needs_no_anchor(tmp_path: Path) -> None:
    """The first head is kept with the first line that tells of something."""
    open_register(tmp_path)
    assert run("verify", "--home", str(tmp_path))[0] == 0


def test_an_anchor_never_goes_back(tmp_path: Path) -> None:
    """A program that is late does not put an older head in the place of a newer one."""
    anchor = Anchor(tmp_path / "head")
    anchor.advance(Head(12, "twelve"), lambda _: "")
    anchor.advance(Head(9, "nine"), lambda _: "")
    assert anchor.read() == Head(12, "twelve")
    anchor.advance(Head(13, "thirteen"), {12: "another"}.__getitem__)
    assert anchor.read() == Head(12, "twelve")
    anchor.advance(Head(13, "thirteen"), {12: "twelve"}.__getitem__)
    assert anchor.read() == Head(13, "thirteen")
