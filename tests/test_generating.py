"""The rung that paints: the face stays the person's own pixels, gates decide, and without a yes nothing is painted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from catchlight import framing, generating, staging
from catchlight.anatomy import Picture
from catchlight.config import Limit, Preset, load_preset
from catchlight.develop import Order, Room, develop, recipe_of
from catchlight.errors import ConfigError
from catchlight.generating import Commission, improve
from catchlight.judge import limits
from catchlight.painting import CLOTHES, GENERATE, Scene
from catchlight.records import Photo, Rung
from catchlight.repaint import Wanted
from catchlight.scenery import Generate
from catchlight.sitting import Sitting
from catchlight.studio import Studio
from catchlight.vault import Vault
from tests.painters import Paint, StandIn, everywhere, nothing, somebody, wall
from tests.studio import REFERENCE, SMALL, Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]
pytestmark = pytest.mark.usefixtures("outside_the_mask_nothing_changes")

OF = Commission("recipe")


def preset(**generate: Any) -> Preset:
    """Return a small house preset that lets somebody paint."""
    plain = small()
    engines = plain.engines.model_copy(update={"paint": "diffusion"})
    return plain.model_copy(
        update={
            "rung": Rung.GENERATE,
            "engines": engines,
            "generate": Generate(**{"candidates": 1, **generate}),
        }
    )


def studio_of(gallery: Gallery, by: Paint, **generate: Any) -> Studio:
    """Return the warm engines with a painter that stands in for a model."""
    made = Studio(preset(**generate), gallery.studio.models)
    made._loaded = {**gallery.studio._loaded, "diffusion": StandIn(by)}
    return made


def asked(studio: Studio) -> list[Any]:
    """Return the painter's scenes and seeds."""
    found: list[Any] = studio.painter.asked  # type: ignore[union-attr]
    return found


def portray(gallery: Gallery, studio: Studio, picture: Picture) -> tuple[Sitting, Sitting, str]:
    """Return the studio's portrait, what became of it, and why nothing was painted."""
    base = gallery.sit(picture, studio.preset)
    return (base, *improve(base, studio, OF))


def same_frame(base: Sitting, studio: Studio, wanted: Wanted) -> Sitting:
    """Return the studio's own portrait in the frame that is painted."""
    painter = studio.painter
    assert painter is not None
    stage = staging.set_up(base, wanted, studio, painter)
    return generating._sitting(base, stage, stage.change, stage.height, studio)


@pytest.mark.parametrize("name", [REFERENCE, "A000148", "E000298"])
def test_a_painted_setting_leaves_the_person_alone(gallery: Gallery, name: str) -> None:
    """Wherever the person is, every pixel is the studio's; beside them the wall is painted."""
    studio = studio_of(gallery, wall, setting="office")
    base, made, why = portray(gallery, studio, gallery.open(name).picture)
    assert why == ""
    assert made.change.rung is Rung.GENERATE
    studios = same_frame(base, studio, Wanted(setting=True))
    person = studios.alpha == 1
    assert person.mean() > 0.2
    assert np.array_equal(made.master[person], studios.master[person])
    wall_seen = made.master[studios.alpha < 0.01].mean(0)
    assert np.abs(wall_seen - (228, 232, 236)).max() < 6


def test_a_painter_that_paints_everything_reaches_no_face(gallery: Gallery) -> None:
    """A model that ignores its mask changes nothing outside of it, to the last byte, at a size that is not its own."""
    studio = studio_of(gallery, everywhere, setting="office", shoulders=True)
    base = gallery.sit(gallery.open(REFERENCE).picture, studio.preset)
    painter = studio.painter
    assert isinstance(painter, StandIn)
    stage = staging.set_up(base, Wanted(setting=True), studio, painter)
    take = painter.by(Scene(stage.picture, stage.region.mask, None), 1)  # type: ignore[arg-type]
    painting = generating._painting(take, stage, studio)  # type: ignore[arg-type]
    made = generating._sitting(base, stage, generating._with(stage, painting), SMALL, studio)
    studios = generating._sitting(base, stage, stage.change, SMALL, studio)
    differs = (made.master != studios.master).any(2)
    face = np.zeros(differs.shape, np.uint8)
    cv2.fillPoly(face, [np.round(studios.face.oval).astype(np.int32)], (1,))
    assert differs.mean() > 0.3
    assert not differs[(face > 0) & (studios.alpha > 0.98)].any()
    assert not differs[studios.alpha == 1].any()
    assert measure("likeness", made) < 5


