"""A photo that a person sends: looked at at once, by the same gates as everybody's."""

import shutil
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from catchlight import allowances, ledger, redo_plan
from catchlight.checks import photo_age
from catchlight.company import Company, Person
from catchlight.config import Preset
from catchlight.darkroom import Darkroom
from catchlight.darkroom_worker import Bench
from catchlight.deciding import Code, Taken, decide, is_published
from catchlight.desk import open_register
from catchlight.develop import Development, Order
from catchlight.errors import ConfigError
from catchlight.holding import held, quietly
from catchlight.home import Home
from catchlight.judge import judge, retakes
from catchlight.look import look_of, store_of
from catchlight.plan import Plan, order_of
from catchlight.policy import load_policy
from catchlight.records import Answer, Decision, Outcome, Reading, Receipt, Render, Verdict
from catchlight.register import now
from catchlight.review_records import Upload
from catchlight.vault import Vault, digest_of
from catchlight.wishes import photo_of

SOURCE = "upload"
_LOCKED = "Your portrait is published: take back your yes first, then send another photo."
_NAME = 80  # characters


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a photo that was sent.

    ``sentence`` says what is wrong, "" when the photo can be used; ``photo`` is its digest in the
    vault, "" when it was refused and nothing of it was kept; ``notes`` is what a person will look at;
    ``taken`` is what became of the answer (None when the photo itself was refused).
    """

    usable: bool
    sentence: str = ""
    reason: str = ""
    photo: str = ""
    notes: tuple[str, ...] = ()
    taken: Taken | None = None


class UploadDesk:
    """Checks one photo at a time in a worker process, started when it is first needed; threads may share it."""

    def __init__(self, home: Path, idle: float = 300.0) -> None:
        """Work for a home folder; let the worker go after ``idle`` seconds without a photo."""
        self._home, self._idle = Home(home), idle
        self._company, self._register = Company(home), open_register(home)
        self._lock = threading.Lock()
        self._darkroom: Darkroom | None = None
        self._timer: threading.Timer | None = None

    def check(self, employee: str, data: bytes, file: str, by: str, notice: str = "") -> Checked:
        """Check a photo of one person and, when it can be used, keep it with their answer.

        ``notice`` is the digest of the text that they were shown.
        Raises ConfigError when nobody of the newest run has this id, or no photo can be checked now.
        """
        person = self._company.book().people.get(employee)
        if person is None:
            message = f"upload: nobody in the newest run has the id {employee!r}"
            raise ConfigError(message)
        if self._is_locked(person):
            return Checked(usable=False, sentence=_LOCKED, reason=Code.LOCKED)
        sent = Upload(employee, digest_of(data), clean(file), by, now())
        plan = redo_plan.plan_of(self._home.root, self._company.book().run)
        with self._lock, _scratch(self._home.root) as scratch:
            order = _order(person, sent, plan)
            scratch.put(data)
            development = self._develop(order, _bench(plan, scratch))
            preset = plan.job.brand(person.portrait.employee.preset)
            verdict = _verdict(development, preset, sent.at)
            if verdict.outcome == Outcome.RETAKE:
                reason, sentence = next(iter(retakes(verdict, preset).items()))
                return Checked(usable=False, sentence=sentence, reason=reason)
            answer = _answer(person, sent, notice)
            return self._keep(answer, sent, development, scratch, verdict)

    def close(self) -> None:
        """Let the worker and the register go."""
        self.rest()
        self._register.close()

    def rest(self) -> None:
        """Let the worker go until there is another photo."""
        with self._lock:
            self._let_go()

    def _is_locked(self, person: Person) -> bool:
        receipts = self._register.rows(Receipt, employee=person.id)
        return is_published(self._register.decisions(person.id), receipts, person.pictures)

    def _develop(self, order: Order, bench: Bench) -> Development:
        if self._timer:
            self._timer.cancel()
        if self._darkroom and self._darkroom.bench != bench:
            self._let_go()
        self._darkroom = self._darkroom or Darkroom(bench, workers=1)
        try:
            return next(iter(self._darkroom.develop([order])))
        finally:
            self._timer = threading.Timer(self._idle, self.rest)
            self._timer.daemon = True
            self._timer.start()

    def _let_go(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._darkroom:
            self._darkroom.close()
        self._darkroom = self._timer = None

    def _keep(
        self, answer: Decision, sent: Upload, made: Development, scratch: Vault, verdict: Verdict
    ) -> Checked:
        """Keep photo, portrait and answer, or nothing of them."""
        rounds, vault = load_policy(self._home.root).asking.rounds, self._home.vault
        new: list[str] = []
        try:
            for digest in {sent.photo, *_pictures(made.render)}:
                new += [] if vault.has(digest) else [digest]
                vault.put(scratch.get(digest))
            taken = decide(self._register, answer, lambda: self._pictures(sent.employee), rounds, sent)
        except BaseException:
            self._forget(new)
            raise
        if taken.code not in {Code.TAKEN, Code.KNOWN}:
            self._forget(new)
            return Checked(usable=False, sentence=_LOCKED, reason=taken.code, taken=taken)
        self._home.recipes.remember(
            made.render.recipe, made.plain()
        )  # last: without it the next pass makes it again
        return Checked(usable=True, photo=sent.photo, notes=verdict.sentences, taken=taken)

    def _pictures(self, employee: str) -> tuple[str, ...]:
        person = self._company.book().people.get(employee)
        return person.pictures if person else ()

    def _forget(self, digests: list[str]) -> None:
        for digest in digests:
            self._home.vault.path(digest).unlink(missing_ok=True)


def clean(file: str) -> str:
    """Return a file name that a stranger gave as one that can be shown: no folders, nothing that cannot be seen."""
    name = PurePosixPath(unicodedata.normalize("NFC", file).replace("\\", "/")).name
    return "".join(c for c in name if c.isprintable()).strip(" .")[-_NAME:] or "photo"


@contextmanager
def _scratch(home: Path) -> Iterator[Vault]:
    """Yield a vault that is empty at first and gone at the end; one photo at a time, whichever process asks."""
    folder = home / "upload-desk"
    with held(home / "upload-desk.lock", quietly):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield Vault(folder / "vault")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _bench(plan: Plan, scratch: Vault) -> Bench:
    job, store = plan.job, store_of(plan.job)
    recipes, log = scratch.root.parent / "recipes", plan.home.logs / "upload-desk.log"
    looks = tuple(job.brand(group).digest() for group in ("", *plan.groups))
    return Bench(job.brand(), store.root, scratch.root, recipes, log, job.allow_noncommercial, looks=looks)


def _order(person: Person, sent: Upload, plan: Plan) -> Order:
    """Return exactly what the next pass will ask for, so that it finds the portrait made."""
    employee = person.portrait.employee
    preset = plan.job.brand(employee.preset) if employee.preset else None
    look, painted = look_of(plan.job, employee.preset), allowances.agreed(plan.job, [employee])
    compared = employee.id not in allowances.uncompared(plan.job, [employee])
    return order_of(
        employee,
        (photo_of(sent),),
        look,
        preset=preset,
        painted=painted.get(employee.id, ()),
        compared=compared,
    )


def _answer(person: Person, sent: Upload, notice: str) -> Decision:
    return Decision(
        person.id, person.portrait.picture, Answer.UPLOAD, sent.by, sent.at, source=SOURCE, notice=notice
    )


def _verdict(made: Development, preset: Preset, day: str) -> Verdict:
    """Judge one portrait by the limits alone."""
    renders = ledger.table(Render, [made.render])
    readings = photo_age.as_of(ledger.table(Reading, made.readings), day[:10])
    found = ledger.records(Verdict, judge(renders, readings, preset))
    verdict: Verdict = found[0]
    return verdict


def _pictures(render: Render) -> set[str]:
    return {render.picture, render.before, render.after, render.aligned} - {""}
