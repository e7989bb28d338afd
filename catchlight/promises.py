"""What a company promises its people: ``trust.toml`` in the home folder. Without the file the careful defaults hold.

``[jurisdictions.NAME]`` says what an act needs for people of a country, or of a part of one (``US-IL``); ``[keep]`` how
long each kind of data stays; ``[withdrawal]`` within how many hours the old picture is back.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from catchlight.caps import ELSEWHERE, fold, part_of
from catchlight.settings_file import read_settings

FILE = "trust.toml"
EDIT, GENERATE, BIOMETRIC_CHECK, PUBLICATION = "edit", "generate", "biometric_check", "publication"
ACTS = (EDIT, GENERATE, BIOMETRIC_CHECK)  # purposes beside those of destinations


class Needs(StrEnum):
    """What an act needs of a person, the least first. A recorded no counts everywhere."""

    NOTHING = "nothing"
    YES = "yes"  # a recorded yes of their own
    WRITTEN = "written"  # the same, with the text that they agreed to and evidence of it
    NEVER = "never"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Section):
    """What holds in one jurisdiction; what is left out is as in the wider one."""

    edit: Needs | None = Field(None, description="changing a photo at all")
    generate: Needs | None = Field(None, description="pixels that a model makes up")
    biometric_check: Needs | None = Field(None, description="comparing the geometry of faces, one to one")
    publication: Needs | None = Field(None, description="each purpose that a picture is shown for")
    basis: str = Field("", description="the law or agreement behind it; people read it in their export")


class Keep(_Section):
    """For how many days each kind of data stays."""

    originals: int = Field(30, ge=1, description="photos as they came, after the portrait was published")
    rejected: int = Field(7, ge=1, description="portraits that were not chosen, after the choice")
    backups: int = Field(30, ge=1, description="what a portrait replaced, after it was put back")
    runs: int = Field(
        90, ge=1, description="tables, contact sheets and plans of runs that newer ones followed"
    )
    letters: int = Field(
        90,
        ge=1,
        description="invitations, letters and delegations, after their end; of whoever is here the last one stays",
    )
    links: int = Field(14, ge=1, description="printed personal links")
    halves: int = Field(1, ge=1, description="half-written files that a killed program left")
    orphans: int = Field(
        1, ge=1, description="pictures that nothing refers to, as a killed program leaves them"
    )
    sessions: int = Field(1, ge=1, description="sign-ins that nobody uses")
    logs: int = Field(30, ge=1, description="what programs wrote about their work, Prefect's database too")
    leavers: int = Field(
        30,
        ge=1,
        description="people who left, or whose photo is not to be processed, once published nowhere: all but their words",
    )
    words: int = Field(1095, ge=1, description="answers, consents and receipts of people who left")
    backups_of_home: int = Field(
        35, ge=1, description="the company's own backups; told to people, kept by IT"
    )


class Withdrawal(_Section):
    """How fast a yes that was taken back has its effect."""

    hours: int = Field(24, ge=1, le=720, description="until the old picture is back everywhere")


_OWN: Mapping[str, Rule] = {
    ELSEWHERE: Rule(
        edit=Needs.NOTHING, generate=Needs.YES, biometric_check=Needs.YES, publication=Needs.NOTHING
    ),
    # Illinois, Texas and Washington ask for a written release; which state it is, lists often do not say.
    "us": Rule(biometric_check=Needs.WRITTEN, basis="740 ILCS 14/15(b) and laws like it"),
}
_ALSO = {
    "usa": "us", "u.s.": "us", "u.s.a.": "us", "united states": "us", "united states of america": "us",
}  # fmt: skip


class Promises(_Section):
    """All of ``trust.toml``."""

    without_country: str = Field(
        "", description="where people are whose country the list leaves out; else the strictest rule holds"
    )
    tombstones: Path | None = Field(
        None, description="folder for a second list of who was erased; else beside the home folder"
    )
    jurisdictions: dict[str, Rule] = Field(default_factory=dict)
    keep: Keep = Keep()
    withdrawal: Withdrawal = Withdrawal()

    def needs(self, act: str, country: str) -> Needs:
        """Return what an act (``edit`` … ``publication``) needs of a person of a country."""
        place = _place(country) or _place(self.without_country)
        places = [place] if place else [*_OWN, *map(_place, self.jurisdictions)]
        return max((self._needed(act, one) for one in places), key=tuple(Needs).index)

    def _needed(self, act: str, place: str) -> Needs:
        return next(found for rule in self._rules(place) if (found := getattr(rule, act)))

    def basis(self, country: str) -> str:
        """Return the law or agreement that is named for a country, "" for none."""
        place = _place(country) or _place(self.without_country)
        return next((rule.basis for rule in self._rules(place) if rule.basis), "") if place else ""

    def _rules(self, place: str) -> list[Rule]:
        """Return the rules for a place, the narrowest first, the company's before ours."""
        own = {_place(name): rule for name, rule in self.jurisdictions.items()}
        steps = dict.fromkeys((place, part_of(place), ELSEWHERE))
        return [rules[step] for step in steps for rules in (own, _OWN) if step in rules]


@lru_cache(maxsize=1024)
def _place(country: str) -> str:
    return _ALSO.get(fold(country), fold(country))


def load_promises(home: Path) -> Promises:
    """Read what a company promises; ConfigError names the key that is wrong."""
    path = home / FILE
    if not path.is_file():
        return Promises()
    return read_settings(path, Promises)
