"""A run in words, for ``catchlight runs``."""

from collections.abc import Iterator
from pathlib import Path

from catchlight import run_history
from catchlight.amounts import amount, people
from catchlight.run_history import Past


def line_of(one: Past) -> str:
    """Return a run as one line."""
    if one.damaged:
        return f"{one.name}  finished, but its run.json is damaged: put that file back from a backup; portraits and tables are other files"
    if not one.finished:
        return f"{one.name}  not finished; run the same refresh again and it goes on"
    counts = one.facts["counts"]
    return (
        f"{one.name}  {people(counts['people']):>13}  {counts['accept']} accepted, {counts['review']} to look at, "
        f"{amount(counts['retake'], 'needs', 'need')} a photo  {one.facts['seconds']:.0f} s  {one.facts['preset']['name']}"
    )


def described(home: Path, one: Past, approved: int) -> Iterator[str]:
    """Yield a run's lines."""
    yield line_of(one)
    if not one.finished:
        return
    facts = one.facts
    yield f"  Began         {facts['started']}, ended {facts['finished']}; source {facts['source']}"
    counts = facts["counts"]
    without = f", {counts['photoless']} without a photo" if counts.get("photoless") else ""
    yield f"  Rendered      {counts['rendered']} now, {counts['reused']} known already{without}"
    yield "  Seconds       " + ", ".join(
        f"{stage} {seconds:.1f}" for stage, seconds in facts["timings"].items()
    )
    yield "  Rungs         " + ", ".join(f"{rung} {n}" for rung, n in sorted(facts["rungs"].items()))
    yield from _cost(facts.get("cost"), approved)
    for reason, n in run_history.reasons_of(home, one.name).most_common():
        yield f"  {n:>6} × {reason}"
    yield "  Versions      " + ", ".join(f"{name} {version}" for name, version in facts["versions"].items())


def _cards(cost: dict[str, float]) -> str:
    if not cost.get("gpu_wh"):
        return "no graphics card was measured"
    return f"the graphics cards were busy for {cost['gpu_seconds']} s and drew {cost['gpu_wh']} Wh of it"


def _cost(cost: dict[str, float] | None, approved: int) -> Iterator[str]:
    if cost is None:
        yield "  Cost          not measured: this run is older than the meter"
        return
    yield (
        f"  Cost          {cost['cpu_seconds']} CPU seconds, about {cost['energy_wh']} Wh at "
        f"{cost['watts_per_core']:g} W a core; {_cards(cost)}"
    )
    if approved:
        each = cost["energy_wh"] / approved
        yield f"  Each approved {cost['cpu_seconds'] / approved:.1f} CPU seconds, {each:.3f} Wh ({approved} approved)"
    elif cost["rendered_cpu_seconds"]:
        yield f"  Each rendered {cost['rendered_cpu_seconds']} CPU seconds; nobody has approved yet"
