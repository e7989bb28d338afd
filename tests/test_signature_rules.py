"""The rules that signatures are held to: each is broken once and named; colours as Outlook turns them."""

from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from reports._signature_colours import contrast, turned
from reports.signatures import GMAIL, load_style, validate
from tests.signature_company import pictures, signing

FINE = '<table role="presentation"><tr><td style="color:#111111;">{}</td></tr></table>'
IMAGE = '<img src="{}" alt="" width="96" height="96" style="width:96px;height:96px;">'
BROKEN = {
    "<div>x</div>": "tag: <div>",
    "<script>alert(1)</script>": "tag: <script>",
    "<p>x</p>": "tag: <p>",
    '<iframe src="https://x.example"></iframe>': "tag: <iframe>",
    '<form action="https://x.example"></form>': "tag: <form>",
    '<span onclick="alert(1)">x</span>': "attribute: onclick",
    '<span id="x">x</span>': "attribute: id",
    '<span style="position:absolute">x</span>': "style: position",
    '<span style="float:left">x</span>': "style: float",
    '<span style="display:flex">x</span>': "style: display: flex",
    '<span style="border-radius:50%">x</span>': "style: border-radius",
    '<span style="max-width:10px">x</span>': "style: max-width",
    '<span style="background-image:url(https://x.example/a.png)">x</span>': "style: background-image",
    '<span style="color:var(--ink)">x</span>': "style: color: var(--ink)",
    '<span style="color:expression(alert(1))">x</span>': "style: color: expression",
    '<span style="font-size:1rem">x</span>': "style: font-size: 1rem",
    '<span style="margin:-9px">x</span>': "style: margin",
    "<style>td{color:red}</style>": "style sheet:",
    "<style>@import url(https://x.example)</style>": "style sheet:",
    IMAGE.format("data:image/png;base64,AAAA"): "picture: 'data:",
    IMAGE.format("http://x.example/a.png"): "picture: 'http:",
    IMAGE.format("https://x.example/a.webp"): "picture: 'https://x.example/a.webp': Outlook shows",
    IMAGE.format("https://x.example/a.svg"): "picture: 'https://x.example/a.svg': Outlook shows",
    IMAGE.format("../../secret.png"): "picture: '../../secret.png'",
    '<img src="cid:a.png" width="96" height="96" style="width:96px;height:96px;">': "picture: alt",
    '<img src="cid:a.png" alt="" height="96" style="width:96px;height:96px;">': "picture: width must",
    '<img src="cid:a.png" alt="" width="96px" height="96" style="width:96px;height:96px;">': "picture: width must",
    '<img src="cid:a.png" alt="" width="96" height="96" style="width:96px;">': "picture: style must say height:96px",
    '<a href="javascript:alert(1)">x</a>': "link: 'javascript",
    '<a href="http://x.example">x</a>': "link: 'http:",
    '<a href="data:text/html,x">x</a>': "link: 'data:",
    '<a href="//x.example">x</a>': "link: '//x.example'",
    '<a href="https://user@x.example">x</a>': "link: 'https://user",
    '<a href=" https://x.example">x</a>': "link: ' https",
    "<a>x</a>": "link: ''",
    "<!-- x -->": "comment:",
    "<!--[if mso]><v:rect/><![endif]-->": "comment:",
    "<?php echo 1 ?>": "declaration:",
    "a < b": "text: a bare <",
    "<span>x": "order: </td>",
    "<td/>": "order:",
    "x" * GMAIL: "length:",
    '</td></tr></table><table width="40em"><tr><td>': "size: width='40em'",
}  # fmt: skip


@pytest.mark.parametrize("html", BROKEN, ids=lambda text: str(text)[:50])
def test_what_breaks_somewhere_is_named(html: str) -> None:
    """Each thing that Outlook, Gmail or Apple Mail drops or shows wrongly is refused with the name of its rule."""
    told = validate(FINE.format(html))
    assert any(one.startswith(BROKEN[html]) for one in told), told


@pytest.mark.parametrize(
    "html",
    [
        "x",
        "&lt;script&gt; &amp; &#34;",
        '<a href="https://x.example/a?b=c#d" style="color:#0b5394;">x</a>',
        '<a href="mailto:a@x.example">x</a><a href="tel:+4930">x</a>',
        IMAGE.format("https://x.example/a.png"),
        IMAGE.format("cid:0123.png"),
        IMAGE.format("pictures/0123.jpg"),
    ],
)
def test_what_holds_everywhere_is_let_through(html: str) -> None:
    """The validator has no complaint where there is none to make."""
    assert validate(FINE.format(html)) == []


