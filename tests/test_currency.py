"""How long ago a photo was taken, and whether a person's newest other photo shows the same person."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catchlight import ledger
from catchlight.checks import photo_age
from catchlight.config import Engines
from catchlight.decoder import Decoder
from catchlight.decoding import decode
from catchlight.develop import Development, Order, Room, develop, recipe_of
from catchlight.exif import a_day
from catchlight.judge import judge, limits
from catchlight.records import Photo, Reading, Render, Verdict
from catchlight.sitting import Record, Sitting
from catchlight.studio import Studio
from catchlight.vault import Vault
from tests.studio import REFERENCE, measure, small

pytest_plugins = ["tests.studio_fixtures"]

TODAY = "2026-11-23"
TAKEN = 0x9003


@pytest.fixture(scope="module")
def good(company: dict[str, Sitting]) -> Sitting:
    """Return the portrait of a good photo."""
    return company[REFERENCE]


def _dated(sitting: Sitting, date: str) -> float:
    return measure("photo_age", replace(sitting, record=Record(date)))


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("2019-01-01", 2019.0),
        ("2019-12-31", 2019.995),
        ("2020-12-31", 2020.997),
        ("2019-07-02", 2019.497),
        ("2019", 2019.497),
        ("2019-05", 2019.366),
        (" 2019-05-15T08:30:00+02:00 ", 2019.366),
        ("2019-00-00", 2019.497),
    ],
)
def test_a_date_is_read_as_a_year(good: Sitting, date: str, year: float) -> None:
    """A full date to the day; of a month or a year alone, the middle; the time of day does not matter."""
    assert _dated(good, date) == pytest.approx(year, abs=0.002)


@pytest.mark.parametrize(
    "date",
    ["x", "19", "2019-13", "2019-02-30", "0000-00-00", "May 2019", "17.05.2019", "-1", "2019-05-17junk"],
)
def test_what_is_no_date_is_said(good: Sitting, date: str) -> None:
    """No value and no crash: the reading names what it found and what it wants."""
    with pytest.raises(LookupError, match=r"is not one such as 2026-11-23") as caught:
        _dated(good, date)
    assert repr(date) in str(caught.value)


def test_a_photo_without_a_date_says_so(good: Sitting) -> None:
    """Nothing is guessed from pixels."""
    with pytest.raises(LookupError, match="the photo has no date"):
        _dated(good, "")


def _judged(year: float | None, day: str = TODAY, **others: float) -> Verdict:
    """Judge a remembered reading of a photo's date on a day."""
    preset = small()
    limit = limits(preset)["photo_age"]
    remembered = [Reading("ana", "r", "photo_age", year, limit.low, limit.high, "" if year else "no date")]
    remembered += [Reading("ana", "r", name, value) for name, value in others.items()]
    readings = photo_age.as_of(ledger.table(Reading, remembered), day)
    done = judge(ledger.table(Render, [Render("ana", "r", "p")]), readings, preset)
    row: Verdict = ledger.records(Verdict, done)[0]
    return row


def test_a_reading_grows_old_without_being_measured_again() -> None:
    """What a recipe remembers stays as it is; five years after the photo was taken a person is asked to look."""
    taken = photo_age.year_of("2021-12-01")
    assert _judged(taken).outcome == "accept"
    later = _judged(taken, "2026-12-20")
    assert (later.outcome, later.reasons) == ("review", ("photo_age.high",))
    assert "send a newer one" in later.sentences[0]


@pytest.mark.parametrize("date", ["2026", "2026-12", "2026-11-24"])
@pytest.mark.parametrize("day", ["2026-01-02", TODAY])
def test_this_year_is_not_the_future(date: str, day: str) -> None:
    """Somebody who only knows the year is not told off in January."""
    if date == "2026":
        assert _judged(photo_age.year_of(date), day).outcome == "accept"
    assert _judged(photo_age.year_of(date), TODAY).outcome == "accept"


def test_a_date_in_the_future_is_told() -> None:
    """A slip of the pen is corrected by a person; it does not pass for a new photo."""
    verdict = _judged(photo_age.year_of("2062-11-20"))
    assert (verdict.outcome, verdict.reasons) == ("review", ("photo_age.low",))
    assert "lies in the future: correct it" in verdict.sentences[0]


def test_years_are_told_for_this_check_alone() -> None:
    """People read how long ago; other readings and those without a value are left as they are."""
    rows = [
        Reading("ana", "r", "photo_age", 2019.375),
        Reading("ana", "r", "head", 64.0),
        Reading("bo", "r", "photo_age"),
    ]
    told = photo_age.as_of(ledger.table(Reading, rows), "2026-11-23T09:15:00+00:00")
    assert told["value"].to_list() == [pytest.approx(7.52, abs=0.01), 64.0, None]
    assert told.drop("value").equals(ledger.table(Reading, rows).drop("value"))


def test_no_date_and_no_other_photo_change_no_verdict() -> None:
    """A company that never wrote dates down is not asked about them."""
    assert _judged(None).outcome == "accept"


# ---- the person's newest other photo


def test_without_another_photo_there_is_nothing_to_compare(good: Sitting) -> None:
    """The reading says so, and so it does when the engine cannot tell people apart."""
    with pytest.raises(LookupError, match="there is no other photo"):
        measure("likeness_newest", good)
    other = replace(good, record=Record("", good.subject), unlike_newest=None)
    with pytest.raises(LookupError, match="cannot tell people apart"):
        measure("likeness_newest", other)


