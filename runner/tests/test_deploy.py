"""What there is to run it by says what it should: the container's file, compose, and Kubernetes."""

import json
import os
import re
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from pgherald import webhooks
from pgherald.cli import main
from pgherald.commands.run import run
from pgherald.database import Database
from pgherald.lane import AFTER_GRACE
from pgherald.settings import Address, Secret
from stage import Desk, Provider, environment, program, until

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "deploy" / "container" / "Containerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
GRACE = float(run.make_context("run", []).params["grace"])
USER = 65532
IS_ROOT = os.geteuid() == 0
CAN_BE_SOMEBODY_ELSE = not IS_ROOT or all(
    folder.stat().st_mode & stat.S_IXOTH
    for place in (ROOT, Path(sys.prefix), Path(sys.executable).resolve())
    for folder in [place, *place.parents]
)
VARIABLES = {str(option.envvar) for option in run.params}


def manifests() -> list[dict[str, Any]]:
    return [manifest for path in MANIFESTS for manifest in yaml.safe_load_all(path.read_text())]


def manifest(kind: str) -> dict[str, Any]:
    (one,) = (each for each in manifests() if each["kind"] == kind)
    return one


def pods() -> list[dict[str, Any]]:
    return [each["spec"]["template"]["spec"] for each in manifests() if each["kind"] in {"Deployment", "Job"}]


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


def steps() -> list[tuple[str, str]]:
    """Read the instructions of the Containerfile."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], " ".join(line.split()[1:])) for line in text.splitlines() if line.strip()]


def last(instruction: str) -> str:
    return [words for name, words in steps() if name == instruction][-1]


@pytest.mark.parametrize("each", manifests(), ids=lambda each: str(each["kind"]))
def test_kubernetes_knows_every_field(each: dict[str, Any]) -> None:
    kubernetes_validate.validate(each, "1.33", strict=True)


def test_compose_knows_every_field() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose(), json.loads(schema.read_text("utf-8")))


def test_the_image_is_small_and_its_base_is_named_by_version() -> None:
    bases = [words.split()[0] for name, words in steps() if name == "FROM"]
    assert len(bases) > 1, "what it is built with stays behind"
    assert all(re.fullmatch(r"python:3\.\d+-slim", base) for base in bases)


def test_the_image_runs_as_a_user_by_number_and_hears_signals() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))
    # As a list: no shell stands between.
    assert json.loads(last("ENTRYPOINT")) == ["pgherald"]
    assert json.loads(last("CMD")) == ["run"]
    names = [name for name, _ in steps()]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in {"COPY", "RUN"})


def test_the_image_holds_what_the_package_is_made_of_and_no_more() -> None:
    copied = {
        word for name, words in steps() if name == "COPY" and "--from" not in words for word in words.split()[:-1]
    }
    assert copied == {"pyproject.toml", "README.md", "migrations", "sql/functions", "runner/pgherald"}
    assert [path for path in copied if not (ROOT / path).exists()] == []
    let_in = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == copied
    assert (ROOT / ".dockerignore").resolve() == (ROOT / ".containerignore").resolve()


def test_the_image_asks_by_a_command_that_there_is() -> None:
    command = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    assert CliRunner().invoke(main, [*command[1:], "--help"]).exit_code == 0
    assert command[0] == "pgherald"


def test_a_container_gets_the_time_that_the_runner_takes() -> None:
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    before = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > before + GRACE + AFTER_GRACE
    assert int(compose()["services"]["runner"]["stop_grace_period"].removesuffix("s")) > GRACE + AFTER_GRACE


def test_probes_ask_what_the_endpoint_answers_and_nothing_about_the_database() -> None:
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    asked = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert asked == {"/livez"}
    served = manifest("ConfigMap")["data"]["PGHERALD_SERVE"].rpartition(":")[2]
    assert served == str(container["ports"][0]["containerPort"]) == last("EXPOSE")


@pytest.mark.parametrize("pod", pods(), ids=lambda pod: str(pod["containers"][0]["name"]))
def test_pods_can_do_no_more_than_they_need(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" == last("USER")
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert stat.filemode(pod["volumes"][0]["secret"]["defaultMode"])[1:] == "r--r-----"


@pytest.mark.parametrize("name", ["migrate", "runner"])
def test_services_can_do_no_more_than_they_need(name: str) -> None:
    service = compose()["services"][name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )


def test_the_runner_waits_for_the_migrations_and_they_for_the_database() -> None:
    services = compose()["services"]
    assert services["runner"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_every_variable_is_one_that_the_runner_reads_and_every_secret_is_a_file_that_is_there() -> None:
    named: dict[str, str] = dict(manifest("ConfigMap")["data"])
    for pod in pods():
        (container,) = pod["containers"]
        mounted = {f"/etc/pgherald/{item['path']}" for item in pod["volumes"][0]["secret"]["items"]}
        given = {variable["name"]: variable["value"] for variable in container["env"]}
        assert set(given.values()) == mounted
        named |= given
    for service in ("migrate", "runner"):
        given = compose()["services"][service]["environment"]
        kept = {f"/run/secrets/{name}" for name in compose()["services"][service]["secrets"]}
        assert {path for name, path in given.items() if name.endswith("_FILE")} == kept
        named |= given
    assert [name for name in named if name.removesuffix("_FILE") not in VARIABLES] == []
    assert [name for name in named if name in {"DATABASE_URL", "PGHERALD_DIRECT_URL", "TWILIO_AUTH_TOKEN"}] == []


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """Give a folder where nobody writes, and see that nobody did."""
    tmp_path.chmod(0o555)
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not CAN_BE_SOMEBODY_ELSE, reason="needs a checkout and a Python that another user may read")
async def test_it_runs_as_a_user_who_can_write_nothing(database_url: str, provider: Provider, closed: Path) -> None:
    """As in the image: no home, nowhere to put temporary files, and the number of a user whom nobody knows."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = f"127.0.0.1:{finder.getsockname()[1]}"
    variables = environment(
        database_url,
        provider,
        HOME=str(closed),
        TMPDIR=str(closed),
        PYTHONDONTWRITEBYTECODE="1",
        PGHERALD_SERVE=address,
        PGHERALD_CALLBACK_URL="https://example.test/twilio/status",
    )
    desk = Desk(database_url)
    await desk.queue("from a container")
    async with program("run", variables=variables, folder=Path("/"), user=USER if IS_ROOT else None) as runner:
        await desk.until({"sent": 1})
        async with program("healthcheck", variables={"PGHERALD_SERVE": address}) as check:
            assert await check.process.wait() == 0
        assert await runner.end(signal.SIGTERM) == 0


async def test_the_healthcheck_tells_what_is_wrong(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = Address("127.0.0.1", finder.getsockname()[1])
    variables = {"PGHERALD_SERVE": f"0.0.0.0:{address.port}"}
    async with program("healthcheck", variables=variables) as check:
        assert await check.process.wait() == 1
    assert "nothing answers" in check.lines[-1]
    async with Database(Secret(database_url)) as database:
        hanging = webhooks.endpoint(
            database, auth_token=Secret("test-token"), callback_url="https://example.test/", is_alive=lambda: False
        )
        async with webhooks.serving(hanging, address), program("healthcheck", variables=variables) as check:
            await until(lambda: check.process.returncode is not None, seconds=20)
    assert check.process.returncode == 1
    assert "does not come back" in check.lines[-1]
