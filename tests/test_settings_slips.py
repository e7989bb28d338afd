"""What people write that is no TOML, or no value of a preset, is told with what to write instead."""

from pathlib import Path

import pytest

from catchlight.config import load_preset
from catchlight.errors import ConfigError
from catchlight.job_file import read_toml as read_job
from catchlight.settings_file import read_toml

SLIPS = [
    (b"[crop]\nhead = 0,64\n", "write numbers with a point"),
    ("title = \u201cOurs\u201d\n".encode(), "write straight quotation marks"),
    (b'file = "C:\\photos\\mark.png"\n', "write / in paths"),
    (b"title: Ours\n", "write = between a key and its value"),
    ("title = 'x'\ndescription = 'M\u00fcller'\n".encode("cp1252"), "line 2 is not in UTF-8; let your editor save"),
    ('title = "Ours"\n'.encode("utf-16"), "line 1 is not in UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), SLIPS)
@pytest.mark.parametrize(
    "read", [load_preset, lambda name: read_toml(Path(name)), lambda name: read_job(Path(name))]
)
def test_a_slip_is_told_with_what_to_write_instead(
    tmp_path: Path, data: bytes, said: str, read: object
) -> None:
    """In presets, job files and all other settings alike."""
    assert callable(read)
    (tmp_path / "own.toml").write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        read(str(tmp_path / "own.toml"))
    assert said in str(caught.value)
    assert "not valid TOML" in str(caught.value)


def test_any_other_mistake_is_told_as_it_is(tmp_path: Path) -> None:
    """Nothing is guessed; a file that ends too early has no line to look at."""
    (tmp_path / "own.toml").write_text("[crop\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not valid TOML: [^;]*$"):
        load_preset(str(tmp_path / "own.toml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[delivery]\nsizes = "2048, 400"', "write a list, such as sizes = [2048, 400]"),
        ("[delivery]\nsizes = 400", "write a list, such as sizes = [400]"),
        ("[delivery.crops.Tile]\nhead = 0.7", 'write a name of small letters, digits and "-", such as "tile"'),
        ("[crop]\nhead = 0.54", "head 0.54 has to lie between head_low 0.6 and head_high 0.7; write them, too"),
    ],
)  # fmt: skip
def test_what_to_write_works(tmp_path: Path, text: str, said: str) -> None:
    """Whoever follows the sentence is not told the next mistake."""
    (tmp_path / "own.toml").write_text(f'title = "Own"\n{text}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_preset(str(tmp_path / "own.toml"))
    assert said in str(caught.value)
