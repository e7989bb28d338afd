"""``catchlight signature``: whether a company's e-mail signatures hold everywhere, and how they look."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flows.terminal import console, told

app = typer.Typer(no_args_is_help=True, help="E-mail signatures: how a company signs.")
Folder = Annotated[
    Path,
    typer.Argument(
        help="Folder with signature.toml, and where you like phones.csv and templates/NAME.html.j2."
    ),
]


@app.command("check")
def check(folder: Folder) -> None:
    """Check a company's signatures: every template, in every language, on names that break signatures.

    The names are the longest, from right to left, with umlauts, in capitals without a blank, and with HTML
    in them. What Outlook, Gmail or Apple Mail would not show is an error that names the template and
    the rule: tables and inline styles only, pictures with width, height and alt, links to https, mailto and
    tel, at most 10,000 characters (Gmail's limit). Text needs a contrast of 4.5 on white, in the dark, and
    after Outlook has turned its colours around. Printed is the length of the longest signature of each.

    A signature.toml needs one line:  company = "Example AG"

    Exit code 0: all is right. 2: something is wrong, and is named.
    """
    with told():
        from flows.commands import signature_people as people  # noqa: PLC0415  loads OpenCV

        style = people.load_style(folder)
        table = Table("template", "language", "longest signature, characters", "with a picture")
        for template, language, plain, pictured in people.lengths(style):
            table.add_row(template, language, f"{plain:,}", f"{pictured:,}")
    console.print(table)
    pictures = style.settings.pictures
    console.print(f"{style.settings.company}: right. Pictures: {pictures.mode}, {pictures.shape}.")


@app.command("preview")
def preview(
    folder: Folder,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Show people of this home's newest run instead of examples."),
    ] = None,
    only: Annotated[
        str,
        typer.Option("--only", help="With --home: employee ids, separated by commas; else the first three."),
    ] = "",
    output: Annotated[Path, typer.Option("--output", help="The page to write.")] = Path("signatures.html"),
    live: Annotated[
        bool,
        typer.Option("--live", help="Go on: whenever a file of the folder is saved, the open page shows it."),
    ] = False,
) -> None:
    """Show a company's signatures on one page that opens offline: every template, language and ground.

    Each is shown on white, with its own colours for the dark, with the colours that Outlook makes of it in
    the dark, and at double size, where every pixel of the picture can be seen. Without --home
    the astronaut Eileen Collins (NASA, public domain) signs, and people with the names that break
    signatures. With --home the page holds faces and names of employees: keep it as you keep those.
    """
    with told():
        from flows.commands import signature_people as people  # noqa: PLC0415  loads OpenCV

        ids = (only,) if only.strip(" ,") else ()
        if live:
            _show_live(folder, home, ids, output)
            return
        shown = people.preview(people.load_style(folder), home, ids, output)
    console.print(f"People: {shown}; page: {output.resolve()}", soft_wrap=True)


def _show_live(folder: Path, home: Path | None, ids: tuple[str, ...], output: Path) -> None:
    """Keep the page as the folder is, until Ctrl-C."""
    from flows.commands import signature_people as people  # noqa: PLC0415  loads OpenCV
    from flows.commands.signature_watch import EVERY, watch  # noqa: PLC0415

    def draw() -> None:
        why = people.preview_or_why(folder, home, ids, output, 2 * EVERY)
        console.print(why or f"Drawn: {output.resolve()}", soft_wrap=True, markup=False)

    if not folder.is_dir():
        people.load_style(folder)  # says so
    console.print("Open the page, and save files of the folder; Ctrl-C ends.")
    watch(folder, output, draw)


@app.command("tools")
def tools(
    folder: Folder,
    output: Annotated[Path, typer.Option("--output", help="Folder to write into; it is made.")] = Path(
        "signature-tools"
    ),
) -> None:
    """Write the signatures that other tools fill in themselves, one file for each tool and language.

    transport_rule.LANGUAGE.htm is the text for Exchange's New-TransportRule -ApplyHtmlDisclaimerText, with
    tokens such as %%DisplayName%%; set_outlook_signatures.LANGUAGE.htm is a template for Set-OutlookSignatures,
    with variables such as $CurrentUserDisplayName$. Both use the usual template and carry a picture only
    when pictures are hosted. How to use them stands in docs/signatures.md.
    """
    with told():
        from flows.commands import signature_people as people  # noqa: PLC0415  loads OpenCV

        files = people.write_tools(people.load_style(folder), output)
    console.print(f"{', '.join(files)} in {output.resolve()}", soft_wrap=True)
