"""A refresh that is refused leaves nothing that looks like a run to go on with."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.home import Home
from flows.commands.catchlight import app
from tests.refreshed_company import Company, company_of_one


@pytest.fixture
def company(shared: Path, tmp_path: Path) -> Company:
    """Return a company of one person."""
    return company_of_one(shared, tmp_path)


def refused(company: Company, *arguments: str) -> str:
    """Run a refresh that must not start; return what it says."""
    done = CliRunner().invoke(app, [*company.arguments()[3:], *arguments])
    assert done.exit_code == 2, done.output
    return done.output


def preset(folder: Path, text: str) -> str:
    """Write a preset; return its path."""
    file = folder / "ours.toml"
    file.write_text(f'title = "Ours"\n{text}', encoding="utf-8")
    return str(file)


def test_a_picture_that_is_none_is_told_before_photos_are_read(company: Company, tmp_path: Path) -> None:
    """A background's file is looked into first: the home is not even made."""
    (tmp_path / "bad.png").write_bytes(b"no picture")
    ours = preset(tmp_path, '[background]\nkind = "image"\nimage = "bad.png"\n')
    assert "background.image" in refused(company, "--preset", ours)
    assert not company.home.exists()


def test_a_pack_that_is_not_there_is_told_before_photos_are_read(company: Company, tmp_path: Path) -> None:
    """A folder of models of one's own is looked for first."""
    pack = '[engines]\nfaces = "insightface"\n[engines.options.insightface]\npack = "/srv/no-pack"\n'
    assert "/srv/no-pack/catchlight-models.toml" in refused(company, "--preset", preset(tmp_path, pack))
    assert not company.home.exists()


@pytest.mark.prefect
def test_a_prefect_server_that_does_not_answer_leaves_no_run(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is named with what to do, in one line; no run is left behind."""
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        said = refused(company)
    assert said.startswith("catchlight: PREFECT_API_URL names http://127.0.0.1:9/api")
    assert "unset the variable" in said
    assert len(said.splitlines()) == 1
    assert Home(company.home).unfinished() == []
