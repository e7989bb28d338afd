"""Pages for works council and data protection: what is configured is what they say."""

import html
import re
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from catchlight import plugins
from catchlight.audit import Act
from catchlight.desk import open_register
from catchlight.model_manifest import manifest
from catchlight.moments import now
from catchlight.place import Purpose
from catchlight.promises import Keep, Needs, load_promises
from catchlight.register_tables import TABLES
from catchlight.studio import JOBS, OPTIONAL
from flows.commands.catchlight import app
from flows.commands.documents import app as documents_app
from reports.documents import pages
from reports.documents.stored import of_register, of_runs
from reports.review.people_rights import RIGHTS

Pages = Callable[..., dict[str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder without any setting."""
    (tmp_path / "home").mkdir()
    (tmp_path / "out").mkdir()
    return tmp_path / "home"


@pytest.fixture
def made(home: Path) -> Pages:
    """Return what makes the pages of that home; each as running text, by name."""

    def make(*options: str) -> dict[str, str]:
        to = home.parent / f"pages{len(list(home.parent.iterdir()))}"
        result = CliRunner().invoke(documents_app, ["--home", str(home), "--to", str(to), *options])
        assert result.exit_code == 0, result.output
        return {file.stem: _text(file) for file in to.glob("*.html")}

    return make


def _text(file: Path) -> str:
    main = file.read_text(encoding="utf-8").partition("<main>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _job(home: Path, more: str = "") -> str:
    path = home.parent / "job.toml"
    path.write_text(f'{more}\n[sources.list]\nkind = "folder"\nroot = "{home.parent / "out"}"\n')
    return str(path)


def test_there_are_five_pages_and_an_index_that_leads_to_them(home: Path, made: Pages) -> None:
    """Nothing is configured, and every page still says what holds, with nothing left unrendered."""
    pages = made()
    assert set(pages) == {
        "index", "works-council", "record-of-processing", "dpia", "employee-notice", "retention-policy",
    }  # fmt: skip
    for name, text in pages.items():
        assert not re.search(
            r"\{\{|\{%|\}\}|%\}|\bNone\b|\bUndefined\b|\bTrue\b|\bFalse\b|``|<bound", text
        ), name
    index = next(home.parent.glob("pages*/index.html"))
    links = re.findall(r'href="([^"]+)"', index.read_text())
    assert sorted(links) == sorted(f"{name}.html" for name in set(pages) - {"index"})


def test_pages_ask_nothing_of_the_network(home: Path, made: Pages) -> None:
    """They open offline: no script, no picture, no address in them that a browser would fetch."""
    made()
    for file in home.parent.glob("pages*/*.html"):
        page = file.read_text(encoding="utf-8")
        assert not re.search(r"<script|src=|url\(|@import|<link", page), file.name
        assert "default-src 'none'" in page


def test_every_stored_field_is_listed(made: Pages) -> None:
    """The works council sees each table of the register with each of its columns."""
    page = made()["works-council"]
    for table in TABLES.values():
        fields = ", ".join(column.name for column in table.columns if column.name != "row")
        assert f"{table.name} " in page
        assert fields in page, table.name


def test_biometrics_are_said_as_they_are_configured(home: Path, made: Pages) -> None:
    """Without a job nothing is promised, without a recogniser none runs, with one every page says so."""
    assert "No face is compared by its geometry" not in made()["works-council"]
    without = made("--job", _job(home))
    preset = home.parent / "own.toml"
    preset.write_text('title = "Own"\n[engines]\nlikeness = "dlib_resnet"\n')
    for one in (
        made("--job", _job(home, f'preset = "{preset}"')),
        made("--job", _job(home, 'faces = "dlib_resnet"')),
    ):
        for name in ("works-council", "record-of-processing", "dpia", "employee-notice", "retention-policy"):
            assert "No face is compared by its geometry" in without[name], name
            assert "No face is compared" not in one[name], name
            assert "dlib_resnet compares" in one[name], name
    assert "Nothing of the kind is collected" in without["retention-policy"]
    assert "Nothing of the kind is collected" not in one["retention-policy"]


def test_terms_are_those_of_trust_toml(home: Path, made: Pages) -> None:
    """A term that changes is another number on the page, and so is the deadline of a withdrawal."""
    before = made()["retention-policy"]
    (home / "trust.toml").write_text("[keep]\nrejected = 3\n[withdrawal]\nhours = 5\n")
    after = made()["retention-policy"]
    assert "portraits that were not chosen, after the choice 7 rejected" in before
    assert "portraits that were not chosen, after the choice 3 rejected" in after
    assert "due back within 24 hours" in before
    assert "due back within 5 hours" in after
    assert "has not run in this home folder yet" in after


def test_terms_count_once_something_keeps_them(home: Path, made: Pages) -> None:
    """The day of the last purge is told from the audit log; before the first, that nothing is deleted by age."""
    assert "has not run in this home folder yet" in made()["employee-notice"]
    with closing(open_register(home)) as register:
        register.tell(Act.PURGE, by="it", detail="nothing")
    assert f"which last ran on {now()[:10]}" in made()["employee-notice"]


def test_content_credentials_are_said_as_they_are(home: Path, made: Pages) -> None:
    """Switched off, not set up, or made: the page never says that files are signed when they are not."""
    assert "are not set up" in made()["works-council"]
    (home / "publish.toml").write_text('[marking]\ncredentials = "off"\n')
    assert "Content Credentials are switched off" in made()["works-council"]
    (home / "publish.toml").write_text('[marking]\ncredentials = "required"\n')
    assert "carry Content Credentials" in made()["works-council"]


def test_what_a_country_asks_for_is_said(home: Path, made: Pages) -> None:
    """A rule of a jurisdiction has its line, with the law that is named for it."""
    (home / "trust.toml").write_text('[jurisdictions.DE]\npublication = "written"\nbasis = "KUG § 22"\n')
    assert "DE nothing yes yes written KUG § 22" in made()["works-council"]


def test_destinations_are_listed_with_what_people_are_told_there(home: Path, made: Pages) -> None:
    """A place that is added appears with its purpose, whose yes it needs, and where it says that a photo was edited."""
    assert "there is no destinations.toml" in made()["record-of-processing"]
    (home / "destinations.toml").write_text(
        f'[site]\nkind = "folder"\nroot = "{home.parent / "out"}"\nconsent = "external_web"\ndisclosure = false\n'
    )
    page = made()["record-of-processing"]
    assert re.search(
        r"site A folder: .* external web a yes to this purpose of its own .*nothing: switched off", page
    )


def test_silence_is_said_as_it_is_configured(home: Path, made: Pages) -> None:
    """Silence is no yes, but for the entities that review.toml names, on the agreement that it names."""
    assert "Silence is never a yes" in made()["employee-notice"]
    (home / "review.toml").write_text(
        'company = "Nordlicht"\n[[silence]]\nentities = ["Nordlicht Service"]\nbasis = "Agreement 7/2026"\n'
    )
    pages = made()
    for name in ("works-council", "dpia", "employee-notice"):
        assert "Silence is never a yes" not in pages[name]
        assert "People of Nordlicht Service" in pages[name]
        assert "Agreement 7/2026" in pages[name]
        assert pages[name].count("The steps, from the least") == 1
    assert "Nordlicht is making the photos on its pages look alike" in pages["employee-notice"]


def test_libraries_that_may_talk_are_told(made: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that somebody set otherwise on this machine is said, and not what it should be."""
    monkeypatch.setenv("DO_NOT_TRACK", "0")
    page = made()["works-council"]
    assert "DO_NOT_TRACK=1 : here it is 0" in page


def test_hosts_are_named_and_nothing_after_them(home: Path, made: Pages) -> None:
    """What data goes to is listed by its host: a path or a query may hold a secret."""
    (home / "publish.toml").write_text('[marking]\ntime_stamps = "none"\n')
    (home / "review.toml").write_text('[mail]\nhost = "mail.example.com"\nsender = "a@example.com"\n')
    (home / "destinations.toml").write_text(
        '[dav]\nkind = "webdav"\nurl = "https://files.example.com/s3cret/"\nusername = "x"\npassword_file = "/x"\n'
    )
    page = made()["works-council"]
    assert "Place dav: https://files.example.com" in page
    assert "Mail server: mail.example.com" in page
    assert "s3cret" not in page


@pytest.mark.parametrize("language", ["en", "de"])
def test_commands_that_prove_something_exist(made: Pages, home: Path, language: str) -> None:
    """Each command on the pages is one of ours, with options that it has."""
    made("--language", language)
    known = _commands(typer.main.get_command(app))
    for file in home.parent.glob("pages*/*.html"):
        for line in re.findall(r"<code>catchlight ([^<]+)</code>", file.read_text(encoding="utf-8")):
            words = line.split()
            name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
            assert name in known, f"{file.name}: catchlight {line}"
            assert {word for word in words if word.startswith("--")} <= known[name], line


SETTINGS = {
    "review.toml": 'company = "Nordlicht"\ncontact = "hr@example.com"\n[mail]\nhost = "mail.example.com"\nsender = "a@example.com"\n'
    '[[silence]]\nentities = ["Nord", "West", "Ost"]\nbasis = "Agreement 7"\n'
    '[[bulk]]\nentities = ["Nord"]\nbasis = "Agreement 8"\n[gates]\nbrand = true\n',
    "trust.toml": '[jurisdictions.DE]\npublication = "written"\nbasis = "KUG § 22"\n',
    "publish.toml": "second_yes_above = 5\n[marking]\ndisclosure = false\n",
    "destinations.toml": '[site]\nkind = "folder"\nroot = "{out}"\nconsent = "external_web"\n',
}


@pytest.mark.parametrize("configured", [False, True], ids=["nothing set up", "much set up"])
def test_german_pages_are_made_as_the_english_ones(home: Path, made: Pages, configured: bool) -> None:
    """In either language a page has the same headings, rows, lines to fill in and commands, and no sentence is left over."""
    options: tuple[str, ...] = ()
    if configured:
        for name, text in SETTINGS.items():
            (home / name).write_text(text.replace("{out}", str(home.parent / "out")))
        options = ("--job", _job(home, 'faces = "dlib_resnet"'))
    english, german = made(*options), made(*options, "--language", "de")
    assert set(english) == set(german)
    of_english, of_german = sorted(home.parent.glob("pages*"), key=lambda one: one.stat().st_mtime_ns)
    shapes = "<h1", "<h2", "<h3", "<tr", "<td", "<li", 'class="blank', 'class="unset"', "<code>"
    for name in english:
        first, second = ((of / f"{name}.html").read_text("utf-8") for of in (of_english, of_german))
        first, second = (one.partition("<footer>")[0] for one in (first, second))
        counts = [{shape: one.count(shape) for shape in shapes} for one in (first, second)]
        assert counts[0] == counts[1], name
        assert '<html lang="de">' in second
        left = re.findall(r"\b(?:the|which|not|their|there|this|like|landmarks)\b", german[name])
        assert not left, (name, left)


def test_everything_that_is_stored_measured_or_reached_has_german_words() -> None:
    """A new table, measure, term or connector does not leave an English sentence on a German page."""
    words = tomllib.loads((Path(pages.__file__).parent / "de" / "words.toml").read_text("utf-8"))
    assert set(words["table"]) == {one.name for one in (*of_register(), *of_runs())}
    assert set(words["measure"]) == set(plugins.names("catchlight.checks"))
    assert set(words["term"]) == set(Keep.model_fields)
    assert set(words["kind"]) == set(plugins.names("connectors"))
    assert set(words["needs"]) == {str(one) for one in Needs}
    assert set(words["purpose"]) == set(get_args(Purpose))
    assert set(words["role"]) == set(RIGHTS)
    assert set(words["model"]) == set(manifest())
    assert set(words["job"]) == {*JOBS, *OPTIONAL}
    assert set(words["basis"]) == {load_promises(Path("nowhere")).basis("us")}


def _commands(group: object, name: str = "") -> dict[str, set[str]]:
    inner = getattr(group, "commands", None)
    if not inner:
        return {name: {option for one in group.params for option in one.opts}}  # type: ignore[attr-defined]
    found: dict[str, set[str]] = {}
    for child, command in inner.items():
        found |= _commands(command, f"{name} {child}".strip())
    return found


def test_pages_that_somebody_filled_in_stay(home: Path) -> None:
    """A second time into the same folder is refused, and nothing in it changes."""
    words = ["--home", str(home), "--to", str(home.parent / "pages")]
    assert CliRunner().invoke(documents_app, words).exit_code == 0
    page = home.parent / "pages" / "dpia.html"
    page.write_text("filled in")
    result = CliRunner().invoke(documents_app, words)
    assert result.exit_code == 2
    assert "name another folder" in " ".join(result.output.split())
    assert page.read_text() == "filled in"


@pytest.mark.parametrize(
    ("options", "says"),
    [(("--home", "nowhere"), "no such folder"), (("--language", "fr"), "there are: de, en")],
)
def test_what_is_wrong_is_named(home: Path, options: tuple[str, ...], says: str) -> None:
    """A home that is not there and a language that there are no pages in stop it, with exit code 2."""
    words = ["--home", str(home), "--to", str(home.parent / "pages"), *options]
    result = CliRunner().invoke(documents_app, words)
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
