"""What the brand's side, HR and delegates can say on the company's pages, and what it leaves in the register."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catchlight.answers import clearance
from catchlight.bulk_approval import approve_all, batches
from catchlight.delegations import Delegations, Wanted
from catchlight.identity import can_enter
from catchlight.policy import Policy
from catchlight.records import Answer, Decision, Employee, Outcome, Receipt, Rung, Side
from catchlight.register import now
from catchlight.review_records import Delegation
from catchlight.sign_on import SignOn
from catchlight.standings import Standings
from reports.review.desk import ReviewDesk
from tests.review_company import ORIGIN, ReviewCompany, signed_in
from tests.staffed_company import (
    BASIS,
    GATED,
    answers,
    brand_says,
    form_of,
    picture,
    say,
    staff,
    staffed_company,
)

SOON = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company with every outcome and hostile names."""
    return staffed_company(tmp_path)


@pytest.fixture
def desk(company: ReviewCompany) -> ReviewDesk:
    """Return its desk, with a brand's gate and an agreement on bulk approval."""
    return company.desk(GATED)


def send(
    desk: ReviewDesk, employee: str, answer: str, role: str = "brand", query: str = "", **values: str
) -> Any:
    """Open a person's portrait and answer; return the response."""
    browser, path = staff(desk, role), f"/people/portrait/{picture(desk, employee)}{query}"
    return browser.post(path, data=form_of(browser.get(path).text, answer=answer, **values))