def test_likeness_is_in_percent_of_the_limit(good: Sitting) -> None:
    """The engine's limit for the same person is 100."""
    assert (
        measure("likeness_newest", replace(good, record=Record("", good.subject), unlike_newest=0.62)) == 62
    )


Developer = Callable[..., Development]


@pytest.fixture(scope="module")
def developed(
    shared: Path, studio: Studio, decoder: Decoder, tmp_path_factory: pytest.TempPathFactory
) -> Developer:
    """Return what develops Ana from labelled photos (name → date) with an engine that tells people apart."""
    preset = small().model_copy(update={"engines": Engines(likeness="dlib_resnet")})
    room = Room(preset, Studio(preset, studio.models), decoder, Vault(tmp_path_factory.mktemp("vault")))

    def of(**dates: str) -> Development:
        data = {name: (shared / "pairs" / "photos" / f"{name}.jpg").read_bytes() for name in dates}
        photos = tuple(Photo("ana", n, room.vault.put(data[n]), date=d) for n, d in dates.items())
        return develop(Order("ana", recipe_of("ana", photos, "setup"), photos), room)

    return of


def _unlike(done: Development) -> Reading:
    return next(reading for reading in done.readings if reading.check == "likeness_newest")


def _verdict(done: Development) -> Verdict:
    tables = ledger.table(Render, [done.render]), ledger.table(Reading, [_unlike(done)])
    row: Verdict = ledger.records(Verdict, judge(*tables, small()))[0]
    return row


@pytest.mark.parametrize(("other", "outcome"), [("F000459_b", "accept"), ("P000608_b", "review")])
def test_somebody_elses_photo_under_a_name_is_noticed(developed: Developer, other: str, outcome: str) -> None:
    """Two photos of one person years apart pass; where the other one is somebody else's a person is asked to look."""
    done = developed(F000459_a="2022-12-01", **{other: "2018"})
    assert [photo.file for photo in done.photos if photo.chosen] == ["F000459_a"]
    assert _verdict(done).outcome == outcome
    if outcome == "review":
        assert "make sure that both photos are of this person" in _verdict(done).sentences[0]


def test_the_newest_of_the_others_counts(developed: Developer) -> None:
    """Of several other photos the one with the latest date is compared; without dates one of them is."""
    values: dict[Any, float | None] = {}
    for own, strange in (("2024-03", "2019"), ("2019", "2024-03"), ("", "")):
        values[own] = _unlike(developed(F000459_a="2016", F000459_b=own, P000608_b=strange)).value
    assert values["2024-03"] is not None
    assert values["2019"] is not None
    assert values["2024-03"] < 100 < values["2019"]
    assert values[""] in (values["2024-03"], values["2019"])


# ---- the date that the camera wrote


def _file(format_: str = "JPEG", **tags: Any) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769).update({TAKEN: tags["taken"]} if "taken" in tags else {})
    buffer = BytesIO()
    Image.new("RGB", (16, 12), "teal").save(buffer, format_, exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_day_a_camera_wrote_is_read(format_: str, decoder: Decoder) -> None:
    """In every format that carries it, in this process and through the decoder's child."""
    data = _file(format_, taken="2018:11:28 14:03:59")
    assert decode(data).taken == decoder.open(data).taken == "2018-11-28"


@pytest.mark.parametrize(
    "taken",
    [
        "",
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2018:13:41 00:00:00",
        "1970:01:01 00:00:00",
        "\x00\x00",
        "2018",
        "x" * 60_000,
    ],
)
def test_a_malformed_day_is_no_day(taken: str, decoder: Decoder) -> None:
    """Empty, impossible and unset clocks say nothing, and the picture is read all the same."""
    done = decoder.open(_file(taken=taken))
    assert (done.taken, done.picture.shape) == ("", (12, 16, 3))


def test_a_day_of_the_wrong_kind_or_a_broken_exif_is_no_day(decoder: Decoder) -> None:
    """A number where text belongs, and a block that was cut or overwritten, cost the date and nothing else."""
    assert decode(_file(taken=7)).taken == ""
    whole = _file(taken="2018:11:28 14:03:59")
    start = whole.index(b"Exif\0\0") + 6
    for at in range(0, 60, 3):
        broken = whole[: start + at] + b"\xff\xfe\xff" + whole[start + at + 3 :]
        assert decoder.open(broken).taken in ("", "2018-11-28")


def test_a_photo_of_a_camera_has_its_day(shared: Path) -> None:
    """Files as cameras write them, and one whose EXIF is damaged."""
    assert decode((shared / "hard" / "gps_exif.jpg").read_bytes()).taken == "2008-10-22"
    assert decode((shared / "hard" / "pillow_invalid-exif.jpg").read_bytes()).taken == ""


@pytest.mark.parametrize("text", ["<script>", "2018-11-28<b>", "9", "1899-01-01", "None"])
def test_what_a_decoder_says_is_a_day_or_nothing(text: str) -> None:
    """The child that decodes may have been taken over: its answer is no way in."""
    assert a_day(text) == ""
    assert a_day("2018-11-28") == "2018-11-28"
