"""What answers come to: a wish adds up, stays within the brand's limits, and begins anew with a new photo."""

from dataclasses import replace

import pytest

from catchlight.config import load_preset
from catchlight.deciding import rounds_used
from catchlight.develop import recipe_of
from catchlight.judge import limits
from catchlight.look import Look
from catchlight.plan import order_of
from catchlight.records import Answer, Decision, Employee, Photo, Rung, Side
from catchlight.review_records import Upload
from catchlight.wish import NO_WISH, Made, Wish
from catchlight.wishes import TAGS, Asked, photo_of, wish_of

HOUSE = load_preset("house")
FIRST = Made("photo", Rung.RELIGHT, 0.64)


def retry(picture: str, tags: str, day: int = 1, answer: str = Answer.RETRY) -> Decision:
    """Return an answer of one day."""
    return Decision("ana", picture, answer, "ana", f"2026-11-{day:02}T10:00:00+00:00", tags=tags)


def wished(*answers: Decision, made: dict[str, Made] | None = None, rounds: int = 3) -> Wish:
    """Return what answers about the picture ``p`` come to."""
    return wish_of(answers, [], {"p": FIRST} if made is None else made, rounds)


def test_every_tag_has_words_and_means_something() -> None:
    """No reason on the page is without effect."""
    for tag, words in TAGS.items():
        assert words
        assert wished(retry("p", tag)) != NO_WISH, tag
    assert wished(retry("p", "nicer younger")) == NO_WISH


def test_a_tag_becomes_part_of_the_preset() -> None:
    """Closer, wider, softer and less changed, each from what the person saw."""
    assert wished(retry("p", "tighter")).view(HOUSE).crop.head == 0.67
    looser = wished(retry("p", "looser")).view(HOUSE).crop
    assert (looser.head, looser.head_high) == (0.61, 0.63)
    assert wished(retry("p", "softer_light")).view(HOUSE).light.strength == HOUSE.light.strength / 2
    assert wished(retry("p", "as_photographed")).cap.rung == Rung.BACKGROUND
    assert wished(retry("p", "old_background")).cap.rung == Rung.CROP
    assert wished(retry("p", "other_photo")).without == ("photo",)
    assert (
        wished(retry("p", "tighter softer_light old_background")).tags
        == "tighter softer_light old_background"
    )


@pytest.mark.parametrize(
    ("had", "gets"),
    [
        (Rung.RELIGHT, Rung.BACKGROUND),
        (Rung.BACKGROUND, Rung.CROP),
        (Rung.CROP, Rung.KEEP),
        (Rung.KEEP, Rung.KEEP),
    ],
)
def test_not_me_changes_one_rung_less(had: Rung, gets: Rung) -> None:
    """One lower than the picture had, never below the photo itself."""
    assert wished(retry("p", "not_me"), made={"p": replace(FIRST, rung=had)}).rung == gets


def test_the_brands_limits_hold() -> None:
    """However often somebody asks, the head stays between the preset's least and largest, which are no flag."""
    large = wished(retry("p", "tighter"), made={"p": replace(FIRST, head=0.69)}).view(HOUSE)
    small = wished(retry("p", "looser"), made={"p": replace(FIRST, head=0.605)}).view(HOUSE)
    assert (large.crop.head, small.crop.head) == (HOUSE.crop.head_high, HOUSE.crop.head_low)
    usual = limits(HOUSE)["head"]
    for view in (large, small):
        own = limits(view)["head"]
        assert own.low <= min(usual.low, 100 * view.crop.head)
        assert own.high >= max(usual.high, 100 * view.crop.head)
    assert NO_WISH.view(HOUSE) == HOUSE


def test_reasons_add_up_from_picture_to_picture() -> None:
    """What the picture of the last answer was made with stays, and the new reasons are added."""
    second = Made("photo", Rung.RELIGHT, 0.67, wished(retry("p", "tighter")))
    made = {"p": FIRST, "q": second}
    both = wished(retry("p", "tighter"), retry("q", "softer_light", 2), made=made)
    assert (both.head, both.softer) == (0.67, 1)
    back = wished(retry("p", "tighter"), retry("q", "softer_light", 2), retry("p", "looser", 3), made=made)
    assert (back.head, back.softer) == (0.61, 0)


def test_another_reason_about_the_same_picture_replaces_the_first() -> None:
    """Somebody who changes their mind before the pass asks for one thing."""
    assert wished(retry("p", "tighter"), retry("p", "looser", 2)) == wished(retry("p", "looser"))


