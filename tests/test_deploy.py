"""What ``deploy/`` installs: units, containers and proxy name only what there is, and the proxy works in front of both servers."""

import configparser
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from string import Template
from typing import Any
from uuid import uuid4

import click
import httpx
import pytest
import typer
import yaml
from packaging.requirements import Requirement
from playwright.sync_api import sync_playwright

from catchlight.cost import cost_of
from catchlight.runs import run_folder
from catchlight.sheet_links import path_of
from flows.commands.catchlight import app
from flows.deployments import NAMES
from flows.metrics import Figures
from tests.certificates import Certificates
from tests.hr_walk import Walk
from tests.postgresql_server import database, end_connections
from tests.published_company import make_company
from tests.refreshed_company import COMMAND, ROOT, environment
from tests.review_browser import free_port
from tests.review_company import ReviewCompany, make_review_company
from tests.served_review import serving

pytest_plugins = ["tests.sign_on_fixtures"]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
VARIABLE = re.compile(r"^([A-Z_]+)=", re.MULTILINE)
SILENT = {
    "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1",
}  # fmt: skip
PROXY = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/catchlight.conf;
}}
"""


def compose() -> dict[str, Any]:
    """Return the compose file."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def started(unit: str) -> list[str]:
    """Return the words by which a unit starts its program."""
    text = (DEPLOY / f"systemd/{unit}.service").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return shlex.split(line)


def exists(words: list[str]) -> bool:
    """Whether a command of ours is there, with the options that are used."""
    command: Any = typer.main.get_command(app)
    while words and isinstance(command, click.Group | type(command)) and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return False
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    return {word for word in words if word.startswith("--")} <= known


def test_units_and_containers_start_commands_that_exist() -> None:
    """An option that was renamed would stop a server at its next start."""
    lines = [
        shlex.split(line.partition("=")[2])
        for unit in UNITS
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert len(lines) == 7
    assert [words for words in lines if words[0].endswith("/catchlight") and not exists(words[1:])] == []
    ours = [one["command"] for name, one in compose()["services"].items() if name in {"review", "status"}]
    assert [words for words in ours if not exists(words)] == []


def test_prefect_s_server_is_behind_our_guard_everywhere() -> None:
    """Prefect's own command would answer pages of every site; the container is reached by the name that its workers use."""
    python, *words, host, port = started("catchlight-prefect")
    assert (Path(python).name, words, host) == ("python", ["-m", "flows.prefect_app"], "127.0.0.1")
    container = compose()["services"]["prefect"]
    assert container["entrypoint"] == ["python", *words]
    assert container["command"] == ["0.0.0.0", port]  # noqa: S104  inside of the containers' own network
    (worker,) = {
        compose()["services"][name]["environment"]["PREFECT_API_URL"]
        for name in ("worker", "setup", "prefect")
    }
    assert worker == f"http://prefect:{port}/api"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    """Checked by systemd itself where it is installed, else as far as their form goes."""
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(unit)
    assert "Unit" in parsed
    program = shutil.which("systemd-analyze")
    if not program:
        return
    text = unit.read_text(encoding="utf-8").replace("/opt/catchlight/bin/", f"{Path(sys.executable).parent}/")
    for other in UNITS:
        (tmp_path / other.name).write_text(other.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / unit.name).write_text(text.replace("User=catchlight", "User=root"), encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / unit.name)],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
BARRED = {"PrivateDevices", "ProtectClock", "RestrictSUIDSGID", "MemoryDenyWriteExecute"}


