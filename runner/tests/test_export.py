"""`pgherald export supabase`: files for Supabase's command line and for psql, written once and never again."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import psycopg
import pytest
from click.testing import CliRunner

import harness
from clients import client, dump, run
from pgherald import migrations
from pgherald.cli import main
from pgherald.embedded import EmbeddedServer
from pgherald.export import ExportError, export_supabase
from supabase_project import Project, make_project, run_supabase, supabase_cli

OLDEST: Final = Path("/usr/lib/postgresql/15/bin")
Applied = Callable[[Path, Project, Sequence[Path]], None]


@pytest.fixture(scope="module", params=[label for label in harness.labels() if label != "url"])
def own_server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """Give a server whose roles are Supabase's."""
    with EmbeddedServer(bin_dir=OLDEST if request.param == "15" else None, settings={"fsync": "off"}) as own:
        yield own


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a copy of the tree, to be edited."""
    shutil.copytree(harness.ROOT / "migrations", tmp_path / "tree" / "migrations")
    shutil.copytree(harness.ROOT / "sql" / "functions", tmp_path / "tree" / "sql" / "functions")
    return tmp_path / "tree"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an application's folder."""
    (tmp_path / "application").mkdir()
    return tmp_path / "application"


def by_psql(_folder: Path, project: Project, files: Sequence[Path]) -> None:
    for path in files:
        run(project.url, client("psql", 10), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", path)


def by_push(folder: Path, project: Project, _files: Sequence[Path]) -> None:
    by_supabase(folder, project, "db", "push")


def by_up(folder: Path, project: Project, _files: Sequence[Path]) -> None:
    by_supabase(folder, project, "migration", "up")


def by_supabase(folder: Path, project: Project, *command: str) -> None:
    try:
        supabase_cli()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    run_supabase(folder, project.url, *command)


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Say what each file holds, and when it was written."""
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def next_release(root: Path) -> None:
    """Add a migration that cannot run in a transaction, and change a function."""
    name = "9001_notes"
    (root / "migrations" / f"{name}.sql").write_text(
        "-- Deploy pgherald:9001_notes to pg\n-- depends: 0005_texts\n-- transactional: false\n\n"
        "create index concurrently sms_messages_notes_idx on public.sms_messages (created_at);\n"
    )
    (root / "migrations" / f"{name}.rollback.sql").write_text(
        "drop index concurrently public.sms_messages_notes_idx;\n"
    )
    with (root / "migrations" / "sqitch.plan").open("a") as plan:
        plan.write("9001_notes [0005_texts] 2031-01-01T00:00:00Z pgherald <maintainers@pgherald.invalid> # Notes.\n")
    percent = root / "sql" / "functions" / "watch" / "percent.sql"
    percent.write_text(percent.read_text().replace("comment on function", "-- Another one.\ncomment on function", 1))


@pytest.mark.parametrize(
    ("apply", "has_users_table", "opens_new_tables"),
    [
        (by_psql, True, True),
        (by_psql, True, False),
        (by_psql, False, True),
        (by_psql, False, False),
        (by_push, True, True),
        (by_up, False, False),
    ],
)
def test_the_schema_is_that_of_migrate(
    own_server: EmbeddedServer, folder: Path, apply: Applied, *, has_users_table: bool, opens_new_tables: bool
) -> None:
    migrated, exported = (
        make_project(own_server, has_users_table=has_users_table, opens_new_tables=opens_new_tables) for _ in range(2)
    )
    migrations.migrate(migrated.url)
    apply(folder, exported, [file.path for file in export_supabase(folder)])
    assert dump(exported.admin_url) == dump(migrated.admin_url)


@pytest.mark.parametrize("apply", [by_psql, by_push])
def test_a_later_export_adds_what_is_new_and_that_applies(
    own_server: EmbeddedServer, folder: Path, root: Path, apply: Applied
) -> None:
    project, fresh = make_project(own_server), make_project(own_server)
    apply(folder, project, [file.path for file in export_supabase(folder, root)])
    before = contents(folder)

    next_release(root)
    new = [file for file in export_supabase(folder, root) if file.is_new]
    assert [file.name for file in new] == ["9001_notes", "functions"]
    assert [file.path.name[:14] for file in new] == ["20310101000000", "20310101000001"]
    after = contents(folder)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 2
    apply(folder, project, [file.path for file in new])
    migrations.migrate(fresh.url, root)
    assert dump(project.admin_url) == dump(fresh.admin_url)

    assert not any(file.is_new for file in export_supabase(folder, root))
    assert contents(folder) == after


def test_functions_alone_come_alone(folder: Path, root: Path) -> None:
    export_supabase(folder, root)
    percent = root / "sql" / "functions" / "watch" / "percent.sql"
    percent.write_text(percent.read_text() + "-- changed\n")
    assert [file.name for file in export_supabase(folder, root) if file.is_new] == ["functions"]
    assert [file.name for file in export_supabase(folder, root) if file.is_new] == []


def test_ours_come_after_what_the_application_has(folder: Path, root: Path) -> None:
    """Supabase refuses to push a migration that is older than one it has applied."""
    there = folder / "supabase" / "migrations"
    there.mkdir(parents=True)
    (there / "20301231235959_ours.sql").write_text("select 1;\n")
    files = export_supabase(folder, root)
    assert files[0].path.name == "20310101000000_pgherald_0001_foundation.sql"
    assert files[1].path.name.startswith("20310101000001_")
    assert [file.path.name for file in files] == sorted(file.path.name for file in files)

    (there / "20390231000000_no_date.sql").write_text("select 1;\n")
    next_release(root)
    with pytest.raises(ExportError, match=r"20390231000000_no_date\.sql begins with no time"):
        export_supabase(folder, root)


def test_a_killed_export_is_finished_by_the_next(folder: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    names = [file.path.name for file in export_supabase(whole)]
    export_supabase(folder)
    for name in names[7:]:
        (folder / "supabase" / "migrations" / name).unlink()
    aside = folder / "supabase" / ".pgherald-export"
    aside.mkdir()
    (aside / names[7]).write_text("-- pgherald half of a f")

    assert [file.path.name for file in export_supabase(folder) if file.is_new] == names[7:]
    assert {name: text for name, (_, text) in contents(folder).items()} == {
        name: text for name, (_, text) in contents(whole).items()
    }
    assert not aside.exists()


def test_files_may_be_renamed_and_their_line_ends_changed(folder: Path) -> None:
    there = [file.path for file in export_supabase(folder)]
    for path in there:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        path.rename(path.with_name(path.name.replace("pgherald", "texts").replace("2026", "2027")))
    assert not any(file.is_new for file in export_supabase(folder))


def edit(folder: Path) -> None:
    (path,) = folder.glob("*_0005_texts.sql")
    path.write_text(path.read_text().replace("create table", "create unlogged table", 1))


def edit_functions(folder: Path) -> None:
    (path,) = folder.glob("*_functions.sql")
    path.write_text(path.read_text() + "grant execute on all functions in schema public to anon;\n")


def behead(folder: Path) -> None:
    (path,) = folder.glob("*_0005_texts.sql")
    path.write_text(path.read_text().partition("\n")[2])


def remove(folder: Path) -> None:
    (path,) = folder.glob("*_0005_texts.sql")
    path.unlink()


def swap(folder: Path) -> None:
    (path,) = folder.glob("*_0002_transitions.sql")
    path.rename(path.with_name("20400101000000_pgherald_0002_transitions.sql"))


def have_a_newer_migration(folder: Path) -> None:
    (path,) = folder.glob("*_0018_latecomers.sql")
    path.with_name("20400101000000_pgherald_9999_later.sql").write_text(
        path.read_text().replace("0018_latecomers", "9999_later", 1)
    )


def have_a_newer_release(folder: Path) -> None:
    (path,) = folder.glob("*_functions.sql")
    path.write_text(path.read_text().replace("-- pgherald 0.", "-- pgherald 9999.", 1))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (edit, "0005_texts.sql: edited after it was written"),
        (edit_functions, "functions.sql: edited after it was written"),
        (behead, "0005_texts.sql: edited after it was written"),
        (remove, "0005_texts: written once, and no longer there"),
        (swap, "out of order"),
        (have_a_newer_migration, "a newer pgherald has written here: 20400101000000_pgherald_9999_later.sql"),
        (have_a_newer_release, "which is newer than this one"),
    ],
)
def test_a_folder_that_is_not_as_it_was_left_is_refused(
    folder: Path, spoil: Callable[[Path], None], complaint: str
) -> None:
    export_supabase(folder)
    spoil(folder / "supabase" / "migrations")
    before = contents(folder)
    with pytest.raises(ExportError, match=complaint):
        export_supabase(folder)
    assert contents(folder) == before
    told = CliRunner().invoke(main, ["export", "supabase", str(folder)])
    assert told.exit_code == 1
    assert complaint in told.output
    assert "hint: " in told.output


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    told = CliRunner().invoke(main, ["export", "supabase", str(folder), "--dry-run", "--json"])
    files = json.loads(told.output)["files"]
    assert {file["state"] for file in files} == {"would be written"}
    assert contents(folder) == {}
    assert not (folder / "supabase").exists()

    told = CliRunner().invoke(main, ["export", "supabase", str(folder), "--json"])
    assert [file | {"state": "would be written"} for file in json.loads(told.output)["files"]] == files
    told = CliRunner().invoke(main, ["export", "supabase", str(folder)])
    assert "20261123090000_pgherald_0001_foundation.sql" in told.output
    assert told.output.endswith("nothing to write: all of this release is there\n")


@pytest.mark.parametrize(("apply", "by"), [(by_psql, "no books tell how far"), (by_push, "Supabase's command line")])
def test_migrate_takes_over_what_was_exported(
    own_server: EmbeddedServer, folder: Path, root: Path, apply: Applied, by: str
) -> None:
    project = make_project(own_server)
    apply(folder, project, [file.path for file in export_supabase(folder)])
    with pytest.raises(migrations.MigrationError, match=by) as refused:
        migrations.migrate(project.url)
    assert "--adopt" in str(refused.value)
    adopted = migrations.adopt(project.url)
    assert list(adopted.migrations) == migrations.Tree.at().names()
    assert migrations.migrate(project.url).migrations == ()

    next_release(root)
    (root / "migrations" / "verify" / "9001_notes.sql").write_text(
        "select 1 / count(*) from pg_class where relname = 'sms_messages_notes_idx';\n"
    )
    assert migrations.migrate(project.url, root).migrations == ("9001_notes",)


def test_what_psql_left_undone_is_not_taken_over(own_server: EmbeddedServer, folder: Path) -> None:
    project = make_project(own_server)
    by_psql(folder, project, [file.path for file in export_supabase(folder)[:7]])
    assert len(migrations.adopt(project.url).migrations) == 7
    assert len(migrations.migrate(project.url).migrations) == len(migrations.Tree.at().names()) - 7
    with psycopg.connect(project.url) as connection:
        connection.execute("select public.tick()")
