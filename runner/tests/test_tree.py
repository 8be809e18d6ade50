"""The files say what the house wants of them, before any server sees them."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlparse
from pglast import ast, parse_sql
from pglast.stream import RawStream

from pgherald.migrations import Tree

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"
FUNCTIONS = ROOT / "sql" / "functions"
CHANGE = re.compile(
    r"^(?P<name>[^\s@%#]\S*)(?: \[(?P<requires>[^\]]*)\])? (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) .+ <.+> # .+"
)

# A file that cannot run in a transaction is one of these, and nothing else.
ALONE = (ast.AlterEnumStmt, ast.IndexStmt, ast.DropStmt)


def plan() -> list[tuple[str, list[str], str]]:
    """Read the changes of sqitch's plan: name, requires, time."""
    changes = []
    for line in (MIGRATIONS / "sqitch.plan").read_text("utf-8").splitlines():
        if line.strip() and line[0] not in "%@#":
            match = CHANGE.match(line)
            assert match, f"not a change, or one without a reason: {line}"
            changes.append((match["name"], (match["requires"] or "").split(), match["at"]))
    return changes


NAMES = [name for name, _, _ in plan()]
FILES = sorted(FUNCTIONS.glob("*/*.sql"))


@cache
def statements(path: Path) -> tuple[Any, ...]:
    """Parse a file as the server would."""
    return tuple(raw.stmt for raw in parse_sql(path.read_text("utf-8")))


def dotted(names: tuple[Any, ...] | None) -> str:
    return ".".join(part.sval for part in names or ())


def those(path: Path, kind: type) -> list[Any]:
    return [this for this in statements(path) if isinstance(this, kind)]


def routines(path: Path) -> list[Any]:
    return those(path, ast.CreateFunctionStmt)


def relative(path: Path) -> str:
    return path.relative_to(FUNCTIONS).as_posix()


# Migrations


def test_plan_and_folder_tell_one_story() -> None:
    assert sorted(NAMES) == NAMES
    assert Tree.at(ROOT).names() == NAMES


def test_numbers_and_times_rise() -> None:
    assert [name[:5] for name in NAMES] == [f"{number:04}_" for number in range(1, len(NAMES) + 1)]
    times = [at for _, _, at in plan()]
    assert sorted(set(times)) == times


def test_no_file_is_left_over() -> None:
    expected = {"sqitch.plan"}
    for name in NAMES:
        expected |= {f"{name}.sql", f"{name}.rollback.sql", f"revert/{name}.sql", f"verify/{name}.sql"}
    assert {path.relative_to(MIGRATIONS).as_posix() for path in MIGRATIONS.rglob("*") if path.is_file()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_revert_for_sqitch_is_the_rollback_for_yoyo(name: str) -> None:
    lines = (MIGRATIONS / "revert" / f"{name}.sql").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("--")] == [rf"\ir ../{name}.rollback.sql"]


@pytest.mark.parametrize(("name", "requires"), [(name, requires) for name, requires, _ in plan()])
def test_the_header_says_what_the_plan_says(name: str, requires: list[str]) -> None:
    text = (MIGRATIONS / f"{name}.sql").read_text("utf-8")
    header = re.match(r"(?:--.*\n)+", text)
    assert header, f"{name} has no header"
    assert header[0].startswith(f"-- Deploy pgherald:{name} to pg\n")
    assert "\n-- transactional: false\n" in header[0], "yoyo must leave the transaction to the file"
    depends = re.findall(r"^-- depends: (.*)$", text, re.MULTILINE)
    assert " ".join(depends).split() == requires
    assert set(requires) <= set(NAMES[: NAMES.index(name)])


@pytest.mark.parametrize("kind", ["", ".rollback"])
@pytest.mark.parametrize("name", NAMES)
def test_a_migration_is_one_transaction_or_one_that_cannot_be(name: str, kind: str) -> None:
    path = MIGRATIONS / f"{name}{kind}.sql"
    found = statements(path)
    edges = [this.kind.name for this in those(path, ast.TransactionStmt)]
    if edges:
        assert edges == ["TRANS_STMT_BEGIN", "TRANS_STMT_COMMIT"]
        assert isinstance(found[0], ast.TransactionStmt), "begin; comes first"
        assert isinstance(found[-1], ast.TransactionStmt), "commit; comes last"
        if not kind:
            assert isinstance(found[1], ast.VariableSetStmt), "set local lock_timeout comes second"
            assert found[1].name == "lock_timeout"
            assert found[1].is_local
    else:
        assert all(isinstance(this, ALONE) for this in found), f"{path.name} needs begin; and commit;"
        assert all(getattr(this, "concurrent", True) for this in found)


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.name)
def test_a_migration_has_no_psql_commands(path: Path) -> None:
    assert not re.search(r"^\s*\\", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.name)
def test_yoyos_splitter_cuts_a_migration_as_the_server_does(path: Path) -> None:
    """Stock yoyo sends statement by statement; ours counts them to name the one that failed."""
    pieces = [piece for piece in sqlparse.split(path.read_text("utf-8")) if parse_sql(piece)]
    assert [len(parse_sql(piece)) for piece in pieces] == [1] * len(pieces)
    assert len(pieces) == len(statements(path))


