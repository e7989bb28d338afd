"""``catchlight review status``: how many answered does not follow from how many did not."""

from collections import defaultdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.progress_shown import shown_answers
from catchlight.small_counts import Hidden
from flows.commands import review
from tests.published_company import Company, make_company
from tests.test_small_counts import rows


@pytest.mark.parametrize("asked", range(5, 15))
def test_a_small_number_of_answers_is_open_and_so_is_each(asked: int) -> None:
    """Whatever is shown of yes, no and silence, and how many were asked, fits several numbers of answers."""
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for yes, no, silent in rows(3, asked):
        shown = shown_answers({"yes": yes, "no": no, "silent": silent}, "silent")
        alike[tuple(shown.values())].append((yes, no, yes + no))
    for behind in alike.values():
        for counts in zip(*behind, strict=True):
            assert len(set(counts)) > 1 or not 0 < counts[0] < 5, behind


def test_larger_numbers_are_told() -> None:
    """And where nobody answered, that is no secret."""
    assert shown_answers({"yes": 9, "no": 0, "silent": 20}, "silent") == {"yes": 9, "no": 0, "silent": 20}
    assert shown_answers({"yes": 0, "no": 0, "silent": 20}, "silent")["silent"] == 20
    assert shown_answers({"yes": 3, "no": 0, "silent": 12}, "silent")["silent"] == Hidden.ALMOST_ALL


def test_it_is_printed_so(tmp_path: Path) -> None:
    """Fifteen have a portrait and three said yes: neither three nor twelve is there."""
    company: Company = make_company(tmp_path)
    pictures = company.run("r1", {f"e{n}": str(n) for n in range(15)})
    company.answer({id_: pictures[id_] for id_ in ("e1", "e2", "e3")})
    told = CliRunner().invoke(review.app, ["status"], env={"CATCHLIGHT_HOME": str(company.home)}).output
    assert "fewer than 5 approve" in told
    assert "almost all have not answered" in told
    assert "12" not in told
