"""From photos in the vault to a portrait, readings and reasons, one person at a time."""

import copy
import json
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from catchlight import ledger, pixels, plugins
from catchlight.anatomy import Face, Landmarks, Picture, Tracer
from catchlight.darkroom import Remembered
from catchlight.decoder import Decoder
from catchlight.decoding import decode
from catchlight.develop import Development, Order, Room, develop, recipe_of
from catchlight.errors import OutsideError, PhotoError
from catchlight.judge import judge
from catchlight.quality import rate
from catchlight.records import Photo, Reading, Render, Rung
from catchlight.source_type import HEAD, SourceType, written
from catchlight.studio import Studio
from catchlight.subject import look
from catchlight.vault import Vault
from tests.studio import REFERENCE, SMALL, Gallery, as_photo

pytest_plugins = ["tests.studio_fixtures"]

CURRENCY = ("photo_age", "likeness_newest")  # they need a date or a second photo: test_currency


@pytest.fixture
def room(tmp_path: Path, studio: Studio, decoder: Decoder) -> Room:
    """Return a room with an empty vault."""
    return Room(studio.preset, studio, decoder, Vault(tmp_path / "vault"))


def _order(room: Room, **files: bytes) -> Order:
    """Order a portrait of Ana from files by name."""
    photos = tuple(
        Photo("ana", f"{name}.jpg", room.vault.put(data), size=len(data)) for name, data in files.items()
    )
    return Order("ana", recipe_of("ana", photos, "setup"), photos)


def _outcome(done: Development, room: Room) -> tuple[str, tuple[str, ...]]:
    """Return what the judge makes of a development."""
    tables = ledger.table(Render, [done.render]), ledger.table(Reading, done.readings)
    row = judge(*tables, room.preset).row(0, named=True)
    return row["outcome"], tuple(row["sentences"])


def _jpeg(picture: Picture) -> bytes:
    return pixels.jpeg(np.ascontiguousarray(picture))


def test_a_good_photo_becomes_a_portrait(room: Room, gallery: Gallery) -> None:
    """A JPEG of the master's size with the sRGB profile, small pictures for the sheet, all readings, accepted."""
    done = develop(_order(room, good=gallery.bytes_of("E000298")), room)
    portrait = decode(room.vault.get(done.render.picture))
    assert portrait.format == "JPEG"
    assert portrait.picture.shape == (SMALL, SMALL, 3)
    assert (done.render.width, done.render.height, done.render.reason) == (SMALL, SMALL, "")
    assert done.render.rung == Rung.RELIGHT
    assert written(room.vault.get(done.render.picture)[:HEAD]) == SourceType.COMPOSITE
    assert done.render.photo == done.photos[0].digest
    for small in (done.render.before, done.render.after):
        assert max(decode(room.vault.get(small)).picture.shape) == 256
    assert [reading.check for reading in done.readings] == list(plugins.names("catchlight.checks"))
    assert all(r.value is not None for r in done.readings if r.check not in CURRENCY)
    assert _outcome(done, room) == ("accept", ())
    assert done.photos[0].chosen


def _tagged(data: bytes) -> bytes:
    """Return the photo with a place, a camera and a comment in it."""
    exif = Image.Exif()
    exif[271] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[29] = "2024:01:01 SECRET-PLACE"
    buffer = BytesIO()
    Image.open(BytesIO(data)).save(buffer, "JPEG", quality=95, exif=exif, comment=b"SECRET-COMMENT")
    return buffer.getvalue()


def test_nothing_of_the_original_file_is_in_the_portrait(room: Room, gallery: Gallery) -> None:
    """Where a photo was taken and by which camera stays in the photo, and the photo stays as it is."""
    original = _tagged(gallery.bytes_of(REFERENCE))
    assert original.count(b"SECRET") == 3
    done = develop(_order(room, tagged=original), room)
    for digest in (done.render.picture, done.render.before, done.render.after):
        assert digest
        assert not any(tag in room.vault.get(digest) for tag in (b"SECRET", b"Exif", b"GPS"))
    assert room.vault.get(done.photos[0].digest) == original


