"""Delta queries on the users of the stand-in for Microsoft Graph: rounds of pages, tokens that end, changes in part.

After Microsoft's pages "Use delta query to track changes" and "user: delta": neither $top nor a $select beside a token
is taken, what was never set is left out, somebody deleted is ``@removed`` (in a first round, too), and of somebody
changed either everything selected comes, or only what changed.
"""

import base64
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.fake_graph_answers import DENIED, Answer, as_json, wrong

User = dict[str, object]
STALE = (
    wrong(410, "resyncRequired", "Resync is required.", Location="/v1.0/users/delta?$deltatoken="),
    wrong(400, "syncStateNotFound", "The sync state generation is not found. The delta token is expired."),
    wrong(400, "Directory_ExpiredPageToken", "The specified page token value has expired."),
)
_KNOWN = {
    "id", "accountEnabled", "userType", "displayName", "givenName", "surname", "mail", "userPrincipalName", "employeeId",
    "employeeType", "employeeHireDate", "department", "jobTitle", "country", "usageLocation", "companyName", "officeLocation",
    "preferredLanguage", "onPremisesImmutableId", "onPremisesSamAccountName", "onPremisesExtensionAttributes", "city",
}  # fmt: skip
_ELSEWHERE = {"aboutMe", "birthday", "hireDate", "mailboxSettings", "skills", "photo"}


@dataclass(frozen=True)
class _Round:
    """What one round lists, and what everybody was like when it began."""

    rows: list[User]
    select: tuple[str, ...]
    before: dict[str, User]


@dataclass
class Delta:
    """Rounds by their tokens.

    ``page`` people come on one page. ``partly``: of somebody changed only what changed comes. ``twice``: everybody
    comes twice in a round, which Microsoft warns of. ``stale`` is the answer to a token that was ended by ``expire``.
    ``deleted`` are still told of in a first round. ``link`` is where each page leads instead, ``bare`` lets a round end
    without a token.
    """

    page: int = 200
    partly: bool = False
    twice: bool = False
    stale: Answer = STALE[0]
    deleted: set[str] = field(default_factory=set)
    link: str = ""
    bare: bool = False
    tokens: dict[str, tuple[_Round, int]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def expire(self) -> None:
        """End all tokens that were given out."""
        self.ended |= self.tokens.keys()
        self.tokens.clear()

    def answer(
        self, url: str, users: dict[str, User], query: dict[str, str], roles: tuple[str, ...]
    ) -> Answer:
        """Return one page."""
        if not {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"} & set(roles):
            return DENIED
        token = query.get("$skiptoken") or query.get("$deltatoken")
        if token in self.ended:
            return self.stale
        if token and (token not in self.tokens or len(query) > 1):
            return wrong(400, "Request_BadRequest", "Badly formed token.")
        if token:
            known, start = self.tokens[token]
            if "$deltatoken" in query:
                known, start = self._changed(known, users), 0
            return self._page(url, known, start)
        return self._first(url, users, query)

    def _first(self, url: str, users: dict[str, User], query: dict[str, str]) -> Answer:
        select = tuple(query.get("$select", "id,displayName,mail").split(","))
        if set(query) - {"$select"}:
            return wrong(400, "Request_UnsupportedQuery", f"{sorted(query)}: not supported in a delta query.")
        if set(select) & _ELSEWHERE:
            return wrong(501, "NotImplemented", "This operation target is not yet supported.")
        if set(select) - _KNOWN:
            name = min(set(select) - _KNOWN)
            return wrong(400, "BadRequest", f"Could not find a property named '{name}' on type 'user'.")
        return self._page(url, self._changed(_Round([], select, {}), users), 0)

    def _changed(self, last: _Round, users: dict[str, User]) -> _Round:
        """Begin a round: everybody whose selected properties are others than in the last one."""
        now = {id_: {name: one.get(name) for name in last.select} for id_, one in users.items()}
        gone: list[User] = [
            {"id": id_, "@removed": {"reason": "changed"}} for id_ in sorted(last.before.keys() - now.keys())
        ]
        if not last.before:
            gone += [{"id": id_, "@removed": {"reason": "deleted"}} for id_ in sorted(self.deleted)]
        rows = [
            self._row(last.before.get(id_), one) for id_, one in now.items() if last.before.get(id_) != one
        ]
        return _Round((rows + gone) * (2 if self.twice else 1), last.select, now)

    def _row(self, old: User | None, new: User) -> User:
        if old is None:
            return {name: value for name, value in new.items() if value is not None}
        changed = {name for name in new if new[name] != old[name]}
        return {
            name: value
            for name, value in new.items()
            if name == "id" or name in changed or (value is not None and not self.partly)
        }

    def _page(self, url: str, known: _Round, start: int) -> Answer:
        stop = start + self.page
        told: dict[str, object] = {
            "@odata.context": f"{url}/v1.0/$metadata#users",
            "value": known.rows[start:stop],
        }
        token = base64.b64encode(secrets.token_bytes(40)).decode()  # with + and /, which links carry escaped
        further = stop < len(known.rows)
        self.tokens[token] = (known, stop) if further else (_Round([], known.select, known.before), 0)
        kind = "skip" if further else "delta"
        link = f"{url}/v1.0/users/delta?%24{kind}token={quote(token, safe='')}"
        if further or not self.bare:
            told["@odata.nextLink" if further else "@odata.deltaLink"] = self.link or link
        return as_json(200, told)
