"""The first page of what is handed to one person about themselves: what is in it, in plain words, in each language."""

import textwrap
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catchlight.audit import Act
from catchlight.own_word import spoken_for
from catchlight.promises import Keep
from catchlight.records import Decision, Side
from reports.documents.wording import Wording

LANGUAGES = ("en", "de")
_TEXTS = Path(__file__).parent / "export_texts"
_WIDTH = 118
_MOST = 100  # lines of a section; data.json has all


def export_pages(data: Mapping[str, Any], files: Collection[str]) -> dict[str, bytes]:
    """Return the page in each language, by file name; ``data`` is what data.json holds."""
    pages = (_Page(language, data) for language in LANGUAGES)
    return {page.texts["file"]: page.text(len(files)).encode() for page in pages}


class _Page:
    """One page in one language."""

    def __init__(self, language: str, data: Mapping[str, Any]) -> None:
        self.texts = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
        self._say, self._data, self._id = Wording(language), data, data["id"]

    def text(self, files: int) -> str:
        """Return the page as text."""
        counts = self.texts["counts"].format(files=files, runs=len(self._data["runs"]))
        parts = [self._title(), "", *self.texts["parts"], counts]
        for name, lines in self._sections():
            parts += ["", f"{self.texts['section'][name]}:", *self._listed(list(lines))]
        parts += ["", self.texts["measures"]]
        return "\n".join(_wrapped(parts)) + "\n"

    def _title(self) -> str:
        runs = self._data["runs"]
        person = runs[0]["person"] if runs else {}
        full = f"{person.get('given_name', '')} {person.get('family_name', '')}".strip()
        name = person.get("display_name") or full or self._id
        return str(self.texts["title"].format(name=name, id=self._id, at=_moment(self._data["made"])))

    def _listed(self, lines: list[str]) -> Iterator[str]:
        yield from (f"  {line}" for line in lines[-_MOST:] or [self.texts["none"]])
        if len(lines) > _MOST:
            yield f"  {self.texts['more'].format(count=len(lines) - _MOST)}"

    def _sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        data, log = self._data, self._data["log"]
        about = [line for line in log if line["about"] == self._id]
        yield "shown", map(self._shown, data["recipients"])
        yield "answers", map(self._answer, data["decisions"])
        yield "consents", map(self._consent, data["consents"])
        yield "delegates", (self._delegation(row, row["delegate"]) for row in data["delegations"])
        yield "others", (self._delegation(row, row["employee"]) for row in data["answers for others"])
        yield "looks", (self._look(line) for line in about if line["act"] == Act.VIEW)
        yield "entered", (self._line("entered", line) for line in about if line["act"] == Act.SIGN_IN)
        done = self.texts["done"]
        yield "done", (f"{_moment(one['at'])}  {done[one['act']]}" for one in about if one["act"] in done)
        yield "allowed", (self._may(act, found) for act, found in data["allowed now"].items())
        yield "kept", (self._kept(name, days) for name, (days, _) in data["kept for (days)"].items())

    def _shown(self, one: Mapping[str, str]) -> str:
        said = {"place": one["place"], "purpose": self._purpose(one["purpose"]), "at": _moment(one["since"])}
        return str(self.texts["line"]["shown"].format(**said))

    def _answer(self, row: Mapping[str, str]) -> str:
        word = self.texts["answer"].get(row["answer"], row["answer"])
        about = self.texts["picture"].format(picture=row["picture"][:12]) if row["picture"] else ""
        by = (
            self.texts["by_brand"]
            if row["side"] == Side.BRAND
            else self._by(row["by"], own=not spoken_for(Decision(**row)))
        )
        return ", ".join(part for part in (f"{_moment(row['at'])}  {by}: {word}", about) if part)

    def _consent(self, row: Mapping[str, str]) -> str:
        word = self.texts["word"].get(row["word"], row["word"])
        return f"{_moment(row['at'])}  {self._by(row['by'])}: {self._purpose(row['purpose'])}: {word}"

    def _by(self, by: str, *, own: bool = False) -> str:
        return str(self.texts["by_you"] if own or by == self._id else self.texts["by_other"].format(by=by))

    def _delegation(self, row: Mapping[str, Any], who: str) -> str:
        names = {id_: name if name == id_ else f"{name} ({id_})" for id_, name in row["names"].items()}
        by = self.texts["named_by_you"] if row["by"] == self._id else names[row["by"]]
        said = {"who": names[who], "by": by, "until": row["last day"], "at": _moment(row["at"])}
        why = self.texts["line"]["delegation_why"].format(why=row["why"]) if row["why"] else ""
        return str(self.texts["line"]["delegation"].format(**said) + why)

    def _look(self, line: Mapping[str, str]) -> str:
        return self._line("look", line, page=self.texts["page"].get(line["detail"], line["detail"]))

    def _line(self, kind: str, line: Mapping[str, str], **more: str) -> str:
        by = self.texts["by_you"] if line["by"] == self._id else line["by"] or self.texts["somebody"]
        return str(self.texts["line"][kind].format(at=_moment(line["at"]), by=by, **more))

    def _may(self, act: str, found: Mapping[str, Any]) -> str:
        why = self.texts["why"].get(found["code"], found["why"])
        return f"{self.texts['act'].get(act, act)}: {self.texts['yes'] if found['allowed'] else self.texts['no'].format(why=why)}"

    def _kept(self, name: str, days: int) -> str:
        what = self._say("term", name, str(Keep.model_fields[name].description))
        return str(self.texts["kept_one" if days == 1 else "kept"].format(days=days, what=what))

    def _purpose(self, name: str) -> str:
        act = self.texts["act"].get(name)
        return str(act or self._say("purpose", name, name.replace("_", " ")))


def _moment(at: str) -> str:
    return f"{at[:10]} {at[11:16]}"


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        indent = "    " if line.startswith("  ") else ""
        yield from textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False) or [""]
