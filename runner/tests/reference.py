"""The database that the examples speak of: like a Supabase project, migrated, with what `data/reference.sql` holds."""

import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

import harness
from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate
from supabase_project import make_project

USER: Final = "10000000-0000-4000-8000-000000000001"
EXAMPLES: Final = harness.ROOT / "examples"
_SEED: Final = Path(__file__).parent / "data" / "reference.sql"
_OLDEST_NODE: Final = 20
# The application's own table, with what its users are called and where they read mail.
_USERS: Final = "create table public.users (id uuid primary key default gen_random_uuid(), email text, name text)"


@dataclass(frozen=True, slots=True)
class Copy:
    """A database of a test's own: `url` as its superuser, `api_url` as PostgREST's role."""

    url: str
    api_url: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The server that has the database to copy."""

    server: EmbeddedServer
    template: str

    def copy(self) -> Copy:
        """Make a copy."""
        url = self.server.create_database(f"reference_{secrets.token_hex(4)}", self.template)
        parts = urlsplit(url)
        api = parts._replace(netloc=f"authenticator:{parts.password}@{parts.hostname}:{parts.port}")
        return Copy(url, api.geturl())

    def drop(self, copy: Copy) -> None:
        """Drop a copy."""
        self.server.drop_database(urlsplit(copy.url).path.lstrip("/"))


@contextmanager
def a_reference() -> Iterator[Reference]:
    """Start a server, whose roles are Supabase's, and fill its database."""
    with EmbeddedServer(settings={"fsync": "off"}) as server:
        project = make_project(server, has_users_table=False)
        parts = urlsplit(project.admin_url)
        with psycopg.connect(project.url) as connection:
            connection.execute(_USERS)
        migrate(project.url)
        with psycopg.connect(project.admin_url) as connection:
            connection.execute(_SEED.read_bytes())
            connection.execute(sql.SQL("alter role authenticator password {}").format(sql.Literal(parts.password)))
        yield Reference(server, parts.path.lstrip("/"))


@cache
def node_modules() -> Path:
    """Bring what examples/supabase-js names in its package.json. Skips the test where there is no Node to run it."""
    if not (node := shutil.which("node")):
        pytest.skip("no node on this machine: supabase-js runs on it")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip("v\n").split(".")[0]) < _OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is too old: supabase-js wants {_OLDEST_NODE}")
    package = (EXAMPLES / "supabase-js" / "package.json").read_bytes()
    name = f"supabase-js-{hashlib.sha256(package).hexdigest()[:12]}"
    if not shutil.which("npm"):
        pytest.skip("no npm on this machine, which could bring supabase-js")
    return harness.node_modules(name, manifest=package)


def run_program(folder: Path, *command: str | Path, **variables: str) -> str:
    """Run a program in a folder, and give what it prints."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
