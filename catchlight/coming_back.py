"""Taking back that one's photo shall not be processed: the next refresh takes them along, and asks them anew."""

from pathlib import Path

from catchlight.consents import Consent, Word, last_words
from catchlight.own_word import heard
from catchlight.permission import read_permissions
from catchlight.promises import EDIT
from catchlight.records import Answer, Decision, Employee, Side
from catchlight.register import Register


def is_return(said: Decision) -> bool:
    """Whether somebody asks to be taken along again: for another try, of no picture that there is."""
    return said.answer == Answer.RETRY and not said.picture


def rests(home: Path, register: Register, employee: str) -> bool:
    """Whether somebody is to be left out at their own word, or came back and waits for the next refresh."""
    own = [one for one in register.decisions(employee) if one.side == Side.EMPLOYEE]
    return said_no(home, employee) or (bool(own) and is_return(own[-1]))


def said_no(home: Path, employee: str) -> bool:
    """Whether somebody's own word is that their photo shall not be processed."""
    return read_permissions(home, employee).may(Employee(employee), EDIT).is_own_no


def come_back(register: Register, said: Decision) -> bool:
    """Add what takes back somebody's no to all processing, unless there is none; nobody else writes meanwhile.

    It is a yes to no picture: what was published is taken back all the same, and nothing is shown before they say so.
    """
    with register.alone() as store:
        answers = heard(store.rows(Decision, employee=said.employee, side=Side.EMPLOYEE.value))
        edit = last_words(store.rows(Consent, employee=said.employee)).get(EDIT)
        refused = bool(answers) and answers[-1].answer == Answer.REFUSE
        declined = edit is not None and edit.word != Word.GRANTED
        granted = Consent(said.employee, EDIT, Word.GRANTED, said.by, said.at, said.notice, said.source)
        store.add([said] * refused + [granted] * declined)
    return refused or declined
