"""What is remembered of whoever a list had: they can see it, it goes with an erasure, and after a while by itself."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.identities import Ids, Seen, read_ids, write_ids
from catchlight.register import now
from flows.commands.catchlight import app
from flows.purging import purge_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home that remembers three people, two of whom left, one of these with a word of theirs."""
    gone = "2024-01-01"
    seen = {
        "1005": Seen("list a", "Ada Lovelace", email="ada@example.com"),
        "1006": Seen("list b", "Cleo Cole", gone, "cleo@example.com"),
        "1007": Seen("list c", "Dan Dahl", gone, "dan@example.com"),
    }
    write_ids(tmp_path, Ids(seen))
    register = open_register(tmp_path)
    register.add([Consent("1007", "intranet", Word.GRANTED, "1007", now(), "", "page")])
    register.close()
    return tmp_path


def test_they_can_see_it(home: Path) -> None:
    """Also whoever was left out of every run."""
    done = CliRunner().invoke(app, ["people", "show", "1005", "--home", str(home)])
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "1005 · Ada Lovelace · ada@example.com")
    file = home.parent / f"{home.name}.zip"
    words = ["people", "export", "1005", "--to", str(file), "--home", str(home)]
    assert CliRunner().invoke(app, words).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("data.json"))["listed"]["email"] == "ada@example.com"


def test_it_goes_with_an_erasure(home: Path) -> None:
    """Their name and e-mail, and wherever else these stand."""
    (home / "logs").mkdir()
    (home / "logs/x.log").write_text("ada@example.com has no photo\nall is well\n")
    done = CliRunner().invoke(app, ["people", "erase", "1005", "--yes", "--home", str(home)])
    assert "nothing is left" in done.output
    assert "1005" not in read_ids(home).seen
    assert "ada@" not in (home / "logs/x.log").read_text()


def test_it_is_forgotten_once_nothing_else_is_known(home: Path) -> None:
    """As long as there is an answer under an id, whose it was has to be known."""
    purge_home(home, at=datetime.now(UTC) + timedelta(days=1), dry=True)
    assert set(read_ids(home).seen) == {"1005", "1006", "1007"}
    purge_home(home, at=datetime.now(UTC) + timedelta(days=1))
    assert set(read_ids(home).seen) == {"1005", "1007"}
