"""The pixels of a JPEG in one pass over its bytes, where the decoder has no doubt that they are all there.

libjpeg-turbo fills what is missing with grey and says so: any such word, and the file is left to `jpeg_stream`.
"""

from mmap import mmap

import numpy as np
import simplejpeg
from PIL import Image
from PIL.Image import Transpose

from catchlight.anatomy import Picture

_MODES = ("RGB", "L")


def read(image: Image.Image, data: bytes, most: int, into: mmap | None = None) -> Picture | None:
    """Return the pixels of the file whose header ``image`` is, as Pillow decodes them, not turned yet.

    They are laid ``into`` memory with room for them, if some is given. None for what is larger than ``most`` on its
    longer side, is no RGB or grey, or is not surely whole.
    """
    if image.mode not in _MODES or max(image.size) > most:
        return None
    try:
        return np.asarray(simplejpeg.decode_jpeg(data, "RGB", strict=True, buffer=into))
    except ValueError:
        return None


def turned(picture: Picture, how: Transpose | None) -> Picture:
    """Return the picture turned or mirrored."""
    import cv2  # noqa: PLC0415  a decoder that turns nothing does without

    if how is None:
        return picture
    turns = {
        Transpose.FLIP_LEFT_RIGHT: lambda: cv2.flip(picture, 1),
        Transpose.FLIP_TOP_BOTTOM: lambda: cv2.flip(picture, 0),
        Transpose.TRANSPOSE: lambda: cv2.transpose(picture),
        Transpose.TRANSVERSE: lambda: cv2.rotate(cv2.transpose(picture), cv2.ROTATE_180),
        Transpose.ROTATE_90: lambda: cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE),
        Transpose.ROTATE_180: lambda: cv2.rotate(picture, cv2.ROTATE_180),
        Transpose.ROTATE_270: lambda: cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE),
    }
    return np.asarray(turns[how]())
