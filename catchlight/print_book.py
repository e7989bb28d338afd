"""Which files were made of each portrait: one small file a portrait, so that they are found again, and go with it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catchlight.delivery import Print
from catchlight.errors import ConfigError
from catchlight.holding import held, quietly
from catchlight.vault import Vault, write_whole


@dataclass(frozen=True, slots=True)
class PrintBook:
    """The files of portraits below ``root``, by the portrait's digest and by what decided a file; they lie in ``vault``."""

    root: Path
    vault: Vault

    def path(self, picture: str) -> Path:
        """Where it says what was made of a portrait."""
        return self.root / picture[:2] / f"{picture[2:]}.json"

    def files(self, picture: str) -> dict[str, Print]:
        """Return the files of a portrait that are there, by their recipe; of another size than it was made, it is not."""
        known = self._all(picture).items()
        return {recipe: made for recipe, made in known if self.vault.has(made.digest, made.bytes)}

    @contextmanager
    def held(self, picture: str) -> Iterator[None]:
        """Let no other thread or program make files of this portrait meanwhile; the hold ends with the program."""
        folder = self.path(picture).parent
        folder.mkdir(parents=True, exist_ok=True)
        with held(folder / ".lock", quietly):
            yield

    def add(self, picture: str, made: Mapping[str, Print]) -> None:
        """Note files of a portrait, before they are stored: what is in the vault is always known to be theirs."""
        all_ = {**self._all(picture), **made}
        told = {"picture": picture, "files": {recipe: asdict(one) for recipe, one in all_.items()}}
        write_whole(self.path(picture), json.dumps(told, allow_nan=False).encode())

    def digests(self, pictures: Iterable[str]) -> set[str]:
        """Return the files that were made of portraits, some of which may be gone."""
        return {made.digest for picture in pictures for made in self._all(picture).values()}

    def made(self, digest: str) -> bool:
        """Whether a file that is there was made of a portrait, and is no photo that somebody sent."""
        told = digest.encode()
        return self.vault.has(digest) and any(told in one.read_bytes() for one in self.root.glob("*/*.json"))

    def forget(self, pictures: Iterable[str]) -> None:
        """Let go what is known of portraits' files."""
        for picture in pictures:
            self.path(picture).unlink(missing_ok=True)

    def _all(self, picture: str) -> dict[str, Print]:
        path = self.path(picture)
        try:
            told: dict[str, Any] = json.loads(path.read_bytes())
            return {
                recipe: Print(**row | {"box": tuple(row["box"])}) for recipe, row in told["files"].items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = (
                f"{path}: is damaged ({error}); put it back from a backup, or delete it: what it told of is cut anew, and "
                "the night's purge deletes what lies in the vault without it"
            )
            raise ConfigError(message) from error


def print_book(home: Path) -> PrintBook:
    """Return the book of a home folder."""
    return PrintBook(home / "ledger" / "prints", Vault(home / "vault"))
