"""``catchlight`` with all its commands: one module each, imported when it is asked for."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from catchlight.loading import loading

_COMMANDS = (
    "demo",
    "doctor",
    "refresh",
    "serve",
    "status",
    "runs",
    "backup",
    "review",
    "publish",
    "provenance",
    "people",
    "audit",
    "preset",
    "signature",
    "models",
    "licences",
    "documents",
    "version",
)


class _OnDemand(Mapping[str, Any]):
    """The commands by name."""

    def __getitem__(self, name: str) -> Any:
        if name not in _COMMANDS:
            raise KeyError(name)
        with loading():
            command = typer.main.get_command(importlib.import_module(f"flows.commands.{name}").app)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _OnDemand()  # type: ignore[assignment]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse empty values before anything is taken from them."""
        if not ctx.resilient_parsing:
            _refuse_empty(args)
        return super().parse_args(ctx, args)


def _refuse_empty(words: Sequence[str]) -> None:
    """Refuse an empty word: of a path it would mean the current folder, of a list everybody."""
    for number, word in enumerate(words):
        if not word or (word.startswith("--") and word.endswith("=")):
            _refuse(word.rstrip("=") or (words[number - 1] if number else ""))


def _refuse(before: str) -> None:
    from catchlight.errors import ConfigError  # noqa: PLC0415
    from flows.terminal import told  # noqa: PLC0415  slow to import

    where = f"{before}: its value is empty" if before.startswith("-") else "one word of the command is empty"
    with told():
        message = f"{where}; is a variable of the script not set? Give it, or leave the option out"
        raise ConfigError(message)


app = typer.Typer(name="catchlight", cls=_Group, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def catchlight() -> None:
    """Refresh every headshot of a company on the company's own machines."""
