"""Nothing leaves the machine: a whole refresh without a network, watched call by call."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import _absent
from tests.refreshed_company import ROOT, Company, congress, environment

pytestmark = pytest.mark.slow
ADDRESS = re.compile(r"sa_family=AF_(\w+)(.*?)\}")
LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
HARMLESS = ("UNIX", "NETLINK")  # within this machine: a name service's socket, the kernel's own


@pytest.fixture(scope="module")
def trace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Refresh two people behind a loopback alone, and return what every process sent where."""
    tools = [shutil.which(tool) or "" for tool in ("unshare", "strace", "ip")]
    if not all(tools):
        _absent("unshare, strace or ip is not installed (Debian packages util-linux, strace, iproute2)")
    unshare = tools[0]
    if subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        _absent("this machine gives users no network of their own (unshare -rn)")
    root = tmp_path_factory.mktemp("packet")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, 2))
    watch = "ip link set lo up && exec strace -f -qq -e trace=connect,sendto,sendmsg,sendmmsg -o"
    script = f'{watch} {root}/trace "$@"'
    env = {name: value for name, value in environment().items() if name not in ("CI", "DO_NOT_TRACK")}
    done = subprocess.run(
        [unshare, "-rn", "sh", "-c", script, "sh", *company.arguments()],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert company.run()["counts"]["rendered"] == 2
    return (root / "trace").read_text(encoding="utf-8", errors="replace").splitlines()


def test_everything_that_is_sent_stays_on_loopback(trace: list[str]) -> None:
    """Prefect's client and server talk on 127.0.0.1; no other address is tried by any process."""
    found = [match for line in trace for match in ADDRESS.finditer(line)]
    assert any("127.0.0.1" in match[2] for match in found)
    elsewhere = [m[0] for m in found if m[1] not in HARMLESS and not LOOPBACK.search(m[2])]
    assert elsewhere == []


def test_no_name_is_looked_up(trace: list[str]) -> None:
    """Not even a question to a name server is asked: it would tell who works here when."""
    assert [line for line in trace if "htons(53)" in line] == []
