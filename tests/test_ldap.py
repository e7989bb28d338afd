"""LDAP and Active Directory as a destination, against a real OpenLDAP."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catchlight.errors import ConfigError, PhotoError
from catchlight.place import Place
from catchlight.records import Employee
from connectors import ldap
from connectors._ldap_wire import Directory
from tests.ldap_server import BASE, GROUP, LIMITED, PASSWORD, PEOPLE, READER, WRITER, LdapServer
from tests.place_contract import keeps_the_contract, refuses_strange_targets
from tests.published_company import portrait


@pytest.fixture
def server(slapd: LdapServer) -> LdapServer:
    """Return the directory without anybody in it."""
    slapd.clear()
    return slapd


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """Return the file with the password of all accounts."""
    file = tmp_path / "password"
    file.touch(0o600)
    file.write_text(PASSWORD)
    return file


def settings(server: LdapServer, password: Path, **changed: Any) -> ldap.Settings:
    """Return settings as IT would write them for OpenLDAP."""
    usual = {
        "url": server.url, "bind_dn": WRITER, "password_file": password, "base_dn": BASE, "key": "entryUUID",
        "filter": "(objectClass=inetOrgPerson)", "attribute": "jpegPhoto",
    }  # fmt: skip
    return ldap.Settings(**{**usual, **changed})


def place(server: LdapServer, password: Path, **changed: Any) -> Place:
    """Return the directory as a destination."""
    return ldap.open_place(settings(server, password, **changed), "ldap:directory")


@pytest.mark.parametrize("attribute", ["jpegPhoto", "thumbnailPhoto"])
@pytest.mark.parametrize("key", ["entryUUID", "objectGUID"])
def test_it_keeps_the_contract_of_places(
    server: LdapServer, password: Path, attribute: str, key: str
) -> None:
    """In both attributes, and by the ids of OpenLDAP and of Active Directory."""
    server.add("anna", mail="anna@example.org")
    there = place(server, password, attribute=attribute, key=key)
    target = there.accounts([Employee("1", email="anna@example.org")]).targets["1"]
    keeps_the_contract(there, target)
    refuses_strange_targets(there)


def test_only_the_picture_changes(server: LdapServer, password: Path) -> None:
    """Everything else of the entry stays as it was, and so do the others."""
    ids = [server.add(uid, mail=f"{uid}@example.org", telephoneNumber="123") for uid in ("anna", "ben")]
    before = [
        server.values(uid, name) for uid in ("anna", "ben") for name in ("mail", "sn", "telephoneNumber")
    ]
    place(server, password).put(ids[0], portrait("anna"))
    after = [
        server.values(uid, name) for uid in ("anna", "ben") for name in ("mail", "sn", "telephoneNumber")
    ]
    assert before == after
    assert server.values("anna", "jpegPhoto") == [portrait("anna")]
    assert server.values("ben", "jpegPhoto") == []


def test_people_are_found_by_the_attribute_that_the_settings_name(server: LdapServer, password: Path) -> None:
    """By employee number here; capitals, blanks and a name in common do not matter."""
    server.add("anna", employeeNumber="0042", cn=["anna"], displayName="Anna Meyer")
    server.add("anna2", employeeNumber="42", displayName="Anna Meyer")
    there = place(server, password, match="employeeNumber", employee="id")
    found = there.accounts([Employee("0042", display_name="Anna Meyer"), Employee("42"), Employee("7")])
    assert found.targets == {"0042": server.id_of("anna"), "42": server.id_of("anna2")}
    assert found.absent == {"7": "no account has employeeNumber 7"}


def test_who_cannot_be_told_apart_is_left_out(server: LdapServer, password: Path) -> None:
    """Two entries with one address, two people with one entry, and a person without an address."""
    server.add("anna", mail="anna@example.org")
    server.add("anna.old", mail=["a.meyer@example.org", "ANNA@example.org"])
    server.add("desk", mail=["one@example.org", "two@example.org"])
    server.add("carl", mail="carl@example.org")
    found = place(server, password).accounts([
        Employee("1", email="anna@example.org"), Employee("2", email="one@example.org"),
        Employee("3", email="two@example.org"), Employee("4"), Employee("5", email=" Carl@Example.org "),
    ])  # fmt: skip
    assert found.targets == {"5": server.id_of("carl")}
    assert found.absent == {
        "1": "2 accounts have mail anna@example.org, and which one is right cannot be told",
        "2": "the account with mail one@example.org belongs to 2 people of the list",
        "3": "the account with mail two@example.org belongs to 2 people of the list",
        "4": "the list of people has no email for this person, and accounts are found by it",
    }


@pytest.mark.parametrize(
    "value", ["*", "anna*", "x)(mail=*", "x)(|(objectClass=*", "\\2a", "a\0b", "(", ")", "é)(cn=*", "\\"]
)
def test_a_value_is_never_more_than_a_value(server: LdapServer, password: Path, value: str) -> None:
    """What an HR file contains cannot widen the search, nor end it with an error."""
    server.add("anna", mail="anna@example.org")
    found = place(server, password).accounts([Employee("1", email=value)])
    assert found.targets == {}
    assert found.absent == {"1": f"no account has mail {value}"}


def test_odd_names_of_entries_are_written_to(server: LdapServer, password: Path) -> None:
    """Commas, quotes, umlauts and equals signs in a name are the server's business."""
    for number, name in enumerate([r"Meyer\, Änna", r"O\"Brien\+Co", "a=b", r"\#1 \<x\>", r"tail\ "]):
        id_ = server.add(name, mail=f"{number}@example.org")
        there = place(server, password)
        assert there.accounts([Employee("1", email=f"{number}@example.org")]).targets == {"1": id_}
        there.put(id_, portrait(name))
        assert server.values(name, "jpegPhoto") == [portrait(name)]