def test_an_approved_picture_is_what_the_next_refresh_makes_again() -> None:
    """Who goes back to the first portrait wants nothing different any more."""
    made = {"p": FIRST, "q": Made("photo", Rung.RELIGHT, 0.67, wished(retry("p", "tighter")))}
    assert wished(retry("p", "tighter"), retry("p", "", 2, Answer.APPROVE), made=made) == NO_WISH
    assert wished(retry("p", "tighter"), retry("q", "", 2, Answer.APPROVE), made=made).head == 0.67
    assert wished(retry("p", "tighter"), retry("p", "", 2, Answer.KEEP), made=made).head == 0.67


def test_only_so_many_rounds_count() -> None:
    """A further picture that is rejected changes nothing, and the page knows that none is left."""
    answers = [retry(picture, "softer_light", day) for day, picture in enumerate(("p", "q", "r"), 1)]
    assert wish_of(answers, [], {}, 1).softer == 1
    assert wish_of(answers, [], {}, 3).softer == 2
    assert [rounds_used(answers[:n], []) for n in range(4)] == [0, 1, 2, 3]


def test_the_brand_owner_wishes_nothing() -> None:
    """Only the person's own side changes their portrait."""
    assert wished(replace(retry("p", "tighter"), side=Side.BRAND)) == NO_WISH


def test_a_photo_that_is_sent_begins_anew() -> None:
    """Wishes about portraits of the old photos are over, and all rounds are there again."""
    sent = Upload("ana", "digest", "me.jpg", "ana", "2026-11-02T10:00:00+00:00")
    old, new = retry("p", "tighter"), retry("q", "softer_light", 3)
    assert wish_of([old], [sent], {"p": FIRST}, 1) == NO_WISH
    assert wish_of([old, new], [sent], {"p": FIRST}, 1) == Wish(softer=1)
    assert (rounds_used([old], [sent]), rounds_used([old, new], [sent])) == (0, 1)


def test_a_photo_of_a_later_day_in_the_directory_stays() -> None:
    """What was sent takes the place of older photos and of those without a date, not of a newer one."""
    sent = Upload("ana", "digest", "me.jpg", "ana", "2026-11-02T10:00:00+00:00")
    asked = Asked(uploads={"ana": sent})
    bo = Photo("bo", "bo.jpg")
    for date in ("", "2019", "2026-11-01"):
        assert asked.photos([Photo("ana", "ana.jpg", date=date), bo]) == [photo_of(sent), bo]
    newer = [Photo("ana", "ana.jpg", date="2026-12-01"), bo]
    assert asked.photos(newer) == newer
    assert (photo_of(sent).sent, photo_of(sent).file) == ("2026-11-02", "sent/me.jpg")


def test_a_photo_that_is_sent_is_not_taken_to_be_new() -> None:
    """An old picture sent today is one without a date, until the file itself says when it was taken."""
    photo = photo_of(Upload("ana", "digest", "me.jpg", "ana", "2026-11-02T10:00:00+00:00"))
    assert photo.date == ""
    assert photo.taken == "date not known; sent on 2026-11-02"
    assert replace(photo, date="2011-03-04").taken == "2011-03-04"
    assert Photo("bo", "bo.jpg").taken == ""


def test_the_last_photo_is_never_left_out() -> None:
    """Who rejects every photo they have gets no empty portrait: the wish is as if it had not been."""
    one, two = Photo("ana", "1.jpg", "a"), Photo("ana", "2.jpg", "b")
    wish = Wish(without=("a", "gone"))
    assert wish.among([one, two]).without == ("a",)
    assert wish.among([one]) == NO_WISH
    assert [photo.file for photo in wish.sort([one, two])[0]] == ["2.jpg"]


def test_a_recipe_changes_with_the_wish_and_only_then() -> None:
    """Nobody without a wish is rendered because somebody else has one."""
    photos = (Photo("ana", "1.jpg", "a"),)
    plain = recipe_of("ana", photos, "setup")
    assert recipe_of("ana", photos, "setup", wish=NO_WISH) == plain
    wishes = [
        Wish(head=0.67),
        Wish(head=0.67, most=0.7),
        Wish(softer=1),
        Wish(rung="crop"),
        Wish(without=("x",)),
    ]
    assert len({plain, *(recipe_of("ana", photos, "setup", wish=wish) for wish in wishes)}) == 6


def test_a_wish_never_lifts_a_cap() -> None:
    """Country, person and wish: the least of them holds, and says whose it is."""
    photos, person = (Photo("ana", "1.jpg", "a"),), Employee("ana", rung="crop")
    assert order_of(person, photos, Look("s"), Wish(rung="background")).cap.by == "for this person"
    assert order_of(person, photos, Look("s"), Wish(rung="keep")).cap.by == "as they wished"
    assert order_of(Employee("ana"), photos, Look("s"), Wish(rung="crop")).cap.rung == Rung.CROP


def test_a_plan_keeps_wishes_as_they_are() -> None:
    """Written down and read again they are the same."""
    wish = Wish(0.67, 0.0, 1, "background", ("a", "b"))
    assert Wish.of(wish.plain()) == wish
