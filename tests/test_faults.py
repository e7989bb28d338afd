"""The page of faults and threats names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/faults.md").read_text("utf-8")
_NAMED = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")
_COMMAND = re.compile(r"`python (benchmarks/\w+\.py)")


def test_every_proof_that_the_page_names_is_there() -> None:
    """A test that was renamed or removed takes its line along."""
    absent = []
    for file, name in _NAMED.findall(PAGE):
        path = ROOT / "tests" / file
        source = path.read_text("utf-8") if path.is_file() else ""
        if not source or (name and not re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)):
            absent.append(f"{file}::{name}")
    assert absent == []
    assert [file for file in _COMMAND.findall(PAGE) if not (ROOT / file).is_file()] == []


def test_no_fault_and_no_threat_is_left_out() -> None:
    """Sixty faults and twenty threats, each with a proof or with the reason why there is none."""
    faults, threats = PAGE.split("## Threats")
    for part, count in ((faults, 60), (threats, 20)):
        rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", part, re.MULTILINE)
        assert [int(number) for number, _ in rows] == list(range(1, count + 1))
        assert [
            number for number, proof in rows if not _NAMED.search(proof) and "not here" not in proof
        ] == []
