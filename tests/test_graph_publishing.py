"""A small company through the real publishing code to Microsoft 365 and SharePoint: planned, sent, verified, put back."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catchlight.desk import Desk, open_desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError
from catchlight.journal import State
from catchlight.place import Place
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from catchlight.sending import settle
from connectors import microsoft365, sharepoint
from tests.fake_graph import FakeGraph
from tests.fake_graph_answers import wrong
from tests.graph_app import AppFiles, calm_graph, make_files, of_app
from tests.published_company import Company, apply, codes, make_company, portrait

FAULTS = dict.fromkeys(
    ("429", "429-date", "429-bare", "500", "502", "503", "504", "507", "401", "html", "cut"), 0.01
)
MANY = [str(n) for n in range(24)]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> AppFiles:
    """Return the files of an app registration."""
    return make_files(tmp_path_factory.mktemp("app"))


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """Return a running tenant in which nobody waits."""
    with calm_graph(monkeypatch) as tenant:
        yield tenant


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three who all approved."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    return company


def photos(tenant: FakeGraph, app: AppFiles, **changed: Any) -> Place:
    """Return Microsoft 365 as a destination."""
    return microsoft365.open_place(
        microsoft365.Settings(**of_app(tenant, app, **changed)), "microsoft365:photos"
    )


def library(tenant: FakeGraph, app: AppFiles, **changed: Any) -> Place:
    """Return a folder of a SharePoint library as a destination."""
    where = {"site": "example.sharepoint.com/sites/intranet", "library": "documents", "folder": "Portraits"}
    made = sharepoint.Settings(**of_app(tenant, app, download_hosts=("127.0.0.1",), **where, **changed))
    return sharepoint.open_place(made, "sharepoint:intranet")


def desk_of(company: Company, place: Place) -> Desk:
    """Return a desk that publishes there and waits for nothing."""
    return replace(company.desk(), place=place, wait=lambda _: None)


def test_photos_there_and_back(tenant: FakeGraph, app: AppFiles, company: Company) -> None:
    """Each gets theirs once, in spite of replicas that lag; who had one has it again, who had none has none."""
    a, b = tenant.people.add("a"), tenant.people.add("b")
    tenant.people.add("c", accountEnabled=False)
    tenant.people.set(b, portrait("before", 648, 648))
    tenant.people.lag = 3
    desk = desk_of(company, photos(tenant, app))
    plan = draw(desk, "r1", ())
    assert [(p.employee, [(f.target, f.size, f.change) for f in p.files]) for p in plan.people] == [
        ("a", [(a, "648", "new")]), ("b", [(b, "648", "change")]),
    ]  # fmt: skip
    assert [(skip.employee, skip.sentence) for skip in plan.skipped] == [("c", "the account is disabled")]
    assert tenant.writes() == []
    assert codes(apply(desk, plan)) == {"sent": 2}
    assert codes(apply(desk, plan)) == {"unchanged": 2}
    assert tenant.people.writes == {a: 1, b: 1}
    assert find_drift(desk) == []
    assert desk.place.same(portrait("2", 648, 648), tenant.people.shown(b) or b"")
    assert codes(rollback(desk, "r1")) == {"removed": 1, "restored": 1}
    assert tenant.people.shown(a) is None
    assert desk.place.same(portrait("before", 648, 648), tenant.people.shown(b) or b"")
    assert tenant.people.writes == {a: 2, b: 2}


def test_a_photo_of_their_own_stays(tenant: FakeGraph, app: AppFiles, company: Company) -> None:
    """Whoever changed it since is told as drift, and is a conflict on the way back."""
    ids = {id_: tenant.people.add(id_) for id_ in "abc"}
    desk = desk_of(company, photos(tenant, app))
    apply(desk, draw(desk, "r1", ()))
    tenant.people.set(ids["a"], portrait("mine", 648, 648))
    assert [(drift.employee, drift.kind) for drift in find_drift(desk)] == [("a", "changed")]
    assert codes(rollback(desk, "r1")) == {"conflict": 1, "removed": 2}


def test_what_cannot_be_kept_is_not_replaced(tenant: FakeGraph, app: AppFiles, company: Company) -> None:
    """A mailbox on premises: this person is left out of the plan, the others are published."""
    ids = {id_: tenant.people.add(id_) for id_ in "abc"}
    tenant.people.unreadable[ids["b"]] = wrong(404, "MailboxNotHostedInExchangeOnline", "On premises.")
    desk = desk_of(company, photos(tenant, app))
    plan = draw(desk, "r1", ())
    assert [(skip.employee, skip.reason) for skip in plan.skipped] == [("b", "photo.unreadable")]
    assert codes(apply(desk, plan)) == {"sent": 2}
    assert ids["b"] not in tenant.people.writes


def test_a_token_that_ends_in_the_middle_of_a_run(tenant: FakeGraph, app: AppFiles, company: Company) -> None:
    """Nobody notices; an app that is shut out in the middle stops the run, which goes on when it is let in again."""
    ids = [tenant.people.add(id_) for id_ in "abc"]
    tenant.tokens.calls = 4
    desk = desk_of(company, photos(tenant, app))
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"sent": 3}
    assert tenant.tokens.asked > 4
    tenant.people.set(ids[0], None)
    company.answer(company.run("r2", {"a": "4", "b": "5"}))
    plan = draw(desk, "r2", ())
    tenant.tokens.calls, before = 0, len(tenant.calls)
    tenant.faults = {"401": 1.0}
    with pytest.raises(ConfigError, match="Graph does not accept"):
        apply(desk, plan)
    assert len(tenant.calls) - before == 4
    tenant.faults = {}
    assert codes(apply(desk, plan)) == {"sent": 2}


@pytest.mark.parametrize("destination", [photos, library])
def test_faults_of_every_kind_end_in_two_more_runs(
    tenant: FakeGraph, app: AppFiles, tmp_path: Path, destination: Any
) -> None:
    """One of a hundred answers is wrong in each of eleven ways: at last everybody has their own, and each was written once."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {id_: id_ for id_ in MANY}))
    ids = {id_: tenant.people.add(id_) for id_ in MANY}
    desk = desk_of(company, destination(tenant, app))
    tenant.faults = FAULTS
    for _ in range(3):
        left = _publish(desk)
    assert left == {}
    tenant.faults = {}
    assert find_drift(desk) == []
    if destination is photos:
        assert set(tenant.people.writes.values()) == {1}
        assert all(desk.place.same(portrait(n, 648, 648), tenant.people.shown(ids[n]) or b"") for n in MANY)
    else:
        assert {tenant.files.writes[f"portraits/96/{id_}.jpg"] for id_ in MANY} == {1}
    assert set(codes(rollback(desk, "r1"))) == {"removed"}
    assert not any(tenant.people.shown(id_) for id_ in ids.values())
    assert tenant.files.files() == {}


