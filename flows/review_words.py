"""What ``catchlight review serve`` says when it starts: where people go, what is set up and what is not."""

from collections.abc import Iterator

from catchlight.errors import OutsideError
from catchlight.policy import Policy
from connectors.oidc import Provider
from flows.review_place import Place
from reports.review.desk import ReviewDesk


def describe(
    desk: ReviewDesk, place: Place, sso: Provider | None, *, redo: bool
) -> Iterator[tuple[str, str]]:
    """Yield what there is to know, each with its heading."""
    policy = desk.policy
    yield "People go to", policy.url
    yield "Listens at", f"{place.url}{_proxies(policy, place)}"
    yield "Run", _run(desk)
    yield "Sign-on", _sign_on(sso)
    yield "Letters", _letters(policy)
    yield "Shown at", _showplaces(desk)
    yield "Photos sent", "are checked here at once" if desk.uploads else "cannot be taken here"
    yield "Other tries", "are made in the background" if redo else "wait for: catchlight review redo"


def _proxies(policy: Policy, place: Place) -> str:
    if policy.server.proxies:
        return f", behind the proxy {', '.join(policy.server.proxies)}"
    if policy.url.startswith("https://") and place.tls is None:
        return ", without https: name the reverse proxy in server.proxies, or give --cert and --key"
    return ""


def _run(desk: ReviewDesk) -> str:
    book = desk.company.book()
    if not book.run:
        return "none yet: nothing was refreshed, so nobody sees a portrait; catchlight refresh makes one"
    return f"{book.run}, {len(book.people)} people"


def _showplaces(desk: ReviewDesk) -> str:
    there = desk.showplaces()
    named = [
        f"{one.name} ({one.purpose}{', own yes' if one.purpose in there.opt_in else ''})"
        for one in there.places
    ]
    return ", ".join(named) or "no place that people could choose: destinations.toml names none"


def _sign_on(sso: Provider | None) -> str:
    if sso is None:
        return (
            "not set up: people enter by personal links, and the pages of HR are closed; "
            "add a section sso to review.toml"
        )
    try:
        sso.reach()
    except OutsideError as error:
        return f"not reachable just now, personal links work: {error}"
    return sso.issuer


def _letters(policy: Policy) -> str:
    ways = [name for name, section in (("e-mail", policy.mail), ("Slack", policy.slack)) if section]
    return " and ".join(ways) or "not set up: hand links out with catchlight review invite --channel print"
