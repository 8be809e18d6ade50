"""A small run of `make bench`: everything that is measured can be, and the page says what came of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def run(folder: Path, *sections: str) -> dict[str, Any]:
    """Measure sections in small, without the peers, which would have to be fetched."""
    command: list[str | Path] = [
        sys.executable,
        BENCH,
        "--quick",
        "--no-peers",
        "--json",
        folder / "results.json",
        "--docs",
        folder,
    ]
    for section in sections:
        command += ["--only", section]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    book: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    return book


@pytest.mark.parametrize(
    ("sections", "measured"),
    [
        (
            ("drain", "texts", "enqueue", "fan-out"),
            {
                "drain, empty jobs", "drain, texts", "enqueue, one a transaction", "enqueue, in bulk",
                "fan-out of one event",
            },
        ),
        (
            ("backlog", "endurance"),
            {"claim beside a backlog of 1,000", "endurance, a long transaction elsewhere"},
        ),
        (
            ("latency", "sending"),
            {"latency, commit to request", "sending, a provider that takes 100 ms", "memory of the runner"},
        ),
    ],
)  # fmt: skip
def test_the_benchmark_measures(sections: tuple[str, ...], measured: set[str], tmp_path: Path) -> None:
    book = run(tmp_path, *sections)
    assert {line["section"] for line in book["lines"]} == measured
    assert all(line["value"] >= 0 for line in book["lines"])
    assert any(line["target"] for line in book["lines"])
    page = (tmp_path / "speed.md").read_text("utf-8")
    assert all(section[1:] in page for section in measured)
    assert "quick run" in page
    assert (tmp_path / "speed.svg").read_text("utf-8").startswith("<svg")


def test_what_was_measured_before_is_kept(tmp_path: Path) -> None:
    run(tmp_path, "drain")
    sections = {line["section"] for line in run(tmp_path, "backlog")["lines"]}
    assert sections == {"drain, empty jobs", "claim beside a backlog of 1,000"}
