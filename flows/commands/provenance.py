"""``catchlight provenance``: the keys that portraits are signed with, and what a file says of itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from catchlight import signing_keys
from catchlight.errors import ConfigError, PhotoError
from catchlight.policy import read_secret
from catchlight.publish_policy import FILE, load_publishing
from catchlight.signing_keys import Place
from catchlight.signing_state import certificate_states
from flows.commands.options import HOME, HomeOption
from flows.commands.provenance_words import certificate_words, words_of
from flows.commands.publish_words import say
from flows.terminal import told

app = typer.Typer(
    no_args_is_help=True, help="Content Credentials: make keys, look at a file, see when keys end."
)
RootKey = Annotated[
    Path, typer.Option("--root-key", help="File for the root's key: a USB stick, not this machine.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the root key's passphrase; otherwise it is asked for."),
]


@app.command("init")
def init(
    company: Annotated[str, typer.Option("--company", help="Who signs, as it is shown to whoever looks.")],
    root_key: RootKey,
    home: HomeOption = HOME,
    passphrase_file: PassphraseFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made; write nothing.")
    ] = False,
) -> None:
    """Make the company's own keys, with which every published portrait is signed from then on.

    A root for 10 years, whose key belongs on a stick in a safe: it is only needed again for `renew --root-key`. An
    issuer for 5 years, a certificate to sign with for 13 months, and a time-stamp authority of our own, because of
    which signatures outlive that certificate. Keys are in secrets/provenance, for this account alone.

    Exit code 0: made. 2: it could not start, or there are keys already.
    """
    with told():
        if root_key.resolve().is_relative_to(home.resolve()):
            message = f"--root-key {root_key}: lies in the home folder; give a place that is kept offline"
            raise ConfigError(message)
        if root_key.exists():
            message = f"--root-key {root_key}: is there already; nothing is overwritten"
            raise ConfigError(message)
        if dry_run:
            say(
                f"Would make a root for {company} (key: {root_key}), an issuer, a signer and time stamps in {home}."
            )
            return
        known = signing_keys.make(home, company, root_key, _passphrase(passphrase_file, new=True), _now())
        say(f"Portraits are signed as {known.company} until {known.signer.not_valid_after_utc:%d %B %Y}.")
        say(
            f"Root key: {root_key}. Unmount it now, keep it in a safe, and write the passphrase down elsewhere."
        )
        say(f"For whoever checks files: {Place(home).public('root')}. It is no secret.")


@app.command("renew")
def renew(
    home: HomeOption = HOME,
    root_key: Annotated[
        Path | None, typer.Option("--root-key", help="The root's key, when the issuer ends, too.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a new key and a certificate to sign with for the next 13 months.

    What was signed before stays as it is and stays trusted by its time stamp. Nothing is published anew for it.

    Exit code 0: made. 2: it could not start.
    """
    with told():
        word = _passphrase(passphrase_file) if root_key else None
        known = signing_keys.renew(home, _now(), root_key, word)
        say(f"Portraits are signed as {known.company} until {known.signer.not_valid_after_utc:%d %B %Y}.")


@app.command("status")
def status(home: HomeOption = HOME) -> None:
    """Say who signs, who stamps the time, and when each certificate ends.

    Exit code 0: all is well. 1: one ends within 30 days, or a key is missing. 2: nothing was set up.
    """
    with told():
        place, marking = Place(home), load_publishing(home).marking
        if not place.is_set_up:
            message = f"{home}: no keys were made; `catchlight provenance init`"
            raise ConfigError(message)
        company = place.certificates().company
        say(
            f"Signs as: {company}. Time stamps: {marking.time_stamps}. Credentials: {marking.credentials} ({FILE})."
        )
        states = certificate_states(place, _now())
        for state in states:
            say(certificate_words(state))
    raise typer.Exit(1 if any(state.trouble for state in states) else 0)


@app.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(help="Pictures: JPEG, PNG or WebP.")],
    home: HomeOption = HOME,
    root: Annotated[
        Path | None,
        typer.Option("--root", help="Certificate to trust (root.pem), where there is no home folder."),
    ] = None,
) -> None:
    """Say in plain sentences who signed a picture, when, what was done to it, and whether it was changed since.

    With a home folder it also says whether the file is, byte for byte, one that was made there.

    Exit code 0: all are trusted. 1: one is not. 2: it could not start.
    """
    with told():
        trusted = root or Place(home).public("root")
        try:
            roots = trusted.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            message = f"{trusted}: no certificate to trust; name one with --root"
            raise ConfigError(message) from error
        results = [_verified(file, roots, home) for file in files]
    raise typer.Exit(0 if all(results) else 1)


def _verified(file: Path, roots: str, home: Path) -> bool:
    """Tell of one file; whether it is trusted."""
    from catchlight.inspection import inspect  # noqa: PLC0415  loads the C2PA library

    try:
        data = file.read_bytes()
        found = inspect(data, roots)
    except (OSError, PhotoError) as error:
        say(f"{file}: {error}")
        return False
    say(f"{file}: {'trusted' if found.state == 'trusted' else 'not trusted'}")
    for line in words_of(found, data, home):
        say(f"  {line}")
    return found.state == "trusted"


def _passphrase(file: Path | None, *, new: bool = False) -> bytes:
    if file:
        return read_secret(file).encode()
    word = str(typer.prompt("Passphrase of the root's key", hide_input=True, confirmation_prompt=new))
    return word.encode()


def _now() -> datetime:
    return datetime.now(UTC)
