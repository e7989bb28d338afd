"""Whether every settings file of a home can be read: a slip in one stops whichever command reads it first."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from catchlight import audit_settings, policy, promises, publish_policy
from catchlight.checkup import Finding, State
from catchlight.errors import ConfigError

Reader = Callable[[Path], object]
READERS: Mapping[str, Reader] = {
    audit_settings.FILE: audit_settings.load_auditing,
    policy.FILE: policy.load_policy,
    promises.FILE: promises.load_promises,
    publish_policy.FILE: publish_policy.load_publishing,
}


def look_at_settings(home: Path, also: Mapping[str, Reader]) -> Iterator[Finding]:
    """Read each settings file; ``also`` are those that others read, by name."""
    there, wrong = [], 0
    for name, read in sorted({**READERS, **also}.items()):
        there += [name] * (home / name).is_file()
        try:
            read(home)
        except ConfigError as error:
            wrong += 1
            remedy = "mend what is named there; nothing else has to be changed or put back"
            yield Finding(State.FAIL, "Settings", str(error), remedy)
    if not wrong:
        yield Finding(State.OK, "Settings", ", ".join(there) or "none; the careful defaults hold")
        known = policy.load_policy(home)
        if policy.FILE in there:
            yield from _unnamed(known)
        yield from _alarms(known)
        yield from _secrets(known)


def _unnamed(known: policy.Policy) -> Iterator[Finding]:
    """Warn of a company without a name: letters would come from "Your company", German ones from "Ihr Unternehmen"."""
    if not known.own_name:
        said = f"{policy.FILE} names no company: pages and letters say “{known.company}”"
        yield Finding(State.WARN, "Company", said, f'write company = "…" at the top of {policy.FILE}')


def _alarms(known: policy.Policy) -> Iterator[Finding]:
    """Warn of an operator whom nobody can write to."""
    if known.operator and not known.mail:
        said = f"nobody can write to {known.operator} when a flow fails: {policy.FILE} has no [mail]"
        yield Finding(State.WARN, "Alarms", said, f"add [mail] to {policy.FILE}, then start the flow Tell IT")


def _secrets(known: policy.Policy) -> Iterator[Finding]:
    """Read the secrets that are files: those of the environment are there for the service alone."""
    named = {
        "mail.password_file": known.mail and known.mail.password_file,
        "slack.token_file": known.slack and known.slack.token_file,
        "sso.client_secret_file": known.sso and known.sso.client_secret_file,
    }
    for key, file in named.items():
        if file and not file.name.startswith(policy.VARIABLE):
            try:
                policy.read_secret(file)
            except ConfigError as error:
                remedy = "one line in that file, for this account alone (mode 600), or mend its name"
                yield Finding(State.FAIL, "Settings", f"{policy.FILE}: {key}: {error}", remedy)
