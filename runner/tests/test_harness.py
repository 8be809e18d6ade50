"""The tests' own ground: what asserts nothing does not pass."""

import pytest

import harness


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["1..0"],
        ["ok 1 - without a plan"],
        ["1..2", "ok 1 - one too few"],
        ["1..1", "ok 1 - one", "ok 2 - too many"],
        ["1..1", "not ok 1 - no"],
        ["1..1", "ok 1 - yes", "1..1"],
    ],
)
def test_f16_a_test_that_asserted_nothing_passed(lines: list[str]) -> None:
    with pytest.raises(harness.TapError):
        harness.check_tap(lines)


def test_what_holds_passes() -> None:
    harness.check_tap(["1..2", "ok 1 - one", "ok 2 - two", "# a remark"])


def test_every_sql_file_is_found() -> None:
    files = [path for path in (harness.ROOT / "sql/tests").rglob("*.sql") if path.name != "arrange.sql"]
    assert len(files) > 80
    assert all("select plan(" in path.read_text("utf-8") for path in files)


def test_f17_a_function_was_defined_in_eleven_migrations() -> None:
    """A function stands in one place: its file, or the one migration whose tables need it."""
    defined: dict[str, list[str]] = {}
    for folder in ("migrations", "sql/functions"):
        for path in sorted((harness.ROOT / folder).rglob("*.sql")):
            for line in path.read_text("utf-8").splitlines():
                if line.startswith(("create function ", "create or replace function ")):
                    name = line.split("function ")[1].split("(")[0]
                    defined.setdefault(name, []).append(path.name)
    assert len(defined) > 50
    # The one that migrations call themselves, so that it cannot stand among what is installed after them.
    assert defined.pop("herald.close_table") == ["0001_foundation.sql", "0019_access.rollback.sql", "0019_access.sql"]
    assert {name: files for name, files in defined.items() if len(files) > 1} == {}
