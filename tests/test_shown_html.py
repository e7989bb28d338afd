"""Two pieces of HTML are the same when they show the same, whatever a mail program made of the markup."""

import pytest

from connectors._shown_html import differences, shown, shows_the_same

ONE = b'<table><tr><td>Anna<br><a href="https://example.org">site</a><td><img src="https://x.org/a.jpg" alt="Anna"></table>'


@pytest.mark.parametrize(
    "there",
    [
        b'<div dir="ltr">%s</div><br>' % ONE,
        ONE.replace(b"<tr>", b"<tbody><tr>").replace(b"</table>", b"</td></tr></tbody></table>"),
        ONE.replace(b'"', b"'").replace(b"<td>", b'<td class="x" style="color:red">'),
        ONE.replace(b'<a href="https://example.org"', b'<a target="_blank" rel="noopener" href="https://example.org/"'),
        ONE.replace(b"Anna<br>", b"\n  <span>An</span>na&nbsp;<br/><!-- note -->"),
        b"<html><head><style>td {color: red}</style><title>t</title></head><body>%s</body></html>" % ONE,
        b"<!--[if mso]><b>Outlook</b><![endif]--><script>x()</script>" + ONE,
        ONE.upper().replace(b"ANNA", b"Anna").replace(b"SITE", b"site").replace(b"HTTPS://EXAMPLE.ORG", b"https://example.org")
        .replace(b"HTTPS://X.ORG/A.JPG", b"https://x.org/a.jpg"),
    ],
)  # fmt: skip
def test_markup_that_shows_nothing_does_not_count(there: bytes) -> None:
    """Wrappers, table bodies, quotes, styles, comments, and how a host is written."""
    assert shows_the_same(ONE, there)
    assert differences(ONE, there) == []


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (ONE.replace(b"Anna<br>", b"Ben<br>"), "without «Anna»"),
        (ONE.replace(b"https://example.org", b"https://evil.example"), "with «<a https://evil.example/>»"),
        (ONE.replace(b"a.jpg", b"b.jpg"), "without «<img https://x.org/a.jpg Anna>»"),
        (ONE.replace(b'alt="Anna"', b""), "without «<img https://x.org/a.jpg Anna>»"),
        (ONE.replace(b"<br>", b""), "without «<br>»"),
        (ONE.replace(b"<td><img", b"<img"), "without «<td>»"),
        (ONE + b"<p>Sent from my phone</p>", "with «<p> Sent from my phone»"),
        (b"", "without «<table>"),
    ],
)
def test_what_is_shown_counts(there: bytes, says: str) -> None:
    """Words, links, pictures and their order; the difference is told in words."""
    assert not shows_the_same(ONE, there)
    assert says in " ".join(differences(ONE, there))


@pytest.mark.parametrize(
    "html", [b"", b" \n", b"<div><br></div>", b"<!-- x -->", b"<style>a{}</style>", b"&nbsp;"]
)
def test_nothing_is_shown(html: bytes) -> None:
    """What is left when somebody empties their signature."""
    assert shown(html) == ()


@pytest.mark.parametrize(
    "html", [b"<", b"<a", b"</td></td></style>x", b"\xff<b>", b"<!", b"<![if !mso]>x<![endif]>", b"&#xD800;"]
)
def test_broken_html_ends_in_an_answer(html: bytes) -> None:
    """Whatever somebody typed there."""
    assert shows_the_same(html, html)
