"""The benchmarks that README and docs quote can be run, and say how."""

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
