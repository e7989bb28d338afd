"""Nothing leaves the machine: a whole job without a network, from photos to publication, watched call by call."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catchlight.silence import SILENT
from tests import nginx_server
from tests.conftest import _absent
from tests.refreshed_company import ROOT, environment
from tests.webdav_server import is_installed as has_webdav

pytestmark = pytest.mark.slow
ADDRESS = re.compile(r"sa_family=AF_(\w+)(.*?)\}")
LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
HARMLESS = ("UNIX", "NETLINK")  # within this machine: a name service's socket, the kernel's own


@pytest.fixture(scope="module")
def trace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Refresh, ask, publish and put back behind a loopback alone, and return what every process sent where."""
    assert shared
    tools = [shutil.which(tool) or "" for tool in ("unshare", "strace", "ip")]
    if not all(tools) or not nginx_server.PROGRAM or not has_webdav():
        _absent("unshare, strace, ip or nginx with WebDAV is not installed (see .ci/run)")
    unshare = tools[0]
    if subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        _absent("this machine gives users no network of their own (unshare -rn)")
    root = tmp_path_factory.mktemp("packet")
    watch = (
        "ip link set lo up && exec strace -f --seccomp-bpf -qq -e trace=connect,sendto,sendmsg,sendmmsg -o"
    )
    job = [sys.executable, "-m", "tests.packet_job", str(root)]
    done = subprocess.run(
        [unshare, "-rn", "sh", "-c", f'{watch} {root}/trace "$@"', "sh", *job],
        cwd=ROOT,
        env={name: value for name, value in environment().items() if name not in ("CI", *SILENT)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
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


def test_what_silences_libraries_is_set_at_import() -> None:
    """Whoever imports any part has the variables, before a library could read them; what IT set stays."""
    ask = "import catchlight, os, json; print(json.dumps(dict(os.environ)))"
    clean = {name: value for name, value in os.environ.items() if name not in SILENT} | {
        "DO_NOT_TRACK": "yes"
    }
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=clean, capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert {name: found.get(name) for name in SILENT} == SILENT | {"DO_NOT_TRACK": "yes"}


@pytest.mark.parametrize("file", ["docs/it.md", "deploy/catchlight.env.example", "deploy/Containerfile"])
def test_where_variables_are_set_all_that_silence_libraries_are(file: str) -> None:
    """The page for IT, the units' file and the container have each of them as it is set at import."""
    words = (ROOT / file).read_text("utf-8").split()
    assert [name for name, value in SILENT.items() if f"{name}={value}" not in words] == []
