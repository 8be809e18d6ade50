"""Writes the migrations and the functions as files that Supabase's command line and plain psql apply.

A file that was written once is released: it is never written again. What a later release brings comes behind it, each
migration in a file of its own, and the functions whole if they are others than those written last. A file says in its
first line what it is and what its content was, so an edited one is noticed, however it was renamed.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pgherald.migrations import MigrationError, Tree, has_transaction, read_script

FUNCTIONS: Final = "functions"

_TIME: Final = "%Y%m%d%H%M%S"
_FIRST_LINE: Final = re.compile(r"-- pgherald (?P<release>\S+) (?P<name>\S+) sha256:(?P<digest>[0-9a-f]{64})")
# What stands for sqitch, for yoyo, and for the transaction that whoever applies the file brings along.
_NOT_FOR_SUPABASE: Final = re.compile(r"-- (Deploy|depends:|transactional:).*|begin;|commit;", re.IGNORECASE)


class ExportError(Exception):
    """Why nothing was written, in words for the person who ran the command."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours in the folder: one that is there, or one to be written."""

    name: str
    path: Path
    is_new: bool
    text: str


def export_supabase(directory: Path, root: Path | None = None, *, dry_run: bool = False) -> list[File]:
    """Write what `directory/supabase/migrations` lacks, and give all files of ours there, in order."""
    folder = directory / "supabase" / "migrations"
    try:
        files = _plan(folder, Tree.at(root))
        if not dry_run:
            _write(folder, [file for file in files if file.is_new])
    except MigrationError as error:
        raise ExportError(str(error)) from None
    except OSError as error:
        raise ExportError(f"{error.filename or folder}: {error.strerror or error}") from None
    return files


def _plan(folder: Path, tree: Tree) -> list[File]:
    """Say which files there are and which are to come. Raises `ExportError` where that would make a muddle."""
    there = _read(folder)
    migrations = [file for file in there if file.name != FUNCTIONS]
    _check(migrations, tree)

    last = _last(folder)
    files = list(there)
    times = _times(tree)
    for name in tree.names()[len(migrations) :]:
        last = max(times[name], last + timedelta(seconds=1))
        files.append(_new(folder, last, name, _migration(tree, name)))

    functions = _functions(tree)
    newest = next((file for file in reversed(there) if file.name == FUNCTIONS), None)
    if newest is None or _digest(_body(newest.text)) != _digest(functions):
        files.append(_new(folder, last + timedelta(seconds=1), FUNCTIONS, functions))
    return files


def _read(folder: Path) -> list[File]:
    """Find the files of ours, however they were renamed. Raises `ExportError` if one was edited, or is a newer one."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text("utf-8")
        first = _FIRST_LINE.fullmatch(text.split("\n", 1)[0].rstrip())
        if first is None:
            if re.match(r"\d+_pgherald_(functions|\d{4}_\w+)\.sql", path.name):
                raise ExportError(_edited(path))
            continue
        if _digest(_body(text)) != first["digest"]:
            raise ExportError(_edited(path))
        if _number(first["release"]) > _number(version("pgherald")):
            raise ExportError(
                f"{path.name} was written by pgherald {first['release']}, which is newer than this one, "
                f"{version('pgherald')}\n  hint: use that release, or a newer one"
            )
        found.append(File(first["name"], path, is_new=False, text=text))
    return found


def _edited(path: Path) -> str:
    return (
        f"{path.name}: edited after it was written, and it may have been applied as it was before"
        f"\n  hint: put it back (git checkout {path}), and write what you want to change as a migration of your own"
    )


def _check(migrations: Sequence[File], tree: Tree) -> None:
    """See that the migrations there are the first ones of the plan, in its order."""
    names = tree.names()
    there = [file.name for file in migrations]
    if unknown := [file.path.name for file in migrations if file.name not in names]:
        raise ExportError(
            f"a newer pgherald has written here: {', '.join(unknown)}\n  hint: use that release, or a newer one"
        )
    wanted = names[: names.index(max(there, key=names.index)) + 1] if there else []
    if missing := [name for name in wanted if name not in there]:
        raise ExportError(
            f"{', '.join(missing)}: written once, and no longer there\n  hint: put it back from your repository"
        )
    if there != wanted:
        raise ExportError(
            f"these are out of order: {', '.join(file.path.name for file in migrations)}"
            f"\n  hint: they have to be applied as {', '.join(wanted)}; put their names back"
        )


def _last(folder: Path) -> datetime:
    """Give the time of the newest migration there, whoever wrote it: Supabase applies nothing before that by itself."""
    last = datetime.min.replace(tzinfo=UTC)
    for path in folder.glob("*.sql"):
        if stamp := re.match(r"(\d{14})_", path.name):
            try:
                last = max(last, datetime.strptime(stamp[1], _TIME).replace(tzinfo=UTC))
            except ValueError:
                raise ExportError(
                    f"{path.name} begins with no time, so nothing can be put behind it"
                    "\n  hint: name it as `supabase migration new` does, YYYYMMDDHHMMSS_name.sql"
                ) from None
    return last


def _times(tree: Tree) -> dict[str, datetime]:
    """Read from sqitch's plan when each migration was planned."""
    plan = (tree.migrations / "sqitch.plan").read_text("utf-8")
    found = re.findall(r"^(\d{4}_\w+) (?:\[[^]]*\] )?(\S+Z) ", plan, re.MULTILINE)
    return {name: datetime.fromisoformat(stamp) for name, stamp in found}


def _new(folder: Path, at: datetime, name: str, body: str) -> File:
    first = f"-- pgherald {version('pgherald')} {name} sha256:{_digest(body)}\n"
    path = folder / f"{at.strftime(_TIME)}_pgherald_{name}.sql"
    return File(name, path, is_new=True, text=first + body)


def _migration(tree: Tree, name: str) -> str:
    """Give a migration as it goes into a transaction of somebody else's."""
    text = (tree.migrations / f"{name}.sql").read_text("utf-8")
    if not has_transaction(text):
        text = re.sub(r"\bindex\s+concurrently\b", "index", text, flags=re.IGNORECASE)
    lines = [line for line in text.splitlines() if not _NOT_FOR_SUPABASE.fullmatch(line)]
    return "\n".join(lines).strip() + "\n"


def _functions(tree: Tree) -> str:
    """Give all of sql/functions as one script, the sweep at its end."""
    return "\n".join(part.text.strip("\n") + "\n" for part in read_script(tree.functions / "index.sql"))


def _body(text: str) -> str:
    return text.partition("\n")[2]


def _digest(body: str) -> str:
    """Hash a content; line ends, which a checkout may change, and trailing blanks are not part of it."""
    return hashlib.sha256("\n".join(line.rstrip() for line in body.splitlines()).strip().encode()).hexdigest()


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", release))


def _write(folder: Path, files: Sequence[File]) -> None:
    """Write the files elsewhere first, then put them in place in order: whoever is killed leaves no half of one."""
    aside = folder.parent / ".pgherald-export"
    shutil.rmtree(aside, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    aside.mkdir()
    try:
        for file in files:
            with (aside / file.path.name).open("w", encoding="utf-8", newline="\n") as written:
                written.write(file.text)
                written.flush()
                os.fsync(written.fileno())
        for file in files:
            (aside / file.path.name).replace(file.path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
