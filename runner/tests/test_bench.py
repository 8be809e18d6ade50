"""A small run of `make bench`: all that is measured can be, what was measured before is kept, and the page tells."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def run(folder: Path, *sections: str, options: Sequence[str] = ()) -> dict[str, Any]:
    """Measure sections in small; give the results."""
    done = measure(folder, *sections, options=options)
    assert done.returncode == 0, done.stderr
    book: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    return book


def measure(folder: Path, *sections: str, options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Measure sections in small, without the peers, which would have to be fetched."""
    command: list[str | Path] = [sys.executable, BENCH, "--quick", "--no-peers"]
    command += ["--json", folder / "results.json", "--docs", folder, *options]
    for section in sections:
        command += ["--only", section]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)


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
    # The bare notifications are set beside their own calls: there are 300 ms between a text and the next of them.
    notes = [line["note"] for line in book["lines"] if "bare notification" in (line["note"] or "")]
    assert [float(re.findall(r"took ([0-9.e+]+) ms", note)[0]) < 300 for note in notes] == [True, True]
    page = (tmp_path / "speed.md").read_text("utf-8")
    assert all(f"## {section[0].upper()}{section[1:]}" in page for section in measured)
    assert "quick run" in page
    assert "Why not: The bare table deletes a row" in page
    assert json.loads((tmp_path / "speed.json").read_text("utf-8")) == book
    assert (tmp_path / "speed.svg").read_text("utf-8").startswith("<svg")


def draw(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Show what the results file of a folder holds, and measure nothing."""
    command: list[str | Path] = [sys.executable, BENCH, "--draw-only", "--json", folder / "results.json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_without_results_there_is_nothing_to_draw_and_nothing_is_measured_instead(tmp_path: Path) -> None:
    done = draw(tmp_path)
    assert done.returncode == 2
    assert "nothing to draw" in done.stderr


def test_a_file_of_another_kind_is_refused_in_words_and_left_alone(tmp_path: Path) -> None:
    for content in ("no JSON", "[]", '{"lines": [], "other": 1}'):
        (tmp_path / "results.json").write_text(content, "utf-8")
        done = draw(tmp_path)
        assert done.returncode == 2
        assert "no results of a benchmark" in done.stderr
        assert (tmp_path / "results.json").read_text("utf-8") == content


def test_a_note_is_kept_with_the_results_and_those_left_out_are_named(tmp_path: Path) -> None:
    run(tmp_path, "drain", options=("--note", "Beside other [work]."))
    # What was measured under it is still there.
    book = run(tmp_path, "enqueue")
    assert book["note"] == "Beside other [work]."
    done = draw(tmp_path, "--docs", str(tmp_path))
    for shown in (done.stdout, (tmp_path / "speed.md").read_text("utf-8")):
        assert "Beside other [work]." in shown
        assert "Left out: graphile-worker" in " ".join(shown.split())


def test_neither_a_full_run_nor_another_machines_figures_give_their_place_to_a_quick_run(tmp_path: Path) -> None:
    book = run(tmp_path, "drain")
    results = tmp_path / "results.json"
    for other in ({**book, "is_quick": False}, {**book, "machine": {"processor": "another"}}):
        results.write_text(json.dumps(other), "utf-8")
        done = measure(tmp_path, "enqueue")
        assert done.returncode == 2
        assert "name another file" in " ".join(done.stderr.split())
        assert json.loads(results.read_text("utf-8")) == other


def test_when_it_is_terminated_nothing_is_left_running(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, BENCH, "--quick", "--only", "latency"]
    command += ["--json", tmp_path / "results.json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as bench:
        assert bench.stderr
        for line in bench.stderr:
            if line.startswith("latency with"):
                break
        started = _of_session(bench.pid)
        assert len(started) > 2
        bench.terminate()
        try:
            bench.wait(60)
            assert not _of_session(bench.pid)
        finally:
            for process in _of_session(bench.pid):
                os.kill(int(process), signal.SIGKILL)


def test_a_peer_that_fails_is_left_out_and_the_others_go_on() -> None:
    program = """
from pathlib import Path
from rich.console import Console
from speed.book import Book, compare
from speed.stand import PeerError, Stand

book = Book.begin(is_quick=False)
stand = Stand(None, book, Console(stderr=True), Path(), 2, False, True)
turns = iter([1.0, 1.0])

def fails():
    for turn in turns:
        return turn
    raise PeerError("the third time was too often")

samples = stand.take_turns("a second", {"bare": lambda: 4.0, "ours": lambda: 2.0, "peer": fails})
lines = compare("work", samples, unit="a second", against="bare", at_least=0.5, who=["ours"], ahead_of=["peer"])
print([(line.who, line.ratio, line.target, line.is_met) for line in lines], book.skipped)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=BENCH, capture_output=True, text=True, check=False)
    assert done.stdout == (
        "[('bare', 1.0, None, None), ('ours', 0.5, 'at least 0.5 of bare', True)] "
        "{'peer': 'the third time was too often'}\n"
    )


def _of_session(session: int) -> list[str]:
    """Give the processes of a session."""
    command = ["ps", "-o", "pid=", "-s", str(session)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
