"""A contact sheet's signed answers: taken in as their signer's, or refused whole and changing nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from catchlight import reviewer_codes
from catchlight.errors import ConfigError
from catchlight.records import Decision
from catchlight.register import Register
from catchlight.reviewer_codes import issue_code, revoke_code
from catchlight.signed_answers import read_signed_answers
from catchlight.signed_file import LARGEST
from tests.letter_company import reviewing
from tests.published_company import Company
from tests.signed_company import content, line, make_signed, run, signed

WHO = "Ada Lovelace"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make keys in fewer rounds; the browser's tests make them in all."""
    monkeypatch.setattr(reviewer_codes, "ROUNDS", 1_000)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with one run."""
    return make_signed(tmp_path)


@pytest.fixture
def code(company: Company) -> str:
    """Return Ada's code."""
    return issue_code(company.home, WHO)


def taken_in(company: Company, text: str | bytes) -> Result:
    """Import a file of this text."""
    file = company.home.parent / "answers-r1.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return reviewing(company, "import", str(file))


def decisions(company: Company) -> list[Decision]:
    """Return what the register holds."""
    register = Register(company.home / "register.db")
    found = register.decisions()
    register.close()
    return found


def assert_refused(company: Company, result: Result, words: str) -> None:
    """Check that the import says why in one sentence, and took nothing."""
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert decisions(company) == []


def test_answers_are_decisions_of_their_signer(company: Company, code: str) -> None:
    """Who signed is who decided; picture, tags, comment and time are kept."""
    pictures = run(company)
    again = line("002", pictures["002"], "retry", tags=["tighter", "softer_light"], comment="Närmare\ntack.")
    text = content(line("001", pictures["001"]), again, line("004", "", "upload"))
    result = taken_in(company, signed(text, code))
    assert result.exit_code == 0, result.output
    assert "3 answers taken in, 0 were known already, 0 rows refused." in result.output
    ann, bob, dan = sorted(decisions(company), key=lambda one: one.employee)
    assert (ann.picture, ann.answer, ann.by, ann.source) == (
        pictures["001"],
        "approve",
        WHO,
        "signed:answers-r1.json",
    )
    assert (ann.at, ann.side) == ("2026-11-23T14:30:00.123000+00:00", "employee")
    assert (bob.answer, bob.tags, bob.comment) == ("retry", "tighter softer_light", "Närmare\ntack.")
    assert (dan.picture, dan.answer) == ("", "upload")


def test_the_same_marks_twice_add_nothing(company: Company, code: str) -> None:
    """Not in the same file, nor in a later one, nor from a computer whose clock runs ahead."""
    pictures = run(company)
    first = line("001", pictures["001"], at="2099-01-01T00:00:00.000Z")
    taken_in(company, signed(content(first), code))
    assert "0 answers taken in, 1 was known" in taken_in(company, signed(content(first), code)).output
    more = signed(content(line("002", pictures["002"], "keep"), first), code)
    assert "1 answer taken in, 1 was known" in taken_in(company, more).output
    assert len(decisions(company)) == 2


def test_any_changed_byte_is_noticed(company: Company, code: str) -> None:
    """Whichever byte of the file is another one, it is refused, or still says exactly the same."""
    text = signed(content(line("001", run(company)["001"], comment="ja")), code).encode()
    file = company.home.parent / "answers.json"
    file.write_bytes(text)
    right = read_signed_answers(file, company.home).decisions
    for at in range(len(text)):
        file.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])
        try:
            assert read_signed_answers(file, company.home).decisions == right, text[at - 5 : at + 5]
        except ConfigError:
            continue


def _without_signature(text: str) -> str:
    return json.dumps({key: value for key, value in json.loads(text).items() if key != "signature"})


def _said_otherwise(text: str) -> str:
    return text.replace("approve", "refuse")


def _signed_by_bob(text: str) -> str:
    return text.replace(WHO, "Bob")


