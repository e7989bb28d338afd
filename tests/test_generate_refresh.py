"""``catchlight refresh`` with a preset that lets a model paint: who agreed is painted, the others are not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from catchlight.consents import Consent, Word
from catchlight.decoding import decode
from catchlight.painting import GENERATE
from catchlight.records import Rung
from catchlight.register import Register, now
from tests.every_pipeline import make_for_painters
from tests.killed_refresh import kill, started, wait_for
from tests.refreshed_company import Company, congress, differing

pytestmark = pytest.mark.slow

PRESET = """
title = "Painted"
rung = "generate"

[delivery]
master = 512

[engines]
paint = "diffusion"

[engines.options.diffusion]
weights = "{weights}"
side = 256
steps = 2
device = "cpu"

[generate]
setting = "office"
shoulders = false
crown = false
candidates = 1

[checks.background_contrast]
outcome = "note"
"""


@pytest.fixture(scope="module", params=["klein", "qwen"])
def company(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Company]:
    """Return three people of whom two agreed, refreshed once, with each pipeline."""
    root = tmp_path_factory.mktemp("painted")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, 3))
    with pytest.MonkeyPatch.context() as patch:
        make_for_painters(request.param, root / "weights", patch)
        (root / "painted.toml").write_text(PRESET.format(weights=root / "weights"), encoding="utf-8")
        agree(company, shared)
        done = refresh(company)
        assert done == 0, (company.home / "logs/darkroom.log").read_text(encoding="utf-8")
        yield company


def agree(company: Company, shared: Path) -> None:
    """Let two of the three agree, in a home that is not there yet."""
    company.home.mkdir()
    register = Register(company.home / "register.db")
    register.add([Consent(id_, GENERATE, Word.GRANTED, id_, now()) for id_ in congress(shared, 2)])
    register.close()


def refresh(company: Company) -> int:
    """Refresh with the preset that paints; return the exit code."""
    done = company.refresh("--preset", str(company.home.parent / "painted.toml"))
    return 0 if done.returncode == 0 else pytest.fail(done.stdout + done.stderr)


def test_who_agreed_is_painted_and_nobody_else(company: Company, shared: Path) -> None:
    """Rung, record and reason say so; a look is asked for at whatever was painted."""
    renders = {row["employee"]: row for row in company.tables()["renders"].to_dicts()}
    *agreed, other = congress(shared, 3)
    for id_ in agreed:
        assert renders[id_]["rung"] == Rung.GENERATE, renders[id_]["cap"]
        assert renders[id_]["painted"].startswith("setting; seed ")
        assert company.listed()[id_]["outcome"] == "review"
    assert renders[other]["rung"] != Rung.GENERATE
    assert renders[other]["cap"] == "generate not used: they have not agreed to it"


def test_a_second_run_paints_nothing_again(company: Company) -> None:
    """Same recipes, same pictures, nothing to do."""
    before = company.tables()
    assert refresh(company) == 0
    assert company.run()["counts"]["rendered"] == 0
    assert differing(before, company.tables()) == []


def test_killed_while_it_paints_it_goes_on_and_comes_to_the_same(
    company: Company, shared: Path, tmp_path: Path
) -> None:
    """The same bytes in a home of its own: a seed is the recipe's, not the moment's; nothing finished is done again."""
    again = Company(company.source, tmp_path / "home")
    agree(again, shared)
    preset = ("--preset", str(company.home.parent / "painted.toml"))
    with started(again, *preset, "--workers", "1") as process:  # one after the other, so that some are left
        wait_for(lambda it: len(it.recipes()) >= 1, again, process)
        kill(process)
    finished = again.recipes()
    assert len(finished) < len(company.recipes())
    done = again.refresh(*preset)
    assert done.returncode == 0, done.stdout + done.stderr
    assert finished.items() <= again.recipes().items()
    assert differing(again.tables(), company.tables()) == []
    pictures = (_pictures(one, shared) for one in (company, again))
    assert all(np.array_equal(a, b) for a, b in zip(*pictures, strict=True))


@pytest.mark.parametrize("company", ["klein"], indirect=True)
def test_a_yes_that_is_taken_back_takes_the_paint_away(company: Company, shared: Path) -> None:
    """Only that person is made anew."""
    (first, *_) = congress(shared, 1)
    register = Register(company.home / "register.db")
    register.add([Consent(first, GENERATE, Word.WITHDRAWN, first, now())])
    register.close()
    assert refresh(company) == 0
    assert company.run()["counts"]["rendered"] == 1
    rungs = {row["employee"]: row["rung"] for row in company.tables()["renders"].to_dicts()}
    assert rungs[first] != Rung.GENERATE
    assert rungs[congress(shared, 2)[1]] == Rung.GENERATE


def _pictures(company: Company, shared: Path) -> list[np.ndarray]:
    files = (company.latest / "portraits" / f"{id_}.jpg" for id_ in congress(shared, 2))
    return [decode(file.read_bytes()).picture for file in files]
