"""A server whose disk is not mounted shows an empty folder: nothing is noted as taken off there, and nothing written."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catchlight.consents import Consent, Word
from catchlight.desk import open_desk, open_register
from catchlight.publish_planning import draw
from catchlight.register import now
from flows.commands.publish import app
from flows.destinations import place_named
from tests.published_company import Company, apply, make_company
from tests.webdav_server import webdav_server

LISTS_NOTHING = "dav_methods PUT DELETE MKCOL COPY MOVE;"


@dataclass(frozen=True)
class Served:
    """A company that published two people at a server; ``root`` is the folder there."""

    company: Company
    root: Path

    def command(self, *words: str) -> tuple[int, str]:
        """Run a command of ``publish``."""
        done = CliRunner().invoke(app, [*words, "--home", str(self.company.home)])
        return done.exit_code, " ".join(done.output.split())

    def shown(self) -> list[str]:
        """Return the portraits that readers see."""
        top = self.root / "current" if (self.root / "current").exists() else self.root
        return sorted(str(path.relative_to(top)) for path in top.rglob("*.jpg"))

    @contextmanager
    def unmounted(self, away: Path) -> Iterator[None]:
        """Take the disk away, and bring it back."""
        for path in self.root.iterdir():
            shutil.move(path, away / path.name)
        yield
        assert not list(self.root.iterdir())
        for path in away.iterdir():
            shutil.move(path, self.root / path.name)


def _table(kind: str, settings: dict[str, Any]) -> str:
    values = {name: value if isinstance(value, int) else f'"{value}"' for name, value in settings.items()}
    return "\n".join(
        ["[intranet]", f'kind = "{kind}"', *(f"{name} = {value}" for name, value in values.items())]
    )


def _of(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """Yield the table of a server, and the folder that it publishes."""
    if kind.startswith("sftp"):
        server = request.getfixturevalue("sshd")
        told = server.settings(layout=kind.partition(" ")[2] or "plain").model_dump(exclude_unset=True)
        yield _table("sftp", told), server.folder
        return
    dav = request.getfixturevalue("webdav")
    if kind == "webdav":
        yield _table(kind, dav.settings().model_dump(exclude_unset=True)), dav.folder
        return
    with webdav_server(tmp_path / "less", methods=LISTS_NOTHING) as less:
        yield _table("webdav", less.settings().model_dump(exclude_unset=True)), less.folder


@pytest.fixture(params=["sftp", "sftp releases", "webdav", "webdav that lists nothing"])
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    """Return a company at each kind of server."""
    for table, root in _of(request.param, tmp_path, request):
        company = make_company(tmp_path)
        (company.home / "destinations.toml").write_text(table, "utf-8")
        company.answer(company.run("r1", {"a": "1", "b": "2"}))
        one = Served(company, root)
        desk = open_desk(company.home, place_named("intranet", company.home))
        apply(desk, draw(desk, "r1", ("96",)))
        assert one.shown() == ["96/a.jpg", "96/b.jpg"]
        (tmp_path / "away").mkdir()
        yield one


def withdraws(company: Company) -> None:
    """Let one person take their yes back."""
    with closing(open_register(company.home)) as register:
        register.add([Consent("a", "intranet", Word.WITHDRAWN, "a", now())])


def test_nothing_is_proven_at_an_empty_mount_point(served: Served, tmp_path: Path) -> None:
    """The person counts as shown, with the reason, and is taken off once the disk is there again."""
    withdraws(served.company)
    with served.unmounted(tmp_path / "away"):
        code, said = served.command("withdrawals", "--yes")
        assert (code, "Proof" in said, "is the disk mounted?" in said) == (1, False, True), said
        code, said = served.command("plan")
        assert (code, "is the disk mounted?" in said) == (2, True), said
    assert served.shown() == ["96/a.jpg", "96/b.jpg"]
    code, said = served.command("withdrawals", "--yes")
    assert (code, "Proof" in said) == (0, True), said
    assert served.shown() == ["96/b.jpg"]


def test_who_emptied_it_on_purpose_says_so_with_a_file(served: Served, tmp_path: Path) -> None:
    """A file of the name that the sentence gives is enough at every kind of server."""
    with served.unmounted(tmp_path / "away"):
        assert "portraits.csv" in served.command("plan")[1]
        (served.root / "portraits.csv").touch()
        code, said = served.command("plan")
        (served.root / "portraits.csv").unlink()
    assert code == 0, said


def test_an_empty_server_of_which_nothing_stands_is_a_new_one(served: Served, tmp_path: Path) -> None:
    """Whoever was never published there, or was taken off, does not keep a folder from being filled."""
    (tmp_path / "other").mkdir()
    other = make_company(tmp_path / "other")
    shutil.copy(served.company.home / "destinations.toml", other.home)
    other.answer(other.run("r1", {"c": "3"}))
    with served.unmounted(tmp_path / "away"):
        code, said = Served(other, served.root).command("plan", "--sizes", "96")
    assert (code, "1 person new" in said) == (0, True), said
