"""The matte against alphas that are known because they were composed."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from jaxtyping import Float32

from catchlight import matte, trimap
from catchlight.anatomy import Picture
from catchlight.framing import Affine
from catchlight.pixels import to_linear, to_srgb
from catchlight.sitting import Sitting
from tests.studio import measure

pytest_plugins = ["tests.studio_fixtures"]

SIZE = 360
CHIN = 250.0
UNIT = 120.0
SKIN = (190, 140, 115)


def _alpha(seed: int = 3) -> Float32[np.ndarray, "h w"]:
    """Return the true alpha of a drawn person: a head with 250 fine hairs, neck and shoulders."""
    scale, dice = 4, np.random.default_rng(seed)
    large = np.zeros((SIZE * scale, SIZE * scale), np.uint8)
    cv2.ellipse(large, (720, 700), (300, 380), 0, 0, 360, (255,), -1)
    cv2.ellipse(large, (720, 1500), (620, 460), 0, 0, 360, (255,), -1)
    for angle in dice.uniform(np.pi, 2 * np.pi, 250):
        root = np.array([720 + 295 * np.cos(angle), 700 + 375 * np.sin(angle)])
        tip = root + dice.uniform(10, 60) * np.array([np.cos(angle + 0.4), np.sin(angle + 0.4)])
        cv2.line(large, root.astype(int).tolist(), tip.astype(int).tolist(), (255,), 3)
    return cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _cloth(low: tuple[int, int, int], high: tuple[int, int, int], seed: int) -> Picture:
    """Return a texture between two colours."""
    grain = np.random.default_rng(seed).random((SIZE // 6, SIZE // 6, 1)).astype(np.float32)
    share = cv2.resize(grain, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)[..., None].clip(0, 1)
    return (np.array(low) * (1 - share) + np.array(high) * share).astype(np.uint8)


PERSON = _cloth((50, 30, 20), (110, 75, 55), 7)
WALL = _cloth((140, 150, 160), (215, 220, 225), 8)
GREEN = np.full((SIZE, SIZE, 3), (40, 200, 60), np.uint8)
TRUE = _alpha()


def _composed(person: Picture, behind: Picture) -> Picture:
    """Photograph the person before something, as light adds up."""
    a = TRUE[..., None]
    return to_srgb((to_linear(person) * a + to_linear(behind) * (1 - a)).astype(np.float32))


def _guess() -> Float32[np.ndarray, "h w"]:
    """Return what a segmenter would say: right but soft and blunt, without hairs."""
    open_ = cv2.morphologyEx((TRUE > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    return np.asarray(cv2.GaussianBlur(open_.astype(np.float32), (0, 0), 3))


def _face() -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(mask, (180, 190), (55, 65), 0, 0, 360, (1,), -1)
    return mask > 0


def _solved(photo: Picture) -> Float32[np.ndarray, "h w"]:
    coarse = _guess()
    return matte.solve(photo, trimap.draw(coarse, _face(), UNIT, CHIN), coarse)


@pytest.mark.parametrize("behind", [WALL, GREEN], ids=["textured wall", "green screen"])
def test_a_known_alpha_comes_back(behind: Picture) -> None:
    """Before any background the matte is nearer to the truth than the guess it starts from, and rarely wrong."""
    outline = (TRUE > 0.02) & (TRUE < 0.98)
    solved = _solved(_composed(PERSON, behind))
    error, guess = (np.abs(a - TRUE)[outline].mean() for a in (solved, _guess()))
    assert error < 0.85 * guess
    assert np.abs(solved - TRUE).mean() < 0.018


def test_single_hairs_are_followed() -> None:
    """Hairs that the guess did not know come back in good part; the wall between them stays out."""
    solved, beyond = _solved(_composed(PERSON, WALL)), _guess() < 0.02
    assert solved[beyond & (TRUE > 0.3)].mean() > 0.3 * TRUE[beyond & (TRUE > 0.3)].mean()
    assert solved[beyond & (TRUE == 0)].mean() < 0.01


def test_alpha_is_a_share_and_certainties_hold() -> None:
    """Alpha stays in 0–1, 1 where the person surely is and 0 where the background surely is."""
    coarse = _guess()
    unknown = trimap.draw(coarse, _face(), UNIT, CHIN)
    solved = matte.solve(_composed(PERSON, WALL), unknown, coarse)
    assert solved.dtype == np.float32
    assert (solved.min(), solved.max()) == (0, 1)
    assert solved[unknown.person].min() > 0.97
    assert solved[unknown.behind].max() < 0.03


def test_a_face_that_the_segmenter_missed_stays_whole() -> None:
    """A hand before the mouth or a strange light may fool the segmenter, not the landmarks."""
    coarse = _guess() * ~_face()
    kept = matte.keep_owner(coarse, _face())
    assert kept[_face()].min() == 1


def test_only_the_owner_of_the_face_stays() -> None:
    """A neighbour in the photo is taken away, hand and hair of the owner are not."""
    two = np.zeros((200, 300), np.float32)
    cv2.ellipse(two, (80, 120), (40, 70), 0, 0, 360, (0.9,), -1)
    cv2.ellipse(two, (220, 120), (50, 75), 0, 0, 360, (1.0,), -1)
    face = np.zeros((200, 300), bool)
    face[100:130, 65:95] = True
    kept = matte.keep_owner(two, face)
    assert kept[:, 160:].max() == 0
    assert np.array_equal(kept[:, :140] > 0.5, two[:, :140] > 0.5)


def test_green_does_not_shine_through() -> None:
    """On a new background no green rim is left of a green screen."""
    photo = to_linear(_composed(PERSON, GREEN))
    colour = matte.foreground(photo, TRUE)
    half = (TRUE > 0.2) & (TRUE < 0.9)
    truth = to_linear(PERSON)
    assert np.abs(colour - truth)[half].mean() < 0.25 * np.abs(photo - truth)[half].mean()
    print_on_white = to_srgb((colour * TRUE[..., None] + 1 - TRUE[..., None]).astype(np.float32)).astype(int)
    green = print_on_white[..., 1] - print_on_white[..., [0, 2]].max(-1)
    assert green[half].mean() < 3


def test_the_persons_own_colour_stays_where_nothing_shines_through() -> None:
    """Well inside the outline the colour is untouched, to the bit; in the rim its lightness stays; all in 0–1."""
    photo = to_linear(_composed(PERSON, GREEN))
    colour = matte.foreground(photo, TRUE)
    rim = cv2.erode((TRUE == 1).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert np.array_equal(colour[rim], photo[rim])
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert np.abs((colour - photo)[TRUE == 1] @ weights).max() < 1e-3
    assert colour.min() >= 0
    assert colour.max() <= 1


def test_a_tint_in_the_rim_is_taken_out() -> None:
    """Grey hair that a green screen tinted where alpha is 1 already is less green, and as light as before."""
    grey = np.full((SIZE, SIZE, 3), 0.2, np.float32)
    solid = (TRUE > 0.5).astype(np.float32)
    near = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 3)
    share = np.float32(0.15) * ((near > 0) & (near < 3))[..., None]
    behind = to_linear(GREEN)
    photo = np.where(solid[..., None] > 0, grey * (1 - share) + behind * share, behind).astype(np.float32)
    colour = matte.foreground(photo, solid)
    tinted = (share[..., 0] > 0) & (solid == 1)

    def green(picture: np.ndarray) -> float:
        return float((picture[..., 1] - picture[..., [0, 2]].mean(-1))[tinted].mean())

    assert green(colour) < 0.6 * green(photo)


def test_blond_hair_before_blue_does_not_turn_mauve() -> None:
    """Where alpha says more than there is of the person, the colour is that of the hair further inside."""
    blond, blue = np.float32([0.45, 0.32, 0.16]), np.float32([0.1, 0.2, 0.85])
    true = cv2.GaussianBlur((TRUE > 0.5).astype(np.float32), (0, 0), 6)
    photo = (true[..., None] * blond + (1 - true[..., None]) * blue).astype(np.float32)
    guess = np.clip(1.4 * true, 0, 1).astype(np.float32)
    rim = (guess > 0.3) & (guess < 0.8)
    red, green, over = matte.foreground(photo, guess)[rim].mean(0)
    assert over < green < red


def _hue(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return the mean colour (CIELAB a, b) of linear pixels."""
    return cv2.cvtColor(picture[where][None], cv2.COLOR_LRGB2Lab)[0, :, 1:].mean(0)


