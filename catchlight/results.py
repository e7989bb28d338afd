"""A run's results: tables over all shards, the portraits as files, the figures of run.json."""

import json
import os
import platform
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import __version__, candidates, failed_checks, fairness, ledger, looks, plugins, tries
from catchlight.acts import ACTS, acts_of, told_acts
from catchlight.checks import photo_age
from catchlight.consistency import compare
from catchlight.cost import cost_of
from catchlight.delivery import file_names
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.look import store_of
from catchlight.plan import Plan
from catchlight.records import Employee, Outcome, Photo, Reading, Render, Verdict
from catchlight.spoilers import Spoiler, rank, spoilers_csv
from catchlight.spreadsheet import table_bytes
from catchlight.studio import JOBS, model_digests
from catchlight.vault import write_whole

_ORDER: Mapping[type, list[str]] = {
    Photo: ["employee"],
    Render: ["employee"],
    Reading: ["employee", "check"],
}
KINDS = (Employee, Photo, Render, Reading, Verdict)


def tabulate(plan: Plan) -> dict[type, pl.DataFrame]:
    """Gather the shards' tables, judge them together, and write one table a kind into the run's folder."""
    shards = [plan.shard(number) for number in plan.numbers()]
    everyone = ledger.table(Employee, plan.employees()).sort("id")
    others = set(everyone["id"]).difference(plan.job.only)
    tables: dict[type, pl.DataFrame] = {}
    for table, by in _ORDER.items():
        tables[table] = ledger.gather(table, shards, by, _carried(plan, table, others))
    tables[Reading] = photo_age.as_of(tables[Reading], plan.started, _developed(plan))
    tables[Employee] = everyone
    tables[Verdict] = looks.judged(plan, tables)
    folder = plan.home.run(plan.run)
    for kind in KINDS:
        ledger.write(folder / ledger.file_name(kind), tables[kind])
    candidates.keep(plan, _pictures(tables))
    return tables


def _carried(plan: Plan, kind: type, others: Collection[str]) -> pl.DataFrame:
    """Return what another run says of those (``others``, ids) who are not developed in this one, as it stands there."""
    if not plan.job.onto:
        return pl.DataFrame(schema=ledger.schema(kind))
    there = ledger.read(plan.home.run(plan.job.onto) / ledger.file_name(kind))
    return there.filter(pl.col("employee").is_in(others))


def _acts(plan: Plan) -> list[str]:
    """Return what the run does to whom it may; one onto another does what that did, too, and its job file may be gone."""
    if not plan.job.onto:
        return acts_of(plan.job, plan.groups)
    done = set(told_acts(plan.home.run(plan.job.onto)))
    with suppress(ConfigError):
        done.update(acts_of(plan.job, plan.groups))
    return [act for act in ACTS if act in done]


def _told_carried(job: Job, people: int) -> dict[str, Any]:
    """Return what run.json says of those of so many people who are carried over: how many, and from which run."""
    return {"people": people - len(job.only), "run": job.onto} if job.onto else {}


def _developed(plan: Plan) -> pl.Expr:
    """Say which rows are of this run, and not carried over from another one."""
    return pl.col("employee").is_in(plan.job.only) if plan.job.onto else pl.lit(value=True)


def lay_out(plan: Plan, tables: Mapping[type, pl.DataFrame]) -> dict[str, str]:
    """Lay the portraits beside the tables and list them; return each person's file, relative to the run."""
    folder, vault = plan.home.run(plan.run), plan.home.vault
    made = dict(tables[Render].filter(pl.col("picture") != "").select("employee", "picture").iter_rows())
    files = {employee: f"portraits/{name}.jpg" for employee, name in file_names(made).items()}
    for employee, picture in made.items():
        _place(vault.path(picture), folder / files[employee])
    sizes = ("width", "height", "optical")  # optical: the height that the camera resolved
    seen = (pl.col("height") / pl.max_horizontal("enlarged", 1.0)).round().cast(pl.Int64).alias("optical")
    renders = tables[Render].with_columns(seen).select("employee", "rung", *sizes)
    rows = tables[Verdict].join(renders, on="employee").iter_rows(named=True)
    listed = [[r["employee"], files.get(r["employee"], ""), r["outcome"], r["rung"] if r["employee"] in files else "",
               " ".join(r["reasons"]), " ".join(r["sentences"]),
               *(r[size] if r["employee"] in files else "" for size in sizes)] for r in rows]  # fmt: skip
    header = ("employee", "file", "outcome", "rung", "reasons", "sentences", *sizes)
    write_whole(folder / "portraits.csv", table_bytes(header, listed))
    return files


