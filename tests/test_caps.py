"""How far a photo may be changed: capped by preset, person and jurisdiction, obeyed, and said."""

import json
from pathlib import Path

import numpy as np
import pytest

from catchlight.caps import NO_CAP, Cap, cap_of
from catchlight.config import Preset, load_preset
from catchlight.decoder import Decoder
from catchlight.decoding import decode
from catchlight.develop import Development, Order, Room, develop
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.ledger import table
from catchlight.plan import Plan
from catchlight.planning import draw_up, read
from catchlight.records import Employee, Photo, Render, Rung
from catchlight.studio import Studio
from catchlight.vault import Vault
from tests.sheet_company import company, sheet
from tests.studio import Gallery

pytest_plugins = ["tests.studio_fixtures"]

RUNGS = {"DE": Rung.BACKGROUND, "United Kingdom": Rung.CROP, "US": Rung.RELIGHT, "US-IL": Rung.KEEP}
PEOPLE = [Employee("1", country="DE"), Employee("2", country="FR"), Employee("3")]
PHOTOS = [Photo(person.id, "a.jpg", person.id * 64) for person in PEOPLE]
TO_RELIGHT, TO_CUT_OUT = "A000148", "C000537"  # photos whose light, and whose background alone, must change


@pytest.mark.parametrize(
    ("country", "own", "cap"),
    [
        ("", "", NO_CAP),
        ("FR", "", NO_CAP),
        ("", "crop", Cap(Rung.CROP, "for this person")),
        ("de", "", Cap(Rung.BACKGROUND, "for DE")),
        ("\u00a0united  kingdom", "", Cap(Rung.CROP, "for United Kingdom")),
        ("DE", "crop", Cap(Rung.CROP, "for this person")),
        ("DE", "relight", Cap(Rung.BACKGROUND, "for DE")),
        ("DE-BY", "", Cap(Rung.BACKGROUND, "for DE")),
        ("us-il", "", Cap(Rung.KEEP, "for US-IL")),
        ("US-CA", "", Cap(Rung.RELIGHT, "for US")),
        ("Denmark", "", NO_CAP),
    ],
)
def test_the_lowest_cap_holds(country: str, own: str, cap: Cap) -> None:
    """A person's and a country's cap add up to the lower one; names of countries match whole, in any case."""
    assert cap_of(Employee("1", country=country, rung=own), RUNGS) == cap


@pytest.mark.parametrize(
    ("country", "cap"),
    [
        ("DE", Cap(Rung.BACKGROUND, "for DE")),
        ("FR", Cap(Rung.CROP, "for FR")),
        ("", Cap(Rung.CROP, "where no country is given")),
    ],
)
def test_every_other_country_can_be_capped(country: str, cap: Cap) -> None:
    """A star stands for the countries that are not named, and for people without one."""
    assert cap_of(Employee("1", country=country), {**RUNGS, "*": Rung.CROP}) == cap


def _preset(folder: Path, text: str = "", name: str = "own") -> str:
    path = folder / f"{name}.toml"
    path.write_text(f'title = "Own"\n{text}', encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('DE = "lots"', r"rungs\.DE: 'lots' is none of keep, crop, background, relight, generate"),
        ('DE = "crop"\nde = "relight"', "rungs: .*DE and de are the same country"),
        ('" " = "crop"', "rungs"),
    ],
)
def test_a_cap_of_a_preset_that_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    """No cap is guessed: which country and what would be accepted is told before anything starts."""
    with pytest.raises(ConfigError, match=says):
        load_preset(_preset(tmp_path, f"[rungs]\n{text}\n"))


def _job(home: Path, preset: str, **changes: object) -> Job:
    return Job.model_validate({"source": home / "source", "home": home, "models": home / "models", "preset": preset,
                               **changes})  # fmt: skip


def _orders(plan: Plan) -> dict[str, Order]:
    return {order.employee: order for orders in plan.shards().values() for order in orders}


def _changed(one: Plan, two: Plan) -> set[str]:
    """Return whose recipe is another one."""
    before, after = _orders(one), _orders(two)
    return {person for person in before if before[person].recipe != after[person].recipe}


def test_another_cap_develops_only_whom_it_holds_for(tmp_path: Path) -> None:
    """A cap of a country renders its people anew, a cap of a person that person, and nobody else."""
    plain = draw_up(_job(tmp_path, _preset(tmp_path)), PEOPLE, PHOTOS, [])
    german = _preset(tmp_path, '[rungs]\nDE = "background"\n')
    capped = draw_up(_job(tmp_path, german), PEOPLE, PHOTOS, [])
    assert _orders(capped)["1"].cap == Cap(Rung.BACKGROUND, "for DE")
    assert _changed(plain, capped) == {"1"}
    people = [*PEOPLE[:2], Employee("3", rung="crop")]
    assert _changed(capped, draw_up(_job(tmp_path, german), people, PHOTOS, [])) == {"3"}
    assert load_preset(german).digest() == load_preset(_preset(tmp_path)).digest()


def test_a_run_under_way_keeps_its_caps(tmp_path: Path) -> None:
    """An edit of the preset's caps begins a new run; the old one, read again, orders what it did."""
    job = _job(tmp_path, _preset(tmp_path, '[rungs]\nDE = "background"\n'))
    first = draw_up(job, PEOPLE, PHOTOS, [])
    edited = _job(tmp_path, _preset(tmp_path, '[rungs]\nDE = "crop"\n'))
    second = draw_up(edited, PEOPLE, PHOTOS, [])
    assert not second.resumed
    assert _orders(second)["1"].cap.rung == Rung.CROP
    assert _orders(read(Home(tmp_path), first.run, edited)) == _orders(first)