@pytest.mark.parametrize("wall", [(0.4, 0.29, 0.17), (0.5, 0.46, 0.43)])
def test_an_ear_before_a_wall_of_skins_hue_stays_red(wall: tuple[float, float, float]) -> None:
    """A rim that is red by itself is no tint of a tan or a pale pink wall: taken out, it would leave magenta."""
    skin, ear, behind = np.float32([0.35, 0.2, 0.13]), np.float32([0.5, 0.05, 0.04]), np.float32(wall)
    true = (TRUE > 0.5).astype(np.float32)
    rim = (cv2.erode(true, np.ones((9, 9), np.uint8)) < 1) & (true == 1)
    photo = np.where(rim[..., None], ear, np.where(true[..., None] > 0, skin, behind)).astype(np.float32)
    assert np.abs(_hue(matte.foreground(photo, true), rim) - _hue(photo, rim)).max() < 6


def test_magenta_hair_before_blue_is_less_blue() -> None:
    """A tint need not be the wall's hue: it lies on the way from the hair's to the wall's."""
    magenta, blue = np.float32([0.3, 0.05, 0.25]), np.float32([0.1, 0.2, 0.85])
    true = (TRUE > 0.5).astype(np.float32)
    rim = (cv2.erode(true, np.ones((7, 7), np.uint8)) < 1) & (true == 1)
    person = np.where(rim[..., None], 0.7 * magenta + 0.3 * blue, magenta)
    photo = np.where(true[..., None] > 0, person, blue).astype(np.float32)
    own = _hue(np.broadcast_to(magenta, photo.shape).copy(), rim)
    before, after = (np.linalg.norm(_hue(each, rim) - own) for each in (photo, matte.foreground(photo, true)))
    assert after < 0.8 * before