def test_the_same_order_gives_the_same_bytes(room: Room, gallery: Gallery) -> None:
    """Twice the same photo, twice the same file: digests of portraits, small pictures and readings agree."""
    order = _order(room, good=gallery.bytes_of(REFERENCE))
    first, second = develop(order, room), develop(order, room)
    assert (first.render.picture, first.render.before, first.render.after) == (
        second.render.picture, second.render.before, second.render.after)  # fmt: skip
    assert first.readings == second.readings


def test_an_engine_made_anew_gives_the_same_bytes(room: Room, gallery: Gallery) -> None:
    """Nothing of earlier people is left in a warm engine: a fresh process would print the same portrait."""
    order = _order(room, good=gallery.bytes_of(REFERENCE))
    fresh = Room(room.preset, Studio(room.preset, room.studio.models), room.decoder, room.vault)
    develop(_order(room, other=gallery.bytes_of("A000148")), room)
    assert develop(order, room).render.picture == develop(order, fresh).render.picture


@pytest.mark.parametrize(
    ("file", "reason", "says"),
    [
        ("derived_truncated60.jpg", "photo.truncated", "again"),
        ("derived_text_named.jpg", "photo.not_a_picture", "JPEG"),
        ("derived_bomb_40000x40000.png", "photo.too_large", "pixels"),
        ("no_face_cat.png", "face.none", "send a photo"),
    ],
)
def test_a_broken_photo_becomes_a_row_with_a_reason(
    room: Room, shared: Path, file: str, reason: str, says: str
) -> None:
    """No portrait, no crash: a stable reason, a sentence that says what to do, and a new photo is asked for."""
    done = develop(_order(room, bad=(shared / "hard" / file).read_bytes()), room)
    assert done.render.reason == reason
    assert says in done.render.note
    assert (done.render.picture, done.readings) == ("", ())
    assert _outcome(done, room) == ("retake", (done.render.note,))


def test_a_face_that_is_too_small_is_told_so(room: Room, gallery: Gallery) -> None:
    """A thumbnail is not blown up to a portrait: the person is told how large a photo should be."""
    photo = gallery.open(REFERENCE).picture
    tiny = cv2.resize(photo, (60, 75), interpolation=cv2.INTER_AREA)
    done = develop(_order(room, tiny=pixels.png(tiny)), room)
    assert (done.render.reason, done.render.picture) == ("face.too_small", "")
    assert "600 pixels" in done.render.note
    assert _outcome(done, room)[0] == "retake"


def test_what_can_be_shown_of_an_unusable_photo_is_shown(room: Room, shared: Path) -> None:
    """A photo without a face still appears on the sheet, so that somebody can see what was sent."""
    done = develop(_order(room, cat=(shared / "hard" / "no_face_cat.png").read_bytes()), room)
    assert decode(room.vault.get(done.render.before)).picture.size
    both = _order(room, cat=(shared / "hard" / "no_face_cat.png").read_bytes(), text=b"no picture")
    done = develop(both, room)
    assert decode(room.vault.get(done.render.before)).picture.size
    assert all(photo.note for photo in done.photos)
    assert done.render.reason == "face.none"


