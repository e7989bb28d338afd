"""Who may read what is published in a folder: whoever may enter it, or whom its table names, whatever the umask is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from connectors import folder
from connectors.folder import Settings
from flows.destinations import place_named
from tests.published_company import Company, make_company


@pytest.fixture(params=["027", "077"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what is made from others, as the shipped units do, or more."""
    before = os.umask(int(request.param, 8))
    yield
    os.umask(before)


def mode(path: Path) -> str:
    """Return who may do what, as chmod takes it."""
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with one portrait."""
    made = make_company(tmp_path)
    made.answer(made.run("r1", {"a": "1"}))
    return made


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("root", [0o755, 0o711, 0o2755, 0o2750, 0o700])
def test_whoever_may_enter_the_folder_may_read_what_is_in_it(company: Company, root: int) -> None:
    """A web server shows portraits and their list in a folder that it may enter; nobody else reads more for it."""
    company.out.chmod(root)
    company.publish(sizes=("96",))
    inner = int(mode(company.out / "96"), 8)
    assert inner & stat.S_ISGID == root & stat.S_ISGID
    for made in (company.out / "96/a.jpg", company.out / "portraits.csv"):
        read = int(mode(made), 8)
        assert (read & 0o004, inner & 0o005) == ((0o004, root & 0o005) if root & 0o001 else (0, 0))
        assert (read & 0o040, inner & root & 0o050) == (0o040, root & 0o050) or not root & 0o010


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("wanted", "below"), [("0640", "2750"), ("0644", "2755"), ("600", "2700")])
def test_a_table_says_who_may_read(company: Company, wanted: str, below: str) -> None:
    """It holds for new files and for those that take the place of others; the folder's group is taken over."""
    company.out.chmod(0o2755)
    (company.home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{company.out}"\nfile_mode = "{wanted}"\n', "utf-8"
    )
    place = place_named("intranet", company.home)
    for data in (b"one", b"two"):
        place.put("96/a.jpg", data)
        assert mode(company.out / "96/a.jpg") == wanted.zfill(4)
        (company.out / "96/a.jpg").chmod(0o666)
    assert mode(company.out / "96") == below


def test_what_was_allowed_to_more_stays_allowed(tmp_path: Path) -> None:
    """Where the umask leaves the group its rights, or somebody gave a file others, they stay."""
    before = os.umask(0o002)
    try:
        tmp_path.chmod(0o2775)
        folder.put(Settings(root=tmp_path), "96/a.jpg", b"one")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "96"), mode(tmp_path / "96/a.jpg")) == ("2775", "0664")
    (tmp_path / "96/a.jpg").chmod(0o604)
    folder.put(Settings(root=tmp_path), "96/a.jpg", b"two")
    assert mode(tmp_path / "96/a.jpg") == "0604"


@pytest.mark.parametrize("wrong", ["0777", "999", "0444", "rw"])
def test_a_mode_that_cannot_be_meant_is_refused(company: Company, wrong: str) -> None:
    """A portrait is no program, and its owner has to be able to replace it."""
    (company.home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{company.out}"\nfile_mode = "{wrong}"\n', "utf-8"
    )
    with pytest.raises(ConfigError, match=r"intranet\.file_mode.*who may read"):
        place_named("intranet", company.home)
