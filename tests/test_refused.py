"""Whoever said that their photo shall not be processed is left out, and their photo is not even read."""

from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.records import Answer, Decision, Side
from catchlight.register import now
from catchlight.vault import Vault, digest_of
from flows import stages


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return a job over a folder with the photos of three people."""
    source, home = tmp_path / "source", tmp_path / "home"
    (source / "photos").mkdir(parents=True)
    home.mkdir()
    for name in ("ana", "bo", "cy"):
        (source / "photos" / f"{name}.jpg").write_bytes(f"photo of {name}".encode())
    (source / "directory.csv").write_text(
        "id,photo\nana,photos/ana.jpg\nbo,photos/bo.jpg\ncy,photos/cy.jpg\n"
    )
    return Job(source=source, home=home)


def say(job: Job, who: str, answer: str, side: str = Side.EMPLOYEE) -> None:
    """Let somebody answer."""
    register = open_register(job.home)
    register.decide([Decision(who, "picture", answer, who, now(), side=side)])
    register.close()


def test_a_refused_photo_is_not_read(job: Job) -> None:
    """They are in no table of the run, nothing of theirs is in the vault, and only their number is told."""
    say(job, "bo", Answer.REFUSE)
    say(job, "cy", Answer.HOLD, Side.BRAND)
    plan = stages.gather(job)
    assert [person.id for person in plan.employees()] == ["ana", "cy"]
    assert {photo.employee for photo in plan.photos()} == {"ana", "cy"}
    assert not Vault(job.home / "vault").has(digest_of(b"photo of bo"))
    told = [finding["sentence"] for finding in plan.findings if finding["kind"] == "refused"]
    assert told == ["Left out, and not read, at their own word (do not process my photo): 1."]
    assert "bo" not in told[0].split()


def test_a_changed_mind_counts(job: Job) -> None:
    """Whoever says otherwise later is refreshed again."""
    say(job, "bo", Answer.REFUSE)
    say(job, "bo", Answer.KEEP)
    assert [person.id for person in stages.gather(job).employees()] == ["ana", "bo", "cy"]


def test_when_all_refuse_there_is_nothing_to_do(job: Job) -> None:
    """The command says so instead of making an empty company."""
    for who in ("ana", "bo", "cy"):
        say(job, who, Answer.REFUSE)
    with pytest.raises(ConfigError, match="nobody is left"):
        stages.gather(job)
