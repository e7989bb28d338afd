"""How many calls a plan takes, and about how long, at the pace that the vendor allows."""

from catchlight.place import Takes
from catchlight.publish_plan import Plan


def estimated(plan: Plan, takes: Takes, looking: float) -> Plan:
    """Return a plan that says how many calls it takes and for how many seconds; ``looking`` is one person's share of drawing it.

    The slower of two counts: writes at the vendor's rate, or calls one behind the other in as many lanes as are allowed.
    """
    files = [file for person in plan.people for file in person.files if file.change in {"new", "change"}]
    writes = len(files) + sum(len(removal.files) for removal in plan.removals)
    calls = writes * takes.calls
    by_rate = writes * 60 / takes.a_minute if takes.a_minute else 0.0
    return plan.model_copy(update={"calls": calls, "seconds": round(max(by_rate, calls * looking), 1)})


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"about {round(minutes)} min" if minutes < 90 else f"about {minutes / 60:.1f} h"
