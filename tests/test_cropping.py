"""Crops for small places: inside the portrait, never through the crown, and readable."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from catchlight import cropping, ledger, pixels
from catchlight.config import load_preset
from catchlight.cropping import Place, crop_box, place_of
from catchlight.cuts import PrintCrop
from catchlight.delivery import size_named, sizes_named
from catchlight.errors import ConfigError
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.print_book import PrintBook
from catchlight.prints import Prints
from catchlight.publish_plan import PersonPlan
from catchlight.publish_planning import draw
from catchlight.records import Reading
from catchlight.vault import Vault
from tests.published_company import Company, make_company
from tests.studio import Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]

AVATAR = PrintCrop()
CROPS = {"avatar": AVATAR, "card": PrintCrop(aspect=0.8, head=0.5, eye_line=0.42, sizes=(320,))}
PLACE = Place(crown=0.11, eyes=0.44, chin=0.75, middle=0.5)


@given(
    st.floats(0.0, 0.3), st.floats(0.2, 0.7), st.floats(0.2, 0.7), st.floats(0.2, 0.8),
    st.sampled_from([(400, 400), (819, 1024), (768, 1024), (1536, 1024)]),
    st.floats(0.5, 2), st.floats(0.4, 0.92), st.floats(0, 1),
)  # fmt: skip
def test_a_crop_stays_inside_and_leaves_the_crown(  # noqa: PLR0913, PLR0917  a place and a crop have that many sides
    crown: float, head: float, eyes: float, middle: float, own: tuple[int, int], aspect: float, share: float, line: float
) -> None:  # fmt: skip
    """Whatever is asked of whichever portrait, the box is a part of it, of the right shape, with the crown in it."""
    spec = PrintCrop(aspect=aspect, head=share, eye_line=line)
    box = crop_box(Place(crown, crown + eyes * head, crown + head, middle), own, spec)
    assert box.left >= 0
    assert box.top >= 0
    assert box.left + box.width <= own[0]
    assert box.top + box.height <= own[1]
    assert abs(box.width - box.height * aspect) <= aspect + 1
    assert box.top <= crown * own[1]


def test_a_crop_with_room_is_exact() -> None:
    """Head, eye line and middle are what the crop asks for, and nothing is noted."""
    box = crop_box(PLACE, (2048, 2048), AVATAR)
    assert 0.64 * 2048 / box.height == pytest.approx(0.78, abs=0.001)
    assert (0.44 * 2048 - box.top) / box.height == pytest.approx(0.47, abs=0.002)
    assert (0.5 * 2048 - box.left) / box.width == pytest.approx(0.5, abs=0.001)
    assert (box.width, box.note) == (box.height, "")


def test_a_portrait_without_room_gives_the_nearest_crop() -> None:
    """A crop wider than the portrait's own frame is all that there is, and the note says what is off."""
    box = crop_box(PLACE, (819, 1024), PrintCrop(head=0.5))
    assert (box.left, box.width) == (0, 819)
    assert "80% of it instead of 50%" in box.note
    assert "refresh" in crop_box(None, (819, 1024), AVATAR).note


def test_readings_say_where_the_head_is(gallery: Gallery) -> None:
    """What the checks read is where landmarks and matte are, in shares of the portrait, also when it is 4:5."""
    preset = small()
    preset = preset.model_copy(
        update={"crop": preset.crop.model_copy(update={"aspect": 0.8, "centre": 0.45})}
    )
    made = gallery.sit(gallery.open("E000298").picture, preset)
    readings = {check: measure(check, made) for check in ("head", "headroom", "eye_line", "centre")}
    place = place_of(readings, preset.crop)
    height, width = made.portrait.shape[:2]
    assert place is not None
    assert (place.crown * height, place.chin * height) == pytest.approx((made.head.crown, made.head.chin))
    assert (place.eyes * height, place.middle * width) == pytest.approx((made.head.eyes, made.head.middle))
    assert place_of({"head": 64.0}, preset.crop) is None
    unsure = place_of(readings, None)
    assert unsure is not None
    assert unsure.crown == place.crown
    assert abs(unsure.eyes - place.eyes) < 0.06


def _avatars(vault: Vault, place: Place | None, *names: str) -> list[tuple[Image.Image, str]]:
    grey = np.full((512, 512, 3), 225, np.uint8)
    grey[56:384, 160:352] = (150, 110, 90)
    grey[215:235, 200:240] = grey[215:235, 272:312] = 40  # eyes
    grey[:, :150] = (200, 40, 40)
    prints = Prints(vault.put, PrintBook(vault.root.parent / "prints", vault))
    sizes = [size for name in names for size in sizes_named(name, CROPS)]
    made = prints.of(vault.put(pixels.jpeg(grey)), sizes, place)
    return [(Image.open(BytesIO(vault.get(one.digest))), one.note) for one in made]


def test_an_avatar_shows_the_head_larger(tmp_path: Path) -> None:
    """The file has the size of its name, the head of its crop, and what is on the left stays on the left."""
    ((avatar, note), (card, _)) = _avatars(Vault(tmp_path / "vault"), PLACE, "avatar@48", "card")
    assert (avatar.size, card.size, note) == ((48, 48), (256, 320), "")
    row = np.asarray(avatar.convert("L"))[:, 24].astype(int)
    assert np.argmax(row < 180) == pytest.approx(48 * 0.08, abs=1.5)
    assert np.asarray(avatar)[24, 0, 0] > 1.5 * np.asarray(avatar)[24, 0, 1]
    assert np.asarray(avatar)[24, -1, 0] < 1.1 * np.asarray(avatar)[24, -1, 1]


