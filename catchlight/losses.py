"""What was lost or damaged on the disk since it was made: it counts as never made, and is made anew."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.records import MADE, Photo, Reading, Render
from catchlight.vault import Vault

if TYPE_CHECKING:
    from catchlight.order import Order
    from catchlight.plan import Plan


def is_known(home: Home, recipe: str) -> bool:
    """Whether a recipe is finished, and every picture that it gave is in the vault, unchanged."""
    found = home.recipes.recall(recipe)
    return found is not None and _are_whole(
        home.vault, (found.get("render", {}).get(name, "") for name in MADE)
    )


def make_good(plan: "Plan", waiting: "Iterable[Order]") -> None:
    """Let what is damaged of people who wait, and of a run that goes on, be made anew."""
    for order in waiting:
        plan.home.recipes.forget(order.recipe)
    for number in plan.numbers() if plan.resumed else ():
        if plan.is_done(number) and not _is_whole(plan.home.vault, plan.shard(number)):
            (plan.shard(number) / ledger.file_name(Render)).unlink()


def _is_whole(vault: Vault, shard: Path) -> bool:
    try:
        *_, renders = (ledger.read(shard / ledger.file_name(kind)) for kind in (Photo, Reading, Render))
    except (ConfigError, FileNotFoundError):
        return False
    return _are_whole(vault, renders.select(MADE).unpivot()["value"])


def _are_whole(vault: Vault, digests: Iterable[str]) -> bool:
    return all(vault.is_whole(digest) for digest in digests if digest)
