"""Tiles hold what is wanted, with what is around it, and go back to their places."""

import numpy as np
import pytest
import torch

from catchlight import closed_form
from catchlight.guide import Guide
from catchlight.tiles import Tiles

SIZES = [(96, 80), (45, 100), (33, 32), (20, 17)]


def _wanted(size: tuple[int, int]) -> torch.Tensor:
    wanted = torch.zeros(size, dtype=torch.bool)
    wanted[size[0] // 2, :] = True
    wanted[-1, -1] = True
    return wanted


@pytest.mark.parametrize("size", SIZES)
def test_every_wanted_pixel_is_in_a_tile(size: tuple[int, int]) -> None:
    """And is put back by exactly one."""
    plane, there = torch.rand(size), Tiles(_wanted(size), 4)
    back = there.put(there.of(plane)[None], torch.zeros(1, *size))[0]
    assert (back == plane)[_wanted(size)].all()
    counted = (
        torch.zeros(size).flatten().index_add_(0, there._places[there.own], torch.ones(int(there.own.sum())))
    )
    assert counted.max() == 1


@pytest.mark.parametrize("size", SIZES)
def test_a_rim_holds_what_is_around_mirrored_at_the_edge(size: tuple[int, int]) -> None:
    """As padding the whole plane would give."""
    plane, there = torch.rand(size), Tiles(torch.ones(size, dtype=torch.bool), 4)
    padded = torch.from_numpy(np.pad(plane.numpy(), 4, mode="symmetric"))
    first = there.around(plane[None])[0, :, 0]
    assert torch.equal(first, padded[: first.shape[0], : first.shape[1]])
    last = there.around(plane[None])[0, :, -1]
    assert torch.equal(last, padded[-last.shape[0] :, -last.shape[1] :])


def test_rims_are_what_neighbours_hold_and_nothing_beyond() -> None:
    """Where all is tiled that is the plane itself; where little is, 0 lies around."""
    plane = torch.rand(64, 96)
    everywhere = Tiles(torch.ones(64, 96, dtype=torch.bool), 4)
    assert torch.equal(everywhere.rims(everywhere.of(plane)), everywhere.around(plane[None])[0])
    one = torch.zeros(64, 96, dtype=torch.bool)
    one[40, 40] = True
    alone = Tiles(one, 4)
    rimmed = alone.rims(alone.of(plane) + 1)[:, 0]
    assert rimmed[:4].abs().max() == 0
    assert torch.equal(rimmed[4:-4, 4:-4], plane[32:64, 32:64] + 1)


def test_models_in_tiles_are_those_of_the_whole_picture() -> None:
    """Wherever an enlarged alpha needs one."""
    picture, alpha = torch.rand(1, 3, 90, 120), torch.zeros(1, 90, 120)
    alpha[:, 30:, 40:80] = 1
    alpha[:, 29, 40:80] = 0.5
    padded = [
        np.pad(one.numpy(), [(0, 0)] * (one.ndim - 2) + [(6, 6)] * 2, mode="symmetric")
        for one in (picture, alpha)
    ]
    colours, values = (torch.from_numpy(one[0]).unsqueeze(-2) for one in padded)
    whole = Guide(colours, 3, 1e-4).models(values)[:, :, 0]
    tiled = closed_form.models_near(picture, alpha, 3, 1e-4)
    assert (whole - tiled[0])[:, 26:34, 38:82].abs().max() < 1e-3
