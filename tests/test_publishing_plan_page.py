"""What a plan tells before anything happens: its page, its time, and the second pair of eyes."""

import struct
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ImageFile
from typer.testing import CliRunner

from catchlight import publishing
from catchlight.errors import ConfigError, OutsideError
from catchlight.journal import State
from catchlight.place import Takes
from catchlight.publish_plan import telling, write_plan
from catchlight.publish_planning import Listeners, draw
from catchlight.publish_time import Looks, estimated, in_words
from catchlight.publish_yes import must_have_yes, say_yes
from catchlight.records import Answer
from catchlight.reviewer_codes import issue_code
from catchlight.sending import settle
from flows.commands import publish
from reports.publish_sheet import Seen, publish_sheet
from tests.published_company import SIZES, Company, apply, codes, make_company, portrait


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three: a had a picture, b had none, c said no."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {"a": "1", "b": "2", "c": "3"})
    company.answer({id_: pictures[id_] for id_ in "ab"})
    company.answer({"c": pictures["c"]}, Answer.REFUSE)
    (company.out / "192@2x").mkdir()
    (company.out / "192@2x" / "a.jpg").write_bytes(portrait("before"))
    return company


def test_the_page_shows_now_and_then(company: Company) -> None:
    """Old and new picture of who changes, who is left out and why; names are text, nothing is asked of any network."""
    seen, desk = Seen(), company.desk()
    plan = draw(desk, "r1", SIZES, listeners=Listeners(seen=seen))
    page = publish_sheet(plan, {"a": "<script>alert(1)</script>", "b": "Bo", "c": "Cem"}, seen, desk.vault)
    assert page.count("data:image/webp") == 3
    assert "<script>" not in page
    assert "1: refused" in page
    assert "http://" not in page.replace("http-equiv", "")
    assert "https://" not in page


