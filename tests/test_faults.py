"""The page of faults and threats names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDORS = (ROOT / "docs/vendors.md").read_text("utf-8")
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


def test_every_answer_of_a_vendor_is_given_by_a_test() -> None:
    """Each code that the page of vendors names stands in its test's file or in a stand-in, and its tests are there."""
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \| (.+) \|$", VENDORS, re.MULTILINE)
    stand_ins = "".join(
        path.read_text("utf-8")
        for name in ("fake_*.py", "google_*.py")
        for path in (ROOT / "tests").glob(name)
    )
    absent = []
    for says, proof in rows[1:]:
        files = {file: (ROOT / "tests" / file).read_text("utf-8") for file, _ in _NAMED.findall(proof)}
        absent += [
            f"{file}::{name}" for file, name in _NAMED.findall(proof) if f"def {name}(" not in files[file]
        ]
        absent += [
            code for code in re.findall("`([^`]+)`", says) if code not in stand_ins + "".join(files.values())
        ]
    assert absent == []
    assert len(rows) > 30


def test_no_fault_and_no_threat_is_left_out() -> None:
    """Sixty-two faults and twenty-six threats, each with a proof or with the reason why there is none."""
    faults, threats = PAGE.split("## Threats")
    for part, count in ((faults, 62), (threats, 26)):
        rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", part, re.MULTILINE)
        assert [int(number) for number, _ in rows] == list(range(1, count + 1))
        assert [
            number for number, proof in rows if not _NAMED.search(proof) and "not here" not in proof
        ] == []
