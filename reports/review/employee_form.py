"""What a person sent with their answer, read and checked; what is missing is said beside its field."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData

from catchlight.choosing import Choices
from catchlight.consents import PURPOSES
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.wishes import AGAINST, TAGS

COMMENT = 500  # characters
_PICTURE = re.compile(r"[0-9a-f]{64}")
_TOLD = (Answer.APPROVE, Answer.RETRY)  # nobody says these without having been told what for


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came; ``errors`` are keys of texts, by field.

    ``places`` says of each purpose that was offered whether it was ticked.
    """

    answer: str = ""
    picture: str = ""
    tags: tuple[str, ...] = ()
    comment: str = ""
    notice: str = ""
    ticket: str = ""
    sure: bool = False
    places: Mapping[str, bool] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()

    def error(self, field: str) -> str:
        """Return the key of what is wrong with a field, "" when nothing is."""
        return dict(self.errors).get(field, "")

    def decision(self, employee: str, by: str) -> Decision:
        """Return the answer that the form gives."""
        retry = self.answer == Answer.RETRY
        return Decision(
            employee, self.picture, self.answer, by=by, at=now(), source="page", notice=self.notice,
            comment=self.comment if retry else "", tags=" ".join(self.tags) if retry else "", ticket=self.ticket,
        )  # fmt: skip

    def choices(self, opt_in: Collection[str]) -> Choices:
        """Return where the person wants to be shown; only a yes, or the form for just that, says so."""
        said = self.places if self.answer in ("", Answer.APPROVE) else {}
        return Choices(said, opt_in, self.notice, self.ticket)


def fill(form: FormData, notices: Collection[str]) -> Filled:
    """Read a form; ``notices`` are the digests of the texts that may have been shown."""
    answer = text_of(form, "answer")
    filled = Filled(
        answer=answer,
        picture=picture_of(form),
        tags=tuple(tag for tag in TAGS if tag in form.getlist("tag")),
        comment=text_of(form, "comment").replace("\r\n", "\n").strip(),
        notice=text_of(form, "notice"),
        # A page that comes back from a browser's memory may be answered differently the second time.
        ticket=f"{text_of(form, 'ticket')[:64]}.{answer}" if text_of(form, "ticket") else "",
        sure=text_of(form, "sure") == "yes",
        # What was not offered is not unticked: a destination may be new since the page was shown.
        places={
            purpose: text_of(form, f"show-{purpose}") == "yes"
            for purpose in PURPOSES
            if purpose in text_of(form, "offered").split()
        },
    )
    known = filled.notice in notices
    return replace(filled, notice=filled.notice if known else "", errors=tuple(_errors(filled, known=known)))


def _errors(filled: Filled, *, known: bool) -> list[tuple[str, str]]:
    found = []
    if filled.answer in _TOLD and not known:
        found.append(("notice", "answer.error.notice"))
    if filled.answer == Answer.RETRY:
        if not filled.tags and not filled.comment:
            found.append(("tag", "answer.error.tag"))
        if AGAINST.issubset(filled.tags):
            found.append(("tag", "answer.error.both"))
        if len(filled.comment) > COMMENT:
            found.append(("comment", "answer.error.comment"))
    return found


def text_of(form: FormData, name: str) -> str:
    """Return a field's text, "" where there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def picture_of(form: FormData) -> str:
    """Return the picture that a form is about, by its digest; "" where it names none."""
    named = text_of(form, "picture")
    return named if _PICTURE.fullmatch(named) else ""
