"""A person's own page: what they are told at each place, and what they may see."""

import re
from pathlib import Path

import pytest

from catchlight import plugins
from catchlight.home import Home
from catchlight.records import Employee, Outcome, Rung
from catchlight.register import now
from catchlight.review_records import Upload
from reports.review import check_words
from reports.review.story import Told, held_back, reasons, reasons_about, told, told_about
from reports.review.words import Words, languages
from tests.review_company import client, plain, signed_in
from tests.review_stands import BASIS, ME, invited, one_person, opened, places, policy, published
from tests.sheet_company import HOSTILE

TELLS = {
    "open": "Please answer by",
    "late": "You can still answer",
    "again": "try number 2",
    "newer": "There is a newer portrait",
    "approved": "You chose the new portrait",
    "brand": "The brand owner looks at it next",
    "held": "held back for now",
    "published": "Your new portrait is in use",
    "kept": "Your current photo stays",
    "retry": "Another try is on its way",
    "unchanged": "Another try changes nothing here",
    "read": "Somebody who makes the portraits reads what you wrote",
    "uploaded": "your photo can be used",
    "refused": "Your photo is not processed",
    "no tries left": "Please send a better one",
    "silence": BASIS,
    "to look at": "The outline of the hair is not certain.",
    "retake": "We need another photo",
    "photoless": "There is no photo of you yet",
    "several": "There are several portraits of you",
    "capped": "for de nothing beyond the crop may be changed",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the page at every place."""
    desks = places(tmp_path_factory.mktemp("places"))
    return {name: signed_in(desk, ME.id, ME.id).get("/me").text for name, desk in desks.items()}


@pytest.mark.parametrize("name", TELLS)
def test_each_place_has_its_own_words(pages: dict[str, str], name: str) -> None:
    """Where somebody stands, and what comes next, is said on the page."""
    assert TELLS[name] in plain(pages[name])


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("open", {"approve", "keep", "retry"}),
        ("approved", {"keep", "retry"}),
        ("kept", {"approve", "retry"}),
        ("retry", {"approve", "keep"}),
        ("unchanged", {"approve", "keep", "retry"}),
        ("read", {"approve", "keep", "retry"}),
        ("published", {"keep"}),
        ("refused", {"keep"}),
        ("retake", {"keep"}),
        ("photoless", {"keep"}),
        ("no tries left", {"approve", "keep"}),
    ],
)
def test_only_what_is_possible_is_offered(pages: dict[str, str], name: str, answers: set[str]) -> None:
    """After publishing that is leaving; after the last try it is no further one."""
    page = pages[name]
    assert set(re.findall(r'name="answer" value="(\w+)"', page)) == answers
    assert ("/me/photo" in page) is (name != "published")
    assert ("/me/stop" in page) is (name != "refused")


def test_a_try_that_changes_nothing_says_which_photo_would_help(pages: dict[str, str]) -> None:
    """Nobody is told to wait for what never comes: what was asked for, why, and the form for a photo come first."""
    page = plain(pages["unchanged"])
    assert "on its way" not in page
    assert "The light as in my photo" in page
    assert page.index("What works well") < page.index("Use the new portrait")
    assert 'open id="upload"' in pages["unchanged"]


def test_nobody_reads_of_somebody_else_as_if_it_were_said_to_them() -> None:
    """Where a sentence speaks to the person, whoever looks at others' portraits reads another one."""
    to_them = re.compile(
        r"\b(Ihnen|Ihre?[mnrs]?|senden|wenden|treten|drehen|heben|halten Sie|nur Sie|und Sie|das Sie|wenn Sie)\b"
    )
    spoken = {code for code, text in reasons("de").items() if to_them.search(text)}
    about = reasons_about("de")
    assert "photo.missing" in spoken
    assert spoken <= set(about) <= set(reasons("de"))
    assert not [text for text in about.values() if to_them.search(text)]
    assert told_about("photo.missing", "There is no photo.", Words("en")).text == "There is no photo."


def test_who_has_no_photo_is_not_told_of_one(pages: dict[str, str]) -> None:
    """No current photo, nothing that was made from it, and nobody spoken of as if they were not there."""
    page = plain(pages["photoless"])
    assert "We need a photo of you" in page
    assert "Leave everything as it is" in page
    assert "Send a photo" in page
    for wrong in ("urrent photo", "this person", "another photo", "was used"):
        assert wrong not in page


def test_the_photo_beside_the_portrait_is_called_what_it_is(tmp_path: Path) -> None:
    """The one that was sent is theirs to recognise; once the portrait is in use, the other one is the earlier."""
    desk = opened(one_person(tmp_path, photo="f" * 64))
    me = signed_in(desk, ME.id, ME.id)
    assert "Your current photo" in figure(me.get("/me").text)
    published(desk)
    assert "Your earlier photo" in figure(me.get("/me").text)
    desk.register.add([Upload(ME.id, "f" * 64, "me.jpg", ME.id, now())])
    assert "The photo that you sent" in figure(me.get("/me").text)


def figure(page: str) -> str:
    """Return the figure of the photo beside the portrait."""
    return page.split('class="before"')[1].split("</figure>", maxsplit=1)[0]


def test_silence_keeps_the_photo_unless_an_agreement_says_otherwise(pages: dict[str, str]) -> None:
    """The page says which of the two holds."""
    assert "Without your answer, your current photo stays." in plain(pages["open"])
    assert "Without your answer, the new portrait is put in place" in plain(pages["silence"])


def test_nothing_to_look_at_closely_is_published_in_silence(tmp_path: Path) -> None:
    """Whatever is agreed, so the page does not say so."""
    rules = policy(silence=[{"entities": ["GmbH"], "basis": BASIS, "rungs": list(Rung)}])
    flagged = opened(one_person(tmp_path, outcome=Outcome.REVIEW), rules)
    assert "your current photo stays" in plain(signed_in(flagged, ME.id, ME.id).get("/me").text)


@pytest.mark.parametrize(
    ("rung", "changed", "kept"),
    [
        (Rung.KEEP, "Nothing. This is your photo", "Your photo already looks"),
        (Rung.CROP, "levelled and cropped", "It falls as in your photo"),
        (Rung.BACKGROUND, "replaced by the company", "Nothing of it was repainted"),
        (Rung.RELIGHT, "The light on your face was turned", "Nothing of it was repainted"),
    ],
)
def test_what_was_changed_is_told_in_plain_words(tmp_path: Path, rung: str, changed: str, kept: str) -> None:
    """And what was not, for each rung."""
    page = plain(signed_in(opened(one_person(tmp_path, rung=rung)), ME.id, ME.id).get("/me").text)
    assert changed in page
    assert kept in page


def test_a_generated_picture_never_claims_to_be_a_photograph(tmp_path: Path) -> None:
    """It says that a model painted, and that the face is the photo's."""
    page = plain(signed_in(opened(one_person(tmp_path, rung=Rung.GENERATE)), ME.id, ME.id).get("/me").text)
    assert "it is not a photograph" in page
    assert "No model painted any of it" in page
    assert "Nothing of it was repainted" not in page


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_every_check_has_its_words_in_every_language(language: str) -> None:
    """Nobody is told in English what is wrong with their photo, or what was measured."""
    words = check_words.all_words(language)
    for name in plugins.names("catchlight.checks"):
        check = plugins.load("catchlight.checks", name)
        assert words["title"].get(name), name
        assert words["unit"].get(check.UNIT), check.UNIT
        for side in {*check.SENTENCES, "outlier", "failed", "low", "high", "far"}:
            reason = told(f"{name}.{side}", "English", Words(language))
            assert (reason.language, "{" in reason.text) == (language, False), f"{name}.{side}"
        assert not set(check.SENTENCES) - {
            key.partition(".")[2] for key in reasons(language) if key.startswith(f"{name}.")
        }
    assert words["title"].keys() <= set(plugins.names("catchlight.checks"))


def test_a_sentence_is_never_in_two_languages() -> None:
    """English pages keep the sentences as they were made; an unknown reason stays as it is, and says so."""
    assert told("matte.outlier", "As made.", Words("en")) == Told("As made.", "en")
    assert told("gone.low", "As made.", Words("de")) == Told("As made.", "en")
    assert told("matte.outlier", "As made.", Words("de")).text.startswith("Unsicherer Umriss")


def test_only_who_has_several_photos_is_offered_another_one(pages: dict[str, str]) -> None:
    """A wish that cannot be met is not offered."""
    assert 'value="other_photo"' in pages["several"]
    assert 'value="other_photo"' not in pages["open"]


@pytest.mark.parametrize("path", ["/me", "/me/stop"])
def test_a_hostile_name_stays_text(tmp_path: Path, path: str) -> None:
    """On every page that shows it."""
    for number, name in enumerate(HOSTILE):
        person = Employee(ME.id, display_name=name, title=name, department=name)
        desk = opened(one_person(tmp_path / str(number), person), policy(company=name, contact=name))
        page = signed_in(desk, ME.id, ME.id).get(path).text
        assert "<script>window" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
        assert "49" not in plain(page).split("Sign out")[0]


def test_others_pictures_are_not_there(tmp_path: Path) -> None:
    """A foreign, an unknown and an odd picture are all the same: there is none."""
    desk = opened(one_person(tmp_path))
    own, foreign = (desk.company.book().people[id_].portrait.render for id_ in ("p1", "p2"))
    assert own
    assert foreign
    browser = signed_in(desk, ME.id, ME.id)
    for name in ("picture", "before", "after", "aligned"):
        seen = browser.get(f"/picture/{getattr(own, name)}/320")
        assert seen.status_code == 200
        assert seen.headers["cache-control"] == "private, max-age=300"
        assert browser.get(f"/picture/{getattr(foreign, name)}/320").status_code == 404
        assert (
            signed_in(desk, "hr", "", ("hr",)).get(f"/picture/{getattr(foreign, name)}/320").status_code
            == 200
        )
        assert (
            signed_in(desk, "x", "", ("auditor",)).get(f"/picture/{getattr(own, name)}/320").status_code
            == 404
        )
    unknown = Home(desk.home).vault.put(b"something that is no portrait")
    odd = [
        unknown + "/320",
        "0" * 64 + "/320",
        "../../register.db/320",
        own.picture + "/321",
        own.picture + "/x",
    ]
    assert {browser.get(f"/picture/{path}").status_code for path in odd} == {404}
    assert client(desk).get(f"/picture/{own.picture}/320").status_code == 401


def test_a_deadline_is_told_as_the_day_it_is_where_people_work(tmp_path: Path) -> None:
    """In the words of the language."""
    desk = opened(one_person(tmp_path))
    invited(desk, 9)
    page = signed_in(desk, ME.id, ME.id).get("/me", headers={"accept-language": "de"}).text
    assert re.search(r"Bitte antworten Sie bis zum \d+\.\s\w+ \d{4}\.", page)


def test_somebody_without_a_portrait_is_told_so(tmp_path: Path) -> None:
    """Their account works, there is only nothing to look at."""
    desk = opened(one_person(tmp_path))
    assert "There is no portrait of you here yet" in signed_in(desk, "p9", "p9").get("/me").text


@pytest.mark.parametrize(
    ("by", "whose", "said"),
    [
        ("by the preset", "person", "More could be done, but in your company nothing beyond the crop may be changed."),
        ("for this person", "person", "More could be done, but for you nothing beyond the crop may be changed."),
        ("for this person", "somebody", "More could be done, but for this person nothing beyond the crop may be changed."),
        ("as they wished", "person", "More could be done, but as wished nothing beyond the crop may be changed."),
        ("for DE", "somebody", "More could be done, but for DE nothing beyond the crop may be changed."),
    ],
)  # fmt: skip
def test_a_limit_is_told_to_the_person_and_to_who_decides(by: str, whose: str, said: str) -> None:
    """Both read it in the page's language, each from where they stand; no limit is no sentence."""
    assert held_back(f"relight not used: limited to crop {by}", Words("en"), whose) == said
    assert held_back("", Words("de"), whose) == ""
