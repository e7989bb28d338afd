"""A face is never made up: where a photo's edge runs through it, nothing beyond that edge is painted, and the record says so."""

import numpy as np
import pytest

from catchlight import repaint
from catchlight.anatomy import Picture
from catchlight.generating import Commission, improve
from catchlight.printing import expose
from catchlight.records import Rung
from catchlight.repaint import Wanted
from catchlight.staging import set_up
from tests.painters import everywhere, wall
from tests.studio import REFERENCE, Gallery
from tests.test_generating import OF, asked, portray, studio_of

pytest_plugins = ["tests.studio_fixtures"]
CUT = "the photo cuts the face itself"


def _through(gallery: Gallery, side: str, share: float) -> Picture:
    """Return a photo that ends within the face, by a share of the face's size."""
    whole = gallery.open(REFERENCE).picture
    oval = gallery.sit(whole).subject.face.oval
    (left, top), (right, low) = oval.min(0), oval.max(0)
    high, wide = low - top, right - left
    cut = {
        "chin": np.s_[: int(low - share * high)],
        "jaw": np.s_[: int(low + 0.3 * high), int(left + share * wide) :],
        "ear": np.s_[: int(low + 0.3 * high), int(left - 0.02 * wide) :],
        "neck": np.s_[: int(low + 0.3 * high)],
    }
    return np.ascontiguousarray(whole[cut[side]])


@pytest.mark.parametrize(
    ("side", "share"), [("chin", 0.05), ("chin", 0.1), ("chin", 0.2), ("jaw", 0.1), ("ear", 0.0)]
)
def test_a_photo_that_cuts_the_face_is_not_completed(gallery: Gallery, side: str, share: float) -> None:
    """Chin, cheek and ear that nobody saw are no model's to invent; the studio's portrait stays, with the reason."""
    studio = studio_of(gallery, everywhere, setting="")
    base, made, why = portray(gallery, studio, _through(gallery, side, share))
    assert (made, why, asked(studio)) == (base, CUT, [])


def test_a_photo_that_ends_at_the_neck_is_completed(gallery: Gallery) -> None:
    """The whole face was seen: shoulders may be painted."""
    studio = studio_of(gallery, everywhere, setting="")
    portray(gallery, studio, _through(gallery, "neck", 0))
    assert asked(studio)


def test_a_scene_is_painted_all_the_same_and_the_record_says_what_was_left(gallery: Gallery) -> None:
    """What is behind a person is behind them, whatever the photo cuts."""
    studio = studio_of(gallery, wall, setting="office")
    _, made, why = portray(gallery, studio, _through(gallery, "chin", 0.1))
    assert (why, made.change.rung) == ("", Rung.GENERATE)
    assert made.change.painting is not None
    assert made.change.painting.told.endswith(f"; left alone: {CUT}")


def test_clothes_that_cannot_be_told_are_said_to_be_left_alone(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where something else is painted; where nothing is, it is the reason."""
    told = "clothes cannot be told from hair, a head covering or skin"

    def cannot(*_: object) -> None:
        raise LookupError(told)

    monkeypatch.setattr(repaint, "clothes", cannot)
    dressed, picture = Commission("recipe", clothes=True), gallery.open(REFERENCE).picture
    studio = studio_of(gallery, wall, setting="office", clothing="business")
    made, why = improve(gallery.sit(picture, studio.preset), studio, dressed)
    assert (why, made.change.rung) == ("", Rung.GENERATE)
    assert made.change.painting is not None
    assert made.change.painting.told.endswith(f"; left alone: {told}")
    bare = studio_of(gallery, wall, setting="", shoulders=False, clothing="business")
    assert improve(gallery.sit(picture, bare.preset), bare, dressed)[1] == told
    assert OF.clothes is False


@pytest.mark.parametrize("name", ["C001101", "C001129"])
def test_a_throat_is_skin_in_the_chins_shadow_too(gallery: Gallery, name: str) -> None:
    """Darker than the face by half it had been taken for cloth; collars and jackets beside it may be painted."""
    studio = studio_of(gallery, wall, setting="office")
    base, painter = gallery.sit(gallery.open(name).picture, studio.preset), studio.painter
    assert painter is not None
    stage = set_up(base, Wanted(setting=True), studio, painter)
    rows = stage.picture.shape[0]
    to = stage.negative.map(rows)
    face = stage.negative.face.moved(to.matrix)
    _, alpha = expose(stage.negative, stage.change, rows)
    kept = repaint.protected(stage.picture, alpha, stage.negative.seen(to), face)
    top, low = (int(face.chin[1] + share * face.eye_to_chin) for share in (0.1, 0.2))
    half = int(0.12 * np.ptp(face.oval[:, 0]))
    throat = np.s_[top:low, int(face.chin[0]) - half : int(face.chin[0]) + half]
    assert kept[throat].mean() > 0.97
    assert not kept[int(0.9 * rows) :].all()