def test_white_hair_beside_warm_skin_does_not_turn_yellow_before_blue() -> None:
    """Where the colour further inside is not that of the edge, the edge goes to grey and not past it."""
    skin, white, blue = (
        np.float32([0.5, 0.25, 0.15]),
        np.float32([0.6, 0.6, 0.62]),
        np.float32([0.1, 0.2, 0.85]),
    )
    true = cv2.GaussianBlur((TRUE > 0.5).astype(np.float32), (0, 0), 2)
    inside = cv2.erode((true > 0.5).astype(np.uint8), np.ones((9, 9), np.uint8))[..., None] > 0
    photo = (true[..., None] * np.where(inside, skin, white) + (1 - true[..., None]) * blue).astype(
        np.float32
    )
    rim = (true > 0.4) & (true < 0.9)
    assert _hue(matte.foreground(photo, true), rim)[1] < 8


def test_a_print_in_bands_is_cleaned_as_a_whole_one() -> None:
    """What was worked out on a small copy cleans each band of rows as it cleans the whole picture."""
    photo = to_linear(_composed(PERSON, GREEN))
    small, thin = (
        cv2.resize(image, (SIZE // 2,) * 2, interpolation=cv2.INTER_AREA) for image in (photo, TRUE)
    )
    around = matte.near(small, thin)
    whole = matte.clean(photo.copy(), TRUE, around, (0, SIZE))
    bands = [
        matte.clean(photo[t : t + 90].copy(), TRUE[t : t + 90], around, (t, SIZE)) for t in range(0, SIZE, 90)
    ]
    assert np.abs(np.concatenate(bands) - whole).max() < 1e-5
    half, truth = (TRUE > 0.2) & (TRUE < 0.9), to_linear(PERSON)
    assert np.abs(whole - truth)[half].mean() < 0.35 * np.abs(photo - truth)[half].mean()


def test_a_scrap_on_a_shoulder_goes_and_hair_beside_it_stays() -> None:
    """A flag's corner that stands on the shoulder's line is taken off; hair that hangs down beside the neck is not."""
    unit, chin = 60.0, 60.0
    coarse = np.zeros((200, 240), np.float32)
    cv2.ellipse(coarse, (120, 220), (110, 110), 0, 0, 360, (1.0,), -1)  # shoulders
    cv2.rectangle(coarse, (90, 0), (150, 130), (1.0,), -1)  # head, neck and hair
    alpha = coarse.copy()
    cv2.line(alpha, (60, 140), (56, 110), (1.0,), 2)  # a scrap on the shoulder
    cv2.line(alpha, (152, 20), (153, 100), (1.0,), 1)  # a hair beside the head
    clean = matte.without_fringe(alpha, coarse, unit, chin)
    assert clean[112:120, 50:70].max() == 0
    assert np.array_equal(clean[:100, 140:170], alpha[:100, 140:170])
    assert np.array_equal(clean * (coarse > 0), coarse)


def test_a_scrap_of_the_wall_is_let_go_a_loose_hair_is_not() -> None:
    """What hangs in the air far from the head is no person; what hangs beside the hair is."""
    alpha, face = TRUE.copy(), _face()
    alpha[20:40, 20:50] = 0.6
    edge = int(np.flatnonzero(TRUE[200] > 0.1)[0])
    alpha[200, edge - 4] = 0.5
    kept = matte.without_scraps(alpha, face, UNIT)
    assert kept[20:40, 20:50].max() == 0
    assert kept[200, edge - 4] == alpha[200, edge - 4]
    assert np.array_equal(kept[TRUE > 0.1], alpha[TRUE > 0.1])


@pytest.mark.parametrize("times", [1.0, 2.0, 3.5])
def test_a_matte_carried_to_the_portrait_fits_there(times: float) -> None:
    """Enlarged, the matte lies where the person is, and sharper than enlarging it plainly would make it."""
    shift = (times - 1) / 2
    to = Affine(np.array([[times, 0, shift], [0, times, shift]]), int(SIZE * times), int(SIZE * times))
    photo = _composed(PERSON, GREEN)
    large, truth = to.warp(photo), to.warp(TRUE, outside=0)
    carried = matte.carry(TRUE, photo, to, np.ascontiguousarray(large))
    assert carried.shape == (to.height, to.width)
    assert np.abs(carried - truth).mean() < 0.004


@pytest.mark.parametrize("share", [0.03, 0.06])
def test_an_unsure_outline_reads_as_wide_as_it_is(company: dict[str, Sitting], share: float) -> None:
    """A straight outline that fades over some width reads 2/3 of it, in percent of eye to chin; in the photo only."""
    good = next(iter(company.values()))
    sheet, unit = good.sheet, good.sheet.head.chin - good.sheet.head.eyes
    ramp = np.clip((np.arange(sheet.alpha.shape[1]) - 40) / (share * unit) + 0.5, 0, 1).astype(np.float32)
    alpha, seen = np.repeat(ramp[None], sheet.alpha.shape[0], 0), np.ones(sheet.seen.shape, bool)
    read = measure("matte", replace(good, sheet=replace(sheet, alpha=alpha, seen=seen)))
    assert read == pytest.approx(100 * share * 2 / 3, rel=0.25)
    aside = seen & (np.arange(sheet.alpha.shape[1]) > 80)
    assert measure("matte", replace(good, sheet=replace(sheet, alpha=alpha, seen=aside))) == 0


def test_a_mask_that_sees_hair_is_left_as_it_is() -> None:
    """Refining a mask that is right already changes little, hairs included."""
    unknown = trimap.draw(TRUE, _face(), UNIT, CHIN, fine=True)
    solved = matte.solve(_composed(PERSON, WALL), unknown, TRUE, fine=True)
    hair = (TRUE > 0.3) & (_guess() < 0.02)
    assert np.abs(solved - TRUE).mean() < 0.004
    assert solved[hair].mean() > 0.85 * TRUE[hair].mean()


def test_ten_people_are_cut_out_cleanly(company: dict[str, Sitting]) -> None:
    """Ten real portraits: the face is opaque, the far corners are empty, little is undecided."""
    for name, sitting in company.items():
        middle, mask = sitting.face.oval.mean(0), np.zeros(sitting.alpha.shape, np.uint8)
        cv2.fillPoly(mask, [np.round((sitting.face.oval - middle) * 0.9 + middle).astype(np.int32)], (1,))
        assert sitting.alpha[mask > 0].min() > 0.95, name
        side = sitting.alpha.shape[1] // 12
        assert max(sitting.alpha[:side, :side].max(), sitting.alpha[:side, -side:].max()) < 0.05, name
        assert ((sitting.alpha > 0.05) & (sitting.alpha < 0.95)).mean() < 0.125, name
