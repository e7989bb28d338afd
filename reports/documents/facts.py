"""What the pages are made of: everything that is configured, as plain values that a template can say."""

from collections.abc import Mapping
from dataclasses import dataclass

from catchlight.checks.skin_ev import Settings
from catchlight.config import Light
from catchlight.policy import Policy
from catchlight.promises import Promises
from catchlight.publish_policy import Publishing


@dataclass(frozen=True, slots=True)
class Look:
    """How photos are changed: ``where`` that is said, how far at most ("" where nothing says so), and by which engines.

    ``rungs`` is how far at most by country, ``engines`` the engine by its job. ``brighter`` is by how many stops at most a
    whole picture is made brighter, ``skin`` from how many on skin that became lighter or darker is flagged (None: never).
    """

    where: str
    title: str
    rung: str = ""
    rungs: tuple[tuple[str, str], ...] = ()
    engines: Mapping[str, str] | None = None
    brighter: float = Light().max_stops
    skin: float | None = Settings().high


@dataclass(frozen=True, slots=True)
class Recogniser:
    """An engine that compares faces by their geometry, where that is said, and what it compares."""

    engine: str
    where: str
    compares: str


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine in use: its licence and whether that allows business use (None: as the company's licence says)."""

    name: str
    licence: str
    commercial: bool | None


@dataclass(frozen=True, slots=True)
class Model:
    """One model file that an engine in use needs."""

    name: str
    job: str
    licence: str


@dataclass(frozen=True, slots=True)
class System:
    """A source or a destination: its name, its kind, what that is in a sentence, and the addresses it is reached at."""

    name: str
    kind: str
    words: str
    addresses: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A destination: the purpose that it serves, whether that needs a yes of its own, and what people are told there.

    ``told`` is where it stands that a photo was edited: ``files`` (beside them), ``signature``, ``nowhere`` (no field for
    it), or ``off``. ``removes``: what stands there can be removed where nothing stood before.
    """

    system: System
    purpose: str
    own_yes: bool
    told: str
    by_themselves: bool
    signatures: bool
    wall: bool
    removes: bool = True


@dataclass(frozen=True, slots=True)
class Country:
    """What each act needs of people of one place."""

    name: str
    edit: str
    generate: str
    biometric_check: str
    publication: str
    basis: str


@dataclass(frozen=True, slots=True)
class Variable:
    """What keeps libraries silent: an environment variable, what it should be, and what it is here."""

    name: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Configured:
    """One home folder with its jobs, as of one moment. ``notice`` is the text that people are shown before they answer.

    ``purged`` is when terms were last kept to, "" for never; ``key_inside`` and ``anchor_inside`` whether the audit log's
    key and anchor lie in the home folder; ``files`` are the settings that were
    read, ``database`` is the host of the register's database ("" for a file in the home folder).
    """

    home: str
    made: str
    version: str
    files: tuple[str, ...]
    policy: Policy
    publishing: Publishing
    promises: Promises
    looks: tuple[Look, ...]
    recognisers: tuple[Recogniser, ...]
    engines: tuple[Engine, ...]
    models: tuple[Model, ...]
    sources: tuple[System, ...]
    shown: tuple[Shown, ...]
    countries: tuple[Country, ...]
    silence: tuple[Variable, ...]
    signs: bool
    key_inside: bool
    anchor_inside: bool
    purged: str
    notice: str
    database: str = ""

    @property
    def brighter(self) -> float:
        """By how many stops at most a whole picture is made brighter, in any look."""
        return max((look.brighter for look in self.looks), default=Light().max_stops)

    @property
    def skin(self) -> float | None:
        """From how many stops on changed skin is flagged in every look; None where one does not."""
        found = [look.skin for look in self.looks] or [Settings().high]
        return None if None in found else max(one for one in found if one is not None)

    @property
    def knows_jobs(self) -> bool:
        """Whether a job file was named: a run that is over says nothing of the next one."""
        return any(look.rung for look in self.looks)