class TestBrand:
    """Yes after the person's yes, holding back, releasing."""

    def test_yes_leads_to_the_next_that_waits(self, desk: ReviewDesk) -> None:
        """After an answer the next portrait of the same queue is there; after the last one, the queue."""
        for employee in ("p1", "p2", "p3"):
            say(desk, employee)
        first = send(desk, "p1", "approve", query="?brand=waiting")
        assert first.headers["location"] == f"/people/portrait/{picture(desk, 'p2')}?brand=waiting&said=taken"
        last = send(desk, "p3", "approve", query="?brand=waiting")
        assert last.headers["location"] == "/people/queue?brand=waiting&said=taken"
        assert answers(desk) == [("p1", "approve"), ("p3", "approve")]
        said = desk.register.decisions("p1")
        assert clearance(said, picture(desk, "p1"), brand=True) == Answer.APPROVE
        assert (said[-1].by, said[-1].source) == ("brand@example.com", "page:brand")

    def test_yes_before_the_person_s_is_not_taken(self, desk: ReviewDesk) -> None:
        """The second gate comes second."""
        answer = send(desk, "p1", "approve")
        assert answer.headers["location"].endswith("said=early")
        assert answers(desk) == []
        assert "comes after the person" in staff(desk, "brand").get(answer.headers["location"]).text

    @pytest.mark.parametrize("role", ["brand", "reviewer"])
    def test_holding_back_needs_a_reason(self, desk: ReviewDesk, role: str) -> None:
        """Without one nothing is recorded and the page says so; with one the person can read it."""
        empty = send(desk, "p1", "hold", role, comment=" \n")
        assert empty.status_code == 422
        assert 'aria-invalid="true"' in empty.text
        assert answers(desk) == []
        send(desk, "p1", "hold", role, comment="The collar is cut.")
        held = desk.register.decisions("p1")[-1]
        assert (held.side, held.answer, held.comment) == (Side.BRAND, Answer.HOLD, "The collar is cut.")
        assert held.source == f"page:{role}"
        assert "The collar is cut." in staff(desk, role).get(f"/people/portrait/{picture(desk, 'p1')}").text

    def test_releasing_puts_it_back_where_it_was(self, desk: ReviewDesk) -> None:
        """After the brand releases it, only the person's answer counts again; a reviewer cannot release."""
        say(desk, "p1")
        send(desk, "p1", "hold", "reviewer", comment="crop")
        assert send(desk, "p1", "approve", "reviewer").status_code == 403
        send(desk, "p1", "approve")
        assert clearance(desk.register.decisions("p1"), picture(desk, "p1"), brand=False) == Answer.APPROVE

    def test_a_published_portrait_is_locked(self, desk: ReviewDesk) -> None:
        """Holding back comes too late then; the page says so and offers nothing."""
        say(desk, "p1")
        path = f"/people/portrait/{picture(desk, 'p1')}"
        form = form_of(staff(desk, "brand").get(path).text, answer="hold", comment="late")
        desk.register.note([Receipt("web", "p1", "p1.jpg", "s", "", "done", now())])
        browser = staff(desk, "brand")
        form["token"] = form_of(browser.get(path).text)["token"]
        late = browser.post(path, data=form)
        assert late.headers["location"].endswith("said=locked")
        assert answers(desk) == []
        page = browser.get(path).text
        assert "so it is locked" in page
        assert 'name="answer"' not in page

    def test_who_looked_before_somebody_else_answered_looks_again(self, desk: ReviewDesk) -> None:
        """Of two people with the same page open, the second one changes nothing unseen."""
        say(desk, "p1")
        path = f"/people/portrait/{picture(desk, 'p1')}"
        brand, reviewer = staff(desk, "brand"), staff(desk, "reviewer")
        stale = form_of(brand.get(path).text, answer="approve")
        reviewer.post(path, data=form_of(reviewer.get(path).text, answer="hold", comment="crop"))
        assert brand.post(path, data=stale).headers["location"].endswith("said=stale")
        assert answers(desk) == [("p1", "hold")]

    @pytest.mark.parametrize("answer", ["approve", "hold"])
    def test_many_at_once_are_one_decision(self, desk: ReviewDesk, answer: str) -> None:
        """Fifty parallel submits of one form, by one person, leave one row."""
        say(desk, "p1")
        browser, path = staff(desk, "brand"), f"/people/portrait/{picture(desk, 'p1')}"
        form = form_of(browser.get(path).text, answer=answer, comment="crop")
        with ThreadPoolExecutor(10) as pool:
            codes = list(pool.map(lambda _: browser.post(path, data=form).status_code, range(50)))
        assert set(codes) == {303}
        assert answers(desk) == [("p1", answer)]

    def test_a_page_from_the_browser_s_memory_can_be_answered_differently(self, desk: ReviewDesk) -> None:
        """Going back and pressing the other button is not taken for the same form sent twice."""
        say(desk, "p1")
        browser, path = staff(desk, "brand"), f"/people/portrait/{picture(desk, 'p1')}"
        form = form_of(browser.get(path).text, answer="approve", comment="crop")
        browser.post(path, data=form)
        assert browser.post(path, data=form | {"answer": "hold"}).headers["location"].endswith("said=stale")

    def test_an_answer_about_another_picture_is_refused(self, desk: ReviewDesk) -> None:
        """What is answered about must be the portrait of today."""
        say(desk, "p1")
        assert send(desk, "p1", "approve", picture="f" * 64).headers["location"].endswith("said=stale")
        assert send(desk, "p1", "refuse").status_code == 400
        assert answers(desk) == []

    def test_two_people_with_the_same_picture_are_answered_about_apart(self, tmp_path: Path) -> None:
        """Each has an address of their own, although addresses name nobody."""
        company = ReviewCompany(tmp_path / "home")
        same = company.add(Employee("a", "Ann", "Archer"))
        company.add(Employee("b", "Bea", "Byron"), picture=same)
        desk = company.finish().desk(GATED)
        say(desk, "a")
        say(desk, "b")
        page = staff(desk, "brand").get("/people/queue").text
        links = [part.split('"')[0] for part in page.split('<h2><a href="')[1:]]
        assert len(set(links)) == 2
        for link, employee in zip(links, ("a", "b"), strict=True):
            browser = staff(desk, "brand")
            assert "employee" not in link
            browser.post(link, data=form_of(browser.get(link).text, answer="approve"))
            assert desk.register.decisions(employee)[-1].side == Side.BRAND

    def test_the_person_s_answer_is_told_without_its_time(self, desk: ReviewDesk) -> None:
        """The history names roles; when a person answered is nobody's business here."""
        say(desk, "p1", at="2026-10-07T10:00:00+00:00")
        brand_says(desk, "p1", Answer.HOLD, "crop")
        page = staff(desk, "brand").get(f"/people/portrait/{picture(desk, 'p1')}").text
        history = page.split('<ul class="history">')[1].split("</ul>")[0]
        assert "The person</strong> said yes" in history
        assert "October" not in page
        assert "Brand owner</strong> held it back" in history

    def test_readings_outside_their_limits_come_first(self, desk: ReviewDesk) -> None:
        """What was measured is there for whoever wants to know why."""
        page = staff(desk, "reviewer").get(f"/people/portrait/{picture(desk, 'look')}").text
        row = page.split('<tr class="out">')[1].split("</tr>")[0]
        assert "Sharpness" in row
        assert "1.2" in row
        assert "≥ 1.6" in row


