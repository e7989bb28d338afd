"""What a segmenter says of the person, and where the neighbours are cut away."""

import numpy as np

from catchlight import silhouette
from catchlight.anatomy import Picture


class Leaning:
    """A segmenter that sees more of a person on the right of whatever it is shown."""

    def segment(self, picture: Picture) -> np.ndarray:
        """Return a ramp from left to right."""
        return np.tile(np.linspace(0, 1, picture.shape[1], dtype=np.float32), (picture.shape[0], 1))


class Fine(Leaning):
    """The same, and it sees hair."""

    FINE = True


def test_the_head_is_looked_at_once_more() -> None:
    """A coarse segmenter is shown the head alone, too; one that sees hair is taken at its word."""
    level, seen = np.zeros((200, 180, 3), np.uint8), np.ones((200, 180), bool)
    seen[:, :20] = False
    plain, fine = (
        silhouette.draw(level, seen, np.array([100.0, 90.0]), 40.0, of()) for of in (Leaning, Fine)
    )
    assert (fine[0, 20], fine[0, -1]) == (0, 1)
    assert fine[:, :20].max() == plain[:, :20].max() == 0
    assert np.array_equal(plain[0], fine[0])
    assert plain[90, 150] > fine[90, 150] + 0.05


def test_only_one_of_two_neighbours_stays() -> None:
    """Two people shoulder to shoulder are cut apart between their faces; alone, nobody is cut."""
    both = np.ones((200, 300), np.float32)
    own, other = (90.0, 60.0, 50.0), (210.0, 60.0, 50.0)
    cut = silhouette.without_neighbours(both, [own, other])
    assert cut[:, :140].min() == 1
    assert cut[:, 160:].max() == 0
    assert np.array_equal(silhouette.without_neighbours(both, [own]), both)