TAMPERING: dict[str, tuple[Callable[[str], str], str]] = {
    "an answer changed": (_said_otherwise, "changed since, or another code"),
    "cut in the middle": (lambda text: text[: len(text) // 2], "is not a signed file"),
    "no signature": (_without_signature, "signature: Field required"),
    "an empty signature": (lambda text: text[:-70] + '"signature": ""}', "is not a signed file"),
    "only the content": (lambda text: json.loads(text)["signed"], "is not a signed file"),
    "somebody else's name": (_signed_by_bob, "changed since, or another code"),
    "nobody's name": (lambda text: text.replace(WHO, "Eve"), "who has no code here"),
    "two files in one": (lambda text: text + text, "is not a signed file"),
    "nothing": (lambda _: "", "is not a signed file"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_a_tampered_file_changes_nothing(company: Company, code: str, how: str) -> None:
    """Edited, cut, unsigned or in another's name: refused whole, with one sentence."""
    issue_code(company.home, "Bob")
    change, words = TAMPERING[how]
    text = signed(content(line("001", run(company)["001"])), code)
    assert_refused(company, taken_in(company, change(text)), words)


def test_another_code_or_a_foreign_key_does_not_sign(company: Company, code: str) -> None:
    """A file signed with an invented code, or with another reviewer's in Ada's name, is refused."""
    text = content(line("001", run(company)["001"]))
    for other in (issue_code(company.home, "Bob"), "0" * 28, code[:-1] + "?"):
        assert_refused(company, taken_in(company, signed(text, other)), "changed since, or another code")
    inner = signed(text, issue_code(company.home, "Cy"), "Cy")
    assert_refused(company, taken_in(company, inner), "names two signers")


def test_a_revoked_code_signs_nothing_any_more(company: Company, code: str) -> None:
    """Nor does it after a new one was issued; what was taken in before stays."""
    pictures = run(company)
    taken_in(company, signed(content(line("001", pictures["001"])), code))
    revoke_code(company.home, WHO)
    result = taken_in(company, signed(content(line("002", pictures["002"])), code))
    assert result.exit_code == 2
    assert "was revoked 20" in result.output
    new = issue_code(company.home, WHO)
    result = taken_in(company, signed(content(line("002", pictures["002"])), code))
    assert result.exit_code == 2
    assert "another code" in result.output
    assert [one.employee for one in decisions(company)] == ["001"]
    assert taken_in(company, signed(content(line("002", pictures["002"])), new)).exit_code == 0


def _odd(**changes: Any) -> str:
    return content(line("001", "0" * 64) | changes)


HOSTILE = {
    "a number that is none": _odd().replace('"comment": ""', '"comment": NaN'),
    "a key twice": _odd().replace('"tags"', '"answer": "keep", "tags"'),
    "nested deeply": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "a list": "[]",
    "a number": "1e999",
    "a long number": "9" * 10_000,
    "an unknown key": _odd(side="brand"),
    "an unknown answer": _odd(answer="hold"),
    "an answer that is a list": _odd(answer=["approve"]),
    "tags in a text": _odd(tags="tighter"),
    "a picture that is a path": _odd(picture="../../etc/passwd"),
    "a picture with a line end": _odd(picture="0" * 64 + "\n"),
    "an id of nothing": _odd(employee=""),
    "an id that is null": _odd(employee=None),
    "a comment too long": _odd(comment="x" * 501),
    "a zero character": _odd(comment="a\0b"),
    "half a character": _odd(comment="\ud800"),
    "a time that is none": _odd(at="2026-99-99T00:00:00Z"),
    "a time before all times": _odd(at="0001-01-01T00:00:00+14:00"),
    "another format": content().replace("answers-1", "answers-2"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_json_is_refused_signed_or_not(company: Company, code: str, what: str) -> None:
    """What no sheet writes is refused, also from somebody who can sign."""
    assert_refused(company, taken_in(company, HOSTILE[what]), "is not a signed file")
    words = "is signed, but not as a contact sheet writes it"
    assert_refused(company, taken_in(company, signed(HOSTILE[what], code)), words)


def test_bytes_that_are_no_text_and_names_that_are_markup_are_refused(company: Company) -> None:
    """Nothing that a stranger wrote into the file reaches the terminal."""
    assert_refused(company, taken_in(company, b"{\xff\xfe\x00"), "is not a signed file")
    said = '{"format": "catchlight-answers-1", "[/red]\\u001b[2J": 1}'
    assert_refused(company, taken_in(company, said), "is not a signed file")


def test_a_huge_file_is_not_read(company: Company) -> None:
    """50 MB are enough for every company; what is larger is refused before it is parsed."""
    file = company.home.parent / "answers.json"
    with file.open("wb") as out:
        out.truncate(LARGEST + 1)
    assert_refused(company, reviewing(company, "import", str(file)), "is larger than 50 MB")


def test_lines_that_are_about_nothing_are_refused_alone(company: Company, code: str) -> None:
    """A stranger, somebody else's picture, an answered retake, two answers: told, and the rest is taken."""
    pictures = run(company)
    text = content(
        line("001", pictures["001"]),
        line("999", pictures["001"]),
        line("002", pictures["001"]),
        line("003", pictures["003"]),
        line("004", "", "keep"),
        line("004", "", "refuse"),
    )
    result = taken_in(company, signed(text, code))
    assert result.exit_code == 1
    assert "1 answer taken in, 0 were known already, 5 rows refused." in result.output
    for words in (
        "answer 2: nobody in run r1 has the id '999'",
        "answer 3: its picture is none of '002'",
        "answer 4: '003' has no portrait in run r1 that could be answered so",
        "answer 5: '004' has 2 answers in this file",
    ):
        assert words in result.output
    assert [one.employee for one in decisions(company)] == ["001"]


def test_tags_are_known_and_belong_to_another_try(company: Company, code: str) -> None:
    """A tag that nothing would follow is not taken for a wish."""
    pictures = run(company)
    text = content(
        line("001", pictures["001"], "retry", tags=["prettier"]),
        line("002", pictures["002"], tags=["looser"]),
    )
    result = taken_in(company, signed(text, code))
    assert "tag 'prettier' is none of tighter, looser" in result.output
    assert "tags belong to another try only" in result.output
    assert decisions(company) == []


def test_answers_about_an_older_portrait_are_taken_and_told(company: Company, code: str) -> None:
    """The sheet of an older run still says what was said of its pictures; they approve no newer one."""
    old = run(company)
    run(company, "r2")
    result = taken_in(company, signed(content(line("001", old["001"])), code))
    assert result.exit_code == 0
    assert "answer 1: not about the portrait of run r2" in result.output
    assert [one.picture for one in decisions(company)] == [old["001"]]


@pytest.mark.parametrize(
    ("name", "preset"), [("r9", None), ("latest", None), ("../r1", None), ("r1", "cd" * 32)]
)
def test_another_companys_sheet_is_refused(
    company: Company, code: str, name: str, preset: str | None
) -> None:
    """A run that is not here, a name that is no run's own, another preset: not this company's sheet."""
    said = content(line("001", run(company)["001"]), run=name, **({"preset": preset} if preset else {}))
    result = taken_in(company, signed(said, code))
    assert result.exit_code == 2
    assert decisions(company) == []


def test_options_that_a_signed_file_answers_itself_are_refused(company: Company, code: str) -> None:
    """Nobody is made the signer of what another signed."""
    taken_in(company, "")
    file = company.home.parent / "answers-r1.json"
    file.write_text(signed(content(line("001", run(company)["001"])), code), encoding="utf-8")
    assert_refused(
        company, reviewing(company, "import", str(file), "--by", "Bob"), "says itself who answered"
    )
    assert_refused(
        company, reviewing(company, "import", str(file), "--run", "r1"), "says itself who answered"
    )


def test_a_code_is_shown_once_and_only_its_key_is_kept(company: Company) -> None:
    """Seven groups of four; the home folder never holds it, and its file is its owner's alone."""
    result = reviewing(company, "code", "  Zoë   Müller ")
    shown = result.output.splitlines()[2].strip()
    assert [len(group) for group in shown.split("-")] == [4] * 7
    assert len(set(shown)) > 8
    kept = [path for path in (company.home / "secrets").rglob("*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    assert (company.home / "secrets").stat().st_mode & 0o077 == 0
    text = kept[0].read_text(encoding="utf-8")
    assert not any(part in text for part in (shown, shown.replace("-", ""), shown[:9], shown[-9:]))
    assert shown not in reviewing(company, "code", "--list").output


def test_codes_are_listed_revoked_and_issued_again(company: Company) -> None:
    """One code a name, however it is written; a second one only after the first was revoked."""
    assert "Nobody has a code." in reviewing(company, "code", "--list").output
    first = reviewing(company, "code", "Zoë").output
    again = reviewing(company, "code", "zoë")
    assert again.exit_code == 2
    assert "has a code since" in again.output
    assert reviewing(company, "code", "--revoke", "ZOË").exit_code == 0
    assert "Zoë: since" in reviewing(company, "code", "--list").output
    assert ", revoked" in reviewing(company, "code", "--list").output
    gone = reviewing(company, "code", "--revoke", "Zoë")
    assert gone.exit_code == 2
    assert "has no code" in gone.output
    assert reviewing(company, "code", "Zoë").output != first


@pytest.mark.parametrize(
    "words", [(), ("",), ("a\x07b",), ("x" * 101,), ("Ada", "--list"), ("--revoke", "Eve")]
)
def test_what_names_nobody_is_refused(company: Company, words: tuple[str, ...]) -> None:
    """No name, a name that cannot be shown, two wishes at once."""
    assert reviewing(company, "code", *words).exit_code == 2
    assert not (company.home / "secrets").exists()


def test_a_key_that_others_may_read_is_not_used(company: Company, code: str) -> None:
    """Who can read the key can sign: the import says which file to close."""
    kept = next((company.home / "secrets/reviewers").glob("*.json"))
    kept.chmod(0o644)
    result = taken_in(company, signed(content(line("001", run(company)["001"])), code))
    assert_refused(company, result, "others may read this key")


def test_a_code_tells_its_own_slips(company: Company) -> None:
    """A letter mistaken, two swapped, or the wrong name: the last group no longer fits."""
    code = issue_code(company.home, WHO).replace("-", "")
    body, check = code[:24], code[24:]
    assert reviewer_codes.check_of("ada  LOVELACE", body) == check
    slips = [body[:at] + ("7" if body[at] != "7" else "8") + body[at + 1 :] for at in range(24)]
    assert [reviewer_codes.check_of(WHO, slip) for slip in slips].count(check) == 0
    assert reviewer_codes.check_of("Ada Lovelac", body) != check