def test_a_new_name_and_folder_do_not_lose_a_person(server: LdapServer, password: Path) -> None:
    """The way back finds the entry after a wedding."""
    id_ = server.add("anna.meyer", mail="anna@example.org")
    there = place(server, password)
    there.put(id_, portrait("anna"))
    server.rename("anna.meyer", "anna.schmidt")
    assert there.look(id_) == portrait("anna")
    there.remove(id_)
    assert server.values("anna.schmidt", "jpegPhoto") == []


def test_a_deleted_account_is_said_to_be_gone(server: LdapServer, password: Path) -> None:
    """It is not taken for a person without a picture, and not written to."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password)
    server.clear()
    for ask in (there.look, there.remove, lambda one: there.put(one, portrait("anna"))):
        with pytest.raises(PhotoError, match=r"no entry .* nothing was done") as caught:
            ask(id_)
        assert caught.value.reason == "account.gone"


@pytest.mark.parametrize(
    "fence", [{"only_group": GROUP}, {"only": "(departmentNumber=pilot)"}, {"base_dn": f"cn=anna,{PEOPLE}"}]
)
def test_nobody_beyond_the_fence_is_touched(
    server: LdapServer, password: Path, fence: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group, a filter or a folder: who is outside is absent, and refused before any call that writes."""
    anna = server.add("anna", mail="anna@example.org", departmentNumber="pilot")
    ben = server.add("ben", mail="ben@example.org")
    server.group("anna")
    there = place(server, password, **fence)
    found = there.accounts([Employee("1", email="anna@example.org"), Employee("2", email="ben@example.org")])
    assert found.targets == {"1": anna}
    assert found.absent == {"2": "no account has mail ben@example.org"}
    there.put(anna, portrait("anna"))
    writes: list[object] = []
    monkeypatch.setattr(Directory, "modify", lambda *what: writes.append(what))
    for ask in (there.remove, lambda one: there.put(one, portrait("ben"))):
        with pytest.raises(PhotoError, match="only_group admit"):
            ask(ben)
    assert writes == []


def test_who_left_the_group_since_the_plan_is_not_touched(server: LdapServer, password: Path) -> None:
    """The fence is looked at again before each change."""
    anna = server.add("anna", mail="anna@example.org")
    server.add("ben", mail="ben@example.org")
    server.group("anna", "ben")
    there = place(server, password, only_group=GROUP)
    assert there.look(anna) is None
    server.group("ben")
    with pytest.raises(PhotoError, match="nothing was done"):
        there.put(anna, portrait("anna"))
    assert server.values("anna", "jpegPhoto") == []


