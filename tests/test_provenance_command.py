"""``catchlight provenance``: keys are made once, files are told of in sentences, and exit codes tell programs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight import pixels
from catchlight.credentials import Credentials
from catchlight.delivery import Size
from catchlight.print_book import print_book
from catchlight.prints import Prints
from catchlight.publish_policy import Marking
from catchlight.signing_keys import Place
from catchlight.vault import Vault
from flows.commands.provenance import app
from tests.test_pixels import photo


def run(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with keys, whose root key is on a stick with a passphrase."""
    home, word = tmp_path / "home", tmp_path / "word"
    home.mkdir()
    word.write_text("correct horse")
    word.chmod(0o600)
    stick = tmp_path / "stick" / "root.key"
    made = run(
        "init", "--company", "Example AG", "--root-key", stick, "--home", home, "--passphrase-file", word
    )
    assert made.exit_code == 0, made.output
    return home


def test_init_writes_nothing_twice_and_keeps_the_root_apart(home: Path, tmp_path: Path) -> None:
    """A second init, a root key inside the home, and --dry-run change nothing."""
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    words = ("init", "--company", "X", "--home", home, "--passphrase-file", tmp_path / "word")
    assert run(*words, "--root-key", tmp_path / "second.key").exit_code == 2
    assert not (tmp_path / "second.key").exists()
    assert run(*words, "--root-key", home / "root.key").exit_code == 2
    (tmp_path / "new").mkdir()
    dry = ("init", "--company", "X", "--home", tmp_path / "new", "--root-key", tmp_path / "k", "--dry-run")
    assert run(*dry).exit_code == 0
    assert list((tmp_path / "new").iterdir()) == []
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert b"ENCRYPTED" in (tmp_path / "stick" / "root.key").read_bytes()


def test_verify_tells_in_sentences(home: Path, tmp_path: Path) -> None:
    """Trusted with who, when, what and byte for byte; then not, for a changed, a re-saved, an unknown and a broken file."""
    vault = Vault(home / "vault")
    prints = Prints(vault.put, print_book(home), Credentials(Place(home), Marking()))
    made = prints.of(vault.put(pixels.jpeg(photo())), [Size("96", 96)], rung="background")
    signed = vault.get(made[0].digest)
    (tmp_path / "good.jpg").write_bytes(signed)
    told = run("verify", tmp_path / "good.jpg", "--home", home)
    assert told.exit_code == 0
    for words in (
        "trusted",
        "Signed by Example AG",
        "UTC by the time stamp",
        "background was replaced",
        "Byte for byte",
    ):
        assert words in told.output
    broken = bytearray(signed)
    broken[-500] ^= 1
    for name, data, words in (
        ("changed", bytes(broken), "Changed after it was signed"),
        ("resaved", pixels.jpeg(photo()), "Not signed"),
        ("text", b"hello", "not a picture"),
    ):
        (tmp_path / name).write_bytes(data)
        told = run("verify", tmp_path / "good.jpg", tmp_path / name, "--home", home)
        assert told.exit_code == 1
        assert words in " ".join(told.output.split())
    assert run("verify", tmp_path / "good.jpg", "--home", tmp_path / "nowhere").exit_code == 2
    told = run(
        "verify", tmp_path / "good.jpg", "--home", tmp_path / "nowhere", "--root", Place(home).public("root")
    )
    assert told.exit_code == 0


def test_status_and_renew(home: Path, tmp_path: Path) -> None:
    """Status is 0 for good keys and 1 for a lost one; renew makes a new one; a wrong passphrase changes nothing."""
    assert run("status", "--home", home).exit_code == 0
    Place(home).private("signer").unlink()
    told = run("status", "--home", home)
    assert told.exit_code == 1
    assert "signer.key" in told.output.replace("\n", "")
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    wrong.chmod(0o600)
    stick = tmp_path / "stick" / "root.key"
    assert run("renew", "--home", home, "--root-key", stick, "--passphrase-file", wrong).exit_code == 2
    assert run("renew", "--home", home).exit_code == 0
    assert run("status", "--home", home).exit_code == 0
    assert run("status", "--home", tmp_path).exit_code == 2