def _cut(gallery: Gallery, share: float) -> tuple[Picture, Picture]:
    """Return a photo, and the same without what lies below a share of the way from chin to its lower edge."""
    whole = gallery.open(REFERENCE).picture
    chin = gallery.sit(whole).subject.face.chin[1]
    return whole, np.ascontiguousarray(whole[: int(chin + share * (whole.shape[0] - chin))])


@pytest.mark.parametrize("circle", [False, True], ids=["square", "circle"])
def test_missing_shoulders_are_painted(gallery: Gallery, circle: bool) -> None:
    """A photo that ends below the chin gets the preset's frame; what the camera saw stays, byte for byte.

    A round avatar then holds the head, too.
    """
    whole, cut = _cut(gallery, 0.25)
    truth: list[Picture] = []

    def remember(scene: Scene, seed: int) -> Picture:  # noqa: ARG001
        return cv2.resize(truth[0], scene.picture.shape[1::-1], interpolation=cv2.INTER_AREA)

    studio = studio_of(gallery, remember)
    crop = studio.preset.crop.model_copy(update={"circle": circle, "head_low": 0.56 if circle else 0.6})
    studio.preset = studio.preset.model_copy(update={"crop": crop})
    base = gallery.sit(cut, studio.preset)
    painter = studio.painter
    assert painter is not None
    wanted = generating.wanted_of(base, OF)
    assert wanted.names == ("shoulders",)
    stage = staging.set_up(base, wanted, studio, painter)
    truth.append(framing.level(whole, stage.negative.map(stage.picture.shape[0])))
    made, why = improve(base, studio, OF)
    assert why == ""
    assert measure("head", made) < measure("head", base)
    assert measure("extended", made) < 3 < measure("extended", same_frame(base, studio, wanted))
    assert measure("painted", made) > 5
    assert not circle or measure("circle", made) > 0
    studios = same_frame(base, studio, wanted)
    assert np.array_equal(made.master[studios.seen], studios.master[studios.seen])


@pytest.mark.parametrize(
    ("by", "said"),
    [(nothing, "black (4)"), (somebody(np.zeros((9, 9, 3), np.uint8)), "")],
    ids=["no picture", "nobody else"],
)
def test_a_reason_is_given_where_nothing_is_proposed(gallery: Gallery, by: Paint, said: str) -> None:
    """No more rounds than the preset allows; then the portrait of the rung below stays as it was."""
    studio = studio_of(gallery, by, setting="office", candidates=2, rounds=2)
    base, made, why = portray(gallery, studio, gallery.open(REFERENCE).picture)
    assert said in why
    if said:
        assert made is base
        assert len(asked(studio)) == 2


def test_a_second_person_is_never_proposed(gallery: Gallery) -> None:
    """A face that a model puts behind somebody is found."""
    other = gallery.sit(gallery.open("A000148").picture).portrait
    studio = studio_of(gallery, somebody(other), setting="office", rounds=1)
    base, made, why = portray(gallery, studio, gallery.open(REFERENCE).picture)
    assert made is base
    assert "faces (1)" in why


def test_the_same_recipe_asks_for_the_same_seeds(gallery: Gallery) -> None:
    """Seeds come from the recipe: the same again, others for another recipe, and others in each round."""
    turns = [Commission("a").seeds(turn, 3) for turn in range(3)]
    assert len({seed for turn in turns for seed in turn}) == 9
    assert Commission("a").seeds(1, 3) == turns[1]
    assert not set(turns[0]) & set(Commission("b").seeds(0, 3))
    studio = studio_of(gallery, wall, setting="office", candidates=2)
    portray(gallery, studio, gallery.open(REFERENCE).picture)
    assert asked(studio)[0][1] == OF.seeds(0, 2)


def test_scenes_fit_the_painter_whatever_the_frame(gallery: Gallery) -> None:
    """A frame of 4:5 is painted in sides that the model takes."""
    tall = load_preset("studio-grey-4x5")
    studio = studio_of(gallery, wall, setting="office")
    studio.preset = studio.preset.model_copy(update={"crop": tall.crop})
    made = portray(gallery, studio, gallery.open(REFERENCE).picture)[1]
    height, width = asked(studio)[0][0].picture.shape[:2]
    assert (height % 16, width % 16) == (0, 0)
    assert height * width <= 256 * 256
    assert made.master.shape[1] / made.master.shape[0] == pytest.approx(0.8, abs=0.01)


