"""Publishing and the way back, killed for good at random moments, at places of people and at places of files."""

from pathlib import Path

import pytest
import stamina

from tests import ldap_server, webdav_server
from tests.publishing_kills import killed
from tests.publishing_servers import ldap_world, webdav_world
from tests.publishing_soak import company_of
from tests.publishing_worlds import Factory, in_no_time, microsoft_world, sharepoint_world

IDS = [f"p{number:03}" for number in range(10)]


needs_nginx = pytest.mark.skipif(not webdav_server.is_installed(), reason="needs nginx with WebDAV")
needs_slapd = pytest.mark.skipif(not ldap_server.is_installed(), reason="needs OpenLDAP")


@pytest.mark.parametrize(
    "world",
    [
        microsoft_world,
        sharepoint_world,
        pytest.param(webdav_world, marks=needs_nginx),
        pytest.param(ldap_world, marks=needs_slapd),
    ],
    ids=lambda world: world.__name__,
)
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(world: Factory, tmp_path: Path) -> None:
    """After the last start all is as planned, byte for byte where bytes are kept, each written once; then as before."""
    (tmp_path / "company").mkdir()
    company = company_of(tmp_path / "company", IDS)
    with in_no_time(), stamina.set_testing(True, attempts=5), world(tmp_path, IDS) as there:
        told = killed(company, there, 4, 1.0)
    assert told.wrong == []
    assert min(told.out, told.back) >= 4
