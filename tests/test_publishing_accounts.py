"""Publishing to a place that keeps one picture a person, and encodes it anew: found, sent once, verified, put back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catchlight import ledger
from catchlight.alike import alike
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import PhotoError
from catchlight.home import Home
from catchlight.journal import State, half_way
from catchlight.place import Accounts, Place, Takes
from catchlight.publish_planning import draw
from catchlight.records import Employee, Render
from catchlight.rollback import rollback
from catchlight.sending import settle
from tests.published_company import Company, apply, codes, make_company, portrait


@dataclass
class Directory:
    """A vendor's directory: it scales and encodes what it gets, and shows it a little later."""

    shown: dict[str, bytes] = field(default_factory=dict)
    coming: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    lag: int = 0

    def look(self, target: str) -> bytes | None:
        """Return what is shown; each look brings what is coming nearer."""
        if target in self.coming:
            left, data = self.coming.pop(target)
            if left:
                self.coming[target] = (left - 1, data)
            else:
                self.shown[target] = data
        return self.shown.get(target)

    def put(self, target: str, data: bytes) -> None:
        """Take a picture as such directories do."""
        buffer = BytesIO()
        with Image.open(BytesIO(data)) as picture:
            picture.resize((240, 240)).save(buffer, "JPEG", quality=70)
        self.writes.append(target)
        self.coming[target] = (self.lag, buffer.getvalue())

    def remove(self, target: str) -> None:
        """Forget a picture."""
        self.writes.append(target)
        self.shown.pop(target, None)

    def accounts(self, people: Sequence[Employee]) -> Accounts:
        """Know everybody but c."""
        known = {person.id: f"account-{person.id}" for person in people if person.id != "c"}
        return Accounts(known, {"c": "nobody in the directory has this address"})

    def place(self) -> Place:
        """Return it as a place."""
        takes = Takes(size="648", most_bytes=100_000, keeps_bytes=False, lag=8)
        return Place(
            "directory:test",
            self.look,
            self.put,
            self.remove,
            takes=takes,
            accounts=self.accounts,
            same=alike,
        )


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three who all approved."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    return company


@pytest.fixture
def directory() -> Directory:
    """Return a directory in which b has a picture of their own."""
    directory = Directory()
    directory.put("account-b", _picture("olive"))
    directory.look("account-b")
    directory.writes.clear()
    return directory


def _picture(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (240, 240), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def desk_of(company: Company, directory: Directory) -> Desk:
    """Return a desk that publishes to the directory and waits for nothing."""
    return replace(company.desk(), place=directory.place(), wait=lambda _: None)


def test_each_gets_one_picture_once(company: Company, directory: Directory) -> None:
    """The size is the place's; whoever has no account is left out with the reason; a second time writes nothing."""
    desk = desk_of(company, directory)
    plan = draw(desk, "r1", ("96", "2048"))
    assert [(p.employee, [(f.target, f.size, f.change) for f in p.files]) for p in plan.people] == [
        ("a", [("account-a", "648", "new")]),
        ("b", [("account-b", "648", "change")]),
    ]
    assert [(skip.employee, skip.reason, skip.sentence) for skip in plan.skipped] == [
        ("c", "no_account", "nobody in the directory has this address")
    ]
    assert codes(apply(desk, plan)) == {"sent": 2}
    assert codes(apply(desk, plan)) == codes(apply(desk, draw(desk, "r1", ()))) == {"unchanged": 2}
    assert directory.writes == ["account-a", "account-b"]
    assert find_drift(desk) == []


def test_what_is_shown_later_is_waited_for(company: Company, directory: Directory) -> None:
    """Reading back may show the old picture for a while; what never comes is unclear, and is not taken for failed."""
    directory.lag = 3
    desk = desk_of(company, directory)
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"sent": 2}
    company.answer(company.run("r2", {"a": "4"}))
    directory.lag = 99
    assert codes(apply(desk, draw(desk, "r2", ()))) == {"failed": 1}
    assert desk.register.receipts()[-1].state == State.UNCLEAR


def test_the_way_back(company: Company, directory: Directory) -> None:
    """Who had a picture has it again, who had none has none; what somebody changed since stays."""
    desk = desk_of(company, directory)
    apply(desk, draw(desk, "r1", ()))
    assert codes(rollback(desk, "r1")) == {"removed": 1, "restored": 1}
    assert list(directory.shown) == ["account-b"]
    assert alike(_picture("olive"), directory.shown["account-b"])
    apply(desk, draw(desk, "r1", ()))
    directory.shown["account-a"] = _picture("navy")
    assert [(drift.employee, drift.kind) for drift in find_drift(desk)] == [("a", "changed")]
    assert codes(rollback(desk, "r1")) == {"conflict": 1, "restored": 1}


