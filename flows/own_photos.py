"""Pictures that people set themselves at a place of theirs, with a permission that is used once: journaled like any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catchlight import plugins
from catchlight.company import Person
from catchlight.desk import Desk
from catchlight.errors import ConfigError, PhotoError
from catchlight.journal import State, stacks
from catchlight.publish_right import WHY, Rules, read_rules, rights
from catchlight.records import Answer, Receipt
from catchlight.register import Register
from catchlight.sending import WITHDRAWN, Result, note, put_back, send, settle
from catchlight.transaction import Transaction
from catchlight.vault import Vault
from flows.destinations import destinations

PATH = "/me/slack/done"
"""The page that people come back to."""


@dataclass(frozen=True, slots=True)
class OwnPhotos:
    """Sends people away for a permission, and uses it when they come back; ``place`` is what receipts call it."""

    home: Path
    register: Register
    settings: Any
    place: str

    def begin(self) -> tuple[str, str]:
        """Return the address to send a browser to, and the state that it has to bring back."""
        state = _connector().fresh_state()
        return _connector().begin(self.settings, state), state

    def stands(self, employee: str) -> bool:
        """Whether a picture of ours stands there."""
        return bool(self._stack(employee))

    def put(self, code: str, person: Person, picture: str, portrait: bytes) -> Result:
        """Set the picture of whoever came back with ``code``: ``portrait`` is made of their picture, a digest.

        What was there is kept before. PhotoError with a sentence for the person, ConfigError, OutsideError.
        """
        with self._at(code, person.id) as (desk, account):
            rules = read_rules(self.home)
            if problem := self._against(desk, person, picture, rules):
                raise PhotoError("slack.consent", problem)
            there, sent = desk.place.look(account), desk.vault.keep(portrait)
            top = next((one for one in self._stack(person.id)[-1:] if desk.shows(there, one.sent)), None)
            if desk.shows(there, sent) and top:
                return Result(person.id, account, "unchanged")
            found = desk.vault.keep(there) if there else ""
            receipt = Receipt(self.place, person.id, account, sent, found, "", "")
            note(desk, [receipt], State.BACKED_UP)
            result = send(
                desk, [receipt], against=lambda store: self._against(desk, person, picture, rules, store)
            )[0]
            if result.code == WITHDRAWN:
                raise PhotoError("slack.consent", result.sentence)
            return result

    def back(self, code: str, person: Person) -> Result:
        """Put back what was there before us; what they changed themselves meanwhile stays."""
        with self._at(code, person.id) as (desk, _):
            stack = self._stack(person.id)
            if not stack:
                return Result(person.id, "", "unchanged")
            result = put_back(desk, replace(stack[-1], replaced=stack[0].replaced))
            if result.code in {"restored", "removed"}:
                note(desk, stack[:-1], State.RESTORED)
            return result

    @contextmanager
    def _at(self, code: str, employee: str) -> Iterator[tuple[Desk, str]]:
        receipts = self.register.receipts(self.place)
        known = next((one.target for one in reversed(receipts) if one.employee == employee), "")
        with _connector().allowed(self.settings, self.place, code, known) as own:
            if any(one.target == own.account and one.employee != employee for one in receipts):
                raise PhotoError(
                    "slack.other", "this Slack account is another person's; sign in with yours there"
                )
            desk = Desk(self.home, own.place, self.register, Vault(self.home / "vault"))
            settle(desk, employee)
            yield desk, own.account

    def _stack(self, employee: str) -> list[Receipt]:
        found = stacks(self.register.receipts(self.place, employee))
        return next(iter(found.values()), [])

    def _against(
        self, desk: Desk, person: Person, picture: str, rules: Rules, store: Transaction | None = None
    ) -> str:
        """Return what stands against setting a picture of theirs, "" for nothing."""
        reason, approved = rights(desk, person.id, store, rules).of(person)
        fine = reason == Answer.APPROVE and approved == picture
        return "" if fine else f"nothing was set: {WHY.get(reason, reason)}"


def own_photos(home: Path, register: Register, url: str) -> OwnPhotos | None:
    """Return how people set their own pictures, by destinations.toml; None where it names no such place.

    ``url`` is the address of our pages. ConfigError when the app sends people elsewhere.
    """
    found = [one for one in destinations(home).values() if one.by_themselves]
    if not found:
        return None
    wanted = url + PATH
    if found[0].settings.redirect_uri != wanted:
        message = f"{found[0].name}.redirect_uri: people have to come back to {wanted}; write that, and so in the app"
        raise ConfigError(message)
    return OwnPhotos(home, register, found[0].settings, found[0].place)


def _connector() -> Any:
    return plugins.load("connectors", "slack_own_photo")
