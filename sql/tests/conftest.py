"""Each sql/tests/**/*.sql is one test on each server: the file is run as it is, and its TAP lines are the verdict."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

import harness


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> "SqlFile | None":
    """Collect SQL files, but not what they all start from."""
    if file_path.suffix == ".sql" and file_path.name != "arrange.sql":
        return SqlFile.from_parent(parent, path=file_path)
    return None


def pytest_sessionfinish() -> None:
    """Stop the servers."""
    harness.close_servers()


class SqlFile(pytest.File):
    """A file of assertions."""

    def collect(self) -> Iterator["SqlTest"]:
        """Give one test a server."""
        for label in harness.labels():
            yield SqlTest.from_parent(self, name=label, label=label)


class SqlTest(pytest.Item):
    """A file of assertions on one server."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:  # noqa: ANN401  pytest's own arguments
        """Remember the server."""
        super().__init__(**kwargs)
        self._label = label

    def runtest(self) -> None:
        """Run the file. Raises `TapError`."""
        script = self.path.read_text("utf-8")
        harness.check_tap(_run(script, _database(self._label)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Show what TAP said, not how it was read."""
        if isinstance(excinfo.value, harness.TapError):
            return f"{self.path.relative_to(harness.ROOT)} on {self._label}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say which file this is."""
        return self.path, 0, f"{self.path.relative_to(harness.ROOT)}[{self._label}]"


@cache
def _database(label: str) -> str:
    """Give the one database that the files of a server share, since each of them rolls back."""
    return harness.server(label).database()


def _run(script: str, url: str) -> list[str]:
    """Run a file and give the lines it says. Raises `TapError` with the line where PostgreSQL stopped."""
    lines: list[str] = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set search_path = public, tests, tap")
        cursor = connection.cursor()
        try:
            cursor.execute(script.encode())
        except psycopg.Error as error:
            position = error.diag.statement_position or error.diag.internal_position
            where = f"line {script.count(chr(10), 0, int(position) - 1) + 1}: " if position else ""
            detail = "\n".join(filter(None, [error.diag.message_detail, error.diag.message_hint, error.diag.context]))
            raise harness.TapError(f"{where}{error.diag.message_primary}\n{detail}") from None
        while True:
            if cursor.description:
                for row in cursor.fetchall():
                    lines += str(row[0]).splitlines()
            if not cursor.nextset():
                return lines
