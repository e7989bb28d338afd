"""A company of real people in three systems at once: everybody joined, wrong photos found, nobody innocent blocked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
import stamina
from PIL import Image

from catchlight.job import Job
from catchlight.job_file import JobFile, SourceTable
from catchlight.source import Source
from flows import gathering
from tests.graph_app import calm_graph, make_files
from tests.ldap_server import LdapServer
from tests.scim_server import scim_server
from tests.source_graph import GraphWorld
from tests.source_worlds import World
from tests.test_source_ldap import LdapWorld
from tests.test_source_scim import ScimWorld

SWAPPED, STRANGERS = 5, 3
SYSTEMS = ("ldap", "scim", "graph")


@dataclass(frozen=True)
class Wired:
    """One system of the job."""

    name: str
    table: SourceTable
    world: World

    def open(self) -> Source:
        """Return the source."""
        return self.world.open()


def _smaller(data: bytes, pixels: int) -> bytes:
    """Return a picture as a system keeps it: smaller, and encoded anew."""
    with Image.open(BytesIO(data)) as picture:
        picture.thumbnail((pixels, pixels))
        file = BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=88)
    return file.getvalue()


@pytest.fixture
def worlds(slapd: LdapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[World]]:
    """Return a real directory server, a real SCIM server and a tenant's stand-in, all without anybody."""
    with scim_server() as server, calm_graph(monkeypatch) as tenant, stamina.set_testing(True, attempts=3):
        ldap = LdapWorld(slapd, tmp_path, monkeypatch, key="entryUUID")
        scim, graph = ScimWorld(server, tmp_path), GraphWorld(tenant, make_files(tmp_path / "app"))
        ldap.page = scim.page = 200  # type: ignore[misc]
        yield [ldap, scim, graph]


def _photos(shared: Path) -> dict[str, bytes]:
    table = pl.read_csv(shared / "congress/directory.csv", infer_schema=False)
    files = dict(zip(table["id"], table["photo"], strict=True))
    return {id_: (shared / "congress" / file).read_bytes() for id_, file in sorted(files.items())}


def _planted(ids: Sequence[str], kept: dict[str, dict[str, bytes]]) -> tuple[set[str], set[str]]:
    """Exchange photos of five pairs and give three people a stranger's; return who was exchanged, and who was given one."""
    exchanged: set[str] = set()
    for number in range(SWAPPED):
        one, other, system = ids[10 * number], ids[10 * number + 5], SYSTEMS[number % 3]
        kept[system][one], kept[system][other] = kept[system][other], kept[system][one]
        exchanged |= {one, other}
    given = {ids[100 + 7 * number] for number in range(STRANGERS)}
    for number, id_ in enumerate(sorted(given)):
        kept[SYSTEMS[number % 3]][id_] = kept["strangers"][f"stranger {number}"]
    return exchanged, given


def test_everybody_is_joined_and_every_wrong_photo_is_found(
    worlds: list[World], shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """220 people, each system with its own ids and its own size of the same photo; one comparison for each pair."""
    photos = _photos(shared)
    *ids, a, b, c = photos
    strangers = {f"stranger {number}": photos[id_] for number, id_ in enumerate((a, b, c))}
    kept = {
        "ldap": {id_: _smaller(photos[id_], 240) for id_ in ids},
        "scim": {id_: _smaller(photos[id_], 400) for id_ in ids},
        "graph": {id_: photos[id_] for id_ in ids},
        "strangers": strangers,
    }
    exchanged, given = _planted(ids, kept)
    for number, (system, world) in enumerate(zip(SYSTEMS, worlds, strict=True)):
        for place, id_ in enumerate(ids):
            values = {"email": f"{id_}@example.com", "family_name": id_}
            world.person(f"{number + 1}{place:04}", kept[system][id_], **values)
    found = _gathered(worlds, tmp_path, monkeypatch)
    assert [person.id for person in found.employees] == [f"{id_}@example.com" for id_ in ids]
    assert not {finding.kind for finding in found.findings} & {
        "not_in_source",
        "duplicate_id",
        "shared_photo",
    }
    told = {
        finding.sentence.partition("@")[0]: finding
        for finding in found.findings
        if finding.kind == "photo_of_another"
    }
    assert told.keys() == exchanged | given
    swapped = [finding.sentence for finding in found.findings if finding.kind == "photos_swapped"]
    assert len(swapped) == 2 * SWAPPED
    left = {photo.employee.partition("@")[0] for photo in found.photos if not photo.note}
    assert left == set(ids)


def _gathered(
    worlds: Sequence[World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> gathering.Directory:
    file = JobFile.model_validate(
        {
            "sources": {"ldap": {"kind": "x"}},
            "people": {"id": "email"},
            "faces": "dlib_resnet",
        }
    )
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home/trust.toml").write_text(
        '[jurisdictions."*"]\nbiometric_check = "nothing"\n[jurisdictions.US]\nbiometric_check = "nothing"\n'
    )
    tables = [SourceTable(kind="x"), *(SourceTable(kind="x", join=("email",)) for _ in worlds[1:])]
    wired = [Wired(*one) for one in zip(SYSTEMS, tables, worlds, strict=True)]
    monkeypatch.setattr(gathering, "wire", lambda _: (file, wired))
    return gathering.read(Job(source=tmp_path / "job.toml", home=tmp_path / "home"))
