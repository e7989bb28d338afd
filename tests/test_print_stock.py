"""Files for publishing lie ready when a refresh has ended: only of who may come to be shown, each cut once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchlight import prints
from catchlight.consents import Consent, Word
from catchlight.desk import Desk, open_desk, open_register
from catchlight.errors import OutsideError
from catchlight.print_book import print_book
from catchlight.publish_plan import write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Outcome
from catchlight.register import now
from catchlight.runs import portraits
from flows import progress, session, stages, stocking
from flows.destinations import place_named
from flows.stocking import shelves_of
from tests.lives import Life, Standin, step
from tests.published_company import Company, make_company

PEOPLE = ("ann", "ben", "cid")
SIZES = ("96", "avatar@48")
PLACES = '[wall]\nkind = "folder"\nroot = "{out}"\nsizes = ["96", "avatar@48"]\n'


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the sizes that are cut, one entry a file."""
    found, real = list[str](), prints.printed

    def counted(*given: object) -> Iterator[object]:
        for one, data in real(*given):  # type: ignore[arg-type]
            found.append(one.size)
            yield one, data

    monkeypatch.setattr(prints, "printed", counted)
    return found


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Return three people with photos, and a folder for two sizes."""
    monkeypatch.setattr(session, "Darkroom", Standin)
    monkeypatch.setattr(session, "check", lambda _: None)
    life = Life(tmp_path)
    life.begin(PEOPLE)
    life.photograph(PEOPLE, 0)
    (life.home / "destinations.toml").write_text(PLACES.format(out=life.out))
    return life


def _refresh(life: Life) -> Path:
    with session.session(life.job()) as begun:
        return stages.straight(begun)


def _desk(home: Path) -> Desk:
    return open_desk(home, place_named("wall", home))


def _company(tmp_path: Path, **outcomes: str) -> tuple[Company, dict[str, str]]:
    company = make_company(tmp_path)
    pictures = company.run("r1", {id_: id_ for id_ in PEOPLE}, outcomes)
    (company.home / "destinations.toml").write_text(PLACES.format(out=company.out))
    return company, pictures


def _stock(company: Company) -> set[str]:
    """Cut ahead; return of whom there are files."""
    folder = company.home / "runs/r1"
    stocking.fill(company.home, folder, shelves_of(company.home, folder), 2)
    book = print_book(company.home)
    return {id_ for id_, one in portraits(folder).items() if book.files(one.picture)}


def test_a_plan_after_a_refresh_cuts_nothing(life: Life, cut: list[str]) -> None:
    """What a place of destinations.toml asks for is there; neither a second refresh nor a second plan cuts any more."""
    run = _refresh(life)
    assert sorted(cut) == sorted(SIZES * 3)
    step(life, "answer", "")
    first = draw(_desk(life.home), run.name, SIZES)
    second = draw(_desk(life.home), _refresh(life).name, SIZES)
    assert (len(first.people), first.people, len(cut)) == (3, second.people, 6)
    assert "prints" in json.loads((run / "run.json").read_bytes())["timings"]


def test_the_files_are_those_that_a_plan_alone_would_cut(tmp_path: Path) -> None:
    """All cut ahead, none, or one person's: the plan is the same, also in a size that nobody was to ask for."""
    plans = []
    for ahead in ("all", "none", "ben"):
        (tmp_path / ahead).mkdir()
        company, pictures = _company(tmp_path / ahead)
        company.answer(pictures)
        if ahead == "all":
            assert _stock(company) == set(PEOPLE)
        if ahead == "ben":
            draw(_desk(company.home), "r1", (*SIZES, "128"), {"ben"})
        plans.append(draw(_desk(company.home), "r1", (*SIZES, "128")).people)
    assert [person.employee for person in plans[0]] == list(PEOPLE)
    assert plans[0] == plans[1] == plans[2]


