"""A company that review.toml gives no name is spoken of in the reader's own language."""

import re
from pathlib import Path

import pytest

from catchlight.acts import ACTS
from catchlight.notices import find_act_notice, find_notice
from catchlight.policy import Policy
from flows.postbox import occasion
from reports.letters import languages, write
from tests.letter_company import make_company


@pytest.mark.parametrize(("language", "named"), [("de", "Ihr Unternehmen"), ("en", "Your company")])
def test_letters_speak_of_it(tmp_path: Path, language: str, named: str) -> None:
    """No letter of any kind has words of another language in it."""
    company = make_company(tmp_path)
    company.add("ann", language=language)
    company.finish()
    company.write_policy(text="")
    bureau = company.bureau()
    said = occasion(
        bureau, "invite", bureau.case(bureau.records(), "ann"), "2026-06-17T10:00:00+00:00", "https://x/l/1"
    )
    assert said.company == named
    assert named in write(language, said).text


def test_a_name_is_the_same_in_all_languages() -> None:
    """What the file says is said."""
    assert {Policy(company="Example AG").called(one) for one in languages()} == {"Example AG"}


def test_notices_speak_of_it() -> None:
    """The text that people agree to is theirs, too."""
    notice = find_notice(Policy(languages=("de", "en")), Path("reports/review/notices"), "de")
    assert notice.text.startswith("Ihr Unternehmen gleicht")


@pytest.mark.parametrize("act", ACTS)
def test_texts_of_acts_are_german(act: str) -> None:
    """No word before the two asks for another case of theirs."""
    text = find_act_notice(Policy(languages=("de",)), Path("reports/review/acts"), act, "de").text
    assert "Ihr Unternehmen" in text
    assert not re.search(r"\b(von|bei|mit|aus|zu|in) Ihr Unternehmen", text)
