"""A company that signs: its folder, its people, and the portrait of an astronaut (NASA, public domain)."""

from functools import cache
from pathlib import Path

from catchlight.records import Employee
from flows.commands.signature_people import example_portrait
from reports.signatures import Style, load_style

TOML = """
company = "Example AG"
address = ["Chausseestraße 1", "10115 Berlin"]
website = "https://www.example.com/"
template = "card"
[templates]
Legal = "plain"
[legal]
de = ["Sitz: Berlin · Amtsgericht Charlottenburg, HRB 12345 B", "Vorstand: Ada Byron (Vorsitzende), Grace Hopper"]
en = ["Registered office: Berlin · Charlottenburg Local Court, HRB 12345 B"]
[[links]]
text = {en = "Careers", de = "Karriere"}
address = "https://www.example.com/careers"
[entities."Example France SARL"]
company = "Example France SARL"
address = ["12 rue Monge, 75005 Paris"]
"""
HEBREW = """
[words.he]
phone = "טלפון"
mobile = "נייד"
email = "דוא״ל"
portrait = "תמונה של {name}"
"""
EILEEN = Employee(
    "0001", display_name="Eileen Collins", title="Commander", department="Flight", email="eileen@example.com",
    entity="Example AG", language="en-US",
)  # fmt: skip


def signing(folder: Path, more: str = "", top: str = "") -> Style:
    """Return the company's style; ``more`` is added to its file, ``top`` before any table."""
    (folder / "signature.toml").write_text(f"{top}\n{TOML}\n{more}", encoding="utf-8")
    return load_style(folder)


def pictures(mode: str, more: str = "") -> str:
    """Return the part of the file that says how pictures get there."""
    address = 'address = "https://faces.example.com/s/{file}"' if mode == "hosted" else ""
    return f'[pictures]\nmode = "{mode}"\n{address}\n{more}\n'


@cache
def face() -> bytes:
    """Return the astronaut's portrait."""
    return example_portrait()