def claiming(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (header, b"IDAT" + zlib.compress(b""), b"IEND")
    chunks = (struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    "there",
    [
        claiming(60_000, 60_000),
        claiming(9000, 9000),
        b"DDS " + struct.pack("<I", 124) + b"\xff" * 120,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n",
        claiming(9, 9)[:40],
        b"",
    ],
    ids=["bomb", "large", "bomb of another format", "a program", "cut", "empty"],
)
def test_whatever_lies_at_the_place_stops_no_plan(
    company: Company, monkeypatch: pytest.MonkeyPatch, there: bytes
) -> None:
    """Whoever may put a file where portraits are published has it told as no picture; no pixel of it is made room for."""

    def load(picture: ImageFile.ImageFile) -> None:
        message = f"{picture.format} of {picture.size} is loaded"
        raise AssertionError(message)

    (company.out / "192@2x" / "a.jpg").write_bytes(there)
    seen, desk = Seen(), company.desk()
    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    draw(desk, "r1", SIZES, listeners=Listeners(seen=seen))
    assert seen.thumbs["a"].note == "not a picture"


def test_pages_show_the_smallest_file_that_is_no_crop(company: Company) -> None:
    """A page of 500 people is made of pictures that fit it, old and new, not of the largest that there are."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(portrait("small", 96, 96))
    told: list[bytes] = []
    listeners = Listeners(seen=lambda _id, there: told.append(there))
    plan = draw(company.desk(), "r1", ("avatar@96", *SIZES, "avatar@48"), listeners=listeners)
    assert told == [portrait("small", 96, 96)]
    assert telling(plan.people[0].files).size == "96"
    assert telling([file for file in plan.people[0].files if "avatar" in file.size]).size == "avatar@96"


def test_a_large_plan_keeps_few_pictures() -> None:
    """However many would change, the page holds the pictures of the first 500."""
    seen = Seen()
    for number in range(600):
        seen(str(number), portrait("x", 96, 96))
    assert len(seen.thumbs) == 500
    seen("junk", b"no picture")
    assert "junk" not in seen.thumbs
    Seen()("junk", b"no picture")


def test_the_time_is_the_vendors_pace(company: Company) -> None:
    """Of 180 writes a minute, 600 files take a bit over three minutes, whatever the machine."""
    desk = company.desk()
    slow = replace(desk, place=replace(desk.place, takes=Takes(a_minute=2, calls=5)))
    plan = draw(slow, "r1", SIZES)
    assert (plan.calls, plan.seconds >= 120) == (20, True)
    assert [in_words(s) for s in (0, 89, 600, 7200)] == [
        "about 1 s",
        "about 89 s",
        "about 10 min",
        "about 2.0 h",
    ]


def test_the_time_is_that_of_the_calls(company: Company) -> None:
    """Half a second a look, in two lanes; how long this machine cuts files for is not counted."""
    ticks = iter(range(100))
    looks = Looks(lambda _: None, lambda: next(ticks) / 2)
    assert [looks.each, looks("a"), looks("b"), looks.each] == [0.0, None, None, 0.5]
    plan = estimated(draw(company.desk(), "r1", SIZES), Takes(at_once=2, calls=5), looks.each)
    assert (plan.calls, plan.seconds) == (20, 5.0)


def test_a_large_plan_needs_a_second_person(company: Company) -> None:
    """Its maker alone may not follow it, nor somebody with a wrong code; a plan made anew needs a new yes."""
    (company.home / "publish.toml").write_text("second_yes_above = 1\n")
    desk = company.desk()
    plan = draw(desk, "r1", SIZES).model_copy(update={"by": "ada"})
    file = write_plan(company.home, plan)
    code, own = issue_code(company.home, "Grace"), issue_code(company.home, "Ada")
    with pytest.raises(ConfigError, match="changes 2 people, and more than 1 need a second person's yes"):
        must_have_yes(desk, file)
    with pytest.raises(ConfigError, match="do not belong together"):
        say_yes(company.home, desk.register, file, plan, ("Grace", own))
    with pytest.raises(ConfigError, match="made this plan"):
        say_yes(company.home, desk.register, file, plan, ("Ada", own))
    as_shown = file.read_bytes()
    file.write_bytes(as_shown.replace(b'"b"', b'"c"'))
    with pytest.raises(ConfigError, match="was changed since it was shown"):
        say_yes(company.home, desk.register, file, plan, ("Grace", code))
    file.write_bytes(as_shown)
    assert say_yes(company.home, desk.register, file, plan, ("grace", code.lower())) == "Grace"
    must_have_yes(desk, file)
    with pytest.raises(ConfigError, match="second person"):
        must_have_yes(desk, write_plan(company.home, plan.model_copy(update={"made": "later"})))


def test_approve_and_apply_at_a_terminal(company: Company) -> None:
    """Without the second yes apply writes nothing and says which command gives it; approve asks for the code."""
    (company.home / "publish.toml").write_text("second_yes_above = 1\n")
    code = issue_code(company.home, "Grace")
    home = ["--home", str(company.home)]
    planned = CliRunner().invoke(publish.app, ["plan", "--to", str(company.out), "--sizes", "96", *home])
    assert "Look at it: " in planned.output
    assert Path(planned.output.split("Look at it: ")[1].split("\n")[0]).is_file()
    refused = CliRunner().invoke(publish.app, ["apply", *home])
    assert (refused.exit_code, "catchlight publish approve NAME" in refused.output.replace("\n", " ")) == (
        2,
        True,
    )
    wrong = CliRunner().invoke(publish.app, ["approve", "Grace", *home], input="0000\n")
    assert wrong.exit_code == 2
    said = CliRunner().invoke(publish.app, ["approve", "Grace", *home], input=f"{code}\n")
    assert (said.exit_code, "Grace says yes" in said.output, code in said.output) == (0, True, False)
    assert CliRunner().invoke(publish.app, ["apply", "--dry-run", *home]).exit_code == 0


def test_as_many_at_once_as_the_place_allows(company: Company) -> None:
    """Pictures go out side by side, never more than the place takes, and each once."""
    company.answer(company.run("r2", {f"p{n:02}": str(n) for n in range(20)}))
    desk, lock, inside, most = company.desk(), threading.Lock(), [0], [0]
    gate = threading.Barrier(4, timeout=10)

    def put(target: str, data: bytes) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        gate.wait()  # passes only when four are inside
        desk.place.put(target, data)
        with lock:
            inside[0] -= 1

    lanes = replace(desk, place=replace(desk.place, put=put, takes=Takes(at_once=4)))
    assert codes(publishing.apply(lanes, draw(lanes, "r2", ("96",)))) == {"sent": 20}
    assert most[0] == 4


def test_what_was_unclear_is_read_back_at_the_next_start(company: Company) -> None:
    """A write without an answer, at a place that lags, is settled later and never sent a second time."""
    desk, writes = company.desk(), list[str]()

    def put(target: str, data: bytes) -> None:
        writes.append(target)
        hidden.append((target, data))
        message = "no answer came"
        raise OutsideError(message)

    hidden: list[tuple[str, bytes]] = []
    place = replace(desk.place, put=put, takes=Takes(lag=5))
    losing = replace(desk, place=place, wait=lambda _: None)
    assert codes(apply(losing, draw(losing, "r1", ("96",)))) == {"failed": 2}
    states = {receipt.target: receipt.state for receipt in desk.register.receipts()}
    assert states["96/a.jpg"] == State.UNCLEAR
    for target, data in hidden:
        desk.place.put(target, data)
    settle(losing)
    states = {receipt.target: receipt.state for receipt in desk.register.receipts()}
    assert states["96/a.jpg"] == states["96/b.jpg"] == State.DONE
    assert codes(apply(losing, draw(losing, "r1", ("96",))))["unchanged"] == 2
    assert writes.count("96/a.jpg") == 1


def test_all_destinations_at_once(company: Company) -> None:
    """Without --to, each of destinations.toml gets its plan in its own sizes; one that cannot start stops no other."""
    (company.home.parent / "wall").mkdir()
    (company.home / "destinations.toml").write_text(
        f'[files]\nkind = "folder"\nroot = "{company.out}"\nsizes = ["96"]\n'
        f'[wall]\nkind = "folder"\nroot = "{company.home.parent / "wall"}"\nsizes = ["512"]\n'
    )
    home = ["--home", str(company.home)]
    planned = CliRunner().invoke(publish.app, ["plan", *home])
    assert (planned.exit_code, planned.output.count("Plan: ")) == (0, 2)
    for place, size in ((company.out, "96"), (company.home.parent / "wall", "512")):
        apply_one(company, place, size)
    done = CliRunner().invoke(publish.app, ["apply", *home])
    assert (done.exit_code, done.output.count("2 unchanged.")) == (0, 2)
    (company.home.parent / "wall").rename(company.home.parent / "away")
    done = CliRunner().invoke(publish.app, ["apply", *home])
    assert (done.exit_code, done.output.count("2 unchanged."), "no such folder" in done.output) == (
        1,
        1,
        True,
    )
    only = CliRunner().invoke(publish.app, ["apply", "--to", "files", *home])
    assert (only.exit_code, only.output.count("2 unchanged.")) == (0, 1)


def apply_one(company: Company, out: Path, size: str) -> None:
    """Publish to one folder without a server."""
    there = replace(company, out=out)
    there.publish(sizes=(size,))
