"""``catchlight publish`` and ``catchlight review``, as somebody at a terminal uses them."""

import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight.records import Answer
from flows.commands import publish
from tests.letter_company import reviewing
from tests.published_company import Company, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


def publishing(company: Company, *words: str, typed: str = "") -> Result:
    """Run ``catchlight publish …`` in the company's home."""
    return CliRunner().invoke(
        publish.app, list(words), env={"CATCHLIGHT_HOME": str(company.home)}, input=typed
    )


def answers(company: Company, text: str, age: float = 0) -> Path:
    """Save a file of answers."""
    file = company.home.parent / "decisions.csv"
    file.write_text(text, encoding="utf-8")
    when = time.time() - age
    os.utime(file, (when, when))
    return file


def test_a_plan_says_who_why_and_how_much(company: Company) -> None:
    """The plan names new, changed and left-out people with the reason, and writes nothing at the destination."""
    people = {"new": "1", "old": "2", "silent": "3", "kept": "4"}
    pictures = company.run("r1", people)
    company.answer({id_: pictures[id_] for id_ in ("new", "old")})
    company.answer({"kept": pictures["kept"]}, Answer.KEEP)
    (company.out / "512").mkdir()
    (company.out / "512" / "old.jpg").write_bytes(b"before")
    result = publishing(company, "plan", "--to", str(company.out), "--sizes", "512", "--master", "1024")
    assert result.exit_code == 0
    assert "1 person new, 1 changes, 0 as they are; 4 files" in result.output
    assert "new: 1 (new)" in result.output
    assert "change: 1 (old)" in result.output
    assert "without an answer the old photo stays: 1 (silent)" in result.output
    assert "the old photo is kept: 1 (kept)" in result.output
    assert "enlarged more than twice: 2 (new 1024, old 1024)" in result.output
    assert company.files() == {"512/old.jpg": b"before"}
    assert (company.home / "runs" / "r1" / "publish" / "plan-1.json").is_file()


def test_a_dry_run_writes_nothing(company: Company) -> None:
    """A dry run checks the plan and leaves destination and register as they are; an old plan fails it."""
    pictures = company.run("r1", {"a": "1"})
    company.answer(pictures)
    publishing(company, "plan", "--to", str(company.out))
    result = publishing(company, "apply", "--dry-run")
    assert (result.exit_code, company.files()) == (0, {})
    assert "nothing was written" in result.output
    assert company.desk().register.receipts() == []
    company.answer(pictures, Answer.KEEP)
    assert publishing(company, "apply", "--dry-run").exit_code == 2


def test_more_than_fifty_people_are_asked_about(company: Company) -> None:
    """A large publication needs a yes, at the terminal or in the command; a no writes nothing."""
    company.answer(company.run("r1", {f"p{number}": "same" for number in range(51)}))
    publishing(company, "plan", "--to", str(company.out), "--sizes", "96")
    for typed in ("n\n", ""):
        result = publishing(company, "apply", typed=typed)
        assert result.exit_code != 0
        assert company.files() == {}
    company.publish(sizes=("96",))
    assert publishing(company, "rollback", typed="n\n").exit_code == 2
    assert len(company.files()) == 51
    assert publishing(company, "rollback", "--yes").exit_code == 0
    assert company.files() == {}


def test_what_is_done_is_not_done_again(company: Company) -> None:
    """Applying a plan that is published already needs no server and writes nothing."""
    company.answer(company.run("r1", {"a": "1"}))
    publishing(company, "plan", "--to", str(company.out), "--sizes", "96")
    company.publish(sizes=("96",))
    before = company.desk().register.receipts()
    result = publishing(company, "apply")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "1 unchanged.")
    assert company.desk().register.receipts() == before


def test_drift_is_an_exit_code(company: Company) -> None:
    """Verify is quiet when all is as published, and names what is not."""
    company.answer(company.run("r1", {"a": "1"}))
    company.publish(sizes=("96",))
    result = publishing(company, "verify")
    assert (result.exit_code, result.output.count("\n")) == (0, 1)
    (company.out / "96" / "a.jpg").write_bytes(b"theirs")
    result = publishing(company, "verify", "--to", str(company.out))
    assert result.exit_code == 1
    assert "changed" in result.output
    assert "96/a.jpg" in result.output
    conflict = publishing(company, "rollback", "--person", "a")
    assert conflict.exit_code == 1
    assert "--force" in conflict.output


def test_a_rollback_takes_back_what_was_published_last(company: Company) -> None:
    """Whatever was refreshed since: a run that nobody published is none to take back. Said again, the one before goes."""
    for run, seed in (("r1", "1"), ("r2", "2")):
        company.answer(company.run(run, {"a": seed}))
        company.publish(sizes=("96",))
    company.run("r3", {"a": "3"})
    said = [publishing(company, "rollback", "--yes").output for _ in range(3)]
    assert "1 restored" in said[0]
    assert "removed" in said[1]
    assert "Nothing of this is published" in said[2]
    assert company.files() == {}