def test_files_follow_the_heads_place(tmp_path: Path) -> None:
    """Another place of the head is another file; the same is found again."""
    vault = Vault(tmp_path / "vault")
    ((first, _),) = _avatars(vault, PLACE, "avatar@96")
    ((again, _),) = _avatars(vault, PLACE, "avatar@96")
    ((moved, note),) = _avatars(vault, Place(0.2, 0.5, 0.8, 0.5), "avatar@96")
    assert first == again
    assert first != moved
    assert "eyes" not in note


@pytest.mark.parametrize("size", [36, 48, 72])
def test_eyes_of_a_small_picture_stay_darker_than_the_skin(size: int) -> None:
    """Sharpening deepens the eyes, moves no colour of even skin, and draws no light rim around dark hair."""
    picture = np.full((720, 720, 3), (190, 150, 130), np.uint8)
    picture[300:330, 240:290] = 60
    picture[:200] = 30
    plain, crisp = (f(picture, size, size).astype(int) for f in (pixels.resize, cropping.shrink))
    eye = slice(int(0.4 * size), int(0.47 * size)), slice(int(0.32 * size), int(0.42 * size))
    assert crisp[eye].min() < plain[eye].min() - 2 or plain[eye].min() <= 62
    assert crisp[eye].min() <= plain[eye].min()
    assert (crisp[-size // 3 :] == plain[-size // 3 :]).all()
    assert (crisp - plain).max() <= 8
    assert np.array_equal(cropping.shrink(picture, 192, 192), pixels.resize(picture, 192, 192))


def test_crops_by_their_names() -> None:
    """A crop's name stands for all its sizes, with @ for one; heights are as ever."""
    assert [size.name for size in sizes_named("avatar", CROPS)] == [
        "avatar@96", "avatar@72", "avatar@48", "avatar@36",
    ]  # fmt: skip
    (one,) = sizes_named(" avatar@40 ", CROPS)
    assert (one.name, one.height, one.crop) == ("avatar@40", 40, AVATAR)
    assert sizes_named("192", CROPS) == [size_named("192@2x")]
    with pytest.raises(
        ConfigError, match=r"'avatr@48' is none.*crops of the preset: avatar, avatar@48, card"
    ):
        sizes_named("avatr@48", CROPS)
    for wrong in ("avatar@", "avatar@8", "avatar@2x", "avatar@048"):
        with pytest.raises(ConfigError, match="give a height from 16"):
            sizes_named(wrong, CROPS)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


def _with_readings(company: Company, preset: str) -> None:
    """Let the run say where the heads are and by which preset it was made, as a refresh does."""
    home, brand = Home(company.home), load_preset(preset)
    job = Job(source=company.home, home=company.home, preset=preset)
    write_json(home.ledger("r1") / "plan.json", {"job": job.model_dump(mode="json")})
    write_json(home.run("r1") / "run.json", {"preset": {"digest": brand.digest()}})
    values = {"head": 64.0, "headroom": 11.0, "eye_line": 0.2, "centre": 0.0}
    rows = [Reading("a", "recipe-a", check, value) for check, value in values.items()]
    rows += [Reading("b", "an older recipe", check, value) for check, value in values.items()]
    ledger.write(home.run("r1") / "readings.parquet", ledger.table(Reading, rows))


def test_a_plan_crops_by_the_runs_readings(company: Company, tmp_path: Path) -> None:
    """Crops of the run's own preset are planned and published; a portrait of unknown place says so."""
    text = 'title = "Own"\n[delivery.crops.badge]\naspect = 0.75\nhead = 0.7\nsizes = [120]\n'
    (tmp_path / "own.toml").write_text(text)
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    _with_readings(company, str(tmp_path / "own.toml"))
    plan = draw(company.desk(), "r1", ("badge", "96"))
    files = {person.employee: _by_size(person) for person in plan.people}
    assert plan.sizes == ("badge@120", "96")
    assert files["a"]["badge@120"] == (90, 120, "")
    assert "does not say where the head is" in files["b"]["badge@120"][2]
    assert files["b"]["96"] == (96, 96, "")
    company.publish("r1", ("badge@120",))
    assert set(company.files()) == {"badge@120/a.jpg", "badge@120/b.jpg"}


def _by_size(person: PersonPlan) -> dict[str, tuple[int, int, str]]:
    return {file.size: (file.width, file.height, file.note) for file in person.files}


def test_a_run_whose_preset_changed_still_crops(company: Company, tmp_path: Path) -> None:
    """After an edit of the preset the crown and the chin still count; today's crops are the ones on offer."""
    own = tmp_path / "own.toml"
    own.write_text('title = "Own"\n')
    company.answer(company.run("r1", {"a": "1"}))
    _with_readings(company, str(own))
    own.write_text('title = "Own"\n[crop]\neye_line = 0.3\n[delivery.crops.tiny]\nsizes = [20]\n')
    plan = draw(company.desk(), "r1", ("tiny",))
    assert plan.people[0].files[0].note == ""
    own.unlink()
    with pytest.raises(ConfigError, match=r"'tiny' is none.*crops of the preset: avatar"):
        draw(company.desk(), "r1", ("tiny",))


def test_a_new_crop_develops_nobody_again() -> None:
    """Crops are cut from finished portraits: a preset with another crop is the same look."""
    house = load_preset("house")
    more = house.delivery.model_copy(update={"crops": CROPS})
    assert house.model_copy(update={"delivery": more}).digest() == house.digest()
