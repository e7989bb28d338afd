"""The contact sheet's file: what it holds, how large it grows, what it never lets out."""

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from catchlight.ledger import table
from catchlight.records import Employee, Reading
from catchlight.vault import Vault
from reports.contact_sheet import write
from reports.contact_sheet_figures import duration, evenness, moment
from tests.sheet_company import HOSTILE, company, sheet


class Page(HTMLParser):
    """The tags and addresses of a page, as a browser's parser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")
        ]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def block(text: str) -> dict[str, Any]:
    """Return the page's data block."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def text(tmp_path: Path) -> str:
    """Return the text of the made-up company's sheet."""
    return sheet(tmp_path).read_text("utf-8")


def card(text: str, name: str) -> str:
    """Return the markup of one person's card."""
    start = text.rindex("<li id=", 0, text.index(f"<bdi>{name}</bdi>"))
    end = text.find("<li id=", start + 1)
    return text[start : end if end > 0 else text.index("</main>")]


def test_every_person_is_there_also_without_a_photo(text: str) -> None:
    """Nobody of the directory is missing from the sheet."""
    assert text.count('<li id="p') == 4 + len(HOSTILE)
    assert "There is no photo of this person yet" in card(text, "Dan Dean")


def test_every_flag_comes_with_its_sentence(text: str) -> None:
    """A flag without a reason would leave the reader alone."""
    assert "The photo is a little soft." in card(text, "Bob Müller")
    assert "No face was found; send another." in card(text, "Cid Cole")
    assert 'class="flags"' not in card(text, "Ann Archer")


def test_a_photo_that_gave_no_portrait_is_still_shown(text: str) -> None:
    """Cid's photo was unusable: his card shows it beside the gap."""
    assert card(text, "Cid Cole").count("<img") == 1
    assert "No new portrait" in card(text, "Cid Cole")


def test_headline_figures_count_the_cards(text: str) -> None:
    """Accepted, review and retake are the sums of what is shown below them."""
    data = block(text)
    outcomes = data["people"]["outcome"]
    assert [outcomes.count(key) for key in ("accept", "review", "retake")] == [1 + len(HOSTILE), 1, 2]
    assert f"{1 + len(HOSTILE)} of {4 + len(HOSTILE)} portraits meet the standard" in text


def test_consistency_is_said_in_plain_words(text: str) -> None:
    """A head of HR reads how much more alike the portraits are, and where they are not."""
    assert "Head height varied by ±8.1 % of frame; now by ±0.4." in text
    assert "20 times more even" in text
    assert "less even than before" in text
    assert "Unknown" not in text


def test_each_picture_is_stored_once(text: str) -> None:
    """All views share one copy, or the file would not fit its budget."""
    pictures = re.findall(r"data:image/webp;base64,[A-Za-z0-9+/=]+", text)
    assert len(pictures) == len(set(pictures)) > 0


def test_hostile_names_add_no_markup(tmp_path: Path) -> None:
    """Names, departments, titles and reasons stay text: the tags are those of a harmless company."""
    hostile = Page(sheet(tmp_path).read_text("utf-8"))
    plain = company(Vault(tmp_path / "vault"))
    people = [
        Employee(f"{n:03}", display_name=f"Name {n:03}", department="IT" if n % 2 else "", title="Clerk")
        for n in range(1, plain["employees"].height + 1)
    ]
    harmless = Page(sheet(tmp_path, employees=table(Employee, people)).read_text("utf-8"))
    assert sorted(hostile.tags) == sorted(harmless.tags)
    assert hostile.handlers == []


def test_nothing_is_fetched_from_anywhere(text: str) -> None:
    """Each address is data, a place in the page, or a portrait beside the sheet."""
    addresses = Page(text).addresses
    assert addresses
    assert [a for a in addresses if not re.match(r"data:|#|\./", a)] == []
    assert "./javascript%3Aalert%281%29" in addresses


def test_policy_lets_only_our_own_text_run(text: str) -> None:
    """The hashes of the policy are those of the inline style and scripts, and nothing else is allowed."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in inline]
    assert len(inline) == 3
    assert all(f"'sha256-{one}'" in unescape(policy[1]) for one in hashes)
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy[1]


def test_readings_of_an_older_recipe_are_not_shown(text: str) -> None:
    """Only what was measured on the portrait shown may be shown."""
    sharpness = next(check for check in block(text)["checks"] if check["key"] == "sharpness")
    assert 99.0 not in sharpness["values"]


def test_an_unmeasured_reading_says_why(text: str) -> None:
    """A check without a value keeps its error, and its place in the columns."""
    data = block(text)
    ann = data["people"]["id"].index("001")
    tilt = next(check for check in data["checks"] if check["key"] == "roll")
    assert tilt["values"][ann] is None
    assert tilt["errors"] == {str(ann): "the eyes <b>are</b> hidden"}


def test_values_that_are_no_numbers_do_not_break_the_page(tmp_path: Path) -> None:
    """NaN and infinity are shown as not measured: JSON knows neither."""
    odd = [Reading("001", "r001", "roll", value, -6.0, 6.0) for value in (float("nan"), float("inf"))]
    data = block(sheet(tmp_path, readings=table(Reading, odd)).read_text("utf-8"))
    assert set(data["checks"][0]["values"]) == {None}


def test_a_lost_small_picture_costs_one_picture_not_the_sheet(tmp_path: Path) -> None:
    """A file that vanished from the vault is named on its card."""
    vault = Vault(tmp_path / "vault")
    arguments = company(vault)
    vault.path(arguments["renders"]["after"][0]).unlink()
    write(tmp_path / "sheet.html", **arguments)
    assert "lost from the vault" in card((tmp_path / "sheet.html").read_text("utf-8"), "Ann Archer")


def test_an_empty_run_still_gives_a_page(tmp_path: Path) -> None:
    """Nobody, no figures, no key in run.json: the page says so instead of failing."""
    tables = company(Vault(tmp_path)).items()
    empty = {name: frame.clear() for name, frame in tables if isinstance(frame, pl.DataFrame)}
    page = sheet(tmp_path, run={}, checks={}, files={}, **empty).read_text("utf-8")
    assert "0 of 0 portraits" in page


def test_sheet_is_marked_confidential_and_not_readable_by_all(tmp_path: Path) -> None:
    """It contains faces: the page, its title and its file mode say so."""
    path = sheet(tmp_path)
    text = path.read_text("utf-8")
    assert "confidential</title>" in text
    assert "<strong>Confidential.</strong>" in text
    assert path.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (8.0, 0.4, "20 times more even"),
        (3.0, 1.2, "2.5 times more even"),
        (1.0, 0.95, "as even as before"),
        (1.0, 2.0, "less even than before"),
        (1.0, 0.0, "all alike"),
        (None, 2.0, "not measured on both"),
    ],
)
def test_words_fit_the_figures(before: float | None, after: float, words: str) -> None:
    """The comparison never claims more than the numbers say."""
    assert evenness([{"what": "x", "unit": "", "before": before, "after": after}])[0].words == words


def test_times_read_like_times() -> None:
    """Dates and durations are for people; what is no date is shown as it came."""
    assert moment("2026-11-23T16:12:00+01:00") == "23 November 2026, 15:12 UTC"
    assert moment("soon") == "soon"
    assert [duration(s) for s in (8, 192.4, 3840, None)] == ["8 s", "3 min 12 s", "1 h 4 min", ""]
