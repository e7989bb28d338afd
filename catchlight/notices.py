"""What people are told before they answer: a text with a version, recorded once as it was shown."""

import re
from collections.abc import Sequence
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.policy import Policy
from catchlight.register import Register, now
from catchlight.review_records import Notice
from catchlight.vault import digest_of

_FILE = re.compile(r"(?P<name>[a-z-]+)\.(?P<version>\d+)\.(?P<language>[a-z]{2,3})")
_OWN = "own"


def find_notice(policy: Policy, bundled: Path, language: str) -> Notice:
    """Return the notice in a language, or in the company's usual one where it is in no other.

    That is ``LANGUAGE.txt`` of the folder ``notice`` of the policy, else the newest
    ``NAME.VERSION.LANGUAGE.txt`` of ``bundled``. ConfigError when there is none.
    """
    wanted = (language, *policy.languages)
    found = _own(policy.notice, wanted) if policy.notice else _newest(bundled, wanted)
    return _notice(policy, *found)


def _notice(policy: Policy, name: str, version: str, spoken: str, file: Path) -> Notice:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"notice: {file} cannot be read: {error}"
        raise ConfigError(message) from error
    whole = text.replace("{company}", policy.called(spoken)).replace("{contact}", policy.contact)
    return Notice(
        digest_of(whole.encode()), name, version or digest_of(text.encode())[:8], spoken, whole, now()
    )


def find_act_notice(policy: Policy, texts: Path, act: str, language: str) -> Notice:
    """Return the text about one act, as a person agrees to it: the company's own ``ACT.LANGUAGE.txt``, else ours.

    The company's lie in the folder ``notice`` of the policy. ConfigError when a text cannot be read.
    """
    wanted, own = (language, *policy.languages), policy.notice
    files = [own / f"{act}.{spoken}.txt" for spoken in wanted] if own else []
    there = next((file for file in files if file.is_file()), None)
    if there:
        return _notice(policy, act, "", there.stem.rpartition(".")[2], there)
    return _notice(policy, *_newest(texts, wanted, act.replace("_", "-")))


def all_notices(policy: Policy, bundled: Path) -> dict[str, Notice]:
    """Return the notice in every language that the policy names, by digest."""
    found = (find_notice(policy, bundled, language) for language in policy.languages)
    return {notice.digest: notice for notice in found}


def record_notice(register: Register, notice: Notice) -> str:
    """Write down a notice unless the register has it; return its digest."""
    if not register.rows(Notice, digest=notice.digest):
        register.add([notice])
    return notice.digest


def _own(folder: Path, wanted: Sequence[str]) -> tuple[str, str, str, Path]:
    for language in wanted:
        if (folder / f"{language}.txt").is_file():
            return _OWN, "", language, folder / f"{language}.txt"
    message = f"notice: {folder} has none of {', '.join(f'{one}.txt' for one in dict.fromkeys(wanted))}"
    raise ConfigError(message)


def _newest(folder: Path, wanted: Sequence[str], name: str = "*") -> tuple[str, str, str, Path]:
    files = [(known, file) for file in folder.glob(f"{name}.*.txt") if (known := _FILE.fullmatch(file.stem))]
    for language in (*wanted, "en"):
        spoken = [
            (int(known["version"]), known["name"], file)
            for known, file in files
            if known["language"] == language
        ]
        if spoken:
            version, name, file = max(spoken)
            return name, str(version), language, file
    message = f"notice: {folder} has none in {', '.join(wanted)}"
    raise ConfigError(message)