def test_a_cap_without_effect_is_told(tmp_path: Path) -> None:
    """A country spelt otherwise than in the list, and people without one, would slip through: both are told."""
    text = '[rungs]\nGermany = "crop"\nFR = "crop"\n'
    job = _job(tmp_path, _preset(tmp_path, text))
    found = {one["kind"]: one["sentence"] for one in draw_up(job, PEOPLE, PHOTOS, []).findings}
    assert set(found) == {"cap_for_nobody", "no_country"}
    assert "names Germany, but" in found["cap_for_nobody"]
    assert "1 of 3 people" in found["no_country"]
    other = _job(tmp_path, _preset(tmp_path, '[rungs]\n"*" = "crop"\n'))
    assert draw_up(other, PEOPLE, PHOTOS, []).findings == ()
    some = _job(tmp_path, _preset(tmp_path, text), only=("2",))
    assert draw_up(some, PEOPLE[1:2], PHOTOS[1:2], []).findings == ()


def test_an_edited_preset_is_seen_by_the_next_job(tmp_path: Path) -> None:
    """A process that lives for weeks reads the preset of today; a job under way keeps the one it began with."""
    path = _preset(tmp_path, 'rung = "crop"\n')
    job = _job(tmp_path, path)
    assert job.brand().rung == Rung.CROP
    assert _preset(tmp_path, 'rung = "keep"\n') == path
    assert load_preset(path).rung == Rung.KEEP
    assert job.brand().rung == Rung.CROP
    assert _job(tmp_path, path).brand().rung == Rung.KEEP


@pytest.fixture
def room(tmp_path: Path, studio: Studio, decoder: Decoder) -> Room:
    """Return a room with an empty vault."""
    return Room(studio.preset, studio, decoder, Vault(tmp_path / "vault"))


def _developed(
    room: Room, gallery: Gallery, name: str, cap: Cap, preset: Preset | None = None
) -> Development:
    photo = Photo("ana", "a.jpg", room.vault.put(gallery.bytes_of(name)))
    with_preset = Room(preset or room.preset, room.studio, room.decoder, room.vault)
    return develop(Order("ana", "r", (photo,), cap), with_preset)


def _corner(done: Development, room: Room) -> np.ndarray:
    """Return the colour behind the person."""
    colour: np.ndarray = decode(room.vault.get(done.render.picture)).picture[:40, :40].mean((0, 1))
    return colour


def test_no_photo_is_changed_further_than_its_cap(room: Room, gallery: Gallery) -> None:
    """Capped at the background the light stays; at the crop the wall as well; at keep the frame too; and why is said."""
    rungs = (Rung.GENERATE, Rung.BACKGROUND, Rung.CROP, Rung.KEEP)
    free, behind, cut, kept = (_developed(room, gallery, TO_RELIGHT, Cap(rung, "for DE")) for rung in rungs)
    assert [one.render.rung for one in (free, behind, cut, kept)] == ["relight", "background", "crop", "keep"]
    assert free.render.cap == ""
    for one in (behind, cut, kept):
        assert one.render.cap == f"relight not used: limited to {one.render.rung} for DE"
    blue = [_corner(one, room)[2] - _corner(one, room)[0] for one in (behind, cut, kept)]
    assert blue[0] < 10
    assert min(blue[1:]) > 100
    assert (cut.render.width, kept.render.width) == (cut.render.height, round(kept.render.height * 335 / 410))


def test_a_cap_that_nothing_needed_is_not_mentioned(room: Room, gallery: Gallery) -> None:
    """A photo whose light is right needs no relighting: that it could not have been relit is no news."""
    done = _developed(room, gallery, TO_CUT_OUT, Cap(Rung.BACKGROUND, "for DE"))
    assert (done.render.rung, done.render.cap) == ("background", "")
    lower = _developed(room, gallery, TO_CUT_OUT, Cap(Rung.CROP, "for this person"))
    assert lower.render.cap == "background not used: limited to crop for this person"


def test_a_presets_own_cap_is_said_too(room: Room, gallery: Gallery) -> None:
    """Where the preset allows no more than the person does, it is the preset's doing."""
    preset = room.preset.model_copy(update={"rung": Rung.CROP})
    done = _developed(room, gallery, TO_RELIGHT, Cap(Rung.CROP, "for DE"), preset)
    assert done.render.cap == "relight not used: limited to crop by the preset"


def test_the_sheet_says_how_far_a_photo_was_changed(tmp_path: Path) -> None:
    """In words, beside what was forbidden and by whom; without a cap there is no line for it."""
    renders = company(Vault(tmp_path / "vault"))["renders"].rows(named=True)
    rows = [Render(**row) for row in renders]
    shown = [("001", "relight", ""), ("002", "background", "relight not used: limited to background for DE")]
    changed = [
        Render(**{**row, "rung": rung, "cap": cap})
        for row, (_, rung, cap) in zip(renders, shown, strict=False)
    ]
    text = sheet(tmp_path, renders=table(Render, [*changed, *rows[2:]])).read_text("utf-8")
    data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    facts = dict(zip(data["people"]["id"], data["people"]["facts"], strict=True))
    assert facts["001"]["Change"] == "Light, background and crop changed"
    assert "Cap" not in facts["001"]
    assert facts["002"]["Change"] == "Background and crop changed"
    assert facts["002"]["Cap"] == "relight not used: limited to background for DE"
