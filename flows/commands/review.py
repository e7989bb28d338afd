"""``catchlight review``: what people answered, from a file, and how far the asking is."""

import getpass
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from catchlight.answers import Answers, portraits_of, read_answers, standing
from catchlight.desk import open_register
from catchlight.records import Answer, Decision, Outcome
from catchlight.runs import portraits, run_folder
from flows.commands.publish_words import say
from flows.commands.refresh import HomeOption
from flows.terminal import told

app = typer.Typer(no_args_is_help=True, help="Answers of people about their portraits.")
HOME = Path("catchlight-home")
RunOption = Annotated[str, typer.Option("--run", help="Which run; latest is the newest.")]
_WORDS = {
    Answer.APPROVE: "approve", Answer.KEEP: "keep the old photo", Answer.RETRY: "ask for another try",
    Answer.UPLOAD: "will send another photo", Answer.REFUSE: "refuse",
    "older_picture": "answered about an older picture", "no_answer": "have not answered",
}  # fmt: skip


@app.command("import")
def import_answers(
    file: Annotated[
        Path, typer.Argument(help="Table with the columns employee and answer (picture, by, at, comment).")
    ],
    home: HomeOption = HOME,
    run: RunOption = "latest",
    by: Annotated[str, typer.Option("--by", help="Who answered, where the file does not say.")] = "",
) -> None:
    """Take in answers: approve, keep, retry, upload or refuse, one person a row.

    An answer belongs to one picture. Where the file names none, it is about the portrait of the
    run. The same file twice adds nothing.

    Exit code 0: all rows taken. 1: some rows were refused, the rest are taken. 2: it could not start.
    """
    with told():
        register = open_register(home)
        found = read_answers(file, portraits_of(home, run), by or getpass.getuser())
        new = register.decide(found.decisions)
        _tell(found, new, run_folder(home, run).name)
    raise typer.Exit(1 if found.refused else 0)


@app.command("status")
def status(home: HomeOption = HOME, run: RunOption = "latest") -> None:
    """Count the answers about a run. Only counts: who has not answered is nobody's list."""
    with told():
        folder, register = run_folder(home, run), open_register(home)
        people = portraits(folder)
        answers: dict[str, list[Decision]] = {}
        for decision in register.decisions():
            answers.setdefault(decision.employee, []).append(decision)
        asked = {id_: portrait for id_, portrait in people.items() if portrait.picture}
        counts = Counter(standing(answers.get(id_, []), portrait.picture) for id_, portrait in asked.items())
        retake = sum(p.verdict is not None and p.verdict.outcome == Outcome.RETAKE for p in people.values())
    say(f"Run {folder.name}: {len(people)} people, {len(asked)} with a portrait, {retake} need a new photo.")
    for code, words in _WORDS.items():
        say(f"{counts[code]:>7} {words}")


def _tell(found: Answers, new: int, run: str) -> None:
    known = len(found.decisions) - new
    say(f"{new} answers taken in, {known} were known already, {len(found.refused)} rows refused.")
    if found.unbound:
        say(f"{found.unbound} name no picture and were taken for the portraits of run {run}.")
    for sentence in (*found.refused, *found.older):
        say(f"  {sentence}")