def test_missing_rights_are_told_in_the_servers_words(server: LdapServer, password: Path) -> None:
    """By the probe before anything is written, and for the person where it happens."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password, bind_dn=READER)
    with pytest.raises(
        PhotoError, match=r"may not write jpegPhoto.*insufficientAccessRights \(50\)"
    ) as caught:
        there.put(id_, portrait("anna"))
    assert caught.value.reason == "ldap.rights"
    assert server.values("anna", "jpegPhoto") == []
    (told,) = ldap.probe(settings(server, password, bind_dn=READER))
    assert "may not write jpegPhoto" in told
    assert "Write jpegPhoto" in told


def test_one_protected_account_does_not_stop_the_others(server: LdapServer, password: Path) -> None:
    """As with accounts that Active Directory protects: only that person fails."""
    vip, anna = server.add("vip", mail="vip@example.org"), server.add("anna", mail="anna@example.org")
    there = place(server, password)
    with pytest.raises(PhotoError, match="may not write"):
        there.put(vip, portrait("vip"))
    there.put(anna, portrait("anna"))
    assert server.values("anna", "jpegPhoto") == [portrait("anna")]


@pytest.mark.parametrize("attribute", ["jpegPhoto", "thumbnailPhoto"])
def test_the_probe_changes_nothing(server: LdapServer, password: Path, attribute: str) -> None:
    """Not even the time of the last change, with and without a picture there."""
    server.add("anna", mail="anna@example.org")
    names = ("modifyTimestamp", "entryCSN", "jpegPhoto", "thumbnailPhoto")
    for picture in ([], [portrait("old")]):
        server.change("anna", **{attribute: picture})
        before = [server.values("anna", name) for name in names]
        assert ldap.probe(settings(server, password, attribute=attribute)) == []
        assert [server.values("anna", name) for name in names] == before


def test_the_probe_asks_active_directory_what_may_be_written(server: LdapServer, password: Path) -> None:
    """Where the server lists what this account may write, nothing is tried."""
    server.add(
        "anna", mail="anna@example.org", allowedAttributesEffective=["telephoneNumber", "thumbnailPhoto"]
    )
    assert ldap.probe(settings(server, password, attribute="thumbnailPhoto", bind_dn=READER)) == []
    (told,) = ldap.probe(settings(server, password))
    assert "give it this one right (Active Directory: Write jpegPhoto" in told


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"bind_dn": f"cn=nobody,{BASE}"}, r"does not accept bind_dn.*invalidCredentials \(49\)"),
        ({"base_dn": f"ou=nowhere,{BASE}"}, r"base_dn is not there.*noSuchObject \(32\)"),
        ({"base_dn": "nonsense"}, r"base_dn is not a distinguished name.*invalidDNSyntax \(34\)"),
        ({"base_dn": "dc=elsewhere,dc=net"}, r"base_dn is not there|sends us to another"),
        ({"match": "employeeNumber"}, "nobody below .* has employeeNumber"),
        ({"only_group": f"cn=nogroup,{BASE}"}, "nobody below .* admitted by"),
        ({"filter": "(objectClass)"}, "filter, only: not a filter"),
    ],
)
def test_the_probe_says_what_is_wrong(
    server: LdapServer, password: Path, changed: dict[str, str], says: str
) -> None:
    """One sentence, with the key to change and the server's words."""
    server.add("anna", mail="anna@example.org")
    (told,) = ldap.probe(settings(server, password, **changed))
    assert re.search(says, told), told


def test_a_wrong_id_attribute_is_a_matter_for_it(server: LdapServer, password: Path) -> None:
    """Settings for another kind of server stop the plan; they do not make everybody absent."""
    server.add("anna", mail="anna@example.org")
    server.change("anna", objectGUID=[])
    assert "key: entries show no objectGUID" in ldap.probe(settings(server, password, key="objectGUID"))[0]
    with pytest.raises(ConfigError, match="shows no objectGUID"):
        place(server, password, key="objectGUID").accounts([Employee("1", email="anna@example.org")])