class TestBulk:
    """Approving for people, only where an agreement allows it."""

    def test_without_an_agreement_nothing_is_offered(self, company: ReviewCompany) -> None:
        """The page says what would allow it."""
        desk = company.desk(Policy(url=ORIGIN))
        page = staff(desk, "hr").get("/people/bulk").text
        assert "No agreement allows this here" in page
        assert "[[bulk]]" in page
        assert '<form method="post" action="/people/bulk"' not in page

    def test_only_what_the_agreement_covers_is_approved(self, desk: ReviewDesk) -> None:
        """Of its entity, of its rungs, unflagged, unanswered and not held: the others are left alone."""
        say(desk, "p1", Answer.RETRY, tags="tighter")
        brand_says(desk, "p3", Answer.HOLD, "crop")
        browser = staff(desk, "hr")
        page = browser.get("/people/bulk").text
        assert BASIS in page
        assert "One portrait can be approved." in page
        done = browser.post("/people/bulk", data=form_of(page))
        assert done.headers["location"] == "/people/bulk?done=1"
        made = desk.register.decisions()[-1]
        assert (made.employee, made.answer, made.side) == ("p5", Answer.APPROVE, Side.EMPLOYEE)
        assert (made.by, made.source) == ("hr@example.com", f"bulk: {BASIS}")
        assert browser.post("/people/bulk", data=form_of(page)).headers["location"] == "/people/bulk?done=0"
        assert "One portrait was approved." in browser.get("/people/bulk?done=1").text

    def test_further_changed_pictures_are_not_covered(self, company: ReviewCompany) -> None:
        """The agreement is about crops; a portrait with another light needs its person's yes."""
        company.add(Employee("lit", "Lit", "Light", entity="Example Ltd"), rung=Rung.RELIGHT)
        company.add(Employee("far", "Far", "Off", entity="Example Ltd"), Outcome.REVIEW, rung=Rung.CROP)
        desk = company.finish().desk(GATED)
        covered = batches(Standings(desk.register, desk.company, brand_gate=True).now(), GATED, lambda _: [])
        assert {one.person.id for one in covered[0].portraits} == {"p1", "p3", "p5"}

    def test_above_fifty_it_is_asked_once_more(self, tmp_path: Path) -> None:
        """The first click only asks; the second one approves them all."""
        company = ReviewCompany(tmp_path / "home")
        for number in range(51):
            company.add(Employee(f"e{number:02}", "E", str(number), entity="Example Ltd"), rung=Rung.CROP)
        desk = company.finish().desk(GATED)
        browser = staff(desk, "hr")
        asked = browser.post("/people/bulk", data=form_of(browser.get("/people/bulk").text))
        assert asked.status_code == 200
        assert "51 portraits at once" in asked.text
        assert desk.register.decisions() == []
        browser.post("/people/bulk", data=form_of(asked.text, sure="yes"))
        assert len(desk.register.decisions()) == 51

    def test_a_newer_run_is_looked_at_first(self, company: ReviewCompany, desk: ReviewDesk) -> None:
        """Nobody approves portraits in bulk that came after the page was opened."""
        browser = staff(desk, "hr")
        form = form_of(browser.get("/people/bulk").text)
        company.finish("20261125-100000")
        assert "There is a newer run" in browser.post("/people/bulk", data=form).text
        assert desk.register.decisions() == []

    def test_who_answers_meanwhile_is_left_out(self, desk: ReviewDesk) -> None:
        """The person's own word wins, also in the moment between the look and the click; and later."""
        kept = Standings(desk.register, desk.company, brand_gate=True)
        batch = batches(kept.now(), GATED, kept.answers)[0]
        say(desk, "p1", Answer.KEEP)
        assert approve_all(desk.register, batch, "hr") == 2
        assert [d.answer for d in desk.register.decisions("p1")] == ["keep"]
        say(desk, "p3", Answer.KEEP)
        assert clearance(desk.register.decisions("p3"), picture(desk, "p3"), brand=False) == Answer.KEEP


