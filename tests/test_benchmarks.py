"""The benchmarks that README and docs quote can be run, and say how."""

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(f.name for f in BENCHMARKS.glob("*.py") if "__main__" in f.read_text(encoding="utf-8"))


def _run(*words: str) -> str:
    quick = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "1",
    }  # or a peer is compiled for minutes, to print a help text
    done = subprocess.run(
        [sys.executable, *words], cwd=BENCHMARKS, env=quick, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_benchmark_says_how_it_is_run(script: str) -> None:
    """Each script starts against the code as it is, explains itself, and README names it."""
    assert "usage:" in _run(script, "--help")
    assert f"`{script}`" in (BENCHMARKS / "README.md").read_text(encoding="utf-8")


def test_every_stage_that_is_timed_exists() -> None:
    """No function that the table of stages names has moved away."""
    _run("-c", "import stages\nfor _, owner, name in stages.STAGES: getattr(owner, name)")


def test_what_a_card_gave_is_held_against_the_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Met, missed, and not measured where a step was cut before its first figure or in the middle of a file."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    on_a_card = importlib.import_module("on_a_card")
    ways = (("plain loop", 1.0, 0.7), ("ours, 4 at once", 1.4, 0.8), ("ours, 4 at once, beside", 1.6, 0.9))
    figures = [{"how": how, "a_second": speed, "denoiser": share} for how, speed, share in ways]
    (tmp_path / "klein.json").write_text(json.dumps({"figures": figures}), encoding="utf-8")
    (tmp_path / "sdxl.json").write_text('{"figures": [', encoding="utf-8")
    found = {bar.wanted: bar.met for bar in on_a_card.bars(tmp_path)}
    assert found["klein: 1.5 × the plain loop"]
    assert found["klein: 85 % of the time in the denoiser"] is False
    assert found["sdxl: 1.5 × the plain loop"] is None
    assert found["whole studio: 30 portraits a second"] is None


def test_a_step_that_takes_too_long_is_ended_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the time that is left; a step that fails is said to, and none is started for seconds that are too few."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    on_a_card = importlib.import_module("on_a_card")
    monkeypatch.setattr(on_a_card, "HERE", tmp_path)
    (tmp_path / "sleeps.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    (tmp_path / "fails.py").write_text("raise SystemExit(3)", encoding="utf-8")
    options = argparse.Namespace(tiny=False, photos=None)
    steps = [on_a_card.Step(name, f"{name}.py", "", most) for name, most in (("sleeps", 1), ("fails", 60))]
    ended = [on_a_card.run(step, tmp_path, 100, options) for step in steps]
    assert ended[0].startswith("ended after")
    assert ended[1].startswith("exit code 3")
    assert on_a_card.run(steps[0], tmp_path, 2, options) == "left out: no time left"
