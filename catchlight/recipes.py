"""What each recipe gave: the memory by which nothing is done twice."""

import json
from pathlib import Path
from typing import Any

from catchlight.vault import write_whole


class Recipes:
    """What each recipe gave, one small file each: same recipe, nothing to do, ever again."""

    def __init__(self, root: Path) -> None:
        """Use the folder ``root``."""
        self.root = root

    def path(self, recipe: str) -> Path:
        """Where the result of a recipe lies."""
        return self.root / recipe[:2] / f"{recipe[2:]}.json"

    def recall(self, recipe: str) -> dict[str, Any] | None:
        """Return what was remembered, or None when the recipe was never finished."""
        try:
            found: dict[str, Any] = json.loads(self.path(recipe).read_bytes())
        except FileNotFoundError:
            return None
        return found

    def remember(self, recipe: str, result: dict[str, Any]) -> None:
        """Keep the result of a finished recipe; from now on it is done."""
        write_whole(self.path(recipe), json.dumps(result, allow_nan=False).encode())