def _publish(desk: Desk) -> dict[str, int]:
    """Plan and apply once, as a person would who starts it again; return what is not done."""
    try:
        results = codes(apply(desk, draw(desk, "r1", ("96",))))
    except (OutsideError, ConfigError) as error:
        return {str(error): 1}
    return {code: n for code, n in results.items() if code not in {"sent", "unchanged", "listed"}}


def test_files_there_and_back(tenant: FakeGraph, app: AppFiles, company: Company) -> None:
    """Byte for byte, with the list of them; what was there before comes back."""
    desk = desk_of(company, library(tenant, app))
    desk.place.put("96/a.jpg", b"before")
    assert codes(apply(desk, draw(desk, "r1", ("96",)))) == {"sent": 3, "listed": 1}
    files = tenant.files.files()
    assert set(files) == {"portraits/portraits.csv", *(f"portraits/96/{id_}.jpg" for id_ in "abc")}
    assert files["portraits/96/b.jpg"] in [
        desk.vault.get(p.sent) for p in desk.register.receipts() if p.employee == "b"
    ]
    assert codes(apply(desk, draw(desk, "r1", ("96",)))) == {"unchanged": 3}
    assert find_drift(desk) == []
    assert codes(rollback(desk, "r1")) == {"restored": 1, "removed": 3}
    assert tenant.files.files() == {"portraits/96/a.jpg": b"before"}


_KILLED = """
import os, signal, sys
from pathlib import Path
from catchlight import plugins
from catchlight.desk import open_desk
from catchlight.records import Receipt
from catchlight.sending import send
from connectors._allowed_calls import AllowedCalls
real = AllowedCalls.call
def call(self, method, path, *check, **content):
    reply = real(self, method, path, *check, **content)
    if method == "PUT":
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
AllowedCalls.call = call
kind, settings, home, target, sent = sys.argv[1:]
connector = plugins.load("connectors", kind)
place = connector.open_place(connector.Settings.model_validate_json(settings), kind + ":here")
send(open_desk(Path(home), place), [Receipt(kind + ":here", "1", target, sent, "", "", "", "run")])
"""


@pytest.mark.parametrize("kind", ["microsoft365", "sharepoint"])
def test_a_program_killed_after_the_write_is_settled_by_reading_back(
    tenant: FakeGraph, app: AppFiles, tmp_path: Path, kind: str
) -> None:
    """The journal says that it is done, and it was written once."""
    target = tenant.people.add("1") if kind == "microsoft365" else "a.jpg"
    more: dict[str, Any] = (
        {}
        if kind == "microsoft365"
        else {"drive": "b!exampleDriveOfTheIntranet", "download_hosts": ("127.0.0.1",)}
    )
    connector = {"microsoft365": microsoft365, "sharepoint": sharepoint}[kind]
    settings = connector.Settings(**of_app(tenant, app, **more))
    desk = open_desk(tmp_path, connector.open_place(settings, f"{kind}:here"))
    sent = desk.vault.keep(portrait("anna", 648, 648))
    command = [sys.executable, "-c", _KILLED, kind, settings.model_dump_json(), str(tmp_path), target, sent]
    done = subprocess.run(command, check=False, cwd=Path(microsoft365.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    settle(desk)
    assert list(desk.register.receipts(f"{kind}:here"))[-1].state == State.DONE
    assert [method for method, _ in tenant.writes()] == ["PUT"]
