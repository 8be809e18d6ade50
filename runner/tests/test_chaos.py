"""A short run of `make chaos`: whatever is killed, crashed, cut, delayed, doubled or dropped, each text goes once."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "chaos.py"


def test_each_text_goes_once_whatever_breaks() -> None:
    """Failure 22: a retry after a time-out sent the text two or three times. Failure 17: a text went after STOP."""
    done = subprocess.run(
        [sys.executable, BENCH, "--texts", "200", "--faults", "12", "--minutes", "0.2", "--seed", "4", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["agree"]
    assert result["texts"] == sum(result["statuses"].values()) == 200
    assert result["statuses"].keys() == {"cancelled", "delivered"}
    assert result["accepted"] == result["statuses"]["delivered"]
    assert sum(result["faults"].values()) == 12
