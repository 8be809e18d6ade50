"""The dashboard and the alerts ask for what there is: every metric they name is in what a runner shows."""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from aiohttp import ClientSession

from pgherald.measures import Measures, sample
from stage import Desk, Provider, program

ROOT: Final = Path(__file__).resolve().parents[2]
ALERTS: Final = ROOT / "monitoring/alerts.yml"
DASHBOARD: Final = ROOT / "monitoring/grafana-dashboard.json"
_NAME: Final = re.compile(r"\bpgherald_[a-z_]+\b")
_LINE: Final = re.compile(
    r'(?P<name>[a-z_]+)(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? (?P<value>[-+0-9.e]+|\+?Inf|NaN)'
)


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Give all that is asked of Prometheus."""
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [*(rule["expr"] for rule in rules()), *(target["expr"] for panel in panels for target in panel["targets"])]


async def shown(database_url: str) -> str:
    """Give what a runner that has sent a text, and failed with another, shows."""
    provider, desk = Provider(), Desk(database_url)
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = f"127.0.0.1:{finder.getsockname()[1]}"
    async with provider.running(), ClientSession() as session:
        variables = {
            "DATABASE_URL": database_url,
            "TWILIO_ACCOUNT_SID": provider.account_sid,
            "TWILIO_AUTH_TOKEN": provider.auth_token,
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_URL": provider.base_url,
            "PGHERALD_CALLBACK_URL": "https://example.test/twilio/status",
            "PGHERALD_SERVE": address,
        }
        await desk.rows("select tests.a_job()")
        await desk.queue("a text")
        async with program("run", variables=variables):
            await desk.until({"sent": 1})
            async with session.get(f"http://{address}/metrics") as answer:
                assert answer.status == 200
                return await answer.text()


async def test_every_metric_that_is_asked_for_is_there(database_url: str) -> None:
    text = await shown(database_url)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    there = {match["name"] for line in lines if (match := _LINE.fullmatch(line))}
    asked = {name for expression in expressions() for name in _NAME.findall(expression)}
    assert asked - there == set()
    families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families)), "a metric is described once"
    # And the other way round: what is shown is looked at by somebody.
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in asked} == set(families)
    assert 'pgherald_results_total{outcome="accepted",what="texts"} 1' in lines
    assert 'pgherald_results_total{outcome="too_late",what="texts"} 0' in lines, "the first one is a step from 0"
    assert 'pgherald_work_seconds_count{what="texts"} 1' in lines
    assert 'pgherald_attempts_last_hour{outcome="accepted"} 1' in lines
    assert "pgherald_segments_two_days 1" in lines
    assert 'pgherald_in_flight{what="texts"} 0' in lines
    assert 'pgherald_runners{state="alive"} 1' in lines
    assert 'pgherald_health{check="tick"} 0' in lines


async def test_every_check_has_its_place_in_the_docs(database_url: str) -> None:
    page = (ROOT / "docs/monitoring.md").read_text("utf-8")
    checks = await Desk(database_url).rows("select check_name from herald.health_limits")
    assert [row["check_name"] for row in checks if f"| `{row['check_name']}` |" not in page] == []


def test_alerts_are_rules() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here (Debian: apt-get install prometheus)")
@pytest.mark.parametrize("what", ["check", "test"])
def test_promtool_takes_the_alerts(what: str) -> None:
    rules = ALERTS if what == "check" else ALERTS.with_name("alerts_test.yml")
    done = subprocess.run(["promtool", what, "rules", rules], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_fits_together() -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, f"{panel['title']} lies over another panel"
        taken |= cells
        assert panel["targets"], panel["title"]
        for target in [panel, *panel["targets"]]:
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_labels_are_escaped() -> None:
    assert sample("m", {"what": 'a "b"\\\n'}, 1) == 'm{what="a \\"b\\"\\\\\\n"} 1'


def test_durations_are_counted_up_to_each_bound() -> None:
    measures = Measures()
    for seconds in (0.01, 0.05, 0.2, 100):
        measures.ended("texts", seconds)
    lines = measures.exposition()
    assert 'pgherald_work_seconds_bucket{le="0.05",what="texts"} 2' in lines
    assert 'pgherald_work_seconds_bucket{le="30.0",what="texts"} 3' in lines
    assert 'pgherald_work_seconds_bucket{le="+Inf",what="texts"} 4' in lines
    assert 'pgherald_work_seconds_count{what="texts"} 4' in lines
