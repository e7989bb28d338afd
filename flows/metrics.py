"""Figures for Prometheus: how far people are, what the newest run took. Counts alone, nobody can be told apart."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catchlight import ledger
from catchlight.company import Company
from catchlight.desk import open_register
from catchlight.errors import CatchlightError
from catchlight.home import Home
from catchlight.policy import load_policy
from catchlight.progress_counts import reasons
from catchlight.records import Render
from catchlight.standings import Stage, Standing, Standings

_FRESH = 15.0  # seconds


class Figures(Collector):
    """The figures of a home folder, worked out at most every quarter of a minute."""

    def __init__(self, home: Path) -> None:
        """Read from ``home``."""
        self._home, self._found, self._at = home, list[Metric](), float("-inf")

    def collect(self) -> Iterable[Metric]:
        """Return the figures."""
        if time.monotonic() - self._at > _FRESH:
            self._found, self._at = list(_figures(self._home)), time.monotonic()
        return self._found

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)


def _figures(home: Path) -> Iterator[Metric]:
    yield from _run(home)
    yield from _under_way(Home(home))
    try:
        yield from _people(home)
    except CatchlightError:
        yield _gauge("catchlight_readable", "1 while register, policy and newest run can be read", {"": 0})
    else:
        yield _gauge("catchlight_readable", "1 while register, policy and newest run can be read", {"": 1})


def _run(home: Path) -> Iterator[Metric]:
    try:
        run = json.loads((home / "runs" / "latest" / "run.json").read_bytes())
    except (OSError, ValueError):
        return
    yield _gauge("catchlight_run_people", "People of the newest run", run["counts"], "count")
    yield _gauge("catchlight_run_seconds", "Seconds that the newest run took", run["timings"], "stage")
    cost = {key: value for key, value in run.get("cost", {}).items() if isinstance(value, int | float)}
    yield _gauge(
        "catchlight_run_cost", "What the newest run cost; see the key's name for the unit", cost, "of"
    )
    finished = time.time() - (home / "runs" / "latest" / "run.json").stat().st_mtime
    yield _gauge("catchlight_run_age_seconds", "Seconds since the newest run ended", {"": finished})


def _under_way(home: Home) -> Iterator[Metric]:
    """Count shards of the run that is not finished; a run that was given up stands still."""
    done = planned = 0
    for run in home.unfinished()[:1]:
        plan = json.loads((home.ledger(run) / "plan.json").read_bytes())
        people, size = _length(home.ledger(run) / "employees.parquet"), plan["job"]["shard_size"]
        planned = max(1, -(-people // size))
        done = len(list(home.ledger(run).glob(f"shard=*/{ledger.file_name(Render)}")))
    shards = {"done": done, "planned": planned}
    yield _gauge("catchlight_shards", "Shards of the run that is under way", shards, "state")


def _length(file: Path) -> int:
    import polars as pl  # noqa: PLC0415

    with ledger.reading(file):
        return int(pl.scan_parquet(file).select(pl.len()).collect().item())


def _people(home: Path) -> Iterator[Metric]:
    register, brand = open_register(home), load_policy(home).gates.brand
    with closing(register):
        found = Standings(register, Company(home), brand_gate=brand).now().people
    all_: list[Standing] = list(found.values())
    stages = Counter(str(one.stage) for one in all_)
    yield _gauge("catchlight_people", "People by stage", {str(s): stages[str(s)] for s in Stage}, "stage")
    yield _gauge(
        "catchlight_outcomes", "Portraits by outcome", Counter(one.outcome for one in all_), "outcome"
    )
    waiting = sum(one.asked and one.stage == Stage.OPEN for one in all_)
    yield _gauge("catchlight_waiting_answers", "People who were asked and have not answered", {"": waiting})
    yield _gauge(
        "catchlight_publish_queue", "Portraits that may be published", {"": stages[str(Stage.CLEARED)]}
    )
    flags = {code: n for code, _, n in reasons(all_)}
    yield _gauge("catchlight_flags", "Portraits by the check that flagged them", flags, "reason")


def _gauge(name: str, help_: str, values: Mapping[str, float], label: str = "") -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
