"""Signatures from templates: the company's own first, then those that come with Catchlight.

Templates run in a sandbox: they see what is given to them and nothing of this program. All values are escaped,
and a value that is missing is an error.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from catchlight.errors import ConfigError
from reports.lines import direction

BUILT_IN = Path(__file__).parent / "signatures"
OWN = "templates"
_ENDING = ".html.j2"
_PARTS = "parts"
# What a template can do wrong while it runs, beside jinja2's own errors.
_WRONG = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


def environment(folder: Path) -> jinja2.Environment:
    """Return the templates of a company's folder."""
    loader = jinja2.FileSystemLoader([folder / OWN, BUILT_IN])
    found = ImmutableSandboxedEnvironment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters["direction"] = direction
    del found.filters["safe"]
    return found


def template_names(folder: Path) -> list[str]:
    """Return the templates that there are; one for a language (``card.de.html.j2``) belongs to its name."""
    files = [*BUILT_IN.glob(f"*{_ENDING}"), *(folder / OWN).glob(f"*{_ENDING}")]
    return sorted({file.name.removesuffix(_ENDING).partition(".")[0] for file in files} - {_PARTS})


def render(templates: jinja2.Environment, name: str, language: str, said: Mapping[str, Any]) -> str:
    """Return a template filled in, in its form for a language where there is one.

    Raises ConfigError that names the template and what is wrong with it.
    """
    files = [
        f"{name}.{language}{_ENDING}",
        f"{name}.{language.partition('-')[0]}{_ENDING}",
        f"{name}{_ENDING}",
    ]
    try:
        return _packed(templates.select_template(files).render(said))
    except _WRONG as error:
        line = f" (line {error.lineno})" if isinstance(error, jinja2.TemplateSyntaxError) else ""
        message = f"template {name!r} ({language}){line}: {type(error).__name__}: {error}"
        raise ConfigError(message) from error


def _packed(html: str) -> str:
    """Return HTML without the blanks between lines of a template: they count, and Word shows some of them."""
    lines = (line.strip() for line in html.splitlines())
    return "".join(
        f"\n{line}" if line.startswith(("<table", "<tr")) else line for line in lines if line
    ).strip()
