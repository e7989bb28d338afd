"""What is handed to one person about themselves is everything: both sides of delegations, the log, signatures, in both languages."""

import json
import os
import stat
import tomllib
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.audit import Act
from catchlight.consents import PURPOSES, Word
from catchlight.desk import open_register
from catchlight.journal import State
from catchlight.permission import WHY
from catchlight.promises import ACTS
from catchlight.records import Answer, Decision, Employee, Receipt, Side
from catchlight.register import now
from catchlight.review_records import Delegation
from catchlight.vault import Vault
from flows.commands.people import app
from reports import export_page
from reports.documents.wording import Wording
from reports.export_page import LANGUAGES
from tests.published_company import Company, make_company

LATER = "2999-01-01T00:00:00.000000+00:00"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which a colleague answers for a, a answers for b, HR looked, and a signature was sent."""
    made = make_company(tmp_path)
    picture = made.run("r1", {"a": "1", "b": "2"})["a"]
    made.answer({"a": picture})
    sent = Vault(made.home / "vault").put(b"<table>a's signature</table>")
    plain = Vault(made.home / "vault").put(b"-- \na")
    with closing(open_register(made.home)) as register:
        register.decide(
            [
                Decision("a", picture, Answer.HOLD, "brand", now(), side=Side.BRAND),
                Decision("a", picture, Answer.RETRY, "hr", now(), source="import:list.csv"),
                Decision("a", picture, Answer.APPROVE, "a@example.com", now(), source="own:sheet.json"),
            ]
        )
        register.add(
            [
                Delegation("a", "b", "a", now(), LATER, "away in May"),
                Delegation("b", "a", "hr", now(), LATER, "on leave"),
            ]
        )
        register.note(
            [
                Receipt("folder:/sig", "a", "a/signature.htm", sent, "", State.DONE, now(), "r1"),
                Receipt("gmail_signatures:mail", "a", "a@example.com", plain, "", State.DONE, now(), "r1"),
            ]
        )
        register.tell(Act.SIGN_IN, "sso:7f", "a", "employee sso")
        register.tell(Act.VIEW, "sso:7f", "b", "delegated")
        register.tell(Act.VIEW, "hr-1", "a", "portrait")
        register.tell(Act.VIEW, "hr-1", "b", "portrait")
        register.tell(Act.ROLLBACK, person="a", detail="withdrawal refuse")
    return made


def test_the_file_is_never_readable_by_others(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while it grows either, whatever the umask; and a link under a name that can be guessed is not written through."""
    (tmp_path / ".a.zip.partial").symlink_to(tmp_path / "theirs")
    seen = set()

    class Watched(zipfile.ZipFile):
        def writestr(self, *given: Any) -> None:
            super().writestr(*given)
            seen.update(stat.S_IMODE(one.lstat().st_mode) for one in tmp_path.glob(".a.zip.*.partial"))

    before = os.umask(0)
    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZipFile", Watched)
        CliRunner().invoke(app, ["export", "a", "--to", str(tmp_path / "a.zip"), "--home", str(company.home)])
    os.umask(before)
    assert seen == {0o600}
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    assert not (tmp_path / "theirs").exists()


def exported(company: Company, to: Path) -> dict[str, bytes]:
    """Run the command for a; return the files by name."""
    done = CliRunner().invoke(app, ["export", "a", "--to", str(to), "--home", str(company.home)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(to) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_both_sides_of_delegations_and_the_log_are_in_it(company: Company, tmp_path: Path) -> None:
    """Who looked, when they signed in and what was taken off; of others neither whom they are nor why they are away."""
    data = json.loads(exported(company, tmp_path / "a.zip")["data.json"])
    assert [(row["delegate"], row["employee"]) for row in data["delegations"]] == [("b", "a")]
    assert [(row["employee"], row["why"]) for row in data["answers for others"]] == [("b", "")]
    told = [(line["act"], line["by"], line["about"]) for line in data["log"] if line["act"] in [*Act]]
    assert told == [
        ("sign_in", "sso:7f", "a"), ("view", "sso:7f", ""), ("view", "hr-1", "a"), ("rollback", "", "a"),
    ]  # fmt: skip


def test_delegates_are_named_as_on_the_page(company: Company, tmp_path: Path) -> None:
    """By name beside the id, and to the last day in the company's time zone."""
    (company.home / "review.toml").write_text('[asking]\ntimezone = "America/New_York"\n')
    people = [Employee("a", display_name="Ada"), Employee("b", display_name="Bo Berg")]
    ledger.write(company.home / "runs" / "r1" / "employees.parquet", ledger.table(Employee, people))
    page = " ".join(exported(company, tmp_path / "a.zip")["READ ME.txt"].decode().split())
    assert "Bo Berg (b), up to and including 2998-12-31, named by you" in page


def test_signatures_are_named_as_what_they_are(company: Company, tmp_path: Path) -> None:
    """Neither is a picture, nor of an unknown kind."""
    files = exported(company, tmp_path / "a.zip")
    found = {name.rpartition(".")[2]: data for name, data in files.items() if name.startswith("signatures/")}
    assert found == {"htm": b"<table>a's signature</table>", "txt": b"-- \na"}
    assert not [name for name in files if name.endswith(".bin")]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("READ ME.txt", ["you: use the portrait", "hr, for you: try again", "the brand's side: held back", "b, up to and including 2998-12-31, named by you", ", because: away in May", "hr-1: the page of"]),
        ("LIES MICH.txt", ["Sie: Porträt verwenden", "hr, für Sie: neuer Versuch", "die Marke: zurückgehalten", "b, bis einschließlich 2998-12-31, benannt von Ihnen", ", Grund: away in May", "hr-1: die Seite"]),
    ],
)  # fmt: skip
def test_the_page_says_all_of_it_in_both_languages(
    company: Company, tmp_path: Path, file: str, said: list[str]
) -> None:
    """Which answers there were, who may answer for whom, and who looked."""
    page = " ".join(exported(company, tmp_path / "a.zip")[file].decode().split())
    assert [one for one in said if one not in page] == []
    assert page.count(said[0]) == 2  # on their page, and signed with a code in their own name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_words_for_everything(language: str) -> None:
    """Answers, words, reasons and purposes, and the same keys in each."""
    folder = Path(export_page.__file__).parent / "export_texts"
    texts = {one: tomllib.loads((folder / f"{one}.toml").read_text("utf-8")) for one in LANGUAGES}
    assert _keys(texts[language]) == _keys(texts["en"])
    words = texts[language]
    assert set(words["answer"]) == set(Answer)
    assert set(words["word"]) == set(Word)
    assert set(words["why"]) == set(WHY)
    assert set(words["act"]) == set(ACTS)
    assert language == "en" or all(Wording(language)("purpose", one, "") for one in PURPOSES)


def _keys(table: dict[str, object], path: str = "") -> set[str]:
    nested = [_keys(value, f"{path}{key}.") for key, value in table.items() if isinstance(value, dict)]
    return {f"{path}{key}" for key in table}.union(*nested)