def test_colours_turn_as_outlook_turns_them() -> None:
    """White becomes its dark grey, black becomes white, and a hue stays the hue that it is."""
    assert turned("#ffffff") == "#333333"
    assert turned("#000000") == "#ffffff"
    red, green, blue = bytes.fromhex(turned("#0b5394")[1:])
    assert blue > green > red
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[colours]\naccent = "#4f9de8"', "colours: accent: contrast"),
        ('[colours]\nquiet = "#737373"\n', "where Outlook turns it dark"),
        ('[colours.dark]\ntext = "#444444"\nquiet = "#a9b3c0"\naccent = "#8fc1f5"', "in the dark"),
        ('[colours]\ntext = "red"', "colours.text"),
        ('[pictures]\nmode = "hosted"', 'address: give it with mode = "hosted"'),
        ('[pictures]\nmode = "cid"\naddress = "https://x.example/{file}"', "address: give it"),
        ('[pictures]\nmode = "hosted"\naddress = "http://x.example/{file}"', "write https://pictures"),
        ('[pictures]\nmode = "hosted"\naddress = "https://x.example/me.png"', "write https://pictures"),
        ('[[links]]\ntext = "x"\naddress = "javascript:alert(1)"', "links begin with https://"),
        ('[[links]]\ntext = "a\\nb"\naddress = "https://x.example"', "one line"),
        ('[banner]\nimage = "https://x.example/a.webp"\nwidth = 600\nheight = 100\nalt = ""', "Outlook shows .png"),
        ('[banner]\nimage = "https://x.example/a.png"\nwidth = 900\nheight = 100\nalt = ""', "banner.width"),
        ('[words.fr]\nphone = "Tél."', "words.fr.mobile"),
        ("[colors]", "colors"),
    ],
)  # fmt: skip
def test_a_company_is_told_what_is_wrong(tmp_path: Path, more: str, told: str) -> None:
    """A wrong key of signature.toml, an unreadable colour, a link that is none: the command cannot start, and says why."""
    with pytest.raises(ConfigError, match=r"signature\.toml") as error:
        signing(tmp_path, more)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("top", "told"),
    [
        ('languages = ["de", "fr"]', "languages: 'fr' needs [words.fr]"),
        ('font = "Arial;} body{"', "font"),
        ("unknown = 1", "unknown"),
    ],
)
def test_a_language_and_a_font_are_checked(tmp_path: Path, top: str, told: str) -> None:
    """A language without words, a font that is a style sheet."""
    with pytest.raises(ConfigError) as error:
        signing(tmp_path, top=top)
    assert told in str(error.value)


TEMPLATES = {
    "<div>{{ person.name }}</div>": "tag: <div>",
    "{{ person.nam }}": "UndefinedError",
    "{{ nothing }}": "UndefinedError",
    "{{ person.name | safe }}": "safe",
    "{{ person.__class__.__mro__ }}": "SecurityError",
    "{{ ''.__class__ }}": "SecurityError",
    "{% for x in range(10 ** 9) %}x{% endfor %}": "OverflowError",
    "{% if %}": "TemplateSyntaxError",
    "{{ 1 / 0 }}": "ZeroDivisionError",
    "{% include 'signature.toml' %}": "TemplateNotFound",
    "{% include '../signature.toml' %}": "TemplateNotFound",
    "{% autoescape false %}<table><tr><td>{{ person.name }}</td></tr></table>{% endautoescape %}": "tag: <script>",
    "<table><tr><td><a href='{{ person.title }}'>x</a></td></tr></table>": "link:",
}  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda text: str(text)[:40])
def test_a_template_of_the_companys_own_is_tried(tmp_path: Path, template: str) -> None:
    """What breaks in it, or reaches for what is not its own, is told with the template's name when it is loaded."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.html.j2").write_text(template, encoding="utf-8")
    with pytest.raises(ConfigError, match="template 'own'") as error:
        signing(tmp_path, pictures("inline-file"))
    assert TEMPLATES[template] in str(error.value)


def test_a_template_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A department's template with a typing error, and which there are."""
    text = 'company = "x"\n[templates]\nSales = "crad"\n'
    (tmp_path / "signature.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="no template 'crad'; there are: card, compact, plain"):
        load_style(tmp_path)
