"""``catchlight`` with all its commands: one module each, imported when it is asked for."""

import importlib
from collections.abc import Iterator, Mapping
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


app = typer.Typer(name="catchlight", cls=_Group, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def catchlight() -> None:
    """Refresh every headshot of a company on the company's own machines."""