class TestDelegated:
    """Naming a colleague, and answering for one."""

    @pytest.fixture
    def named(self, desk: ReviewDesk) -> ReviewDesk:
        """Return a desk where p2 answers for p1."""
        Delegations(desk.register).name(Wanted("p1", "p2", SOON, "p1"), desk.company.book().people)
        return desk

    def test_a_colleague_is_named_sees_it_and_either_ends_it(self, desk: ReviewDesk) -> None:
        """Both have it on their page, and both can end it."""
        for ender in ("p1", "p2"):
            mine = staff(desk, "employee", "p1")
            form = form_of(mine.get("/delegated").text, delegate="p2@example.com", until=SOON)
            assert mine.post("/delegated", data=form).headers["location"] == "/delegated?said=done"
            assert "Ada2 Byron, until" in mine.get("/delegated").text
            browser = staff(desk, "employee", ender)
            assert "Ada1 Byron, until" in staff(desk, "employee", "p2").get("/delegated").text
            form = form_of(browser.get("/delegated").text, employee="p1", delegate="p2")
            browser.post("/delegated/end", data=form)
            assert "Nobody. Only you answer" in mine.get("/delegated").text

    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, desk: ReviewDesk) -> None:
        """Nothing is recorded, and nothing has to be typed again."""
        mine = staff(desk, "employee", "p1")
        form = form_of(mine.get("/delegated").text, delegate='x"><b>', until=SOON)
        page = mine.post("/delegated", data=form)
        assert page.status_code == 422
        assert "Nobody here has this employee id" in page.text
        assert 'value="x&#34;&gt;&lt;b&gt;"' in page.text
        assert desk.register.rows(Delegation) == []

    def test_a_personal_link_never_delegates(self, named: ReviewDesk) -> None:
        """Whoever came by a link can neither name a colleague nor answer as one."""
        browser = signed_in(named, "p2", "p2")
        token = form_of(browser.get("/me").text)["token"]
        cookie = named.sessions.begin("p2", "p2", ("employee",), "invitation-id")
        browser.cookies.set("__Host-sid", cookie)
        shown = f"/delegated/portrait/{picture(named, 'p1')}"
        for path in ("/delegated", shown, f"/delegated/picture/{picture(named, 'p1')}/320"):
            assert browser.get(path).status_code == 403
        form = {"token": form_of(browser.get("/me").text)["token"], "delegate": "p3", "until": SOON}
        assert token != form["token"]
        assert browser.post("/delegated", data=form).status_code == 403
        form |= {"answer": "approve", "picture": picture(named, "p1")}
        assert browser.post(shown, data=form).status_code == 403
        assert named.register.decisions() == []

    def test_who_enters_by_link_sees_who_answers_for_them_and_ends_it(self, named: ReviewDesk) -> None:
        """A personal link is enough to look, and to take the right back."""
        browser = signed_in(named, "p1", "p1")
        browser.cookies.set("__Host-sid", named.sessions.begin("p1", "p1", ("employee",), "invitation-id"))
        page = browser.get("/me").text
        assert "Who may answer for you" in page
        form = {"token": form_of(page)["token"], "delegate": "p2"}
        assert browser.post("/me/delegate", data=form).headers["location"] == "/me?code=delegate_ended"
        assert "no longer answers for you" in browser.get("/me?code=delegate_ended").text
        assert "Who may answer for you" not in browser.get("/me").text
        assert not Delegations(named.register).holds("p1", "p2")

    def test_who_answers_for_others_is_led_there(self, named: ReviewDesk) -> None:
        """Their own page names for whom; not where they came by a link, which would not let them."""
        browser = staff(named, "employee", "p2")
        assert "You may answer for Ada1 Byron" in browser.get("/me").text
        browser.cookies.set("__Host-sid", named.sessions.begin("p2", "p2", ("employee",), "invitation-id"))
        assert "Ada1" not in browser.get("/me").text

    def test_who_enters_by_link_alone_is_not_named(self, desk: ReviewDesk, tmp_path: Path) -> None:
        """HR is told that it needs the company's sign-in, and nothing is recorded."""
        sso = SignOn(issuer="https://id.example", client_id="c", client_secret_file=tmp_path / "secret")
        desk = replace(desk, policy=desk.policy.model_copy(update={"sso": sso}))
        browser = staff(desk, "hr")
        form = form_of(
            browser.get("/people/delegations").text, employee="p1", delegate="p2", until=SOON, why="leave"
        )
        page = browser.post("/people/delegations", data=form)
        assert page.status_code == 422
        assert "This colleague enters by a personal link only" in page.text
        assert desk.register.rows(Delegation) == []
        assert can_enter(sso, Employee("p2", subject="s"))
        assert can_enter(sso.model_copy(update={"employee": "staff_id"}), Employee("p2"))

    @pytest.mark.parametrize("answer", ["approve", "keep", "retry"])
    def test_a_delegate_answers_in_their_own_name(self, named: ReviewDesk, answer: str) -> None:
        """The decision is about the other person, by the delegate, and says that it was for them."""
        browser, path = staff(named, "employee", "p2"), f"/delegated/portrait/{picture(named, 'p1')}"
        woken: list[int] = []
        browser = staff(replace(named, wake=lambda: woken.append(1)), "employee", "p2")
        form = form_of(browser.get(path).text, answer=answer, tag="tighter")
        assert browser.post(path, data=form).headers["location"] == "/delegated?said=taken"
        said = named.register.decisions("p1")[-1]
        assert (said.answer, said.by, said.source) == (answer, "employee@example.com", "delegate")
        assert said.tags == ("tighter" if answer == "retry" else "")
        assert len(woken) == (answer == "retry")
        assert browser.get(f"/delegated/picture/{picture(named, 'p1')}/320").status_code == 200

    def test_another_try_without_a_reason_is_asked_for_one(self, named: ReviewDesk) -> None:
        """Else the next attempt would look like this one."""
        browser, path = staff(named, "employee", "p2"), f"/delegated/portrait/{picture(named, 'p1')}"
        page = browser.post(path, data=form_of(browser.get(path).text, answer="retry"))
        assert page.status_code == 422
        assert "Please choose at least one" in page.text
        assert named.register.decisions() == []

    @pytest.mark.parametrize("answer", ["refuse", "upload", "hold", ""])
    def test_nothing_else_can_be_said_for_somebody(self, named: ReviewDesk, answer: str) -> None:
        """Also not by a form that was changed."""
        browser, path = staff(named, "employee", "p2"), f"/delegated/portrait/{picture(named, 'p1')}"
        page = browser.get(path).text
        assert "Do not process" not in page
        assert browser.post(path, data=form_of(page, answer=answer)).status_code == 403
        assert named.register.decisions() == []

    def test_nobody_else_sees_or_answers(self, named: ReviewDesk) -> None:
        """Not a third person, not the other way round, not after it was ended."""
        shown = f"/delegated/portrait/{picture(named, 'p1')}"
        small = f"/delegated/picture/{picture(named, 'p1')}/320"
        for employee, other in (("p3", "p1"), ("p1", "p2")):
            browser = staff(named, "employee", employee)
            assert browser.get(f"/delegated/portrait/{picture(named, other)}").status_code == 404
        third = staff(named, "employee", "p3")
        assert third.get(small).status_code == 404
        form = form_of(third.get("/delegated").text, employee="p1", delegate="p2")
        assert third.post("/delegated/end", data=form).status_code == 403
        Delegations(named.register).end("p1", "p2", "p1")
        assert staff(named, "employee", "p2").get(shown).status_code == 404
        assert staff(named, "employee", "p2").get(small).status_code == 404

    def test_the_person_s_own_answer_ends_what_there_is_to_do(self, named: ReviewDesk) -> None:
        """The page says so kindly, also to whoever had it open."""
        browser, path = staff(named, "employee", "p2"), f"/delegated/portrait/{picture(named, 'p1')}"
        form = form_of(browser.get(path).text, answer="keep")
        say(named, "p1")
        assert browser.post(path, data=form).headers["location"] == "/delegated?said=own"
        assert browser.get(path).headers["location"] == "/delegated?said=own"
        assert "There is nothing to answer" in browser.get("/delegated?said=own").text
        assert [d.answer for d in named.register.decisions("p1")] == ["approve"]

    def test_hr_names_somebody_for_a_person_on_leave(self, desk: ReviewDesk) -> None:
        """With a reason, which both see; never themselves."""
        browser = signed_in(desk, "hr-person", "p6", ("employee", "hr"))
        page = browser.get("/people/delegations").text
        form = form_of(page, employee="p1", delegate="p2", until=SOON, why="")
        assert "Please give a reason" in browser.post("/people/delegations", data=form).text
        form = form_of(page, employee="p1", delegate="p6", until=SOON, why="leave")
        assert "You cannot name yourself" in browser.post("/people/delegations", data=form).text
        assert desk.register.rows(Delegation) == []
        form["delegate"] = "p2"
        assert browser.post("/people/delegations", data=form).status_code == 303
        for employee in ("p1", "p2"):
            assert "Reason: leave" in staff(desk, "employee", employee).get("/delegated").text
        ending = form_of(page, employee="p1", delegate="p2")
        browser.post("/people/delegations/end", data=ending)
        assert "Nobody answers for somebody else." in browser.get("/people/delegations").text


def test_what_a_newer_portrait_makes_of_a_decision(company: ReviewCompany, desk: ReviewDesk) -> None:
    """The brand's yes belongs to one picture; a newer one waits again for both."""
    say(desk, "p1")
    brand_says(desk, "p1")
    company = ReviewCompany(desk.home)
    newer = company.add(Employee("p1", "Ada1", "Byron"), seed="newer")
    company.finish("20261125-100000")
    said = desk.register.decisions("p1")
    assert clearance(said, newer, brand=True) == "older_picture"
    one = Standings(desk.register, desk.company, brand_gate=True).now().people["p1"]
    assert (one.stage, one.brand) == ("open", "")
    desk.register.decide([Decision("p1", newer, Answer.APPROVE, "p1", now())])
    assert Standings(desk.register, desk.company, brand_gate=True).now().people["p1"].stage == "waiting"
