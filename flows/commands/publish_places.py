"""``catchlight publish probe`` and ``pin``: whether a destination would take portraits, and which key a server shows."""

from typing import Annotated

import typer

from catchlight.errors import CatchlightError, ConfigError
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.destinations import FILE, Destination, destinations
from flows.terminal import told


def probe(
    home: HomeOption = HOME,
    to: Annotated[str, typer.Option("--to", help="Only this destination of destinations.toml.")] = "",
) -> None:
    """Prove every destination's credentials and rights; nothing is changed anywhere.

    Each line that is not "ready" says what is missing, in the vendor's words.

    Exit code 0: all are ready. 1: something stands against one of them. 2: it could not start.
    """
    with told():
        known = destinations(home)
        if not known or (to and to not in known):
            message = f"{home / FILE}: names {', '.join(known) or 'no destination'}" + f", not {to}" * bool(
                to
            )
            raise ConfigError(message)
        wrong = {name: _wrong(one) for name, one in known.items() if to in ("", name)}
        for name, sentences in wrong.items():
            say(f"{name}: {'ready' if not sentences else ''}".rstrip())
            for sentence in sentences:
                say(f"  {sentence}")
    raise typer.Exit(1 if any(wrong.values()) else 0)


def _wrong(destination: Destination) -> list[str]:
    try:
        return destination.probe()
    except CatchlightError as error:
        return [str(error)]


def pin(
    host: Annotated[str, typer.Argument(help="Name or address of the SFTP server.")],
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Its port.")] = 22,
) -> None:
    """Show the host key of an SFTP server and the line for the known_hosts file of its destination.

    Compare the fingerprint with the server's administrator by another way before you write the line down:
    whoever stands between could show a key of their own.
    """
    with told():
        from connectors.sftp import pin as ask  # noqa: PLC0415  loads paramiko

        key = ask(host, port)
        say(f"Fingerprint: {key.fingerprint}")
        say(key.line)
