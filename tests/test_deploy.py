"""The files of `deploy/` agree with the site: its settings, its commands, its ports and its limits."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlsysweb.environment import VARIABLES
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import declared_search
from mlsysweb.explore.jobs import run_boxes
from mlsysweb.explore.jobs.serialize import to_bytes
from mlsysweb.operate.health import READY
from mlsysweb.serve import IDLE, LARGEST_BODY
from solvers.search.explore import empty_result
from solvers.search.run import run
from tests.mlsysweb.explore.questions import large

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
NAMES = {each.name for each in VARIABLES}
TARGETS = set(re.findall(r"^([\w./]+):", (ROOT / "Makefile").read_text(), re.M))
MAKEFILE_VARIABLES = set(re.findall(r"^(\w+) \?=", (ROOT / "Makefile").read_text(), re.M))
COMMANDS = {path.stem for path in ROOT.glob("*/**/management/commands/*.py")}
UNITS = sorted(DEPLOY.glob("*.service"))


def targets(text):
    """Return the targets of the calls of make in a text."""
    calls = re.findall(r"\bmake((?: [\w./]+)+)", text)
    return {target for call in calls for target in call.split()}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_compose_sets_declared_variables_only(name):
    assert COMPOSE["services"][name]["environment"].keys() <= NAMES


def test_compose_serves_with_tls_behind_one_proxy_and_publishes_nothing_else():
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    site = services["web"]["environment"]
    assert (site["MLSYSWEB_HTTPS"], site["MLSYSWEB_PROXIES"]) == ("1", "1")
    assert site["DATABASE_URL"].endswith("@database/mlsysweb")
    assert services["proxy"]["environment"]["UPSTREAM"] == "web:8000"
    assert READY in services["web"]["healthcheck"]["test"][-1]


def test_compose_asks_for_every_name_of_the_example():
    asked = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert asked == set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.M))


def test_compose_mounts_files_that_are_here_and_volumes_that_are_declared():
    for service in COMPOSE["services"].values():
        for source in (volume.split(":")[0] for volume in service.get("volumes", ())):
            assert source in COMPOSE["volumes"] or source == "./certificates" or (DEPLOY / source).is_file()


def test_the_worker_runs_a_command_of_the_site():
    _, manage, command, *_ = COMPOSE["services"]["worker"]["command"]
    assert manage == "manage.py" and command in COMMANDS


def test_the_image_is_made_and_started_by_targets_of_the_makefile():
    text = (DEPLOY / "Dockerfile").read_text()
    run = "\n".join(line for line in text.splitlines() if line.startswith(("RUN", "CMD")))
    called = targets(re.sub(r"install --yes[^&]*&&", "", run))
    assert called == {".venv/.cluster", "serve"} and called <= TARGETS
    assert set(re.findall(r"^ENV (\w+)=", text, re.M)) <= MAKEFILE_VARIABLES
    for line in re.findall(r"^COPY --chown=site (.*) \./$", text, re.M):
        assert all((ROOT / name).is_file() for name in line.split())
    removed = re.findall(r"rm -f ([\w./ ]+) &&", text)[0].split()
    assert set(removed) <= TARGETS


def test_the_proxy_accepts_what_the_site_accepts_and_sets_what_it_believes():
    text = (DEPLOY / "nginx.conf.template").read_text()
    most = int(re.search(r"client_max_body_size (\d+)m;", text)[1]) * 2**20
    assert LARGEST_BODY < most < 2 * LARGEST_BODY
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert "proxy_request_buffering on;" in text and "proxy_buffering on;" in text
    given = set(re.findall(r"\$\{(\w+)\}", text))
    assert given == COMPOSE["services"]["proxy"]["environment"].keys()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_calls_what_the_site_has(path):
    text = path.read_text()
    starts = [line.split("=", 1)[1] for line in text.splitlines() if line.startswith("Exec")]
    assert starts
    assert targets("\n".join(starts)) <= TARGETS
    assert set(re.findall(r"manage\.py (\w+)", "\n".join(starts))) <= COMMANDS
    for module in re.findall(r"-m ([\w.]+)", "\n".join(starts)):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    assert set(re.findall(r"\bMLSYSWEB_\w+", text)) <= NAMES


def ignored():
    return {line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if "*" not in line}


def test_the_image_has_every_folder_that_the_site_reads():
    """The folders left out of the image are named by none of the code in it; the state in `var` is a volume."""
    left_out = ignored() - {".git", ".venv", ".hypothesis", "var", "deploy/.env", "deploy/certificates"}
    assert left_out == {"docs", "tests"}
    for top in ("solvers", "catalog", "mlsysweb"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text()
            assert not re.search(r"^\s*(from|import) tests\b", text, re.M), path
            assert not re.search(r'/ "(docs|tests)\b', text), path


def test_the_image_makes_its_packages_from_the_files_copied_before(tmp_path):
    """`make .venv/.cluster` needs no other file: it would have installed the packages into this folder."""
    for name in re.findall(r"^COPY --chown=site (.*) \./$", (DEPLOY / "Dockerfile").read_text(), re.M)[0].split():
        shutil.copy(ROOT / name, tmp_path)
    command = ["make", "--dry-run", ".venv/.cluster", f"PYTHON={sys.executable}"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "-r requirements.txt" in ran.stdout and "-r requirements-cluster.txt" in ran.stdout


def test_the_commands_in_shells_can_be_parsed():
    shells = re.findall(r'CMD \["sh", "-c", "(.*)"\]', (DEPLOY / "Dockerfile").read_text())
    for path in UNITS:
        shells += [text.replace("$$", "$").replace("%%", "%") for text in re.findall(r"-c '(.*)'", path.read_text())]
    assert len(shells) == 2
    for text in shells:
        assert subprocess.run(["sh", "-n", "-c", text], check=False).returncode == 0, text


def test_compose_waits_only_for_services_that_say_when_they_are_ready():
    services = COMPOSE["services"]
    for service in services.values():
        for name, told in service.get("depends_on", {}).items():
            assert told == {"condition": "service_healthy"} and "healthcheck" in services[name]
    assert (DEPLOY / services["web"]["build"]["dockerfile"]).name == "Dockerfile"
    assert (DEPLOY / services["web"]["build"]["context"]).resolve() == ROOT


def test_the_proxy_closes_an_idle_connection_before_the_site_does():
    text = (DEPLOY / "nginx.conf.template").read_text()
    (seconds,) = re.findall(r"^\s+keepalive_timeout (\d+)s;$", text, re.M)
    assert 0 < int(seconds) < IDLE


def test_the_cluster_is_off_unless_asked_for_and_has_no_secret_of_the_site():
    cluster = [COMPOSE["services"][name] for name in ("scheduler", "searcher")]
    for service in cluster:
        assert service["profiles"] == ["cluster"] and "ports" not in service and "volumes" not in service
        assert not service.get("environment", {}).keys() & NAMES
    assert COMPOSE["services"]["worker"]["environment"]["DASK_SCHEDULER"] == "${DASK_SCHEDULER:-}"
    _, _, address, *_ = cluster[1]["command"]
    assert f"# DASK_SCHEDULER={address}\n" in (DEPLOY / "example.env").read_text()


@pytest.fixture
def compose_cluster(tmp_path):
    """The address of the scheduler, started with its workers by the commands of the compose file, on another port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    changed = {"0.0.0.0": "127.0.0.1", "8786": port, "tcp://scheduler:8786": address, "/tmp": str(tmp_path)}
    changed["${DASK_WORKERS:-2}"] = "2"
    running = []
    for name in ("scheduler", "searcher"):
        service = COMPOSE["services"][name]
        command = [str(changed.get(each, each)) for each in service["command"]]
        environment = {**os.environ, **service.get("environment", {})}
        if "PYTHONPATH" in environment:
            environment["PYTHONPATH"] = str(ROOT)
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
    yield address
    for process in reversed(running):
        process.terminate()
    for process in running:
        process.wait(30)


@pytest.mark.usefixtures("catalog")
def test_the_cluster_of_compose_searches_to_the_bit_what_one_process_does(compose_cluster, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER", compose_cluster)
    monkeypatch.setattr(run_boxes, "_SPAN", 4)
    client = run_boxes._client(compose_cluster)
    client.wait_for_workers(2, timeout=60)
    search = declared_search(large(20_000), look_up, all_of).search
    *_, (seen, done) = run_boxes.run_boxes(search, empty_result(search), 0)
    client.close()
    run_boxes._client.cache_clear()
    assert done == search.boxes and to_bytes(seen) == to_bytes(run(search).seen)
