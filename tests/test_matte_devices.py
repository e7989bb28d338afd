"""The matte on every device, in single and double precision, one at a time and many at once."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional

from catchlight import closed_form, foreground, resampled, windows
from catchlight.guide import Guide

TOLERANCE = 2e-3  # of alpha and of linear colour
DEVICES = [
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no graphics card")
    ),
    "cpu",
]


def _scene(seed: int, height: int = 96, width: int = 80) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return a picture in 0–1, what is known of it, and a blunt guess, each as a batch of one."""
    dice = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.float32)
    cv2.ellipse(mask, (width // 2, height), (width // 4, height * 2 // 3), 0, 0, 360, (1.0,), -1, cv2.LINE_AA)
    tones = dice.random((2, height // 4, width // 4, 3)).astype(np.float32)
    front, back = (cv2.resize(t * 0.4 + 0.6 * n, (width, height)) for n, t in enumerate(tones))
    picture = front * mask[..., None] + back * (1 - mask[..., None])
    guess = cv2.GaussianBlur(mask, (0, 0), 3)
    known = np.where(guess > 0.95, 1, np.where(guess < 0.05, 0, 0.5)).astype(np.float32)
    return torch.from_numpy(picture).permute(2, 0, 1)[None], *(
        torch.from_numpy(m)[None] for m in (known, guess)
    )


def _whole(scene: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return alpha, alpha on a picture twice as large, and the person's colour."""
    picture, known, guess = scene
    alpha = closed_form.refine(picture, known, guess)
    models = closed_form.models_near(picture, alpha, 3, 1e-4)
    large = torch.nn.functional.interpolate(picture, scale_factor=2, mode="bilinear")
    theta = torch.eye(2, 3, dtype=picture.dtype, device=picture.device).expand(len(picture), 2, 3)
    carried = closed_form.carried(models, alpha, large.permute(0, 2, 3, 1) * 255, theta)
    return alpha, carried, foreground.estimate(picture.permute(0, 2, 3, 1).contiguous() ** 2.2, alpha)


@pytest.mark.parametrize("device", DEVICES)
def test_single_precision_is_enough_on_every_device(device: str) -> None:
    """Single precision, on the processor or the graphics card, gives what double precision gives."""
    scene = _scene(1)
    exact = _whole(tuple(part.double() for part in scene))
    found = _whole(tuple(part.to(device) for part in scene))
    for quick, slow in zip(found, exact, strict=True):
        assert (quick.cpu().double() - slow).abs().max() < TOLERANCE


@pytest.mark.parametrize("device", DEVICES)
def test_many_at_once_are_as_one_at_a_time(device: str) -> None:
    """Three people in one batch come out as each of them alone."""
    scenes = [tuple(part.to(device) for part in _scene(seed)) for seed in (1, 2, 3)]
    together = _whole(tuple(torch.cat(parts) for parts in zip(*scenes, strict=True)))
    for n, scene in enumerate(scenes):
        for one, many in zip(_whole(scene), together, strict=True):
            assert (one[0] - many[n]).abs().max() < 1e-4


def test_means_mirror_the_edge() -> None:
    """Means over squares agree with OpenCV's, also at the edge."""
    plane = np.random.default_rng(4).random((40, 31)).astype(np.float32)
    (found,) = windows.means(torch.from_numpy(plane)[None], 3)
    assert np.allclose(found.numpy(), cv2.blur(plane, (7, 7), borderType=cv2.BORDER_REFLECT), atol=1e-6)


def test_a_card_finds_the_means_that_a_processor_finds() -> None:
    """By another way, which needs no card to be tried: over pictures side by side, and mirrored at the edge."""
    strip = torch.rand(2, 12, 3, 14, generator=torch.Generator().manual_seed(5))
    for radius in (1, 2, 3):
        off = (windows.over(strip, radius) - windows.over_on_a_card(strip, radius)).abs()
        assert off[:, radius:-radius, :, radius:-radius].max() < 1e-6
        planes = strip.transpose(1, 2)
        assert (windows.means(planes, radius) - windows.means_on_a_card(planes, radius)).abs().max() < 1e-6


@pytest.mark.parametrize("size", [(12, 14), (9, 14)])
def test_planes_are_resized_as_pytorch_does(size: tuple[int, int]) -> None:
    """To half the size, and to a larger one."""
    planes = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(6))
    wanted = functional.avg_pool2d(planes, 2, ceil_mode=True)
    assert (resampled.halved(planes) - wanted).abs().max() < 1e-6
    larger = functional.interpolate(planes, size=(23, 31), mode="bilinear")
    assert (resampled.stretched(planes, (23, 31)) - larger).abs().max() < 1e-6


def test_the_main_process_never_loads_torch() -> None:
    """The command, the plan, the judge and every check and engine are imported without torch, which takes seconds."""
    script = (
        "import sys, flows.cli, catchlight.plan, catchlight.judge\n"
        "from catchlight import plugins\n"
        "for folder in ('catchlight.checks', 'catchlight.engines'):\n"
        "    [plugins.load(folder, name) for name in plugins.names(folder)]\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-800:] or "torch was imported"


def test_what_lies_between_tiles_spoils_no_tile() -> None:
    """Means at the rims of tiles are of no window; even where they cannot be inverted all models are numbers."""
    strip, radius = torch.rand((3, 40, 3, 40), generator=torch.Generator().manual_seed(4)), 2
    centred = strip - strip.mean((1, 3), keepdim=True)
    squares = [centred[i] * centred[j] for i in range(3) for j in range(i, 3)]
    means = windows.over(torch.stack([*centred, *squares]), radius)
    variance = torch.addcmul(means[3], means[0], means[0], value=-1)
    assert variance.min() < 0
    models = Guide(strip, radius, float(-variance.min())).models(torch.rand(strip.shape[1:]))
    assert torch.isfinite(models).all()