def _place(source: Path, target: Path) -> None:
    """Give a picture of the vault a readable name, without a second copy where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError as error:
        message = f"{source}: this portrait is gone; run catchlight refresh for everybody: it is made anew"
        raise OutsideError(message) from error
    except OSError:
        shutil.copyfile(source, target)


def summarise(
    plan: Plan, tables: Mapping[type, pl.DataFrame], counts: Mapping[str, int], timings: Mapping[str, float]
) -> dict[str, Any]:
    """Return run.json: counts, timings, versions, digests and how much more alike the portraits are."""
    preset = plan.job.brand()
    outcomes = dict(tables[Verdict].group_by("outcome").len().iter_rows())
    finished = datetime.now(UTC)
    return {
        "run": plan.run,
        "started": plan.started,
        "finished": finished.isoformat(timespec="seconds"),
        "source": str(plan.job.source),
        "preset": looks.facts(preset),
        "groups": looks.told(plan, tables[Employee]),
        "acts": _acts(plan),
        "carried": _told_carried(plan.job, tables[Employee].height),
        "setup": plan.look.setup,
        "engines": {job: getattr(preset.engines, job) for job in JOBS},
        "models": model_digests(preset.engines, store_of(plan.job)),
        "versions": _versions(),
        "plug_ins": plugins.installed(),
        "counts": {"people": tables[Employee].height}
        | {str(o): outcomes.get(str(o), 0) for o in Outcome}
        | {"unusable": tables[Render].filter(pl.col("reason") != "").height}
        | dict(counts),
        "rungs": dict(tables[Render].filter(pl.col("picture") != "").group_by("rung").len().iter_rows()),
        "seconds": round(sum(timings.values()), 3),
        "timings": {stage: round(seconds, 3) for stage, seconds in timings.items()},
        **compare(tables[Reading], tables[Verdict], looks.beside(tables[Employee])),
        "findings": [
            *failed_checks.findings(tables[Reading]),
            *plan.findings,
            *tries.findings(plan.home.root, _pictures(tables), plan.wishes),
        ],
    }


def _pictures(tables: Mapping[type, pl.DataFrame]) -> dict[str, str]:
    return dict(tables[Render].select("employee", "picture").iter_rows())


def _versions() -> dict[str, str]:
    names = ("prefect", "polars", "numpy", "opencv-python", "pillow", "ai-edge-litert", "dlib-bin")
    return {"catchlight": __version__, "python": platform.python_version()} | {n: version(n) for n in names}


def list_spoilers(plan: Plan, tables: Mapping[type, pl.DataFrame]) -> list[Spoiler]:
    """Write spoilers.csv: the portraits that stand out of the company's others, furthest first; return them."""
    spoilers = rank(tables[Reading], tables[Verdict], looks.beside(tables[Employee]))
    write_whole(plan.home.run(plan.run) / "spoilers.csv", spoilers_csv(spoilers))
    return spoilers


def compare_thirds(plan: Plan, tables: Mapping[type, pl.DataFrame]) -> dict[str, Any]:
    """Write fairness.json: whether darker and lighter faces are treated alike, as aggregates; return it."""
    found = fairness.report(fairness.people(tables[Verdict], tables[Reading]))
    write_json(plan.home.run(plan.run) / "fairness.json", found)
    return found


def note_stage(plan: Plan, stage: str, seconds: float, cpu: float) -> None:
    """Note in run.json what a stage took that came after the run's end."""
    run = json.loads((plan.home.run(plan.run) / "run.json").read_bytes())
    run["timings"][stage] = round(seconds, 3)
    run["seconds"] = round(sum(run["timings"].values()), 3)
    cost, rendered = run["cost"], run["counts"]["rendered"]
    run["cost"] = cost_of(cost["cpu_seconds"] + cpu, rendered, cost["gpu_seconds"], cost["gpu_wh"])
    write_json(plan.home.run(plan.run) / "run.json", run)


def close(plan: Plan, run: dict[str, Any]) -> Path:
    """Write run.json last, so that a run that has one is complete; let latest point to it."""
    home: Home = plan.home
    write_json(home.run(plan.run) / "run.json", run)
    home.point_to(plan.run)
    return home.run(plan.run)
