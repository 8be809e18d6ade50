"""One set of files, three ways to run it: sqitch, the yoyo command, `pgherald migrate`. The schema is the same."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import harness
from clients import client, dump, run, surroundings
from pgherald import migrations

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty_url(server: harness.TestServer) -> Iterator[str]:
    """Make a database with nothing in it."""
    url = server.database(template=False)
    yield url
    server.drop(url)


def sqitch(url: str, *arguments: str) -> str:
    found = shutil.which("sqitch")
    if not (found and shutil.which("psql")):
        pytest.skip("sqitch is not on this machine (Debian: apt-get install sqitch postgresql-client)")
    return run(url, found, *arguments, *(["-y"] if arguments[0] == "revert" else []), "db:pg:")


def psql(url: str, name: str) -> None:
    run(url, client("psql", 10), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", ROOT / "sql" / "functions" / name)


def yoyo(url: str, *arguments: str, schema: str | None = migrations.SCHEMA) -> str:
    parameters = {key: str(value) for key, value in conninfo_to_dict(url).items() if key != "dbname"}
    if schema:
        parameters["schema"] = schema
    database = f"postgresql+psycopg:///{conninfo_to_dict(url)['dbname']}?{urlencode(parameters)}"
    return run(
        url, sys.executable, "-m", "yoyo", *arguments, "-b", "--no-config-file", "-d", database, ROOT / "migrations"
    )


def make_schema(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create schema herald_migrations")


def applied(url: str) -> set[str]:
    return {this.name for this in migrations.status(url, ROOT) if this.state == "applied"}


@pytest.fixture(scope="module")
def dumps() -> dict[str, str]:
    """Keep the first dump of each kind: whoever comes later has to have the same."""
    return {}


def test_sqitch_up_verify_down(empty_url: str, dumps: dict[str, str]) -> None:
    before = dump(empty_url)
    sqitch(empty_url, "deploy")
    sqitch(empty_url, "verify")
    schema = dump(empty_url)
    assert schema != before
    assert dumps.setdefault("schema", schema) == schema
    psql(empty_url, "index.sql")
    full = dump(empty_url)
    assert full != schema
    assert dumps.setdefault("full", full) == full
    psql(empty_url, "uninstall.sql")
    assert dump(empty_url) == schema
    sqitch(empty_url, "revert")
    assert dump(empty_url) == before


def test_the_yoyo_command_up_down_up(empty_url: str, dumps: dict[str, str]) -> None:
    before = dump(empty_url)
    make_schema(empty_url)
    yoyo(empty_url, "apply")
    schema = dump(empty_url)
    assert dumps.setdefault("schema", schema) == schema
    yoyo(empty_url, "rollback", "--all")
    assert dump(empty_url) == before
    yoyo(empty_url, "apply")
    assert dump(empty_url) == schema


@pytest.mark.parametrize("label", harness.labels())
def test_the_engine_up_down_up(label: str, dumps: dict[str, str]) -> None:
    server = harness.server(label)
    url = server.database(template=False)
    before = dump(url)
    migrations.migrate(url, ROOT)
    full = dump(url)
    if label == "18":
        assert dumps.setdefault("full", full) == full
    migrations.revert(url, root=ROOT)
    assert dump(url) == before
    migrations.migrate(url, ROOT)
    assert dump(url) == full
    server.drop(url)


def test_every_migration_can_go_alone_and_come_back(empty_url: str) -> None:
    """Also shows that a verify script fails before its migration: a killed run relies on that."""
    tree = migrations.Tree.at(ROOT)
    names = tree.names()
    migrations.migrate(empty_url, ROOT)
    full = dump(empty_url)
    for kept, gone in zip(reversed(names[:-1]), reversed(names[1:]), strict=True):
        migrations.revert(empty_url, kept, ROOT)
        assert not migrations._is_deployed(empty_url, tree, gone), f"verify/{gone}.sql passes without {gone}"  # noqa: SLF001
        assert migrations._is_deployed(empty_url, tree, kept)  # noqa: SLF001
    migrations.migrate(empty_url, ROOT)
    assert dump(empty_url) == full


def test_the_yoyo_command_needs_no_preparation_with_its_books_in_public(empty_url: str) -> None:
    yoyo(empty_url, "apply", schema=None)
    with pytest.raises(migrations.MigrationError, match="yoyo, with its books in public"):
        migrations.migrate(empty_url, ROOT)
    migrations.adopt(empty_url, ROOT)
    assert migrations.migrate(empty_url, ROOT).migrations == ()


def test_the_yoyo_command_and_the_engine_share_their_books(empty_url: str) -> None:
    make_schema(empty_url)
    yoyo(empty_url, "apply")
    done = migrations.migrate(empty_url, ROOT)
    assert done.migrations == ()
    assert applied(empty_url) == set(migrations.Tree.at(ROOT).names())
    assert "U " not in yoyo(empty_url, "list")


def test_sqitchs_database_is_adopted(empty_url: str, dumps: dict[str, str]) -> None:
    sqitch(empty_url, "deploy")
    with pytest.raises(migrations.MigrationError, match="--adopt") as caught:
        migrations.migrate(empty_url, ROOT)
    assert "deployed already by sqitch" in str(caught.value)
    assert {this.state for this in migrations.status(empty_url, ROOT)} == {"adoptable"}

    adopted = migrations.adopt(empty_url, ROOT)
    assert list(adopted.migrations) == migrations.Tree.at(ROOT).names()
    assert migrations.migrate(empty_url, ROOT).migrations == ()
    full = dump(empty_url)
    assert dumps.setdefault("full", full) == full


def test_a_file_edited_since_sqitch_deployed_it_is_not_adopted(empty_url: str, tmp_path: Path) -> None:
    sqitch(empty_url, "deploy")
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    shutil.copytree(ROOT / "sql" / "functions", tmp_path / "sql" / "functions")
    first = tmp_path / "migrations" / "0001_foundation.sql"
    first.write_text(first.read_text() + "-- edited\n")
    with pytest.raises(migrations.MigrationError, match=r"0001_foundation\.sql: changed after it was applied"):
        migrations.adopt(empty_url, tmp_path)


def test_the_yoyo_command_waits_for_the_engine(empty_url: str) -> None:
    migrations.migrate(empty_url, ROOT)
    with psycopg.connect(empty_url) as engine:
        engine.execute("lock table herald_migrations.yoyo_lock in exclusive mode")  # as a run does
        stock = threading.Thread(target=yoyo, args=(empty_url, "apply"))
        stock.start()
        stock.join(timeout=3)
        assert stock.is_alive()
    stock.join(timeout=30)
    assert not stock.is_alive()


def test_nothing_to_adopt_is_said(empty_url: str) -> None:
    with pytest.raises(migrations.MigrationError, match="nothing to adopt"):
        migrations.adopt(empty_url, ROOT)


def test_sqitch_takes_over_the_engines_database(empty_url: str) -> None:
    migrations.migrate(empty_url, ROOT)
    sqitch(empty_url, "deploy", "--log-only")
    assert "Verify successful" in sqitch(empty_url, "verify")


def test_functions_installed_outside_one_transaction_are_refused(empty_url: str) -> None:
    migrations.migrate(empty_url, ROOT)
    index = ROOT / "sql" / "functions" / "index.sql"
    done = subprocess.run(
        [client("psql", 10), "-X", "-q", "-f", str(index)],
        env=surroundings(empty_url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the functions were not installed in one transaction" in done.stderr
    with psycopg.connect(empty_url) as connection:
        row = cast("tuple[int]", connection.execute("select count(*) from herald.installed_routines").fetchone())
    assert row[0] > 0
