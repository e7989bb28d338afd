"""What fuzzing found stays mended: bytes that once made a reader fall are read, or refused in a sentence."""

import random
from pathlib import Path

import pytest

from tests.fuzz_targets import TARGETS, examples

CASES = sorted(path for path in (Path(__file__).parent / "fuzz_cases").glob("*/*") if path.is_file())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_is_found_no_more(case: Path) -> None:
    """Each file that fuzzing found comes back with a result or one of our own errors."""
    TARGETS[case.parent.name](case.read_bytes())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_examples_with_a_few_changed_bytes_are_read_or_refused(target: str) -> None:
    """A small part of what the fuzzer does, the same each time: bytes changed, cut out and doubled."""
    chance = random.Random(7)  # noqa: S311
    for data in examples(target):
        TARGETS[target](data)
        for _ in range(6):
            TARGETS[target](_changed(data, chance))


def _changed(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed))
        changed[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    return bytes(changed)