def _room(gallery: Gallery, studio: Studio, folder: Path) -> Room:
    class Opens:
        def open(self, data: bytes) -> Any:
            return gallery.open(data.decode())

    return Room(studio.preset, studio, Opens(), Vault(folder / "vault"))  # type: ignore[arg-type]


def _order(room: Room, agreed: tuple[str, ...]) -> Order:
    photos = (Photo("ana", "ana.jpg", room.vault.put(REFERENCE.encode())),)
    return Order("ana", recipe_of("ana", photos, "setup", agreed=agreed), photos, agreed=agreed)


@pytest.mark.parametrize("agreed", [(), (CLOTHES,)])
def test_without_a_yes_nothing_is_painted(gallery: Gallery, tmp_path: Path, agreed: tuple[str, ...]) -> None:
    """The painter is not even asked, and the portrait says so."""
    studio = studio_of(gallery, wall, setting="office")
    room = _room(gallery, studio, tmp_path)
    render = develop(_order(room, agreed), room).render
    assert asked(studio) == []
    assert (render.rung, render.painted) == (Rung.RELIGHT, "")
    assert render.cap == "generate not used: they have not agreed to it"


def test_with_a_yes_the_record_says_what_was_painted(gallery: Gallery, tmp_path: Path) -> None:
    """Rung, what, and which seed of how many; a look is asked for."""
    studio = studio_of(gallery, wall, setting="office")
    room = _room(gallery, studio, tmp_path)
    made = develop(_order(room, (GENERATE,)), room)
    assert made.render.rung == Rung.GENERATE
    assert made.render.painted.startswith("setting; seed ")
    assert next(r for r in made.readings if r.check == "painted").value > 20  # type: ignore[operator]
    assert (
        next(r for r in made.readings if r.check == "background_colour").error == "the background is painted"
    )


def test_clothes_need_a_yes_of_their_own(gallery: Gallery) -> None:
    """The preset's style is painted on nobody who did not agree to it."""
    studio = studio_of(gallery, wall, clothing="business")
    base = gallery.sit(gallery.open(REFERENCE).picture, studio.preset)
    assert not generating.wanted_of(base, OF).clothes
    assert generating.wanted_of(base, replace(OF, clothes=True)).clothes


def test_recipes_hold_what_was_agreed_to() -> None:
    """A yes, and taking it back, make the portrait anew; where nobody paints, nothing changes."""
    photos = (Photo("ana", "ana.jpg", "aa"),)
    plain = recipe_of("ana", photos, "setup")
    assert recipe_of("ana", photos, "setup", agreed=()) == plain
    assert (
        len(
            {
                plain,
                *(recipe_of("ana", photos, "setup", agreed=a) for a in ((GENERATE,), (GENERATE, CLOTHES))),
            }
        )
        == 3
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[engines]\npaint = "diffusion"', "rung"),
        ('rung = "generate"\n[generate]\nsetting = "office"', "engines.paint"),
        (
            'rung = "generate"\n[engines]\npaint = "diffusion"\n[generate]\nsetting = "beach"',
            "generate.setting",
        ),
        ('rung = "generate"\n[engines]\npaint = "selfie"', "engines.paint"),
        ('rung = "generate"\n[engines]\npaint = "diffusion"\n[generate]\nrounds = 9', "generate.rounds"),
    ],
)
def test_a_preset_that_cannot_paint_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The key, and what would be accepted."""
    (tmp_path / "own.toml").write_text(f'title = "Own"\n{text}')
    with pytest.raises(ConfigError, match=said):
        load_preset(str(tmp_path / "own.toml"))


@pytest.mark.parametrize("waived", [{"outcome": "note"}, {"high": 50.0}])
def test_no_preset_waives_that_a_person_looks(waived: dict[str, Any]) -> None:
    """Whatever was painted goes to review."""
    own = preset().model_copy(update={"checks": {"painted": Limit(**waived)}})
    with pytest.raises(ConfigError, match=r"checks\.painted"):
        limits(own)


def test_a_preset_that_does_not_paint_keeps_its_digest() -> None:
    """What a painter would be told makes nobody's portrait anew where nobody paints."""
    house = load_preset("house")
    assert house.model_copy(update={"generate": Generate(setting="office")}).digest() == house.digest()
    painting = preset(setting="office")
    assert painting.digest() != preset(setting="library").digest()
