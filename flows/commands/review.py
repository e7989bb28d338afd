"""``catchlight review``: what people answered, from a file, and how far the asking is."""

import getpass
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from catchlight.amounts import amount
from catchlight.answers import NO_ANSWER, OLDER_PICTURE, Answers, chosen, portraits_of, read_answers, standing
from catchlight.company import Person, read_book
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.progress_shown import shown_answers
from catchlight.publish_policy import load_publishing
from catchlight.records import Answer, Decision, Outcome, by_employee
from catchlight.runs import run_folder
from catchlight.signed_answers import read_signed_answers
from catchlight.signed_file import is_signed_file
from catchlight.small_counts import shown
from catchlight.taking_in import TakenIn, take_in
from flows.commands import (
    review_bounces,
    review_code,
    review_extend,
    review_invite,
    review_redo,
    review_serve,
)
from flows.commands.options import HOME, HomeOption, RunOption
from flows.commands.publish_words import say
from flows.terminal import told

app = typer.Typer(no_args_is_help=True, help="Answers of people about their portraits.")
app.command("serve")(review_serve.serve)
app.command("invite")(review_invite.invite)
app.command("remind")(review_invite.remind)
app.command("bounces")(review_bounces.bounces)
app.command("revoke")(review_invite.revoke)
app.command("extend")(review_extend.extend)
app.command("code")(review_code.code)
app.command("redo")(review_redo.redo)
app.command("close")(review_redo.close)
_WORDS = {
    Answer.APPROVE: "approve", Answer.KEEP: "keep the old photo", Answer.RETRY: "ask for another try",
    Answer.UPLOAD: "will send another photo", Answer.REFUSE: "refuse",
    OLDER_PICTURE: "answered about an older picture", NO_ANSWER: "have not answered",
}  # fmt: skip


@app.command("import")
def import_answers(
    file: Annotated[
        Path,
        typer.Argument(
            help="Signed file of a contact sheet, or a table (CSV or Excel): employee, answer (picture, by, at, comment, places)."
        ),
    ],
    home: HomeOption = HOME,
    run: RunOption = "latest",
    by: Annotated[str, typer.Option("--by", help="Who answered, where the file does not say.")] = "",
) -> None:
    """Take in answers from a file (approve, keep, retry, upload or refuse, one person a row); what people said themselves stays.

    An answer belongs to one picture. Where the file names none, it is about the portrait of the
    run. The same file twice adds nothing. A yes without a day (at) was said when its file was saved, at the latest; a no counts at the
    latest when it is taken in. Rows against which something newer stands are named. The column places lists where the person is shown, and nowhere else
    (intranet chat, none); or a column for each purpose says yes or no. A contact sheet's signed file says itself who answered and
    about which run; one that was changed, or whose code was revoked, is refused whole. What people said themselves, on
    their page or signed with a code in their name, stays: another answer for them, or a yes to a place they said no to, is refused.

    Exit code 0: all rows taken. 1: some rows were refused or change nothing, the rest are taken. 2: it could not start.
    """
    with told():
        register = open_register(home)
        found, about = _read(file, home, run, by), run_folder(home, run).name
        taken = take_in(register, found, load_publishing(home).opt_in)
        _tell(found, taken, about)
        if found.places:
            say(
                f"{amount(len(found.places), 'person says', 'people say')} where they want to be shown, "
                f"{amount(taken.words, 'of their words is', 'of their words are')} new."
            )
    raise typer.Exit(1 if found.refused or taken.refused or taken.idle else 0)


@app.command("status")
def status(home: HomeOption = HOME, run: RunOption = "latest") -> None:
    """Count the answers about a run. Only counts: who has not answered is nobody's list.

    Numbers under five are not told, nor another one that would give them away.
    """
    with told():
        folder, register = run_folder(home, run), open_register(home)
        people = read_book(folder).people
        answers = by_employee(register.decisions())
        asked = {id_: person for id_, person in people.items() if person.portrait.picture}
        counts = Counter(_stand(answers.get(id_, []), person) for id_, person in asked.items())
        retake = sum(_needs_photo(person) for person in people.values())
    say(
        f"Run {folder.name}: {amount(len(people), 'person', 'people')}, {len(asked)} with a portrait, "
        f"{amount(retake, 'needs', 'need')} a new photo."
    )
    for code, cell in shown_answers({code: counts[code] for code in _WORDS}, NO_ANSWER).items():
        say(f"{shown(cell):>12} {_WORDS[code]}")


def _needs_photo(person: Person) -> bool:
    verdict = person.portrait.verdict
    return verdict is not None and verdict.outcome == Outcome.RETAKE


def _stand(said: list[Decision], person: Person) -> str:
    """Return how somebody's answers leave the portrait that they chose, or else the newest."""
    return standing(said, chosen(said, person.pictures) or person.portrait.picture)


def _read(file: Path, home: Path, run: str, by: str) -> Answers:
    if not is_signed_file(file):
        return read_answers(file, portraits_of(home, run), by or getpass.getuser())
    if by or run != "latest":
        message = "--by, --run: a signed file says itself who answered and about which run; leave them out"
        raise ConfigError(message)
    return read_signed_answers(file, home)


def _tell(found: Answers, taken: TakenIn, run: str) -> None:
    refused = (*found.refused, *taken.refused)
    say(
        f"{amount(taken.answers, 'answer')} taken in, {amount(taken.known, 'was', 'were')} known already, "
        f"{amount(len(refused), 'row')} refused."
    )
    if found.unbound:
        say(f"{found.unbound} name no picture and were taken for the portraits of run {run}.")
    if taken.idle:
        say(
            f"{amount(len(taken.idle), 'row changes', 'rows change')} nothing, since what was said later stands."
        )
    for sentence in (*refused, *taken.idle, *found.older):
        say(f"  {sentence}")
