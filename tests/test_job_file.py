"""A job file that an IT person can read, and that says all that is wrong with it at once."""

from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from flows.sources import wire

GOOD = """
preset = "house"

[sources.hr]
kind = "folder"
root = "/srv/hr"

[sources.photos]
kind = "folder"
root = "/srv/photos"
join = ["email"]

[people]
id = "employee_number"
first = { email = ["photos", "hr"] }

[people.only]
country = ["DE", "AT"]

[schedule]
refresh = "0 3 * * 1"
timezone = "Europe/Berlin"
"""
TWELVE = """
presett = "house"
preset = "hause"
publish = "intranet"

[sources.hr]
kind = "foldr"
root = "/srv/hr"
join = ["email"]

[sources.photos]
kind = "folder"
rooot = "/srv/photos"
password = "swordfish"

[sources.more]
kind = "folder"
root = "/srv/more"
join = ["shoe_size"]
at_most_fewer = 2

[people]
first = { email = ["phots"] }

[people.only]
started_since = "last year"

[schedule]
refresh = "on mondays"
timezone = "Berlin"
"""
MISTAKES = {
    "presett": "do you mean preset?",
    "preset": "there are:",
    "sources.hr.join": "take it out",
    "people.first.email": "hr, photos, more",
    "publish": 'write a list, such as publish = ["intranet"]',
    "sources.hr.kind": "do you mean folder?",
    "sources.photos.root": "missing",
    "sources.photos.rooot": "do you mean root?",
    "sources.photos.password": "password_file",
    "sources.more.join.0": "none of",
    "sources.more.at_most_fewer": "less than 1",
    "people.only.started_since": "write a day, such as 2026-03-01",
    "schedule.refresh": "0 3 * * 1",
    "schedule.timezone": "Europe/Berlin",
}


def _refused(text: str, folder: Path) -> str:
    (folder / "job.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        wire(folder / "job.toml")
    return str(refused.value)


def test_a_job_is_read(tmp_path: Path) -> None:
    """In the order of the file."""
    (tmp_path / "job.toml").write_text(GOOD, encoding="utf-8")
    job, sources = wire(tmp_path / "job.toml")
    assert [one.name for one in sources] == ["hr", "photos"]
    assert sources[1].settings.root == Path("/srv/photos")
    assert job.people.first == {"email": ("photos", "hr")}


def test_every_mistake_is_told_at_once_with_its_key_and_what_to_write(tmp_path: Path) -> None:
    """One line each, and the secret is not repeated."""
    told = _refused(TWELVE, tmp_path)
    lines = {line.strip().partition(": ")[0]: line for line in told.splitlines()[1:]}
    assert lines.keys() == MISTAKES.keys() | {"sources.photos.join"}
    for key, remedy in MISTAKES.items():
        assert remedy in lines[key]
    assert "swordfish" not in told


@pytest.mark.parametrize(
    ("change", "key", "remedy"),
    [
        (('join = ["email"]', ""), "sources.photos.join", 'join = ["email"]'),
        (('["photos", "hr"]', '["phots"]'), "people.first.email", "hr, photos"),
        (('preset = "house"', 'preset = "hause"'), "preset", "there are:"),
        (('root = "/srv/hr"', 'root = "/srv/hr"\njoin = ["email"]'), "sources.hr.join", "take it out"),
    ],
)
def test_what_does_not_fit_together_is_told(
    tmp_path: Path, change: tuple[str, str], key: str, remedy: str
) -> None:
    """Though each key alone is right."""
    told = _refused(GOOD.replace(*change), tmp_path)
    assert key in told
    assert remedy in told


@pytest.mark.parametrize("text", ["[sources", "", "preset = 'house'"])
def test_a_file_that_is_no_job_is_refused(tmp_path: Path, text: str) -> None:
    """Not TOML, or without a source."""
    assert "job.toml" in _refused(text, tmp_path)