def test_what_cannot_be_measured_says_why(room: Room, gallery: Gallery) -> None:
    """A black-and-white photo has no colour cast to measure: the reading says so, and the rest is judged."""
    grey = cv2.cvtColor(cv2.cvtColor(gallery.open(REFERENCE).picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    done = develop(_order(room, grey=_jpeg(grey)), room)
    missing = {r.check: r.error for r in done.readings if r.value is None and r.check not in CURRENCY}
    assert missing.pop("natural_colour") == "the photo is black and white"
    assert missing.pop("cast") == "the photo is black and white"
    assert set(missing) == {"source_cast"}
    assert "The photo is black and white." in _outcome(done, room)[1]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_reading_that_is_no_number_is_never_a_pass(
    room: Room, gallery: Gallery, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    """No limit holds against it, so that nobody may be accepted with it: a person looks, and reads which check failed."""
    monkeypatch.setattr("catchlight.checks.matte.measure", lambda _: value)
    outcome, sentences = _outcome(develop(_order(room, good=gallery.bytes_of("E000298")), room), room)
    assert outcome == "review"
    assert any("the check itself failed" in sentence for sentence in sentences)


def test_nobody_is_lost_for_want_of_a_photo(room: Room) -> None:
    """A person without any photo gets a row that says so."""
    done = develop(Order("ana", "r", ()), room)
    assert (done.render.employee, done.render.reason) == ("ana", "photo.missing")
    assert _outcome(done, room)[0] == "retake"


def test_the_best_of_several_photos_is_taken_and_the_choice_explained(room: Room, gallery: Gallery) -> None:
    """A 90-pixel copy, a blurred one, a broken one and a good one, in any order: the good one, with figures."""
    good = gallery.open(REFERENCE).picture
    times = 90 / good.shape[1]
    files = {
        "a_tiny": _jpeg(cv2.resize(good, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)),
        "b_blurred": _jpeg(cv2.GaussianBlur(good, (0, 0), 5)),
        "c_broken": gallery.bytes_of(REFERENCE)[:20_000],
        "d_good": gallery.bytes_of(REFERENCE),
    }
    done = develop(_order(room, **files), room)
    again = develop(_order(room, **dict(reversed(files.items()))), room)
    assert [photo.file for photo in done.photos if photo.chosen] == ["d_good.jpg"]
    assert done.render.photo == again.render.photo == room.vault.put(files["d_good"])
    notes = {photo.file: photo.note for photo in done.photos}
    assert set(notes) == {f"{name}.jpg" for name in files}
    assert notes["d_good.jpg"].startswith("best of 4: size 1.00")
    assert all(
        word in notes["a_tiny.jpg"] for word in ("size", "facing the camera", "sharp", "alone", "uncut")
    )
    assert "again" in notes["c_broken.jpg"] or "JPEG" in notes["c_broken.jpg"]


@dataclass
class Doubting:
    """An engine that finds no face in the first ``times`` portraits, and else is the real one."""

    real: Tracer
    times: int
    portraits: int = 0

    def trace(self, picture: Picture, face: Face, *, closely: bool = True) -> Landmarks:
        """Trace a face; PhotoError for the first portraits."""
        if picture.shape[0] == SMALL:
            self.portraits += 1
            if self.portraits <= self.times:
                reason, sentence = "face.unclear", "The face is not clear; send another photo."
                raise PhotoError(reason, sentence)
        return self.real.trace(picture, face, closely=closely)


def _doubting(room: Room, times: int) -> tuple[Room, Doubting]:
    studio, doubting = copy.copy(room.studio), Doubting(room.studio.tracer, times)
    studio.tracer = doubting
    return replace(room, studio=studio), doubting


def test_when_the_best_photo_gives_no_portrait_the_next_best_does(room: Room, gallery: Gallery) -> None:
    """The next photo is taken, listed first, and both say why; the record shows the photo that was used."""
    good = gallery.bytes_of(REFERENCE)
    soft = _jpeg(cv2.GaussianBlur(gallery.open(REFERENCE).picture, (0, 0), 1.5))
    done = develop(_order(room, best=good, soft=soft), _doubting(room, 1)[0])
    taken, left = done.photos
    assert (done.render.reason, taken.file, taken.chosen, left.chosen) == ("", "soft.jpg", True, False)
    assert done.render.photo == taken.digest == room.vault.put(soft)
    assert taken.note.startswith("best of 2 after best.jpg, of which no portrait could be made: size")
    assert left.note.endswith("; The face is not clear; send another photo.")
    assert done.render.picture
    assert done.readings


def test_photos_that_give_no_portrait_are_tried_once_each(room: Room, gallery: Gallery) -> None:
    """When none gives one, the best photo's reason is told and its picture shown; equal bytes count once."""
    files = {"again": gallery.bytes_of(REFERENCE), "best": gallery.bytes_of(REFERENCE)}
    doubting = _doubting(room, 9)
    done = develop(_order(room, **files, soft=_jpeg(gallery.open("E000298").picture)), doubting[0])
    assert doubting[1].portraits == 2
    assert (done.render.reason, done.render.picture, done.readings) == ("face.unclear", "", ())
    assert (done.render.photo, done.photos[0].chosen) == (done.photos[0].digest, True)
    assert done.render.before
    assert all("not clear" in photo.note for photo in done.photos)


def test_a_portrait_alone_is_better_than_a_photo_with_a_friend(gallery: Gallery) -> None:
    """Alone, frontal, sharp, large and uncut each count; the score is their product."""
    alone, friend = gallery.open(REFERENCE).picture[:480], gallery.open("T000460").picture
    both = np.hstack([alone, cv2.resize(friend, (480, 480), interpolation=cv2.INTER_CUBIC)])
    ratings = [rate(look(as_photo(picture), gallery.studio)) for picture in (alone, both)]
    assert ratings[0].alone == 1
    assert ratings[1].alone < 0.7
    assert ratings[0].score > 2 * ratings[1].score
    assert all(0 < part <= 1 for r in ratings for part in (r.size, r.frontal, r.sharp, r.alone, r.whole))


def test_a_photo_that_the_source_could_not_give_stops_nobody(room: Room, gallery: Gallery) -> None:
    """Of two photos one was too large to be read: the portrait is made from the other, and the note stays."""
    order = _order(room, good=gallery.bytes_of(REFERENCE))
    lost = Photo("ana", "ana.png", note="ana.png is larger than 64 MiB; send a smaller file")
    done = develop(Order("ana", order.recipe, (lost, *order.photos)), room)
    assert [photo.file for photo in done.photos if photo.chosen] == ["good.jpg"]
    assert lost in done.photos


def test_a_photo_lost_from_the_vault_is_the_worlds_fault(room: Room) -> None:
    """Not the person's: the shard is tried again, nobody is asked for a new photo."""
    lost = Photo("ana", "a.jpg", "0" * 64)
    with pytest.raises(OutsideError, match="not in the vault"):
        develop(Order("ana", "r", (lost,)), room)


def test_a_development_survives_the_ledger(room: Room, gallery: Gallery) -> None:
    """Written as JSON and read back it is the same, readings and all."""
    done = develop(_order(room, good=gallery.bytes_of(REFERENCE)), room)
    assert Development.of(json.loads(json.dumps(done.plain(), allow_nan=False))) == done
    refused = develop(Order("ana", "r", ()), room)
    assert Development.of(json.loads(json.dumps(refused.plain()))) == refused


def test_the_recipe_is_what_decides_the_portrait() -> None:
    """Bytes, person and setup count; the order of the photos, their names and what was noted do not."""
    one, two = Photo("ana", "1.jpg", "aa"), Photo("ana", "2.jpg", "bb", "2024-01-01")
    recipe = recipe_of("ana", (one, two), "setup")
    assert recipe == recipe_of("ana", (two, one), "setup")
    assert recipe == recipe_of("ana", (Photo("ana", "other.jpg", "aa", note="x", chosen=True), two), "setup")
    others = [recipe_of("bo", (one, two), "setup"), recipe_of("ana", (one,), "setup"),
              recipe_of("ana", (one, two), "other"), recipe_of("ana", (one, Photo("ana", "2.jpg", "bc")), "setup")]  # fmt: skip
    assert len({recipe, *others}) == 5


def test_a_renamed_photo_is_listed_by_its_new_name(tmp_path: Path) -> None:
    """The same bytes under another file name need no new portrait, but the tables name the file that is there now."""
    old, new = (Order("ana", "r" * 64, (Photo("ana", name, "aa"),)) for name in ("old.jpg", "new.jpg"))
    recipes = ledger.Recipes(tmp_path)
    recipes.remember(old.recipe, Development(old.photos, Render("ana", old.recipe, "aa")).plain())
    (done,) = Remembered(recipes).develop([new])
    assert [photo.file for photo in done.photos] == ["new.jpg"]
