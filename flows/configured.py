"""Everything that is configured in a home folder and its job files, read for the pages that people decide by."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from catchlight import __version__, plugins
from catchlight.audit import Act, AuditLine
from catchlight.audit_settings import load_auditing
from catchlight.caps import ELSEWHERE
from catchlight.config import Preset, load_preset
from catchlight.credentials import credentials_of
from catchlight.desk import register_of
from catchlight.errors import ConfigError
from catchlight.job_file import JobFile
from catchlight.judge import limits
from catchlight.model_manifest import manifest
from catchlight.moments import now
from catchlight.notices import find_notice
from catchlight.place import FILES, Takes
from catchlight.policy import load_policy
from catchlight.promises import ACTS, PUBLICATION, Promises, load_promises
from catchlight.publish_policy import Publishing, load_publishing
from catchlight.register import Register
from catchlight.run_history import history
from catchlight.silence import SILENT
from catchlight.studio import knows_people
from flows.destinations import Destination, destinations
from flows.reached import addresses
from flows.sources import Wired, wire
from reports.documents.facts import (
    Configured,
    Country,
    Engine,
    Look,
    Model,
    Recogniser,
    Shown,
    System,
    Variable,
)
from reports.review.employee_view import NOTICES

_WITH_PHOTO, _EACH_OTHER = "the portrait with its photo", "the photos of one person with each other"


def configured(home: Path, files: Sequence[Path], language: str) -> Configured:
    """Return what is configured; ConfigError names what is wrong. Nothing is asked of any system, and nothing is written."""
    if not home.is_dir():
        message = f"--home {home}: no such folder; name the one that the settings lie in"
        raise ConfigError(message)
    jobs = [(file, *wire(file)) for file in files]
    looks = [look for file, job, _ in jobs for look in _looks(file, job)] + _as_it_ran(home)
    engines = sorted(
        {name for look in looks for name in (look.engines or {}).values() if name}
        | {job.faces for _, job, _ in jobs if job.faces}
    )
    policy, publishing, promises = load_policy(home), load_publishing(home), load_promises(home)
    key, anchor = (home / load_auditing(home).key_file, home / load_auditing(home).anchor)
    return Configured(
        home=str(home.resolve()),
        made=now()[:10],
        version=__version__,
        files=tuple(file.name for file in (*sorted(home.glob("*.toml")), *files)),
        policy=policy,
        publishing=publishing,
        promises=promises,
        looks=tuple(looks),
        recognisers=tuple(_recognisers(looks, [(file, job) for file, job, _ in jobs])),
        engines=tuple(_engine(name) for name in engines),
        models=tuple(_models(engines)),
        sources=tuple(_source(file, one) for file, _, sources in jobs for one in sources),
        shown=tuple(_shown(one, publishing) for one in destinations(home).values()),
        countries=tuple(_countries(promises)),
        silence=tuple(Variable(name, value, os.environ.get(name, "")) for name, value in SILENT.items()),
        signs=credentials_of(home) is not None,
        key_inside=key.resolve().is_relative_to(home.resolve()),
        anchor_inside=anchor.resolve().is_relative_to(home.resolve()),
        purged=_purged(home),
        notice=find_notice(policy, NOTICES, language).text,
        database="" if isinstance(where := register_of(home), Path) else urlsplit(where).hostname or "",
    )


def _looks(file: Path, job: JobFile) -> Iterator[Look]:
    for name in dict.fromkeys((job.preset, *(group.preset for group in job.groups))):
        preset = load_preset(name)
        engines = preset.engines.replaced_by(job.engine)
        chosen = engines.model_dump(include={"faces", "landmarks", "matte", "likeness", "enlarge", "paint"})
        yield Look(
            file.name, preset.title, preset.rung, tuple(sorted(preset.rungs.items())), chosen,
            brighter=preset.light.max_stops, skin=_skin(preset),
        )  # fmt: skip


def _skin(preset: Preset) -> float | None:
    """Return from how many stops on skin that became lighter or darker is flagged, None where it is not on both sides."""
    of = limits(preset)["skin_ev"]
    flagged = of.low is not None and of.high is not None and of.outcome != "note"
    return max(abs(of.low or 0), abs(of.high or 0)) if flagged else None


def _as_it_ran(home: Path) -> list[Look]:
    """Return how the newest finished run changed photos, as it wrote down itself."""
    ran = next((past for past in history(home) if past.finished), None)
    if ran is None:
        return []
    return [Look(f"run {ran.name}", ran.facts["preset"]["title"], engines=ran.facts["engines"])]


def _recognisers(looks: Sequence[Look], jobs: Sequence[tuple[Path, JobFile]]) -> Iterator[Recogniser]:
    for look in looks:
        name = (look.engines or {}).get("likeness", "")
        if name and knows_people(name):
            yield Recogniser(name, f"{look.title}, {look.where}", _WITH_PHOTO)
    for file, job in jobs:
        if job.faces:
            yield Recogniser(job.faces, f"faces in {file.name}", _EACH_OTHER)


def _engine(name: str) -> Engine:
    facts = plugins.load("catchlight.engines", name).FACTS
    return Engine(name, facts.licence, facts.commercial)


def _models(engines: Sequence[str]) -> Iterator[Model]:
    known = manifest()
    for name in dict.fromkeys(
        model for one in engines for model in plugins.load("catchlight.engines", one).FACTS.models
    ):
        if name in known:
            yield Model(name, known[name].job, known[name].licence)


def _source(file: Path, one: Wired) -> System:
    kind = one.table.kind
    return System(one.name, kind, _sentence(kind), addresses(one.settings), file.name)


def _shown(one: Destination, publishing: Publishing) -> Shown:
    system = System(one.name, one.kind, _sentence(one.kind), addresses(one.settings))
    return Shown(
        system,
        one.purpose,
        own_yes=one.purpose in publishing.opt_in,
        told=_told(one, publishing),
        by_themselves=one.by_themselves,
        signatures=one.signatures is not None,
        wall=one.wall is not None,
        removes=_takes(one).removes or getattr(one.settings, "removal", "") == "try",
    )


def _takes(one: Destination) -> Takes:
    takes: Takes = getattr(plugins.load("connectors", one.kind), "TAKES", FILES)
    return takes


def _told(one: Destination, publishing: Publishing) -> str:
    """Return where people read at a place that a photo was edited: a profile photo has no field for it."""
    if not (publishing.marking.disclosure if one.disclosure is None else one.disclosure):
        return "off"
    if one.signatures:
        return "signature"
    return "nowhere" if _takes(one).size or one.by_themselves else "files"


def _sentence(kind: str) -> str:
    return str(plugins.load("connectors", kind).__doc__).strip().partition("\n")[0].replace("``", "")


def _countries(promises: Promises) -> Iterator[Country]:
    """Yield what holds for each place that a rule names, for everybody else, and where no country is known."""
    named = {"us": "us", **{name.casefold(): name for name in promises.jurisdictions if name != ELSEWHERE}}
    for place, name in (*named.items(), (ELSEWHERE, ELSEWHERE), ("", "")):
        needs = {act: str(promises.needs(act, place)) for act in (*ACTS, PUBLICATION)}
        yield Country(name, basis=promises.basis(place), **needs)


def _purged(home: Path) -> str:
    """Return the day on which terms were last kept to, as the audit log tells, "" for never."""
    where = register_of(home)
    if isinstance(where, Path) and not where.is_file():
        return ""
    with closing(Register(where)) as register:
        lines = register.rows(AuditLine, act=Act.PURGE.value)
    return lines[-1].at[:10] if lines else ""