def settings_of(unit: Path) -> set[str]:
    """Return the names that the section of a service sets."""
    return set(
        re.findall(r"^(\w+)=", unit.read_text(encoding="utf-8").partition("[Service]")[2], re.MULTILINE)
    )


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_systemd_finds_the_services_closed(unit: Path) -> None:
    """Three of ten at most; without a systemd that reads files (250), what counts for most is there."""
    assert {"NoNewPrivileges", "CapabilityBoundingSet", "SystemCallFilter", "UMask"} <= settings_of(unit)
    program = shutil.which("systemd-analyze")
    if (
        program
        and "--offline"
        in subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    ):
        line = [program, "security", "--offline=true", "--threshold=30", "--no-pager", str(unit)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize("unit", ["catchlight", "catchlight-worker", "catchlight-review"])
def test_services_that_develop_or_publish_keep_what_they_need(unit: str) -> None:
    """Graphics cards are devices, and ProtectClock hides them as well; folders of a group are made with its bit."""
    assert not settings_of(DEPLOY / f"systemd/{unit}.service") & BARRED


def test_containers_are_closed() -> None:
    """Ours write into volumes and memory alone, without capabilities; nobody's gains any."""
    for name, one in compose()["services"].items():
        assert one["security_opt"] == ["no-new-privileges"], name
        if one["image"] == "catchlight":
            assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
            assert {place.partition(":")[0] for place in one["tmpfs"]} == {"/tmp", "/home/catchlight"}  # noqa: S108


def test_podman_takes_the_memory_of_containers() -> None:
    """Of what Docker knows it refuses whose the folder is, so everybody inside, which is one account, may write there."""
    for one in compose()["services"].values():
        for place in one.get("tmpfs", ()):
            options = dict(option.partition("=")[::2] for option in place.partition(":")[2].split(","))
            assert options == {"mode": "1777"}


def test_the_page_runs_commands_that_its_containers_have() -> None:
    """What follows the service's name goes to its entrypoint, Prefect in the worker's case."""
    page = (DEPLOY.parent / "docs/deploy.md").read_text(encoding="utf-8")
    lines = re.findall(r"^podman compose .* run (?:--\S+ )*(\w+) (.*)$", page, re.MULTILINE)
    assert lines
    for service, words in lines:
        assert "entrypoint" not in compose()["services"][service]
        assert exists(shlex.split(words))


def test_the_environment_silences_every_library() -> None:
    """In the template of the environment, and in the image."""
    text = (DEPLOY / "catchlight.env.example").read_text(encoding="utf-8")
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for name, value in SILENT.items():
        assert f"\n{name}={value}\n" in text
        assert f"{name}={value}" in image
    used = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert used <= set(VARIABLE.findall(text))


def prefect(port: int, store: str, home: Path, host: str) -> subprocess.Popen[bytes]:
    """Start Prefect's server as the unit does, with the variables of the template."""
    own = {
        "PREFECT_HOME": str(home), "PREFECT_SERVER_API_AUTH_STRING": "catchlight:secret", **SILENT,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": store.replace("+psycopg", "+asyncpg"),
        "PREFECT_SERVER_UI_API_URL": f"https://{host}/api", "PREFECT_API_URL": f"http://prefect:{port}/api",
    }  # fmt: skip
    line = [sys.executable, *started("catchlight-prefect")[1:-1], str(port)]
    log = (home / "log").open("wb")
    return subprocess.Popen(
        line, cwd=home, env=environment(**own), stdout=log, stderr=log, start_new_session=True
    )


def nginx(folder: Path, program: str, values: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start nginx with the template filled in, as its container does."""
    text = (DEPLOY / "nginx.conf.template").read_text(encoding="utf-8")
    (folder / "catchlight.conf").write_text(Template(text).safe_substitute(values), encoding="utf-8")
    (folder / "nginx.conf").write_text(PROXY.format(folder=folder), encoding="utf-8")
    return subprocess.Popen(
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    )


def wait_for(client: httpx.Client, address: str, **headers: str) -> httpx.Response:
    """Return the answer once the server behind the proxy is up."""
    until = time.monotonic() + 150
    while True:
        try:
            answer = client.get(address, headers=headers)
            if answer.status_code < 500:
                return answer
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, address
        time.sleep(0.3)


def sees_presets_and_sheets_alone(
    browser: httpx.Client, at: str, company: ReviewCompany, status: int
) -> None:
    """Open a contact sheet by its link and the presets, and nothing else of the status server; Prometheus asks inside."""
    assert "deep-blue" in wait_for(browser, f"{at}/presets").text
    assert browser.get(f"{at}/presets/deep-blue.webp").headers["content-type"] == "image/webp"
    run = run_folder(company.home)
    (run / "contact_sheet.html").write_text("<html>faces</html>", encoding="utf-8")
    sheet = f"{at}/sheets/{path_of(company.home, run.name)}"
    assert "faces" in browser.get(sheet).text
    assert browser.get(sheet.replace("/contact", "0/contact")).status_code == 404
    assert "catchlight_" not in browser.get(f"{at}/metrics").text
    assert "catchlight_people" in httpx.get(f"http://127.0.0.1:{status}/metrics", trust_env=False).text


def keeps_other_sites_out(browser: httpx.Client, at: str, inside: int) -> None:
    """Their pages get nothing by requests or web sockets, with the password or without; workers come by a name inside."""
    asked, evil = f"{at}/api/flows/count", {"origin": "https://evil.example"}
    login = ("catchlight", "secret")
    assert browser.post(asked, json={}, auth=login, headers={"origin": at}).status_code == httpx.codes.OK
    assert browser.post(asked, json={}, auth=login, headers=evil).status_code == httpx.codes.FORBIDDEN
    opening = {
        "connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==", "sec-websocket-protocol": "prefect",
    }  # fmt: skip
    assert browser.get(f"{at}/api/events/out", headers=opening | evil).status_code == httpx.codes.FORBIDDEN
    for name, status in ("prefect", httpx.codes.OK), ("evil.example", httpx.codes.FORBIDDEN):
        host = {"host": f"{name}:{inside}"}
        health = httpx.get(f"http://127.0.0.1:{inside}/api/health", headers=host, trust_env=False)
        assert health.status_code == status


def shows_its_pages(chromium: str, at: str, one: str) -> None:
    """Somebody in a browser, behind the proxy, gives the password and opens the list of what can be started."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(ignore_https_errors=True, locale="en-GB").new_page()
        Walk(page, at).enter("catchlight:secret")
        page.get_by_role("link", name=one, exact=True).wait_for()
        browser.close()


def set_up_as_the_compose_file_does(port: int, folder: Path) -> None:
    """Run the service ``setup`` of the compose file by hand: work pool, deployments, automations, with the password."""
    (line,) = compose()["services"]["setup"]["command"]
    own = {
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_API_AUTH_STRING": "catchlight:secret",
        "PREFECT_HOME": str(folder / "client"), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **SILENT,
    }  # fmt: skip
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, env=environment(**own), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for_post(browser: httpx.Client, address: str) -> int:
    """Return the number that Prefect answers, once its database is reached again."""
    for _ in range(60):
        answer = browser.post(address, json={}, auth=("catchlight", "secret"))
        if answer.status_code == httpx.codes.OK:
            return int(answer.text)
        time.sleep(0.5)
    raise AssertionError(answer.text)


@pytest.mark.slow
@pytest.mark.prefect
def test_tls_in_front_of_both_servers(
    tmp_path: Path, certificates: Certificates, nginx_program: str, postgresql_server: str, chromium: str
) -> None:
    """Prefect on PostgreSQL lets nobody in without the password; a person's link works; nobody is asked outside."""
    company: ReviewCompany = make_review_company(tmp_path)
    (tmp_path / "prefect").mkdir()
    (tmp_path / "nginx").mkdir()
    port, review, flows, status = free_port(), free_port(), free_port(), free_port()
    names = {"REVIEW_HOST": "localhost", "FLOWS_HOST": "127.0.0.1"}
    at = {name: f"https://{host}:{port}" for name, host in names.items()}
    (company.home / "review.toml").write_text(
        f'url = "{at["REVIEW_HOST"]}"\n[server]\nproxies = ["127.0.0.1"]\n', encoding="utf-8"
    )
    desk = company.desk()
    picture = desk.company.book().people["p1"].pictures[0]
    link = "/l/" + desk.invitations.token(desk.invitations.invite("p1", picture, "hr", 14))
    values = names | {
        "REVIEW_UPSTREAM": f"127.0.0.1:{review}", "FLOWS_UPSTREAM": f"127.0.0.1:{flows}",
        "STATUS_UPSTREAM": f"127.0.0.1:{status}", "LISTEN": f"127.0.0.1:{port}", "CERTIFICATE": str(certificates.certificate), "CERTIFICATE_KEY": str(certificates.key),
    }  # fmt: skip
    trust = ssl.create_default_context(cafile=certificates.authority)
    with database(postgresql_server, uuid4().hex) as store:
        server = prefect(flows, store, tmp_path / "prefect", f"127.0.0.1:{port}")
        figures = subprocess.Popen([*COMMAND, "status", "--home", str(company.home), "--port", str(status)])
        proxy = nginx(tmp_path / "nginx", nginx_program, values)
        try:
            with (
                serving(company.home, "--port", str(review), "--no-redo"),
                httpx.Client(verify=trust, follow_redirects=True, trust_env=False, timeout=30) as browser,
            ):
                page = wait_for(browser, at["REVIEW_HOST"] + link)
                assert (page.status_code, page.url.path) == (200, "/me")
                assert "max-age" in page.headers["strict-transport-security"]
                shell = wait_for(browser, at["FLOWS_HOST"] + "/")
                assert "connect-src 'self'" in shell.headers["content-security-policy"]
                sees_presets_and_sheets_alone(browser, at["FLOWS_HOST"], company, status)
                flows_of = at["FLOWS_HOST"] + "/api/flows/count"
                assert browser.post(flows_of, json={}).status_code == 401
                assert browser.post(flows_of, json={}, auth=("catchlight", "secret")).json() == 0
                keeps_other_sites_out(browser, at["FLOWS_HOST"], flows)
                set_up_as_the_compose_file_does(flows, tmp_path)
                shows_its_pages(chromium, at["FLOWS_HOST"], NAMES["refresh"])
                count = at["FLOWS_HOST"] + "/api/deployments/count"
                assert browser.post(count, json={}, auth=("catchlight", "secret")).json() == len(NAMES)
                end_connections(store)  # PostgreSQL is restarted
                assert wait_for_post(browser, flows_of) == len(NAMES)
        finally:
            for one in (server, proxy, figures):
                one.terminate()
                one.wait(30)


def figures_of_a_run(root: Path) -> str:
    """Return the figures of a home with one run, as Prometheus reads them."""
    company = make_company(root)
    company.run("20261101-100000", {"007": "a"})
    run = company.home / "runs/20261101-100000/run.json"
    facts = {"counts": {"people": 1}, "timings": {"gather": 1.0}, "cost": cost_of(36.0, 1, 2.0, 0.1)}
    run.write_text(json.dumps(facts), encoding="utf-8")
    return Figures(company.home).text().decode()


def test_alerts_ask_for_figures_that_there_are(tmp_path: Path) -> None:
    """A figure that was renamed would leave an alert silent for ever."""
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"catchlight_\w+", rule["expr"])}
    text = figures_of_a_run(tmp_path)
    assert {name for name in asked if f"\n{name}" not in text} == set()


