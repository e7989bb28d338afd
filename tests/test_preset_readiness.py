"""``catchlight preset check`` and ``doctor --job``: what a refresh would stop at, or nobody could pass, is told before."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from catchlight.config import load_preset
from catchlight.errors import ConfigError
from flows.commands import doctor, preset

PACK = '[engines]\nfaces = "insightface"\n[engines.options.insightface]\npack = "/nowhere/pack"\n'


def checked(folder: Path, text: str) -> Result:
    """Return what is said of a preset."""
    (folder / "own.toml").write_text(f'title = "Own"\n{text}', encoding="utf-8")
    return CliRunner().invoke(preset.app, ["check", str(folder / "own.toml")])


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ("low = 20\nhigh = 15", "low = 20 is above high = 15"),
        ("low = -60\nhigh = -40", "far_low = -38 is above high = -40"),
    ],
)
def test_limits_that_nobody_can_pass_are_refused(tmp_path: Path, limits: str, told: str) -> None:
    """Everybody would be flagged; the limits that a check has of its own count."""
    done = checked(tmp_path, f"[checks.yaw]\n{limits}\n")
    assert (done.exit_code, told in done.output) == (2, True), done.output
    assert checked(tmp_path, "[checks.yaw]\nlow = -15\nhigh = 15\n").exit_code == 0


def test_a_pack_that_is_not_here_is_a_warning_and_one_that_is_not_named_a_mistake(tmp_path: Path) -> None:
    """A preset may be meant for another machine; without the name of a pack it works on none."""
    done = checked(tmp_path, PACK)
    assert done.exit_code == 0, done.output
    assert "Not on this machine" in done.output
    assert "/nowhere/pack" in done.output
    done = checked(tmp_path, PACK.partition("[engines.options")[0])
    assert (done.exit_code, "engines.options.insightface.pack is not set" in done.output) == (2, True)


def test_a_job_with_a_pack_that_is_not_here_is_not_ready(tmp_path: Path) -> None:
    """On the machine that refreshes nothing is a warning."""
    (tmp_path / "own.toml").write_text(f'title = "Own"\n{PACK}', encoding="utf-8")
    (tmp_path / "people/photos").mkdir(parents=True)
    (tmp_path / "people/directory.csv").write_text("id,photo\n", encoding="utf-8")
    (tmp_path / "job.toml").write_text(
        f'preset = "{tmp_path / "own.toml"}"\n[sources.hr]\nkind = "folder"\nroot = "{tmp_path / "people"}"\n',
        encoding="utf-8",
    )
    done = CliRunner().invoke(
        doctor.app, ["--job", str(tmp_path / "job.toml"), "--home", str(tmp_path / "h")]
    )
    assert (done.exit_code, "/nowhere/pack" in done.output) == (1, True), done.output


def test_a_preset_that_may_not_be_read_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told that there is none looks in the wrong place."""

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "own.toml").write_text('title = "Own"\n', encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigError, match=r"own\.toml: cannot be read: Permission denied"):
        load_preset(str(tmp_path / "own.toml"))