def test_a_dry_rollback_says_what_would_come_back(company: Company) -> None:
    """What would be restored, removed, or stay because somebody changed it; and nothing is touched."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    company.publish(sizes=("96",))
    (company.out / "96" / "c.jpg").write_bytes(b"theirs")
    before, files = company.desk().register.receipts(), company.files()
    result = publishing(company, "rollback", "--dry-run")
    assert result.exit_code == 0
    assert "1 to restore, 1 to remove, 1 conflict." in result.output
    assert "96/c.jpg: somebody changed it since" in result.output
    assert (company.desk().register.receipts(), company.files()) == (before, files)
    done = publishing(company, "rollback", "--destination", str(company.out))
    assert "1 restored, 2 removed, 1 conflict" in done.output  # the list goes, too: nothing of ours is shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["plan", "--to", "{out}/nowhere"], "no such folder"),
        (["plan", "--to", "{home}"], "lies inside the home"),
        (["plan", "--to", "{out}", "--sizes", "big"], "'big' is none"),
        (["plan", "--to", "{out}", "--run", "r9"], "there are: r1"),
        (["apply"], "no plan yet"),
        (["apply", "--plan", "{out}/nothing.json"], "cannot be read"),
        (["plan", "--to", "{out}", "--home", "{out}/nowhere"], "no such folder"),
    ],
)
def test_what_cannot_start_says_why(company: Company, words: list[str], says: str) -> None:
    """A wrong folder, size, run or plan is exit code 2 and one sentence; no home is made by mistake."""
    company.run("r1", {"a": "1"})
    result = publishing(company, *(word.format(out=company.out, home=company.home) for word in words))
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
    assert not (company.out / "nowhere").exists()


def test_answers_from_a_file(company: Company) -> None:
    """Rows are taken one by one; what is unknown is refused with its line, and the rest still counts."""
    pictures = company.run("r1", {"007": "1", "a": "2", "b": "3", "c": "4", "none": ""})
    rows = [
        "Employee ID;Decision;Picture;By;Comment",
        "007;Approve;;;=nice",
        f"a;keep;{pictures['a']};hr@x.org;",
        "7;approve;;;",
        "b;maybe;;;",
        "c;approve;;;",
        "c;refuse;;;",
        "none;approve;;;",
        "b;;;;",
    ]
    file = answers(company, "\n".join(rows))
    result = reviewing(company, "import", str(file), "--by", "Zoë")
    assert result.exit_code == 1
    assert "2 answers taken in, 0 were known already, 5 rows refused." in result.output
    assert "1 name no picture and were taken for the portraits of run r1." in result.output
    for line, says in (
        (4, "is it '007'?"),
        (5, "'maybe' is none of"),
        (6, "lines 6, 7"),
        (8, "has no portrait"),
    ):
        assert any(f"line {line}: " in text and says in text for text in result.output.splitlines())
    found = {decision.employee: decision for decision in company.desk().register.decisions()}
    assert (found["007"].picture, found["007"].answer, found["007"].by) == (pictures["007"], "approve", "Zoë")
    assert (found["a"].by, found["a"].source) == ("hr@x.org", "import:decisions.csv")


def test_the_same_file_twice_adds_nothing(company: Company) -> None:
    """A double import is one row, and says so."""
    company.run("r1", {"a": "1"})
    file = answers(company, "employee,answer\na,approve\n")
    reviewing(company, "import", str(file))
    result = reviewing(company, "import", str(file))
    assert result.exit_code == 0
    assert "0 answers taken in, 1 was known already" in result.output
    assert len(company.desk().register.decisions()) == 1


def test_an_old_file_does_not_approve_new_portraits(company: Company) -> None:
    """Answers saved before a portrait was made cannot be about it, unless they name it; a refusal always counts."""
    pictures = company.run("r2", {"a": "1", "b": "2", "c": "3"})
    file = answers(
        company, f"employee,answer,picture\na,approve,\nb,refuse,\nc,approve,{pictures['c']}\n", age=60
    )
    result = reviewing(company, "import", str(file))
    assert result.exit_code == 1
    assert "line 2: given before the portrait of run r2 was made" in result.output
    assert {d.employee for d in company.desk().register.decisions()} == {"b", "c"}


def test_status_counts(company: Company) -> None:
    """From five people on there are numbers; nobody is counted twice."""
    company.answer(company.run("r1", {f"e{n}": str(n) for n in range(6)}, {}))
    result = reviewing(company, "status")
    assert result.output.splitlines()[1:3] == ["           6 approve", "           0 keep the old photo"]


def test_status_counts_and_names_nobody(company: Company) -> None:
    """So few answers would point at somebody: neither their numbers nor an id is printed."""
    pictures = company.run("r1", {"alice": "1", "bob": "2", "carol": "3", "dave": ""}, {"carol": "retake"})
    company.answer({"alice": pictures["alice"]})
    company.answer({"bob": "another picture"})
    result = reviewing(company, "status")
    assert result.exit_code == 0
    assert "4 people, 3 with a portrait, 1 needs a new photo" in result.output
    told = result.output.splitlines()[1:]
    assert len(told) == 7
    assert all(line.lstrip().startswith("fewer than 5 ") for line in told)
    assert not any(name in result.output for name in pictures)


def test_what_strangers_typed_cannot_drive_the_terminal(company: Company) -> None:
    """Escape sequences and markup in an id are shown as text."""
    company.run("r1", {"x\x1b[2J[red]": "1"})
    result = publishing(company, "plan", "--to", str(company.out))
    assert "\x1b" not in result.output
    assert "x\ufffd[2J[red]" in result.output


@pytest.mark.prefect
def test_apply_through_prefect(company: Company) -> None:
    """The whole way on a private server: published, listed, and again without a write."""
    company.answer(company.run("r1", {f"p{number}": str(number) for number in range(60)}))
    publishing(company, "plan", "--to", str(company.out), "--sizes", "96,192")
    result = publishing(company, "apply", "--yes")
    assert result.exit_code == 0, result.output
    assert "120 sent, 1 listed." in result.output
    assert len(company.files()) == 120
    assert publishing(company, "apply", "--yes").output.splitlines()[-1] == "120 unchanged."