def test_nothing_is_cut_of_who_cannot_be_shown(tmp_path: Path) -> None:
    """A retake, a refusal, a no to this purpose; who has not answered may still say yes, and is cut."""
    company, pictures = _company(tmp_path, ann=Outcome.RETAKE, cid=Outcome.REVIEW)
    assert _stock(company) == {"ben", "cid"}
    (tmp_path / "two").mkdir()
    company, pictures = _company(tmp_path / "two")
    register = open_register(company.home)
    register.decide([Decision("ann", pictures["ann"], Answer.KEEP, "ann", now())])
    register.add([Consent("ben", "intranet", Word.REFUSED, "ben", now())])
    register.close()
    assert _stock(company) == {"cid"}


def test_what_was_not_cut_when_it_was_stopped_is_cut_later(tmp_path: Path, cut: list[str]) -> None:
    """A refresh that is stopped while it cuts leaves a plan more to do, and nothing is cut twice."""
    company, pictures = _company(tmp_path)

    def stop(_stage: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with progress.listening(stop), pytest.raises(KeyboardInterrupt):
        _stock(company)
    company.answer(pictures)
    assert len(draw(_desk(company.home), "r1", SIZES).people) == 3
    assert sorted(cut) == sorted(SIZES * 3)


@pytest.mark.parametrize(
    ("file", "text"),
    [("destinations.toml", "[wall]\nkind = 'pigeon'\n"), ("publish.toml", "most_changed = 3\n")],
)
def test_what_stands_against_it_is_told_and_the_run_stands(life: Life, file: str, text: str) -> None:
    """Publishing that is set up wrongly does not fail a refresh."""
    (life.home / file).write_text(text)
    said: list[str] = []
    with progress.hearing(said.append):
        run = _refresh(life)
    assert (life.home / "runs/latest").resolve() == run.resolve()
    assert any(file in one for one in said)


def test_it_gives_up_where_nothing_can_be_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a time server that is away ends it after ten people, instead of after all of them."""
    company = make_company(tmp_path)
    company.run("r1", {f"p{number:02}": f"s{number}" for number in range(20)})
    (company.home / "destinations.toml").write_text(PLACES.format(out=company.out))
    tried: list[str] = []

    def full(_self: object, picture: str, *_: object) -> None:
        tried.append(picture)
        message = "disk full"
        raise OutsideError(message)

    monkeypatch.setattr(prints.Prints, "of", full)
    with pytest.raises(OutsideError, match="disk full"):
        _stock(company)
    assert len(tried) >= 10


@pytest.mark.parametrize(("text", "files"), [("cut_ahead = false\n", 0), ("", 6)])
def test_a_company_may_leave_it_to_the_plan(life: Life, cut: list[str], text: str, files: int) -> None:
    """``cut_ahead`` in publish.toml."""
    (life.home / "publish.toml").write_text(text)
    _refresh(life)
    assert len(cut) == files


def test_shelves_are_those_of_the_places_in_destinations_toml(tmp_path: Path) -> None:
    """A folder that is not there now asks for nothing; without sizes the usual ones; nobody is known to ask, nothing."""
    company, _ = _company(tmp_path)
    folder = company.home / "runs/r1"
    assert [[size.name for size in one.sizes] for one in shelves_of(company.home, folder)] == [list(SIZES)]
    (company.home / "destinations.toml").write_text(PLACES.format(out=tmp_path / "away"))
    assert shelves_of(company.home, folder) == []
    (company.home / "destinations.toml").write_text(
        PLACES.format(out=company.out).replace("sizes", "# sizes")
    )
    (usual,) = shelves_of(company.home, folder)
    assert [size.name for size in usual.sizes][:2] == ["2048", "1024"]
    (company.home / "destinations.toml").unlink()
    assert shelves_of(company.home, folder) == []


def test_a_folder_that_was_planned_once_is_expected_again(tmp_path: Path) -> None:
    """A folder given on the command line asks for the sizes of its last plan, in later runs, too."""
    company, pictures = _company(tmp_path)
    (company.home / "destinations.toml").unlink()
    write_plan(company.home, draw(company.desk(), "r1", ("128",)))
    write_plan(company.home, draw(company.desk(), "r1", ("96",)))
    company.run("r2", dict.fromkeys(pictures, "new"))
    (shelf,) = shelves_of(company.home, company.home / "runs/r2")
    assert [size.name for size in shelf.sizes] == ["96"]