def test_every_figure_is_in_the_docs_and_the_other_way_round(tmp_path: Path) -> None:
    """Whoever draws a dashboard finds each figure by its name; a card's work is among what a run cost."""
    text = figures_of_a_run(tmp_path)
    page = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(catchlight_\w+)", page, re.MULTILINE))
    assert told == set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    assert 'catchlight_run_cost{of="gpu_seconds"} 2.0' in text


def test_the_second_list_of_who_was_erased_can_be_kept() -> None:
    """Beside the home, where the page makes its folder, each unit may write, and containers keep a volume."""
    page = (DEPLOY.parent / "docs/deploy.md").read_text(encoding="utf-8")
    assert re.search(r"^install -d .*-o catchlight.* /srv/catchlight\.erased", page, re.MULTILINE)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        assert "ProtectSystem=strict" not in text or re.search(
            r"ReadWritePaths=.*-/srv/catchlight\.erased", text
        )
    assert "erased:/srv/catchlight.erased" in compose()["services"]["review"]["volumes"]


def test_the_page_tells_how_a_service_may_write_where_portraits_go() -> None:
    """Units are strict, and the folder that Prefect's own deployment publishes to is outside of what they may write."""
    page = (DEPLOY.parent / "docs/deploy.md").read_text(encoding="utf-8")
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (folder,) = (
        one["parameters"]["destination"] for one in deployments if "destination" in one.get("parameters", {})
    )
    unit = (DEPLOY / "systemd/catchlight.service").read_text(encoding="utf-8")
    assert folder not in unit
    assert f"ReadWritePaths={folder}" in page
    assert page.index(f"-g catchlight {folder}") < page.index(f"ReadWritePaths={folder}")


