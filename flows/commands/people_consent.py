"""``catchlight people consent``: write down what a person said outside of their own page, on paper or to HR."""

import getpass
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from catchlight import consents
from catchlight.agreed import PURPOSES as PAINTED
from catchlight.coming_back import come_back
from catchlight.consents import PURPOSES, Consent, Word
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.mistyped import unknown, was_listed
from catchlight.notices import record_notice
from catchlight.own_word import PAPER
from catchlight.promises import ACTS, EDIT
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from catchlight.review_records import Notice
from catchlight.vault import digest_of
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.spelt import spelt
from flows.terminal import told

_ALL = tuple(dict.fromkeys((*ACTS, *PAINTED, *PURPOSES)))


def consent(
    employee: Annotated[str, typer.Argument(metavar="ID", help="Employee id, as the list has it.")],
    purpose: Annotated[str, typer.Option("--purpose", help=f"One of {', '.join(_ALL)}.")],
    word: Annotated[Word, typer.Option("--said", help="What the person said.")],
    home: HomeOption = HOME,
    notice: Annotated[
        Path | None, typer.Option("--notice", help="Text file that they agreed to; kept with the consent.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Language of that text.")] = "en",
    evidence: Annotated[
        str, typer.Option("--evidence", help="Where the proof is, such as a file number.")
    ] = "",
    basis: Annotated[
        str, typer.Option("--basis", help="Legal basis, such as explicit_consent or collective_agreement.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would hold then; write nothing.")
    ] = False,
    not_listed: Annotated[
        bool, typer.Option("--not-listed", help="Write it down although no list or run has this id yet.")
    ] = False,
) -> None:
    """Write down what a person said of one purpose: yes, no, or not any more. The last word holds.

    People say it on their own page as well; this is for paper, and for who tells HR. A written yes needs --notice and
    --evidence. A withdrawal needs nothing: it is as easy as that. A yes to edit takes back, too, that they refused all
    processing. Who left can still say something: the id counts as long as anything here knows it.

    Exit code 0: written down. 2: the id or the purpose is unknown, or the text cannot be read.
    """
    with told():
        if purpose not in _ALL:
            message = f"--purpose {purpose}: there are {', '.join(_ALL)}"
            raise ConfigError(message)
        with closing(open_register(home)) as register:
            employee = spelt(home, employee.strip())
            if not not_listed:
                _check(home, register, employee)
            text = _notice(notice, language) if notice else None
            said = Consent(
                employee, purpose, word, getpass.getuser(), now(), text.digest if text else "", PAPER,
                basis=basis, evidence=evidence,
            )  # fmt: skip
            if not dry_run:
                if text:
                    record_notice(register, text)
                register.add([said])
            back = _back(register, said, dry_run=dry_run)
        if not was_listed(home):
            say("No list of people was read here yet, so nobody looked whether the id is right.")
        _tell(said, dry_run=dry_run)
        if back:
            say(
                "They had refused; that is taken back. The next refresh takes them along, and asks them about the portrait."
            )


def _back(register: Register, said: Consent, *, dry_run: bool) -> bool:
    """Take back that somebody refused, where they agree to have a portrait made again."""
    if dry_run or (said.purpose, said.word) != (EDIT, Word.GRANTED):
        return False
    return come_back(
        register,
        Decision(said.employee, "", Answer.RETRY, said.by, now(), source=said.source, notice=said.notice),
    )


def _check(home: Path, register: Register, employee: str) -> None:
    """Refuse an id that nobody has: a withdrawal under it would change nothing."""
    if was_listed(home) and (wrong := unknown(home, register, employee)):
        message = (
            f"{wrong} Nothing was written down. Where the id is right and no list has it yet: --not-listed"
        )
        raise ConfigError(message)


def _tell(said: Consent, *, dry_run: bool) -> None:
    granted = said.word == Word.GRANTED
    written = " in writing" if granted and said.is_written else ""
    say(
        f"{said.employee}, {said.purpose}: {said.word}{written}{', if it were written down' if dry_run else ''}."
    )
    if granted and not said.is_written:
        say(
            f"Where the law asks for a written yes, this is none ({consents.NOT_WRITTEN}): it needs --notice and --evidence."
        )
    if said.purpose == EDIT and not granted and not dry_run:
        say(
            "They are left out of every refresh, and asked and shown nowhere, until they say otherwise. What stands of "
            "theirs is put back by catchlight publish withdrawals."
        )


def _notice(file: Path, language: str) -> Notice:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"--notice {file}: cannot be read: {error}"
        raise ConfigError(message) from error
    digest = digest_of(text.encode())
    return Notice(digest, file.stem, digest[:8], language, text, now())
