"""Where pg_cron is at work the database ticks by itself; with the real extension on PostgreSQL 15, as Debian has it."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate
from supabase_project import MIGRATOR, make_project

_OLDEST = Path("/usr/lib/postgresql/15")
needs_cron = pytest.mark.skipif(
    not (_OLDEST / "lib/pg_cron.so").exists(),
    reason="pg_cron for PostgreSQL 15 is not installed (Debian: apt-get install postgresql-15-cron)",
)


@pytest.fixture(scope="module")
def project_url() -> Iterator[str]:
    """Give a migrated project that has pg_cron, as the role that migrates it, which is no superuser."""
    # Over a connection pg_cron would need a password.
    settings = {"shared_preload_libraries": "pg_cron", "cron.use_background_workers": "on", "fsync": "off"}
    with EmbeddedServer(bin_dir=_OLDEST / "bin", settings=settings) as server:
        project = make_project(server)
        with psycopg.connect(project.admin_url, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute(sql.SQL("alter system set cron.database_name = {}").format(sql.Literal(name)))
        server.restart()
        with psycopg.connect(project.admin_url, autocommit=True) as connection:
            connection.execute("create extension pg_cron")
            # As Supabase gives it.
            connection.execute(sql.SQL("grant usage on schema cron to {}").format(sql.Identifier(MIGRATOR)))
        migrate(project.url)
        yield project.url


@needs_cron
def test_pg_cron_ticks(project_url: str) -> None:
    with psycopg.connect(project_url, autocommit=True) as connection:
        first = connection.execute("select herald.schedule_ticks()").fetchone()
        assert connection.execute("select herald.schedule_ticks()").fetchone() == first
        jobs = connection.execute("select schedule, command, username, active from cron.job").fetchall()
        assert jobs == [("* * * * *", "select public.tick()", MIGRATOR, True)]
        ends_at = time.monotonic() + 100
        while connection.execute("select isfinite(last_ticked_at) from herald.ticks").fetchone() != (True,):
            assert time.monotonic() < ends_at, connection.execute("select * from cron.job_run_details").fetchall()
            time.sleep(0.5)
        # A runner's tick at the same time is safe.
        assert connection.execute("select public.tick() ->> 'failed'").fetchone() == (None,)


@needs_cron
def test_the_schedule_is_changed_and_ended(project_url: str) -> None:
    with psycopg.connect(project_url, autocommit=True) as connection:
        connection.execute("select herald.schedule_ticks('*/5 * * * *')")
        assert connection.execute("select schedule from cron.job").fetchall() == [("*/5 * * * *",)]
        # Installing the functions anew leaves it as it is.
        migrate(project_url)
        assert connection.execute("select schedule from cron.job").fetchall() == [("*/5 * * * *",)]
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="p_schedule is blank"):
            connection.execute("select herald.schedule_ticks(' ')")
        connection.execute("select herald.schedule_ticks(null)")
        assert connection.execute("select schedule from cron.job").fetchall() == []
        connection.execute("select herald.schedule_ticks(null)")


def test_without_pg_cron_it_says_what_to_do(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="not installed") as refused:
            connection.execute("select herald.schedule_ticks()")
        assert "create extension pg_cron" in (refused.value.diag.message_hint or "")
        assert connection.execute("select herald.schedule_ticks(null)").fetchone() == (None,)
