"""Releases on a real OpenSSH server: a publication appears all at once, and earlier ones stay to go back to."""

import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import published_list, publishing
from catchlight.desk import Desk, open_desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError
from catchlight.place import Place
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from connectors import sftp
from connectors.sftp import Settings
from tests.published_company import SIZES, Company, codes, make_company
from tests.sftp_server import SftpServer, sftp_server

PEOPLE = 12


def releases(server: SftpServer, **changes: object) -> Settings:
    """Return the server with the layout of releases."""
    return server.settings(layout="releases", **changes)


def finish(place: Place) -> None:
    """Show what was put."""
    assert place.finish is not None
    place.finish()


def current(server: SftpServer) -> dict[str, bytes]:
    """Return what the web server shows."""
    top = server.folder / "current"
    return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def pictures(server: SftpServer) -> dict[str, bytes]:
    """Return what is shown without the list."""
    return {name: data for name, data in current(server).items() if name != published_list.NAME}


def kept(server: SftpServer) -> list[str]:
    """Return the folders of releases that are there."""
    return sorted(path.name for path in (server.folder / "releases").iterdir() if path.is_dir())


def publish(desk: Desk, run: str) -> dict[str, int]:
    """Plan, apply and show, as the flow does."""
    plan = draw(desk, run, SIZES)
    publishing.check(desk, plan)
    results = publishing.apply(desk, plan) + published_list.update(desk, plan.run)
    return codes(results)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


def desk_of(company: Company, server: SftpServer) -> Desk:
    """Return a desk that publishes releases, as a program that has just started has it."""
    return open_desk(company.home, sftp.open_place(releases(server), "sftp:intranet"))


def test_a_publication_is_seen_all_at_once(sshd: SftpServer) -> None:
    """Who reads the shown folder over and over sees all of the old faces or all of the new, nothing between."""
    place = sftp.open_place(releases(sshd), "sftp")
    names = [f"96/{n}.jpg" for n in range(PEOPLE)]
    for name in names:
        place.put(name, b"old")
    finish(place)
    seen, stop = set[frozenset[tuple[str, bytes]]](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            folder = (sshd.folder / "current").resolve()
            seen.add(frozenset((path.name, path.read_bytes()) for path in (folder / "96").iterdir()))

    reader = threading.Thread(target=read)
    reader.start()
    for name in names[1:]:
        place.put(name, b"new")
    place.remove(names[0])
    assert current(sshd) == dict.fromkeys(names, b"old")
    finish(place)
    stop.set()
    reader.join()
    assert current(sshd) == dict.fromkeys(names[1:], b"new")
    assert {frozenset(data for _, data in state) for state in seen} <= {
        frozenset([b"old"]),
        frozenset([b"new"]),
    }
    assert {len(state) for state in seen} <= {PEOPLE, PEOPLE - 1}


def test_only_so_many_releases_stay_and_each_can_be_checked(sshd: SftpServer) -> None:
    """The oldest go, the shown one and those before it stay, and sha256sum agrees with every manifest."""
    place = sftp.open_place(releases(sshd, keep=3), "sftp")
    for n in range(5):
        place.put("96/a.jpg", b"%d" % n)
        place.put(f"512/{n}.jpg", b"same")
        finish(place)
        finish(place)
    assert [name[:6] for name in kept(sshd)] == ["000003", "000004", "000005"]
    for name in kept(sshd):
        checked = subprocess.run(
            ["sha256sum", "--strict", "-c", f"../{name}.sha256"],  # noqa: S607
            cwd=sshd.folder / "releases" / name, capture_output=True, check=True,
        )  # fmt: skip
        assert checked.stdout.count(b": OK") == int(name[:6]) + 1
    assert sorted(path.name for path in sshd.folder.iterdir()) == ["current", "releases"]
    assert current(sshd)["96/a.jpg"] == b"4"


@pytest.mark.parametrize("refused", ["", "hardlink", "hardlink,copy-data"])
def test_a_release_begins_with_what_is_shown(tmp_path: Path, sshd: SftpServer, refused: str) -> None:
    """By links, by copies on the server, or by sending again: the next release has everybody of the one before."""
    del sshd
    with sftp_server(tmp_path / "other", f"-P {refused}" if refused else "") as server:
        place = sftp.open_place(releases(server), "sftp")
        for n in range(3):
            place.put(f"96/{n}.jpg", bytes(100_000 + n))
        finish(place)
        place.put("96/1.jpg", b"new")
        finish(place)
        assert current(server) == {"96/0.jpg": bytes(100_000), "96/1.jpg": b"new", "96/2.jpg": bytes(100_002)}
        first, second = (server.folder / "releases" / name / "96" for name in kept(server))
        assert (first / "1.jpg").read_bytes() == bytes(100_001)
        assert ((first / "0.jpg").stat().st_ino == (second / "0.jpg").stat().st_ino) == (not refused)


def test_switching_back_is_one_step_and_the_journal_follows(company: Company, sshd: SftpServer) -> None:
    """In a bad moment the earlier release is shown again; a rollback then settles the journal without a write."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    assert publish(desk_of(company, sshd), "r1") == {"sent": 4, "listed": 1}
    first = current(sshd)
    company.answer(company.run("r2", {"a": "3", "b": "4"}))
    publish(desk_of(company, sshd), "r2")
    assert pictures(sshd) != {name: data for name, data in first.items() if name != published_list.NAME}
    back = sftp.open_releases(releases(sshd))
    assert back.switch_back() == back.shown()
    assert current(sshd) == first
    desk = desk_of(company, sshd)
    assert codes(rollback(desk, "r2"))["restored"] == 4
    assert pictures(sshd) == {name: data for name, data in first.items() if name != published_list.NAME}
    assert find_drift(desk_of(company, sshd)) == []
    with pytest.raises(ConfigError, match="there is none"):
        back.switch_back("000099-20250101T000000Z")


def test_a_rollback_appears_all_at_once_too(company: Company, sshd: SftpServer) -> None:
    """Rolling a run back writes a release of its own; before it is finished, the run still is what is shown."""
    company.answer(company.run("r1", {"a": "1"}))
    publish(desk_of(company, sshd), "r1")
    before = pictures(sshd)
    company.answer(company.run("r2", {"a": "2", "b": "3"}))
    publish(desk_of(company, sshd), "r2")
    after = pictures(sshd)
    desk = desk_of(company, sshd)
    rollback(replace(desk, place=replace(desk.place, finish=None)), "r2")
    assert pictures(sshd) == after
    published_list.update(desk, "r2")
    assert pictures(sshd) == before


def test_a_publication_that_stopped_half_way_is_gone_on_with(company: Company, sshd: SftpServer) -> None:
    """Server and publisher end in the middle: nobody sees half of it, the probe tells, the next one finishes it."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    publish(desk_of(company, sshd), "r1")
    shown = current(sshd)
    company.answer(company.run("r2", {"a": "3", "b": "4", "c": "5"}))
    desk = desk_of(company, sshd)
    plan = draw(desk, "r2", SIZES)
    publishing.check(desk, plan)
    publishing.apply(desk, plan, 0, 2)
    sshd.kill()
    assert current(sshd) == shown
    sshd.start()
    assert "waits to be shown" in sftp.probe(releases(sshd))[0]
    half_way = kept(sshd)
    assert publish(desk_of(company, sshd), "r2")["unchanged"] == 4
    assert kept(sshd) == half_way
    assert len(pictures(sshd)) == 6
    assert find_drift(desk_of(company, sshd)) == []
    assert sftp.probe(releases(sshd)) == []


def test_a_release_that_is_not_whole_is_not_shown(sshd: SftpServer) -> None:
    """A file that vanished or shrank on the server before the switch: the old release stays, and it is told."""
    place = sftp.open_place(releases(sshd), "sftp")
    place.put("96/a.jpg", b"old")
    finish(place)
    for damage in (
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b"n"),
        lambda file: file.symlink_to("x"),
    ):
        place.put("96/b.jpg", b"new")
        file = (sshd.folder / "next" / "96" / "b.jpg").resolve()
        if damage.__code__.co_names[0] == "symlink_to":
            file.unlink()
        damage(file)
        with pytest.raises(OutsideError):
            finish(place)
        assert current(sshd) == {"96/a.jpg": b"old"}
        file.unlink(missing_ok=True)
    place.put("96/b.jpg", b"new")
    finish(place)
    assert current(sshd) == {"96/a.jpg": b"old", "96/b.jpg": b"new"}


