"""The pages: one template each, filled in from what is configured."""

from collections.abc import Mapping
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.fairness import SMALLEST
from catchlight.sessions import IDLE
from reports.documents.facts import Configured
from reports.documents.stored import measures, of_register, of_runs
from reports.documents.wording import Wording
from reports.review.people_rights import RIGHTS, Right
from reports.templates import templates

PAGES = ("works-council", "record-of-processing", "dpia", "employee-notice", "retention-policy")
INDEX = "index"
_FOLDER = Path(__file__).parent


def languages() -> tuple[str, ...]:
    """Return the languages that there are pages in."""
    return tuple(sorted(file.parent.name for file in _FOLDER.glob(f"*/{INDEX}.html.j2")))


def documents(configured: Configured, language: str = "en") -> dict[str, str]:
    """Return the pages by file name; ConfigError for a language that there are none in."""
    if language not in languages():
        message = f"--language {language}: there are no pages in it; there are: {', '.join(languages())}"
        raise ConfigError(message)
    told = _told(configured, language)
    return {
        f"{name}.html": templates(_FOLDER).get_template(f"{language}/{name}.html.j2").render(told)
        for name in (INDEX, *PAGES)
    }


def _told(configured: Configured, language: str) -> Mapping[str, object]:
    return {
        "c": configured,
        "company": configured.policy.own_name,
        "keep": [
            (name, getattr(configured.promises.keep, name), field.description)
            for name, field in type(configured.promises.keep).model_fields.items()
        ],
        "say": (say := Wording(language)),
        "measures": measures(say),
        "register": of_register(),
        "runs": of_runs(),
        "rights": tuple(Right),
        "roles": RIGHTS,
        "third": SMALLEST,
        "idle": int(IDLE.total_seconds() // 60),
    }