@pytest.mark.parametrize("name", NAMES)
def test_a_verify_script_changes_nothing(name: str) -> None:
    found = statements(MIGRATIONS / "verify" / f"{name}.sql")
    kinds = (ast.SelectStmt, ast.TransactionStmt)
    assert any(isinstance(this, ast.SelectStmt) for this in found), "a script that asks nothing verifies nothing"
    assert all(isinstance(this, kinds) for this in found)


# Functions


def test_the_index_lists_every_file_once_in_the_order_of_the_rooms() -> None:
    index = FUNCTIONS / "index.sql"
    listed = re.findall(r"^\\ir (\S+)$", index.read_text("utf-8"), re.MULTILINE)
    expected = [*(relative(path) for path in FILES), "sweep.sql"]
    lines = "\n".join(rf"\ir {name}" for name in expected)
    assert listed == expected, f"the lines of sql/functions/index.sql have to be:\n\n{lines}\n"


def test_no_file_lies_outside_of_a_room() -> None:
    assert {path.name for path in FUNCTIONS.glob("*.sql")} == {"index.sql", "sweep.sql", "uninstall.sql"}
    assert sorted(FUNCTIONS.rglob("*.sql")) == sorted([*FILES, *FUNCTIONS.glob("*.sql")])


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_holds_one_object_of_its_name(path: Path) -> None:
    views = those(path, ast.ViewStmt)
    names = [dotted(this.funcname).split(".") for this in routines(path)] + [
        [v.view.schemaname, v.view.relname] for v in views
    ]
    if not names:
        others = (ast.CreatePolicyStmt, ast.GrantStmt, ast.CreateTrigStmt)
        assert any(isinstance(this, others) for this in statements(path)), "a file without an object"
        return
    assert [name for _, name in names] == [path.stem]
    assert names[0][0] in {"herald", "public"}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_holds_only_what_can_be_made_again(path: Path) -> None:
    again = (
        ast.CommentStmt,
        ast.CreateFunctionStmt,
        ast.CreatePolicyStmt,
        ast.CreateTrigStmt,
        ast.DropStmt,
        ast.GrantStmt,
        ast.ViewStmt,
    )
    for this in statements(path):
        assert isinstance(this, again), f"{type(this).__name__} belongs into a migration"
        if isinstance(this, ast.CreateFunctionStmt | ast.CreateTrigStmt | ast.ViewStmt):
            assert this.replace, "create or replace"
    for this in those(path, ast.DropStmt):
        assert this.removeType.name == "OBJECT_POLICY", "only a policy, which cannot be replaced, is dropped first"
        assert this.missing_ok


def of_routines() -> list[Any]:
    return [pytest.param(path, routine, id=relative(path)) for path in FILES for routine in routines(path)]


@pytest.mark.parametrize(("path", "routine"), of_routines())
def test_a_function_pins_its_search_path(path: Path, routine: Any) -> None:  # noqa: ANN401
    """With an empty one types are looked for in pg_temp first, where a caller may have put one of a known name."""
    del path
    pinned = [
        tuple(part.val.sval for part in option.arg.args)
        for option in routine.options
        if option.defname == "set" and option.arg.name == "search_path"
    ]
    assert pinned == [("pg_catalog", "pg_temp")]


@pytest.mark.parametrize(("path", "routine"), of_routines())
def test_a_function_is_closed_before_it_is_opened(path: Path, routine: Any) -> None:  # noqa: ANN401
    """Execute is granted to everybody by default; trigger functions cannot be called, so they may keep it."""
    if routine.returnType and dotted(routine.returnType.names) == "trigger":
        return
    revokes = [this for this in those(path, ast.GrantStmt) if not this.is_grant]
    assert any(
        grantee.roletype.name == "ROLESPEC_PUBLIC" and dotted(grant.objects[0].objname) == dotted(routine.funcname)
        for grant in revokes
        for grantee in grant.grantees
    ), "revoke execute on function … from public"


@pytest.mark.parametrize(("path", "routine"), of_routines())
def test_a_comment_or_grant_names_the_signature_that_is_there(path: Path, routine: Any) -> None:  # noqa: ANN401
    """A comment that names another signature would describe a function of yesterday, or stop the installation."""
    mode_of_results = {"FUNC_PARAM_TABLE", "FUNC_PARAM_OUT"}
    taken = [
        RawStream()(parameter.argType)
        for parameter in routine.parameters or ()
        if parameter.mode.name not in mode_of_results
    ]
    kinds = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE"}
    granted = [that for this in those(path, ast.GrantStmt) if this.objtype.name in kinds for that in this.objects]
    described = [this.object for this in those(path, ast.CommentStmt) if this.objtype.name in kinds]
    for function in [*granted, *described]:
        assert dotted(function.objname) == dotted(routine.funcname)
        assert [RawStream()(this) for this in function.objargs or ()] == taken


@pytest.mark.parametrize(("path", "routine"), of_routines())
def test_a_function_for_callers_outside_is_commented(path: Path, routine: Any) -> None:  # noqa: ANN401
    if dotted(routine.funcname).startswith("herald."):
        return
    comments = those(path, ast.CommentStmt)
    assert comments, "comment on function …"
    assert all(this.comment for this in comments)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_begins_with_its_promise(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert re.match(r"-- \S", first), "the first line says what the object promises"
    assert path.stem not in first, "and does not repeat its name"
