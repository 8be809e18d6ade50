"""The wheel alone, far from any checkout, brings a database up."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

import harness

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty_url(server: harness.TestServer) -> Iterator[str]:
    """Make a database with nothing in it."""
    url = server.database(template=False)
    yield url
    server.drop(url)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it; without isolation where the build backend is installed, since that needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    how = ["--no-isolation"] if find_spec("hatchling") else []
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", *how, "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("pgherald-*.whl"))


def test_it_holds_every_sql_file_and_no_other_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for source, place in (("migrations", "migrations"), ("sql/functions", "functions")):
        for path in (ROOT / source).rglob("*.*"):
            assert f"pgherald/_sql/{place}/{path.relative_to(ROOT / source).as_posix()}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pgherald"}
    assert not [name for name in names if "/tests/" in name]


def test_it_migrates_a_database_away_from_the_checkout(wheel: Path, empty_url: str, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home), "platbase": str(home)}))
    # The dependencies of this environment serve; its own pgherald does not, for a path file's path files are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )

    away = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PGHERALD"))}
    done = subprocess.run(
        [str(python.parent / "pgherald"), "migrate"],
        cwd=tmp_path,
        env={**away, "DATABASE_URL": empty_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0001_foundation: applied" in done.stdout
    where = subprocess.run(
        [str(python), "-c", "from pgherald.migrations import Tree; print(Tree.at().root)"],
        cwd=tmp_path,
        env=away,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(site)
    with psycopg.connect(empty_url) as connection:
        functions = connection.execute("select count(*) from herald.installed_routines").fetchone()
        rows = connection.execute("select count(*) from public.sms_messages").fetchone()
    assert functions is not None
    assert functions[0] >= len(list((ROOT / "sql" / "functions").glob("*/*.sql")))
    assert rows == (0,)