def test_what_stopped_while_it_began_is_cleared(sshd: SftpServer) -> None:
    """A half-copied release and a half-written file of a killed publisher go; what is not ours stays."""
    place = sftp.open_place(releases(sshd), "sftp")
    place.put("96/a.jpg", b"old")
    finish(place)
    orphan, foreign = (sshd.folder / "releases" / name for name in ("000007-20250101T000000Z", "notes"))
    (orphan / "96").mkdir(parents=True)
    (orphan / "96" / "a.jpg").write_bytes(b"half")
    (orphan / "96" / "out").symlink_to(sshd.place)
    foreign.mkdir()
    place.put("96/a.jpg", b"new")
    assert not orphan.exists()
    (sshd.folder / "next" / "96" / ".a.jpg.partial").write_bytes(b"half")
    finish(place)
    assert foreign.is_dir()
    assert (sshd.place / "key").is_file()
    assert current(sshd) == {"96/a.jpg": b"new"}


def test_a_folder_in_the_place_of_the_link_is_refused(sshd: SftpServer) -> None:
    """What somebody else built is not replaced: neither a folder, nor a link that leads elsewhere."""
    (sshd.folder / "current").mkdir()
    for _ in range(2):
        place = sftp.open_place(releases(sshd), "sftp")
        for ask in (place.look, place.remove, lambda target, place=place: place.put(target, b"new")):
            with pytest.raises(ConfigError, match="not a link to one of our releases"):
                ask("96/a.jpg")
        assert "not a link" in sftp.probe(releases(sshd))[0]
        if (sshd.folder / "current").is_dir() and not (sshd.folder / "current").is_symlink():
            (sshd.folder / "current").rmdir()
            (sshd.folder / "current").symlink_to("../../")
    assert sorted(path.name for path in sshd.folder.iterdir()) == ["current"]
