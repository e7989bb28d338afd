"""``catchlight models``: a folder of a diffusion pipeline's weights, sealed, shown and verified."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight import weights
from flows.commands.models_words import progress, refusals, say


def seal(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder with model_index.json and its parts.")
    ],
    pipeline: Annotated[str, typer.Option(help="Which pipeline they are for: its class in diffusers.")],
    licence: Annotated[str, typer.Option(help="Their licence, such as Apache-2.0.")],
    commercial: Annotated[
        bool, typer.Option("--commercial/--non-commercial", help="Whether it allows commercial use.")
    ],
    licence_file: Annotated[
        str, typer.Option(metavar="FILE", help="The licence's text, a file in the folder: keep it.")
    ] = "",
) -> None:
    """Vouch for a folder of weights: write the sha256 of every file into its catchlight-weights.toml.

    Compare the digests with those that the maker publishes before you rely on them. From then on nothing is
    loaded from the folder that was changed, added or taken away. Pickles and code are refused.
    """
    with refusals():
        _say_of(weights.seal(folder, pipeline, licence, commercial=commercial, licence_file=licence_file))


def show(folder: Path) -> None:
    """Say what a sealed folder is, without reading its weights."""
    _say_of(weights.describe(folder, allow_noncommercial=True))


def verify(folder: Path) -> None:
    """Compare every byte of a folder, and say what it is."""
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    done = 0
    with progress(folder.name, total) as told:

        def count(_file: str, size: int) -> None:
            nonlocal done
            done += size
            told(done)

        _say_of(weights.verify_weights(folder, told=count), state="verified")


def _say_of(found: weights.Weights, state: str = "sealed, not read now") -> None:
    """Say what a folder of weights is, and how much there is of each part."""
    yes = "commercial use allowed" if found.commercial else "no commercial use"
    say(f"{found.folder}: {found.pipeline}, {found.licence} ({yes}), {len(found.files)} files, {state}")
    for part, size in sorted(found.sizes.items()):
        say(f"  {part}: {size / 1e9:.2f} GB in bf16")
    say(f"  digest {found.digest}")
