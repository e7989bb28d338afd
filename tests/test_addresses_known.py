"""An address that somebody outside the newest run has, too, gets nobody's personal link."""

from pathlib import Path

import pytest

from catchlight.identities import Ids, Seen, write_ids
from catchlight.invitations import Invitations
from catchlight.shared_addresses import sharers
from flows.links import link_sender
from tests.letter_company import LetterCompany, make_company, post_office, reviewing


def _listing(company: LetterCompany, **seen: Seen) -> None:
    """Write the list as it was last read: everybody of the run, and others."""
    run = {id_: Seen(id_, one.name, email=one.email) for id_, (one, _, _) in company.people.items()}
    write_ids(company.home, Ids({**run, **seen}))


def _other(name: str = "Bob", gone: str = "") -> Seen:
    return Seen("list bob", name, gone, email=" ANN@example.com")


def _sharing(company: LetterCompany) -> frozenset[str]:
    people = [one for one, _, _ in company.people.values()]
    return sharers(company.home, people, company.now)


def test_no_letter_goes_to_an_address_of_somebody_whom_the_run_leaves_out(tmp_path: Path) -> None:
    """Who said no, or is not in a run of a few people, may read the mailbox all the same."""
    company = make_company(tmp_path, "ann", "cid")
    _listing(company, bob=_other())
    with post_office(company) as box:
        told = reviewing(company, "invite", "--only", "ann", "--now")
        assert (told.exit_code, box.to) == (1, [])
        assert "1 share their e-mail address with somebody who is here or left lately" in told.output
        assert reviewing(company, "invite", "--now").exit_code == 1
        assert box.to == ["cid@example.com"]


def test_nor_does_a_fresh_link_for_an_old_one(tmp_path: Path) -> None:
    """An old link in that mailbox must not bring a new one."""
    company = make_company(tmp_path, "ann")
    _listing(company, bob=_other())
    with post_office(company) as box:
        bureau = company.bureau()
        old = Invitations(bureau.register, company.home, company.clock).invite(
            "ann", company.people["ann"][1].picture, "hr", bureau.ends()
        )
        assert link_sender(company.home, company.clock)(old) is None
        assert box.letters == []


@pytest.mark.parametrize(("gone", "shared"), [("2026-05-20", True), ("2026-05-01", False)])
def test_who_left_counts_as_long_as_their_pictures_are_kept(
    tmp_path: Path, gone: str, *, shared: bool
) -> None:
    """A mailbox may outlast who read it for a while; a new person is not kept from it for ever."""
    company = make_company(tmp_path, "ann")  # it is the third of June
    _listing(company, bob=_other(gone=gone))
    assert _sharing(company) == (frozenset({"ann", "bob"}) if shared else frozenset())
    (company.home / "trust.toml").write_text("[keep]\nleavers = 60\n", "utf-8")
    assert "ann" in _sharing(company)


def test_somebody_whose_id_is_another_now_shares_with_nobody(tmp_path: Path) -> None:
    """A company that moves to new ids has each person twice: one who is here, one who is gone."""
    company = make_company(tmp_path, "ann")
    _listing(company, bob=_other(company.people["ann"][0].name.upper(), "2026-06-01"))
    assert _sharing(company) == frozenset()


def test_an_address_that_the_list_has_put_right_is_still_shared_by_the_run(tmp_path: Path) -> None:
    """Letters go to the address of the run, so that is the one to look at, too."""
    company = make_company(tmp_path, "ann")
    company.add("bob", email="ann@example.com")
    company.finish()
    _listing(company, bob=Seen("bob", "Bob", email="bob@example.com"))
    assert _sharing(company) == {"ann", "bob"}
