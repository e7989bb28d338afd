"""Judge everyone together and lay out what people will look at."""

import json
import time
from pathlib import Path

from prefect import task

from catchlight import plugins, results
from catchlight.plan import Plan
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from reports import contact_sheet as sheet


@task(task_run_name="contact-sheet", persist_result=False)
def contact_sheet(plan: Plan, counts: dict[str, int], timings: dict[str, float]) -> Path:
    """Write tables, portraits, contact sheet and run.json; return the run's folder."""
    started = time.perf_counter()
    tables = results.tabulate(plan)
    files = results.lay_out(plan, tables)
    timings = timings | {"judge": time.perf_counter() - started}
    run = results.summarise(plan, tables, counts, timings)
    sheet.write(
        plan.home.run(plan.run) / "contact_sheet.html", run=run, employees=tables[Employee], photos=tables[Photo],
        renders=tables[Render], readings=tables[Reading], verdicts=tables[Verdict], checks=_texts(),
        vault=plan.home.vault, files=files,
    )  # fmt: skip
    total = time.perf_counter() - started
    run["timings"]["contact_sheet"] = round(total - timings["judge"], 3)
    run["seconds"] = round(sum(run["timings"].values()), 3)
    return results.close(plan, json.loads(json.dumps(run)))


def _texts() -> dict[str, sheet.CheckText]:
    found = {name: plugins.load("catchlight.checks", name) for name in plugins.names("catchlight.checks")}
    return {name: sheet.CheckText(module.TITLE, module.UNIT) for name, module in found.items()}
