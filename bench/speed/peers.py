"""The other queues, each in a program of its own beside its own packages, started for one piece of work at a time."""

import json
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speed.stand import PeerError, Stand

_PROGRAMS: Final = Path(__file__).parents[1] / "peers"
_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Peer:
    """A queue: its program, and the packages in the versions that were measured last."""

    name: str
    program: str
    packages: tuple[str, ...]
    # It takes jobs one by one: a long drain would tell no more than a short one.
    is_slow: bool = False

    @property
    def is_node(self) -> bool:
        """Whether it runs in Node."""
        return self.program.endswith(".mjs")

    def install(self, cache: Path) -> None:
        """Fetch its packages into a folder of its own, once. Raises `PeerError`."""
        folder = self._folder(cache)
        ready = folder / "ready"
        wanted = "\n".join(self.packages)
        if self.is_node and not (shutil.which("node") and shutil.which("npm")):
            raise PeerError("Node is not here")
        if ready.exists() and ready.read_text("utf-8") == wanted:
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self.is_node:
            (folder / "package.json").write_text('{"private": true}\n', "utf-8")
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *self.packages], folder)
        else:
            venv.create(folder, with_pip=True)
            _run([folder / "bin/python", "-m", "pip", "install", "--quiet", *self.packages], folder)
        ready.write_text(wanted, "utf-8")

    def work(self, cache: Path, command: str, url: str, jobs: int) -> float:
        """Let it install its tables, enqueue or drain; give the seconds that took, without its start."""
        folder = self._folder(cache)
        interpreter = "node" if self.is_node else folder / "bin/python"
        said = _run([interpreter, _PROGRAMS / self.program, command, url, str(jobs)], folder)
        return float(json.loads(said.splitlines()[-1])["seconds"])

    def _folder(self, cache: Path) -> Path:
        return cache / self.program.partition(".")[0]


PEERS: Final = (
    Peer("graphile-worker", "graphile_worker.mjs", ("graphile-worker@0.18.0", "pg@8")),
    Peer("pg-boss", "pg_boss.mjs", ("pg-boss@12.38.0",)),
    Peer("PgQueuer", "pgqueuer_peer.py", ("pgqueuer[asyncpg]==1.6.0", "uvloop")),
    Peer("procrastinate", "procrastinate_peer.py", ("procrastinate==3.10.0", "psycopg[binary,pool]"), is_slow=True),
)


def peers(stand: Stand, prefix: str) -> Iterator[tuple[Peer, str]]:
    """Give each peer that is wanted and can be had, with a database that has its tables; the rest is in the book.

    The database is a template: like ours and the bare table, each turn begins without what the one before has left.
    """
    for peer in PEERS:
        if not stand.with_peers:
            stand.book.skipped[peer.name] = "not asked for"
            continue
        try:
            stand.tell(f"installing {peer.name} if need be …")
            peer.install(stand.cache)
            template = f"{prefix}_{peer.program.partition('.')[0]}"
            peer.work(stand.cache, "install", stand.database(template), 0)
        except PeerError as error:
            stand.book.skipped[peer.name] = str(error)
            stand.tell(f"{peer.name} is left out: {error}")
            continue
        stand.book.versions[peer.name] = re.split("@|==", peer.packages[0])[-1]
        yield peer, template


def _run(command: Sequence[str | Path], folder: Path) -> str:
    """Run to the end; give what it printed."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(f"{command[0]}: {type(error).__name__}") from None
    if done.returncode:
        raise PeerError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    if done.stderr:
        print(done.stderr, end="", file=sys.stderr)  # noqa: T201  what a peer complains of is not ours to hide
    return done.stdout
