"""A company for the people wall, with names that nobody would wish for among its people."""

import hashlib

from reports.people_wall import Face, Member, face_name

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}{% raw %}", "'; alert(1)//", "</script><b>",
    "Zoë Çelik-Ångström", "\u202egro.elpmaxe", "שרה לוי", "李小龍", "👩🏽‍🚀 Ada", "A" * 90, "%s %(x)s $& $1", "a\nb\x00c",
)  # fmt: skip
CROWD = 400


def member(name: str, department: str = "", title: str = "", seed: str = "") -> Member:
    """Return a person with a portrait in three sizes."""
    digest = hashlib.sha256((seed or name).encode()).hexdigest()
    faces = tuple(Face(face_name(digest, side), side, side) for side in (96, 192, 400))
    return Member(name, faces, department, title)


def crowd(people: int = CROWD) -> list[Member]:
    """Return a company with departments of different sizes, hostile names among its people."""
    usual = [member(f"Person {n:05}", f"Department {n % 7}", f"Engineer {n % 3}") for n in range(people)]
    return usual + [member(name, name[:30] if n % 2 else "", name) for n, name in enumerate(HOSTILE)]