def test_more_people_than_a_server_gives_at_once(server: LdapServer, password: Path) -> None:
    """1,200 entries where the server stops at 500: all are found, page by page."""
    with server.admin() as connection:
        for number in range(1200):
            connection.add(
                f"cn=p{number},{PEOPLE}", ["inetOrgPerson"], {"sn": "x", "mail": f"p{number}@example.org"}
            )
    people = [Employee(str(n), email=f"p{n}@example.org") for n in range(1200)]
    found = place(server, password, page=100).accounts(people)
    assert len(set(found.targets.values())) == 1200
    with closing(ldap.open_directory(settings(server, password))) as directory:
        everybody = directory.search(BASE, "(objectClass=inetOrgPerson)", ["mail"])
    assert len({entry.dn for entry in everybody}) == 1200
    with (
        closing(ldap.open_directory(settings(server, password, bind_dn=LIMITED))) as directory,
        pytest.raises(ConfigError, match=r"stops before the end.*sizeLimitExceeded \(4\)"),
    ):
        directory.search(BASE, "(objectClass=inetOrgPerson)", ["mail"])


def test_a_person_with_two_pictures_is_left_alone(server: LdapServer, password: Path) -> None:
    """Only one could be put back, so none is replaced."""
    id_ = server.add("anna", mail="anna@example.org")
    server.change("anna", jpegPhoto=[portrait("one"), portrait("two")])
    with pytest.raises(PhotoError, match="2 pictures in jpegPhoto; leave one"):
        place(server, password).look(id_)


def test_what_was_there_is_put_back_byte_for_byte(server: LdapServer, password: Path) -> None:
    """Also a large one, and one that is no JPEG: directories keep anything."""
    id_ = server.add("anna", mail="anna@example.org")
    there = place(server, password)
    for old in (b"GIF89a" + bytes(50), portrait("old", 1500, 1500) + bytes(2_000_000)):
        server.change("anna", jpegPhoto=[old])
        backup = there.look(id_)
        there.put(id_, portrait("new"))
        there.put(id_, backup)
        assert server.values("anna", "jpegPhoto") == [old]


def test_a_picture_that_the_entry_cannot_hold_is_refused(server: LdapServer, password: Path) -> None:
    """An entry without the object class that allows it, and an empty picture: only this person fails."""
    with server.admin() as connection:
        connection.add(f"cn=carl,{PEOPLE}", ["inetOrgPerson"], {"sn": "c", "mail": "carl@example.org"})
    there = place(server, password, attribute="thumbnailPhoto")
    with pytest.raises(PhotoError, match=r"was not taken.*objectClassViolation \(65\)"):
        there.put(server.id_of("carl"), portrait("carl"))
    with pytest.raises(PhotoError, match="0 bytes is not written"):
        there.put(server.id_of("carl"), b"")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"url": "ldap://directory.example.com"}, "travels encrypted only"),
        ({"url": "ldap://10.0.0.1"}, "travels encrypted only"),
        ({"url": "ldaps://x", "starttls": True}, "leave starttls out"),
        ({"url": "https://x"}, "an address such as ldaps"),
        ({"url": "ldaps://user:word@x"}, "an address such as ldaps"),
        ({"bind_dn": ""}, "bind_dn"),
        ({"match": "mail)(x"}, "the name of one attribute"),
        ({"filter": "(a=b)(c=d)"}, "one filter in brackets"),
        ({"only": "(a=b))(|(c=d)"}, "one filter in brackets"),
        ({"attribute": "userPassword"}, "attribute"),
        ({"attribute": "thumbnailPhoto", "most_bytes": 200_000}, "holds 102400"),
        ({"page": 5000}, "page"),
        ({"delete": "all"}, "delete"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(
    tmp_path: Path, changed: dict[str, Any], says: str
) -> None:
    """Before anything is connected to; the message names the key."""
    nowhere = LdapServer(tmp_path, 389, 636)
    with pytest.raises(ValidationError, match=says.replace("(", r"\(")):
        settings(nowhere, tmp_path / "p", **changed)


def test_the_password_is_read_late_and_shown_nowhere(server: LdapServer, password: Path) -> None:
    """A file that others may read is refused; no text of the connector has what is in it."""
    there = place(server, password)
    assert PASSWORD not in repr(there)
    assert PASSWORD not in repr(settings(server, password))
    password.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read this secret"):
        place(server, password)
    password.chmod(0o600)
    password.write_text("wrong horse")
    (told,) = ldap.probe(settings(server, password))
    assert "wrong horse" not in told


def test_what_it_takes_is_said(server: LdapServer, password: Path) -> None:
    """The size and the limit of the settings, and that bytes stay as they are."""
    takes = place(server, password, size="648", most_bytes=500_000).takes
    assert takes == replace(ldap.TAKES, size="648", most_bytes=500_000)
    assert takes.keeps_bytes