def test_the_page_deploys_the_flows_to_the_server_of_the_units() -> None:
    """Each command of Prefect's has the environment that holds its address and password, as the compose file's have."""
    page = (DEPLOY.parent / "docs/deploy.md").read_text(encoding="utf-8").partition("## Containers")[0]
    assert re.search(r"^in_service\(\) .*EnvironmentFile=/etc/catchlight/catchlight\.env", page, re.MULTILINE)
    (line,) = compose()["services"]["setup"]["command"]
    for words in line.split(" && "):
        assert f"\nin_service /opt/catchlight/bin/{words}\n" in page


def test_the_page_makes_what_the_units_name() -> None:
    """The account, the program, its environment: each before the step that needs it."""
    page = (DEPLOY.parent / "docs/deploy.md").read_text(encoding="utf-8")
    steps = [
        "useradd", "-o catchlight", "install -d -m 755 /etc/catchlight", "python3 -m venv /opt/catchlight",
        "models fetch", "/etc/catchlight/catchlight.env", "systemctl enable",
    ]  # fmt: skip
    at = [page.index(step) for step in steps]
    assert at == sorted(at)


def image_steps() -> dict[str, list[str]]:
    """Return the image's steps by their word, lines that go on put together and remarks taken out."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found: dict[str, list[str]] = {}
    for line in lines.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        found.setdefault(word, []).append(rest.strip())
    return found


def test_the_image_is_built_from_what_there_is() -> None:
    """Its shell lines are shell, its extras are ours, its pins are pins, and what it copies is not kept from it."""
    steps, project = image_steps(), tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for line in steps["RUN"]:
        subprocess.run(["/bin/sh", "-n", "-c", line], check=True)
    (extras,) = re.findall(r"'/src\[([\w,]+)\]'", steps["RUN"][0])
    assert set(extras.split(",")) <= set(project["project"]["optional-dependencies"])
    (pin,) = re.findall(r'"\$\((grep [^)]*)\)"', steps["RUN"][0])
    asked = pin.replace("/src/", f"{ROOT}/")
    pinned = subprocess.run(
        ["/bin/sh", "-c", asked], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(pinned) == 1
    Requirement(pinned[0])
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    needed = {
        "pyproject.toml",
        "constraints.txt",
        "prefect.yaml",
        "README.md",
        "LICENSE",
        "catchlight",
        "flows",
    }
    assert not needed & set(ignored)
    assert {".git", ".venv", ".models", "deploy/*.env", "deploy/tls"} <= set(ignored), "secrets and gigabytes"
    assert steps["ENTRYPOINT"] == ['["catchlight"]']
    assert exists(json.loads(steps["CMD"][0]))
