"""What tells of one person, and what only looks like it."""

from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from catchlight import ledger
from catchlight.desk import open_register
from catchlight.erasure import erase
from catchlight.records import Answer, Decision, Employee, Render
from catchlight.register import now
from catchlight.scrubbing import tells
from catchlight.traces import Traces
from catchlight.vault import Vault

ANNA = Traces("E10001", frozenset({"anna.berg@example.com", "Anna Berg"}), others=frozenset({"E10001_2"}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("E10001_portrait.jpg: cannot be read", True), ("old_e10001_3", True), ("E10001-2.jpg", True),
        ("anna.berg@example.com_1.jpg", True), ("photos/ANNA BERG.jpg", True), ("E10001_2 and E10001_4", True),
        ("E10001_2.jpg E10001_2", False), ("E100012", False), ("xE10001", False), ("Anna Bergé", False), ("", False),
    ],
)  # fmt: skip
def test_an_id_ends_where_letters_and_numbers_do(tmp_path: Path, text: str, *, told: bool) -> None:
    """In a line of a log as in a cell of a table; what somebody else is called is passed over."""
    (tmp_path / "a.log").write_text(text)
    pl.DataFrame({"note": [text, None], "notes": [[], [text]]}).write_parquet(tmp_path / "a.parquet")
    assert [ANNA.tell(text), tells(tmp_path / "a.log", ANNA), tells(tmp_path / "a.parquet", ANNA)] == [
        told
    ] * 3
    assert ("[erased]" in ANNA.without(text)) is told
    assert not ANNA.tell(ANNA.without(text))


def _home(home: Path, people: list[Employee]) -> None:
    (home / "runs/1").mkdir(parents=True)
    (home / "logs").mkdir()
    ledger.write(home / "runs/1/employees.parquet", ledger.table(Employee, people))
    (home / "logs/a.log").write_text("".join(f"{one.id}_1.jpg of {one.name} came\n" for one in people))


def test_nobody_else_is_rubbed_out_because_they_are_called_alike(tmp_path: Path) -> None:
    """Longer ids, addresses and names that hold the person's, and a name that is the person's id, are somebody else's."""
    others = [
        Employee("berg_2", "Eva", "Berg", email="eva_berg@example.com"), Employee("E7", display_name="Ann Berg-Holm"),
        Employee("E8", display_name="Ed Ann Berg"), Employee("E9", email="x.berg@example.com"),
    ]  # fmt: skip
    _home(
        tmp_path,
        [Employee("berg", display_name="Ann Berg", email="berg@example.com"), *others],
    )
    with closing(open_register(tmp_path)) as register:
        for one in others:
            register.decide([Decision(one.id, f"p of {one.id}", Answer.KEEP, f"berg for {one.email}", now())])
        assert erase(tmp_path, register, "berg", lambda _: None).left == ()
        assert {one.employee for one in register.decisions()} == {one.id for one in others}
        assert [one.picture for one in register.decisions("berg_2")] == ["p of berg_2"]
    assert set(pl.read_parquet(tmp_path / "runs/1/employees.parquet")["id"]) == {one.id for one in others}
    kept = (tmp_path / "logs/a.log").read_text()
    assert [f"{one.id}_1.jpg of {one.name} came" in kept for one in others] == [True] * 4


@pytest.mark.parametrize(
    "said", [{"picture": "{}"}, {"comment": "not like {}!"}, {"ticket": "{}.keep"}, {"title": "{}"}], ids=str
)
def test_a_word_of_somebody_else_keeps_no_picture_of_who_is_erased(
    tmp_path: Path, said: dict[str, str]
) -> None:
    """Whoever has a published file knows its digest; naming it makes the picture no less theirs."""
    picture = Vault(tmp_path / "vault").put(b"\xff\xd8\xff a portrait")
    said = {name: text.format(picture) for name, text in said.items()}
    _home(tmp_path, [Employee("anna"), Employee("mal", title=said.pop("title", ""))])
    ledger.write(
        tmp_path / "runs/1/renders.parquet", ledger.table(Render, [Render("anna", "r", "", picture)])
    )
    with closing(open_register(tmp_path)) as register:
        word = Decision("mal", said.pop("picture", ""), Answer.KEEP, "mal", now(), **said)
        register.decide([word])
        assert erase(tmp_path, register, "anna", lambda _: None).left == ()
        assert not Vault(tmp_path / "vault").has(picture)
        assert picture not in str(register.decisions())


def test_a_picture_that_two_people_have_stays_with_the_other(tmp_path: Path) -> None:
    """Whoever names a colleague's portrait takes it along into no erasure of their own."""
    vault = Vault(tmp_path / "vault")
    theirs, both = vault.put(b"\xff\xd8 Mal's"), vault.put(b"\xff\xd8 both's")
    _home(tmp_path, [Employee("anna"), Employee("mal")])
    renders = [Render("anna", "r", both), Render("mal", "s", both, theirs)]
    ledger.write(tmp_path / "runs/1/renders.parquet", ledger.table(Render, renders))
    with closing(open_register(tmp_path)) as register:
        register.decide([Decision("anna", theirs, Answer.KEEP, "anna", now())])
        erase(tmp_path, register, "anna", lambda _: None)
    assert (vault.has(theirs), vault.has(both)) == (True, True)
