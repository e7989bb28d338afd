"""A whole job on loopback, for a tracer to watch: refresh, invite by mail, answer, publish over HTTPS, put back.

Run as ``python -m tests.packet_job ROOT`` where the network has nothing but a loopback.
"""

import sys
from pathlib import Path

import httpx

from catchlight.errors import CatchlightError
from tests.conftest import SHARED
from tests.mail_server import Mailbox, mail_server
from tests.refreshed_company import Company
from tests.review_company import form_of
from tests.served_review import serving
from tests.webdav_server import _free_port, webdav_server
from tests.whole_company import SIX, Whole, link_in

_PLACE = """[wall]
kind = "webdav"
url = "{server.address}/photos"
username = "anna"
password_file = "{server.place}/password"
ca_file = "{server.certificates.authority}"
"""
_AT = "anna@example.com"  # a name that only a name server could resolve


def main(root: Path) -> None:
    """Do everything once; raise when a step does not do what it should."""
    company = Company(root / "source", root / "home")
    (company.source / "photos").mkdir(parents=True)
    photo = f"photos/{SIX[0]}.jpg"
    (company.source / photo).write_bytes((SHARED / "congress" / photo).read_bytes())
    (company.source / "directory.csv").write_text(f"id,email,photo\n{SIX[0]},{_AT},{photo}\n", "utf-8")
    whole = Whole(company.home, _free_port())
    whole.command("refresh", "--source", str(company.source))
    box = Mailbox()
    with mail_server(box) as port:
        whole.write_policy(port)
        whole.command("review", "invite", "--now")
    with serving(company.home, "--port", str(whole.port)):
        _approve(whole, link_in(box.letters[0]))
    with webdav_server(root / "webdav", tls=True) as server:
        (company.home / "destinations.toml").write_text(_PLACE.format(server=server), "utf-8")
        whole.command("publish", "plan", "--to", "wall", "--sizes", "96")
        whole.command("publish", "apply", "--yes")
        _must(any(server.folder.rglob("*.jpg")), "nothing was published")
        whole.command("publish", "verify")
        whole.command("publish", "rollback", "--yes")
        _must(not any(server.folder.rglob("*.jpg")), "something is still there")
    whole.command("audit", "verify")


def _approve(whole: Whole, link: str) -> None:
    """Open a personal link and say yes, as a browser without scripts does."""
    cookie = httpx.get(whole.at + link).headers["set-cookie"].partition(";")[0]
    headers = {"cookie": cookie}
    form = form_of(httpx.get(f"{whole.at}/me", headers=headers).text) | {"answer": "approve"}
    sent = httpx.post(f"{whole.at}/me/answer", headers=headers, data=form)
    _must(
        "code=taken" in sent.headers.get("location", ""), f"not taken: {sent.status_code} {sent.text[:500]}"
    )


def _must(good: object, otherwise: str) -> None:
    if not good:
        raise CatchlightError(otherwise)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
