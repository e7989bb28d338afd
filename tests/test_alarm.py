"""*Tell IT*: whoever tries whether mail arrives is not told that it does when none can leave."""

from pathlib import Path

import pytest

from catchlight.errors import OutsideError
from flows import alarm
from tests.mail_server import HERE, Mailbox, mail_server

OPERATOR = 'operator = "it@example.com"\n'
MAIL = '[mail]\nhost = "{host}"\nport = {port}\nsecurity = "none"\nsender = "photos@example.com"\n'


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what would stand on Prefect's pages."""
    pages: list[str] = []
    monkeypatch.setattr(alarm, "create_markdown_artifact", lambda text, **_: pages.append(text))
    return pages


def policy(home: Path, text: str) -> Path:
    """Write review.toml and return the home."""
    (home / "review.toml").write_text(text, encoding="utf-8")
    return home


def test_an_alarm_that_is_mailed_ends_well(tmp_path: Path, shown: list[str]) -> None:
    """The operator has the sentence in their mailbox."""
    box = Mailbox()
    with mail_server(box) as port:
        alarm.alarm.fn(home=policy(tmp_path, OPERATOR + MAIL.format(host=HERE, port=port)))
    assert box.to == ["it@example.com"]
    assert alarm.TRIED in box.letters[0].get_content()
    assert "Nobody was written to" not in shown[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OPERATOR, r"has no \[mail\]"),
        (MAIL.format(host=HERE, port=9), "has no operator"),
        ("", r"has no \[mail\]"),
    ],
)
def test_an_alarm_that_cannot_be_mailed_fails(tmp_path: Path, shown: list[str], text: str, why: str) -> None:
    """What is missing in review.toml is named, and the sentence is on Prefect's pages all the same."""
    with pytest.raises(OutsideError, match=why):
        alarm.alarm.fn(home=policy(tmp_path, text))
    assert alarm.TRIED in shown[0]
    assert "Nobody was written to: review.toml has no" in shown[0]


def test_a_mail_that_the_server_does_not_take_is_no_mail(tmp_path: Path, shown: list[str]) -> None:
    """A server that refuses the address, and one that is not there."""
    box = Mailbox(answers={"it@example.com": "550 no such mailbox"})
    with mail_server(box) as port:
        home = policy(tmp_path, OPERATOR + MAIL.format(host=HERE, port=port))
        with pytest.raises(OutsideError, match="550"):
            alarm.alarm.fn(home=home)
    with pytest.raises(OutsideError, match=HERE):
        alarm.alarm.fn(home=home)
    assert len(shown) == 2
