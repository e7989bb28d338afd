"""What holds for every source, whatever its vendor: a source's test file has a ``Contract`` with a ``world`` fixture."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from catchlight.source import Fetched, Page, Source
from catchlight.source_memory import Known, Memory
from catchlight.vault import Vault
from connectors import _pace
from flows.syncing import fetch_photos, list_people, sync
from tests.source_worlds import Fault, What, World, jpeg

MANY = 1000


def synced(world: World, folder: Path, fewer: float = 0.99) -> dict[str, Known]:
    """Bring the memory in a folder up to date; return everybody by key."""
    with closing(Memory(folder / "source.db")) as memory:
        with closing(world.open()) as source:
            sync(source, memory, Vault(folder / "vault"), fewer)
        return {one.key: one for one in memory.people()}


def later(folder: Path, days: float) -> None:
    """Let so many days go by since the photos were looked at."""
    with closing(Memory(folder / "source.db")) as memory, memory._whole() as store:
        store.execute("update marks set mark = mark - ? where name = 'looked'", (days * 86_400,))


class Contract:
    """Tests that every source passes. ``FAULTS`` are the faults that its world can have.

    ``COUNTED``: its vendor counts calls, so that all programs of this machine keep within the limit together.
    """

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset()
    COUNTED: ClassVar[bool] = True

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where the memory and the pictures lie."""
        return tmp_path / "sync"

    def test_everybody_is_found_with_their_photo(self, world: World, folder: Path) -> None:
        """Over several pages, with names of all kinds; who has no photo is there without."""
        people = {str(1000 + n): jpeg(n) if n % 3 else None for n in range(2 * world.page + 1)}
        for key, picture in people.items():
            world.person(
                key, picture, given_name="Zoë", family_name="Müller-Łukasz 文", email=f"p{key}@example.com"
            )
        found = synced(world, folder)
        assert found.keys() == people.keys()
        for key, picture in people.items():
            assert found[key].values["email"] == f"p{key}@example.com"
            assert found[key].values["family_name"] == "Müller-Łukasz 文"
            stored = Vault(folder / "vault").get(found[key].digest) if found[key].digest else None
            assert stored == picture

    def test_nobody_is_an_error_and_not_an_empty_company(self, world: World, folder: Path) -> None:
        """A list without anybody stops, and what was known stays."""
        for key in ("1001", "1002", "1003"):
            world.person(key, jpeg(1))
        before = synced(world, folder)
        for key in before:
            world.gone(key)
        with pytest.raises(CatchlightError, match=r"nobody|no rows"):
            synced(world, folder)
        with closing(Memory(folder / "source.db")) as memory:
            assert {one.key for one in memory.people()} == before.keys()

    def test_a_page_without_anybody_is_not_the_end(self, world: World, folder: Path) -> None:
        """Whoever is on the pages after it is found, and so is everybody where the last page is full."""
        people = [str(1000 + n) for n in range(3 * world.page)]
        for key in people:
            world.person(key, jpeg(1))
        for key in people[world.page : 2 * world.page]:
            world.gone(key)
        assert synced(world, folder).keys() == {*people[: world.page], *people[2 * world.page :]}

    def test_somebody_who_leaves_while_the_list_is_read_takes_nobody_along(
        self, world: World, folder: Path
    ) -> None:
        """The next one moves to the page that was read already, where a server counts by places."""
        first, *others = (str(1000 + n) for n in range(3 * world.page + 1))
        for key in (first, *others):
            world.person(key, jpeg(int(key)))
        synced(world, folder)
        with closing(Memory(folder / "source.db")) as memory, closing(_left_by(world, first)) as source:
            with suppress(OutsideError):
                sync(source, memory, Vault(folder / "vault"), 0.99)
            assert {one.key for one in memory.people()} >= set(others)
        assert synced(world, folder).keys() == set(others)

    def test_somebody_who_leaves_before_their_photo_is_fetched_stops_nobody(
        self, world: World, folder: Path
    ) -> None:
        """Their entry is gone the next time; the others have their photos now."""
        for key in ("1001", "1002", "1003", "1004"):
            world.person(key, jpeg(int(key)))
        with closing(Memory(folder / "source.db")) as memory, closing(world.open()) as source:
            list_people(source, memory, 0.99)
            world.gone("1002")
            fetch_photos(source, memory, Vault(folder / "vault"))
            assert all(one.digest for one in memory.people() if one.key != "1002")
        assert synced(world, folder).keys() == {"1001", "1003", "1004"}

    def test_only_what_changed_is_fetched_again(self, world: World, folder: Path) -> None:
        """The second time a joiner's and a changed photo come; who left is gone; the others stay as they were."""
        for n in range(6):
            world.person(str(1000 + n), jpeg(n))
        before = synced(world, folder)
        world.person("1000", jpeg(50), title="Promoted")
        world.person("1009", jpeg(51))
        world.gone("1005")
        del world.calls[:]
        after = synced(world, folder)
        assert after.keys() == {"1000", "1001", "1002", "1003", "1004", "1009"}
        assert after["1000"].digest != before["1000"].digest
        assert after["1001"] == before["1001"]
        assert len([call for call in world.calls if "1001" in call]) == 0 or not world.tells

    def test_a_photo_that_the_vault_lost_is_fetched_again(self, world: World, folder: Path) -> None:
        """Gone or emptied on the disk, though the source says that nothing changed; the others stay as they are."""
        for n in range(3):
            world.person(str(1000 + n), jpeg(n))
        before, vault = synced(world, folder), Vault(folder / "vault")
        gone, emptied = vault.path(before["1000"].digest), vault.path(before["1001"].digest)
        gone.unlink()
        emptied.chmod(0o640)
        emptied.write_bytes(b"")
        assert synced(world, folder) == before
        assert all(vault.is_whole(one.digest) for one in before.values())

    def test_a_photo_that_was_taken_away_is_gone(self, world: World, folder: Path) -> None:
        """In every way in which the vendor says so, and it is no error."""
        for how in world.none:
            world.person("1001", jpeg(1))
            world.person("1002", jpeg(2), title=how)
            assert synced(world, folder)["1002"].digest
            world.without_photo("1002", how)
            world.person("1001", jpeg(1), title=how)
            later(folder, days=60)  # where the list does not tell, everybody's photo has had its turn by then
            found = synced(world, folder)["1002"]
            assert (found.digest, found.note) == ("", "")

    @pytest.mark.parametrize("size", [100_000, 20_000_000])
    def test_photos_of_any_size_come_whole(self, world: World, folder: Path, size: int) -> None:
        """Up to what a photographer's camera makes."""
        picture = jpeg(1) + bytes(size)
        world.person("1001", picture)
        world.person("1002", jpeg(2))
        assert Vault(folder / "vault").get(synced(world, folder)["1001"].digest) == picture

    def test_what_passes_is_tried_again(self, world: World, folder: Path, once: tuple[What, Fault]) -> None:
        """One fault is no fault."""
        for key in ("1001", "1002", "1003"):
            world.person(key, jpeg(int(key)))
        world.fail(*once, 1)
        assert all(one.digest for one in synced(world, folder).values())

    def test_a_list_that_fails_for_good_says_so_and_loses_nobody(
        self, world: World, folder: Path, list_fault: Fault
    ) -> None:
        """Rights are a matter for IT, the rest passes some day."""
        world.person("1001", jpeg(1))
        before = synced(world, folder)
        world.fail("list", list_fault, MANY)
        with pytest.raises(ConfigError if list_fault in {"401", "403"} else (ConfigError, OutsideError)):
            synced(world, folder)
        with closing(Memory(folder / "source.db")) as memory:
            assert {one.key: one for one in memory.people()} == before

    def test_a_photo_that_fails_for_good_is_no_missing_photo(
        self, world: World, folder: Path, photo_fault: Fault
    ) -> None:
        """What is here stays, nothing broken is stored, and the next time it is fetched."""
        world.person("1001", jpeg(1))
        before = synced(world, folder)
        world.person("1001", jpeg(2), title="Promoted")
        world.fail("photo", photo_fault, MANY)
        try:
            found = synced(world, folder)["1001"]
        except CatchlightError:
            with closing(Memory(folder / "source.db")) as memory:
                found = next(memory.people())
        assert found.note or found.digest == before["1001"].digest
        world.fail("photo", photo_fault, 0)
        after = synced(world, folder)["1001"]
        assert Vault(folder / "vault").get(after.digest) == jpeg(2)

    def test_calls_are_counted_with_those_of_other_programs(
        self, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever opens the same tenant again counts in the same place; a vendor without a limit needs none."""
        monkeypatch.setattr(_pace, "_folder", folder / "pace")
        world.person("1001", jpeg(1))
        synced(world, folder)
        counted = sorted(file.name for file in folder.glob("pace/*.json"))
        synced(world, folder)
        assert sorted(file.name for file in folder.glob("pace/*.json")) == counted
        assert bool(counted) == self.COUNTED

    def test_a_sync_that_was_stopped_goes_on(self, world: World, folder: Path) -> None:
        """Photos that were fetched before a stop are not fetched again."""
        with closing(world.open()) as source:
            people = max(8, 3 * source.at_once)
        for n in range(people):
            world.person(str(1000 + n), jpeg(n))
        with closing(Memory(folder / "source.db")) as memory, closing(_stopping(world, 5)) as source:
            with pytest.raises(KeyboardInterrupt):
                sync(source, memory, Vault(folder / "vault"), 0.99)
            had = {one.key for one in memory.people() if one.digest}
        del world.calls[:]
        assert all(one.digest for one in synced(world, folder).values())
        if world.calls:
            assert not [
                call for call in world.calls for key in had if "photo" in call.casefold() and key in call
            ]


def _left_by(world: World, key: str) -> Source:
    """Return a source that somebody leaves once its first page was read."""
    source = world.open()

    def pages(mark: str) -> Iterator[Page]:
        for number, page in enumerate(source.pages(mark)):
            yield page
            if number == 0:
                world.gone(key)

    return replace(source, pages=pages)


def _stopping(world: World, after: int) -> Source:
    """Return a source that is stopped from outside while photos are fetched."""
    source, count = world.open(), itertools.count()

    def photos(wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        if next(count) * source.at_once >= after:
            raise KeyboardInterrupt
        yield from source.photos(wanted)

    return replace(source, photos=photos)
