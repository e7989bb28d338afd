"""People of several systems become one person by declared values, and never by name."""

from catchlight.joining import Joined, Listed, join
from catchlight.source_memory import Known


def _known(key: str, **values: str) -> Known:
    return Known(key, values)


def _joined(
    *others: Known, join_by: tuple[str, ...] = ("employee_number", "email"), adds: bool = False
) -> Joined:
    hr = [
        _known("h1", employee_number="0017", email="ann@example.com", display_name="Ann Archer"),
        _known("h2", employee_number="0018", email="bob@example.com", display_name="Bob Berg"),
        _known("h3", employee_number="0019", email="team@example.com", display_name="Cleo Cole"),
        _known("h4", employee_number="0020", email="team@example.com", display_name="Dan Dorn"),
    ]
    return join([Listed("hr", hr), Listed("entra", others, join_by, adds)])


def _pairs(joined: Joined) -> dict[str, str]:
    return {
        person.entries["hr"].key: person.entries["entra"].key
        for person in joined.people
        if "entra" in person.entries
    }


def test_a_value_that_one_person_has_joins_them() -> None:
    """By whichever declared field, however it is written."""
    joined = _joined(_known("e1", employee_number="0017"), _known("e2", email=" BOB@Example.com "))
    assert _pairs(joined) == {"h1": "e1", "h2": "e2"}
    assert joined.loose == []


def test_another_letter_is_another_value_and_another_form_is_not() -> None:
    """``weiß`` and ``weiss`` are two people; an accent may be one sign or two."""
    hr = [_known("h1", email="j.weiß@example.com"), _known("h2", email="zo\u00eb@example.com")]
    entra = [_known("e1", email="j.weiss@example.com"), _known("e2", email="ZOE\u0308@example.com")]
    assert _pairs(join([Listed("hr", hr), Listed("entra", entra, ("email",))])) == {"h2": "e2"}


def test_a_name_joins_nobody() -> None:
    """Two people may have one name."""
    joined = _joined(_known("e1", display_name="Ann Archer"))
    assert _pairs(joined) == {}
    assert [(one.known.key, one.why) for one in joined.loose] == [("e1", "nobody")]


def test_why_an_entry_leads_to_nobody_is_told_by_its_values() -> None:
    """An address that nobody else has is another matter than none at all."""
    joined = _joined(_known("e1", email="zoe@example.com"), _known("e2", display_name="Bob Berg"))
    assert [one.told for one in joined.loose] == [
        "nobody has its email zoe@example.com",
        "it has no employee_number or email",
    ]


def test_values_that_lead_to_two_people_join_neither() -> None:
    """The number says Ann, the address says Bob: somebody has to look."""
    joined = _joined(_known("e1", employee_number="0017", email="bob@example.com"))
    assert _pairs(joined) == {}
    assert [(one.why, one.told) for one in joined.loose] == [
        ("disagree", "employee_number 0017 and email bob@example.com lead to different people")
    ]


def test_a_value_that_several_have_tells_nothing() -> None:
    """A shared address joins nobody alone, and does not get in the way of a number."""
    joined = _joined(
        _known("e1", email="team@example.com"), _known("e2", employee_number="0020", email="team@example.com")
    )
    assert _pairs(joined) == {"h4": "e2"}
    assert [(one.known.key, one.why) for one in joined.loose] == [("e1", "several")]


def test_two_entries_that_lead_to_one_person_are_both_left() -> None:
    """Which of them is the right one cannot be told."""
    joined = _joined(_known("e1", employee_number="0017"), _known("e2", email="ann@example.com"))
    assert _pairs(joined) == {}
    assert sorted((one.known.key, one.why) for one in joined.loose) == [("e1", "doubled"), ("e2", "doubled")]


def test_a_source_that_adds_brings_people_of_its_own() -> None:
    """Only those whom no value leads anywhere: a doubtful entry is no new person."""
    joined = _joined(_known("e1", email="zoe@example.com"), _known("e2", email="team@example.com"), adds=True)
    assert [list(person.entries) for person in joined.people] == [["hr"], ["hr"], ["hr"], ["hr"], ["entra"]]
    assert [one.known.key for one in joined.loose] == ["e2"]


def test_a_third_source_is_joined_by_what_the_second_knows() -> None:
    """Slack knows the address that only the directory has."""
    hr = [_known("h1", employee_number="0017")]
    entra = [_known("e1", employee_number="0017", email="ann@example.com")]
    slack = [_known("s1", email="ann@example.com")]
    joined = join(
        [Listed("hr", hr), Listed("entra", entra, ("employee_number",)), Listed("slack", slack, ("email",))]
    )
    assert {name: one.key for name, one in joined.people[0].entries.items()} == {
        "hr": "h1",
        "entra": "e1",
        "slack": "s1",
    }


def test_a_field_is_taken_from_the_source_that_is_believed_first() -> None:
    """And from the next one where that says nothing."""
    person = _joined(_known("e1", employee_number="0017", email="ann.archer@example.com")).people[0]
    assert person.value("email", ["entra", "hr"]) == "ann.archer@example.com"
    assert person.value("display_name", ["entra", "hr"]) == "Ann Archer"
