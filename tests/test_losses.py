"""What the disk lost or damaged is made anew by the next refresh, and never taken for good."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.delivery import Print
from catchlight.errors import ConfigError
from catchlight.ledger import Recipes
from catchlight.print_book import PrintBook
from catchlight.register import Register
from catchlight.traces import traces_of
from catchlight.vault import Vault, digest_of_file
from flows.commands.catchlight import app
from tests.published_company import make_company
from tests.refreshed_company import TABLES, Company, congress, differing

PEOPLE = 5


@pytest.fixture(scope="module")
def refreshed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company after its first refresh."""
    root = tmp_path_factory.mktemp("company")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, PEOPLE))
    assert company.refresh().returncode == 0
    return company


@pytest.fixture
def company(refreshed: Company, tmp_path: Path) -> Company:
    """Return a copy of it that a test may damage."""
    shutil.copytree(refreshed.home, tmp_path / "home", symlinks=True)
    return Company(refreshed.source, tmp_path / "home")


def _damage(file: Path, data: bytes) -> None:
    file.chmod(0o640)
    file.write_bytes(data)


def _are_whole(company: Company) -> bool:
    files = [file for file in (company.home / "vault").rglob("*") if file.is_file()]
    return bool(files) and all(digest_of_file(file) == file.parent.name + file.name for file in files)


@pytest.mark.slow
def test_lost_and_damaged_portraits_are_made_anew_and_no_others(company: Company) -> None:
    """One is gone, one empty, one changed in four bytes, of one the recipe is empty; then nobody is rendered again."""
    tables, vault = company.tables(), Vault(company.home / "vault")
    gone, empty, changed, *_ = (vault.path(digest) for digest in tables["renders"]["picture"])
    gone.unlink()
    _damage(empty, b"")
    _damage(changed, changed.read_bytes()[:-4] + b"abcd")
    recipe = company.home / "ledger/recipes" / _nested(tables["renders"]["recipe"][3])
    _damage(recipe, b"")
    done = company.refresh()
    assert (done.returncode, company.run()["counts"]["rendered"]) == (0, PEOPLE - 1), done.stderr
    assert (differing(tables, company.tables()), _are_whole(company)) == ([], True)
    assert company.refresh().returncode == 0
    assert company.run()["counts"]["rendered"] == 0


def _nested(recipe: str) -> str:
    return f"{recipe[:2]}/{recipe[2:]}.json"


@pytest.mark.slow
def test_an_interrupted_run_that_was_damaged_goes_on(company: Company) -> None:
    """Tables of a shard, those of the plan, a thumbnail that only the finished shard knows: the same run ends."""
    tables, run = company.tables(), company.latest
    shutil.rmtree(run)
    (company.home / "runs/latest").unlink()
    ledger = company.home / "ledger" / run.name
    for name in ("photos.parquet", "employees.parquet", "shard=0000/readings.parquet"):
        (ledger / name).write_bytes(b"")
    Vault(company.home / "vault").path(tables["renders"]["before"][0]).unlink()
    done = company.refresh()
    assert done.returncode == 0, done.stderr
    assert (company.latest.name, company.run()["counts"]["rendered"]) == (run.name, 1)
    assert (differing(tables, company.tables()), _are_whole(company)) == ([], True)


@pytest.mark.slow
def test_damaged_tables_of_the_newest_run_stop_no_refresh(company: Company) -> None:
    """Every one of them, cut short; the new run has its own."""
    tables = company.tables()
    for name in TABLES:
        file = company.latest / f"{name}.parquet"
        file.write_bytes(file.read_bytes()[:1000])
    done = company.refresh()
    assert done.returncode == 0, done.stderr
    assert differing(tables, company.tables()) == []


@pytest.mark.parametrize("name", ["employees", "renders", "verdicts"])
@pytest.mark.parametrize("asked", ["review status", "publish plan --to {out}"])
def test_a_damaged_table_is_told_by_its_name(asked: str, name: str, tmp_path: Path) -> None:
    """One sentence that says what to do, where it had been a traceback."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {"p1": "one"}))
    file = company.home / f"runs/20261101-100000/{name}.parquet"
    file.write_bytes(file.read_bytes()[:100])
    command = [*asked.format(out=company.out).split(), "--home", str(company.home)]
    done = CliRunner().invoke(app, command)
    said = " ".join(done.output.split())
    assert (done.exit_code, f"{name}.parquet: is damaged" in said, "backup" in said) == (2, True, True), said


@pytest.mark.parametrize("text", ["", "{", "\ufffd"])
def test_a_recipe_whose_file_is_damaged_was_never_finished(text: str, tmp_path: Path) -> None:
    """It is developed again and remembered."""
    recipes = Recipes(tmp_path)
    recipes.remember("ab12", {"render": {}})
    recipes.path("ab12").write_text(text)
    assert recipes.recall("ab12") is None


def test_a_file_for_publishing_of_another_size_is_cut_anew(tmp_path: Path) -> None:
    """An empty file is none, though one of its name is there."""
    book = PrintBook(tmp_path / "prints", Vault(tmp_path / "vault"))
    digest = book.vault.put(b"a picture")
    made = Print("96", 96, 96, 9, digest)
    book.add("ab12", {"recipe": made})
    assert book.files("ab12") == {"recipe": made}
    _damage(book.vault.path(digest), b"")
    assert book.files("ab12") == {}


def test_a_damaged_recipe_is_told_to_whoever_erases(tmp_path: Path) -> None:
    """It may tell of the person: nothing is passed over, and what to do is said."""
    recipes = Recipes(tmp_path / "ledger/recipes")
    recipes.remember("ab12", {})
    recipes.path("ab12").write_bytes(b"")
    with (
        closing(Register(tmp_path / "register.db")) as register,
        pytest.raises(ConfigError, match="delete it"),
    ):
        traces_of(tmp_path, register, "p1")
