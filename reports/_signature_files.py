"""Signatures as files: what Outlook reads from its folder, what an add-in fetches, what IT pastes into a rule."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import escape

from catchlight.cropping import Place
from catchlight.errors import ConfigError
from catchlight.records import Employee
from catchlight.spreadsheet import table_bytes
from reports._signature_ink import Colours
from reports._signature_phones import Numbers
from reports._signature_picture import File
from reports._signature_rules import validate
from reports._signature_style import Signature, Style, address_of, carries, sign, signature_of, with_numbers

RULE = 5_000
"""Characters that a transport rule is known to take in every Exchange."""

_HEAD = (
    '<!doctype html>\n<html lang="{language}" xmlns:o="urn:schemas-microsoft-com:office:office">\n<head>\n'
    '<meta charset="utf-8">\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
    '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
    "<title>{title}</title>\n"
    "<!--[if mso]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch>"
    "</o:OfficeDocumentSettings></xml><![endif]-->\n"
    "<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class Tool:
    """What fills in a signature's fields, and the tokens that it knows."""

    person: Employee
    numbers: Numbers
    picture: str


RULE_TOKENS = Tool(
    Employee(
        "rule",
        display_name="%%DisplayName%%",
        email="%%Email%%",
        department="%%Department%%",
        title="%%Title%%",
    ),
    Numbers("%%PhoneNumber%%", "%%MobileNumber%%"),
    "%%CustomAttribute1%%",
)
SCRIPT_TOKENS = Tool(
    Employee(
        "script", display_name="$CurrentUserDisplayName$", email="$CurrentUserMail$",
        department="$CurrentUserDepartment$", title="$CurrentUserTitle$",
    ),
    Numbers("$CurrentUserTelephone$", "$CurrentUserMobile$"),
    "$CurrentUserExtAttr1$",
)  # fmt: skip


def document(signature: Signature, colours: Colours) -> str:
    """Return a signature as a page of its own, with the colours for mail programs that ask us in the dark."""
    title = escape(signature.text.partition("\n")[0])
    return _HEAD.format(
        language=signature.language, title=title, style=dark_style(colours), body=signature.html
    )


def dark_style(colours: Colours) -> str:
    """Return the style sheet for the dark: the one that a signature may have."""
    inks = [(f".cl-{name}", "color", colour) for name, colour in colours.dark.named().items()]
    inks.append((".cl-rule", "background-color", colours.dark.accent))
    rules = "".join(f"{name}{{{what}:{colour}!important}}" for name, what, colour in inks)
    return f":root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{rules}}}"


def bundle(
    person: Employee, portrait_jpeg: bytes, style: Style, language: str = "", place: Place | None = None
) -> Mapping[str, bytes]:
    """Return a person's signature as files, by target: ``*`` stands for their file name.

    ``.htm`` and ``.txt`` are for Outlook's signature folder, ``.json`` for an Outlook add-in, the picture lies where
    ``.htm`` looks for it. The same person and portrait give the same bytes. ``portrait_jpeg`` is b"" for none.
    """
    file = sign(style, person, portrait_jpeg, language=language, place=place, way="file")
    attached = file.picture if carries(style, "add-in") else None
    add_in = signature_of(style, person, file.language, file.template, attached, address_of(style, "add-in"))
    files = {
        "signatures/*.htm": document(file, style.settings.colours).encode(),
        "signatures/*.txt": _for_windows(file.text),
        "signatures/*.json": _for_add_in(add_in),
    }
    shown = file.picture
    return files | ({f"signatures/pictures/{shown.name}": shown.data} if shown else {})


def _for_windows(text: str) -> bytes:
    """Return text as Outlook writes its own: UTF-16 with a mark, lines that end as Windows ends them."""
    return b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")


def _for_add_in(signature: Signature) -> bytes:
    """Return what an add-in needs: HTML for setSignatureAsync, and the inline picture that it shows by cid."""
    attached = signature.picture if signature.picture and "cid:" in signature.html else None
    told = {
        "version": 1,
        "language": signature.language,
        "html": signature.html,
        "text": signature.text,
        "attachments": [_attachment(attached)] if attached else [],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _attachment(picture: File) -> dict[str, object]:
    """Return the arguments of addFileAttachmentFromBase64Async."""
    return {
        "name": picture.name,
        "type": picture.kind,
        "isInline": True,
        "base64": base64.b64encode(picture.data).decode(),
    }


def company_files(style: Style, people: Iterable[tuple[Employee, bytes]] = ()) -> Mapping[str, bytes]:
    """Return what fills itself in elsewhere: a transport rule and a Set-OutlookSignatures template in each language.

    With people there is ``signatures.csv`` too, which says which template, language and picture are theirs. Raises
    ConfigError for a rule that is longer than Exchange takes.
    """
    files: dict[str, bytes] = {}
    for language in style.settings.languages:
        rule = _tokens(style, RULE_TOKENS, language)
        for told in validate(rule.html, RULE):
            message = f"transport rule ({language}), template {rule.template!r}: {told}"
            raise ConfigError(message)
        script = _tokens(style, SCRIPT_TOKENS, language)
        files[f"transport_rule.{language}.htm"] = rule.html.encode()
        files[f"set_outlook_signatures.{language}.htm"] = document(script, style.settings.colours).encode()
    listed = _table(style, people)
    return files | ({"signatures.csv": listed} if listed else {})


def _tokens(style: Style, tool: Tool, language: str) -> Signature:
    """Return a signature whose fields are tokens; its picture is only there when recipients fetch it by an address."""
    pictures = style.settings.pictures
    template = style.settings.template
    shown = File(tool.picture, b"", pictures.side_of(template)) if pictures.mode == "hosted" else None
    filled = with_numbers(style, {tool.person.id: tool.numbers})
    return signature_of(filled, tool.person, language, template, shown, pictures.address)


def _table(style: Style, people: Iterable[tuple[Employee, bytes]]) -> bytes:
    header = ("id", "email", "display_name", "template", "language", "picture")
    rows = []
    for person, portrait in people:
        signed = sign(style, person, portrait, way="web")
        picture = signed.picture.name if signed.picture else ""
        rows.append((person.id, person.email, person.name, signed.template, signed.language, picture))
    return table_bytes(header, rows) if rows else b""