def test_a_refusal_is_settled_at_once(company: Company, directory: Directory) -> None:
    """Where a place says no, nobody waits for what would be shown later, and the next start has nothing to settle."""
    desk = desk_of(company, directory)
    plan = draw(desk, "r1", ())

    def refuse(_target: str, _data: bytes) -> None:
        raise PhotoError("photo.shape", "only square pictures")

    refusing = replace(desk, place=replace(desk.place, put=refuse))
    assert codes(apply(refusing, plan)) == {"failed": 2}
    assert half_way(desk.register.receipts()) == []


def test_a_place_of_people_gets_squares(company: Company, directory: Directory) -> None:
    """Portraits of another shape are cropped square for it; square ones go as they are."""
    company.run("r2", {"a": "tall"})
    home = Home(company.home)
    tall = home.vault.put(portrait("tall", 500, 400))
    render = Render("a", "recipe-a", "", picture=tall, width=400, height=500)
    ledger.write(home.run("r2") / ledger.file_name(Render), ledger.table(Render, [render]))
    job = {"source": "/x", "home": str(company.home), "preset": "studio-grey-4x5"}
    (home.ledger("r2")).mkdir(parents=True)
    (home.ledger("r2") / "plan.json").write_text(json.dumps({"job": job}))
    company.answer({"a": tall})
    desk = desk_of(company, directory)
    (file,) = draw(desk, "r2", ()).people[0].files
    assert (file.width, file.height) == (648, 648)
    assert Image.open(BytesIO(desk.vault.get(file.sent))).size == (648, 648)


def test_who_was_left_without_a_picture_gets_theirs_back(company: Company, directory: Directory) -> None:
    """Where a place has to be emptied before it is filled, a program killed in between costs nobody their picture."""
    desk = desk_of(company, directory)
    desk = replace(desk, place=replace(desk.place, takes=replace(desk.place.takes, empties=True)))
    old = directory.shown["account-b"]

    def die(target: str, _data: bytes) -> None:
        directory.shown.pop(target, None)
        raise KeyboardInterrupt

    dying = replace(desk, place=replace(desk.place, put=die))
    with pytest.raises(KeyboardInterrupt):
        apply(dying, draw(dying, "r1", ()).model_copy(update={"people": draw(dying, "r1", ()).people[1:]}))
    assert "account-b" not in directory.shown
    settle(desk)
    assert alike(old, directory.shown["account-b"])
    apply(desk, draw(desk, "r1", ()))
    rollback(desk, "r1")
    assert alike(old, directory.shown["account-b"])


def test_who_was_left_without_a_picture_on_the_way_back_gets_theirs_back(
    company: Company, directory: Directory
) -> None:
    """Killed after such a place was emptied, a rollback does not take the empty place for somebody else's doing."""
    desk = desk_of(company, directory)
    desk = replace(desk, place=replace(desk.place, takes=replace(desk.place.takes, empties=True)))
    old = directory.shown["account-b"]
    apply(desk, draw(desk, "r1", ()))

    def die(target: str, _data: bytes) -> None:
        directory.shown.pop(target, None)
        raise KeyboardInterrupt

    dying = replace(desk, place=replace(desk.place, put=die))
    with pytest.raises(KeyboardInterrupt):
        rollback(dying, "r1", employee="b")
    assert "account-b" not in directory.shown
    rollback(desk, "r1", employee="b")
    assert half_way(desk.register.receipts()) == []
    assert alike(old, directory.shown["account-b"])


@pytest.mark.parametrize("reason", ["photo.rights", "account.gone"])
def test_one_who_is_refused_or_gone_since_the_plan_stops_nobody_else(
    company: Company, directory: Directory, reason: str
) -> None:
    """A right that one person's account lacks, or an account that went: that one is told, the other is published."""
    desk = desk_of(company, directory)
    plan = draw(desk, "r1", ())

    def put(target: str, data: bytes) -> None:
        if target == "account-a":
            raise PhotoError(reason, "not this one")
        desk.place.put(target, data)

    done = apply(replace(desk, place=replace(desk.place, put=put)), plan)
    assert codes(done) == {"failed": 1, "sent": 1}
    assert [(one.employee, one.sentence) for one in done if one.code == "failed"] == [("a", "not this one")]
    assert directory.writes == ["account-b"]
    assert half_way(desk.register.receipts()) == []
