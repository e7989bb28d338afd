"""A power cut at any moment of publishing: each state that the disk may be left in opens, goes on, and comes to its end."""

from contextlib import closing
from pathlib import Path

from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.desk import open_register
from catchlight.drift import find_drift
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from tests.power_cut import put_back, recording
from tests.published_company import Company, apply, make_company

OLD = {"96/a.jpg": b"before a", "96/b.jpg": b"before b"}


def _company(root: Path) -> Company:
    company = make_company(root)
    (company.out / "96").mkdir()
    for name, data in OLD.items():
        (company.out / name).write_bytes(data)
    return company


def _is_whole(company: Company) -> bool:
    with closing(open_register(company.home)) as register:
        return verify(register, seal_of(company.home)).problems == ()


def test_a_power_cut_at_any_sync_loses_no_photo_and_the_same_plan_goes_on(tmp_path: Path) -> None:
    """Whatever was not synced is gone: what was there before us still comes back, byte for byte."""
    company = _company(tmp_path)
    pictures = company.run("r1", {"a": "1", "b": "2"})
    with recording(tmp_path) as disk:
        company.answer(pictures)
        plan = draw(company.desk(), "r1", ("96",))
        apply(company.desk(), plan)
    new = {f.target: company.desk().vault.get(f.sent) for person in plan.people for f in person.files}
    assert len(disk.states) > 10
    for state in disk.states:
        put_back(state, tmp_path)
        assert all(data in (OLD[name], new[name]) for name, data in company.files().items() if name in OLD)
        company.answer(pictures)
        apply(company.desk(), draw(company.desk(), "r1", ("96",)))
        assert company.files() == new
        assert find_drift(company.desk()) == []
        assert _is_whole(company)
        rollback(company.desk(), "r1")
        assert company.files() == OLD


def test_a_power_cut_on_the_way_back_loses_nothing_either(tmp_path: Path) -> None:
    """A second rollback brings back the rest, from whatever state the disk is left in."""
    company = _company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish(sizes=("96",))
    with recording(tmp_path) as disk:
        rollback(company.desk(), "r1")
    assert len(disk.states) > 5
    for state in disk.states:
        put_back(state, tmp_path)
        rollback(company.desk(), "r1")
        assert company.files() == OLD
        assert _is_whole(company)
