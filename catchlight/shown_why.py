"""What stands against showing somebody, purpose by purpose: their answers, the brand's, and what they agreed to."""

import json
from collections.abc import Callable
from pathlib import Path

from catchlight.absences import absences
from catchlight.forewarned import spoken_for
from catchlight.identities import read_ids
from catchlight.known import newest_of
from catchlight.permission import read_permissions
from catchlight.place import FILES
from catchlight.policy import load_policy
from catchlight.publish_right import LEFT, MISSING, Rights, read_rules, rights_for, why
from catchlight.records import Answer
from catchlight.register import Register
from catchlight.runs import run_folder, takes_in_everyone


def against(home: Path, register: Register, employee: str) -> Callable[[str], str]:
    """Return what says of a purpose why somebody may not be shown for it, "" where they may."""
    run, person = newest_of(home, employee)
    rules, refused = read_rules(home), employee in read_permissions(home, employee).refused
    everywhere = rights_for(FILES.consent, rules, register.rows, employee)
    gone = "" if refused else _gone(home, everywhere, employee, run)
    absent = "" if person else _absent(home, everywhere, employee)
    basis = spoken_for([person], load_policy(home), register.rows).get(employee, "") if person else ""

    def told(purpose: str) -> str:
        if gone:
            return gone
        if person is None:
            return why(Answer.REFUSE if refused else absent)
        reason, _ = rights_for(purpose, rules, register.rows, employee).of(person)
        return "" if reason == Answer.APPROVE else why(reason, basis)

    return told


def _absent(home: Path, rights: Rights, employee: str) -> str:
    """Return why no run has somebody, as a code; without a list all that is known is that there is no portrait."""
    seen = read_ids(home).seen
    if seen and employee not in seen:
        return MISSING if _waits(home, employee) else LEFT
    return absences(home, rights, [employee])[employee] if seen else "no_portrait"


def _waits(home: Path, employee: str) -> bool:
    """Whether the newest run asked whose an id is that somebody had whom the list of ids has forgotten."""
    try:
        found = json.loads((home / "ledger" / run_folder(home).name / "plan.json").read_bytes())["findings"]
    except (OSError, ValueError, KeyError):
        return False
    return any(f"catchlight people confirm {employee} --" in one["sentence"] for one in found)


def _gone(home: Path, rights: Rights, employee: str, run: str) -> str:
    """Return why the newest run of the whole company does not have somebody whom ``run`` had last, "" where it does."""
    newest = run_folder(home).name if (home / "runs" / "latest").exists() else ""
    if not run or newest in ("", run) or not takes_in_everyone(home, newest):
        return ""
    reason = why(absences(home, rights, [employee])[employee])
    return f"{reason}; what still stands is taken off by the next publication"
