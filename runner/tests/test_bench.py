"""A small run of `make bench`: all that is measured can be, what was measured before is kept, and the page tells."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def run(folder: Path, *sections: str) -> dict[str, Any]:
    """Measure sections in small, without the peers, which would have to be fetched."""
    command: list[str | Path] = [sys.executable, BENCH, "--quick", "--no-peers"]
    command += ["--json", folder / "results.json", "--docs", folder]
    for section in sections:
        command += ["--only", section]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    book: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    return book


@pytest.mark.timeout(900)
def test_the_benchmark_measures_and_tells(tmp_path: Path) -> None:
    run(tmp_path, "drain", "texts", "enqueue", "fan-out", "backlog", "endurance", "scale")
    book = run(tmp_path, "latency", "sending", "memory")
    measured = {line["section"] for line in book["lines"]}
    assert measured == {
        "drain, empty jobs",
        "drain, texts",
        "enqueue, one a transaction",
        "enqueue, in bulk",
        "fan-out of one event",
        "claim beside a backlog of 1,000",
        "endurance, a long transaction elsewhere",
        "latency, commit to request",
        "sending, a provider that takes 100 ms",
        "memory of the runner",
        "many runners, one primary",
        "what one text costs the server",
    }
    assert all(line["value"] >= 0 for line in book["lines"])
    assert any(line["target"] for line in book["lines"])
    page = (tmp_path / "speed.md").read_text("utf-8")
    assert all(f"## {section[0].upper()}{section[1:]}" in page for section in measured)
    assert "quick run" in page
    assert "Why not: The bare table deletes a row" in page
    assert json.loads((tmp_path / "speed.json").read_text("utf-8")) == book
    assert (tmp_path / "speed.svg").read_text("utf-8").startswith("<svg")
