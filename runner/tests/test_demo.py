"""The main door: `pgherald demo` shows texts and an event on their way, agrees with itself, leaves nothing behind."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def test_the_demo_ends_well_and_leaves_nothing(tmp_path: Path) -> None:
    # A folder that any account can enter, since a demo by root runs its server as another one.
    folder = Path(tempfile.mkdtemp(prefix="pgherald-test-"))
    folder.chmod(0o755)
    picture = tmp_path / "demo.svg"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "TMPDIR": str(folder)
    }
    done = subprocess.run(
        [sys.executable, "-m", "pgherald", "demo", "--picture", str(picture)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✔") == 10
    assert "✘" not in done.stdout
    assert "30 delivered" in done.stdout
    assert "(3 events in one)" in done.stdout
    assert "not told: not_opted_out: the user has opted out of texts" in done.stdout
    assert "<svg" in picture.read_text("utf-8")
    folder.rmdir()  # which says if anything is left in it
