"""The reference says what the database says, and every call that it shows is true."""

import asyncio
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import psycopg
import pytest

import reference
import write_docs
from clients import client, run
from postgrest_stand_in import ANONYMOUS, StandIn, http_status

PAGES: Final = sorted(path for path in (write_docs.DOCS / "reference").glob("*.md") if path.name != "README.md")
# What a call gives that did nothing: its example would show nothing.
NOTHING: Final[tuple[Any, ...]] = (None, False, 0, "", [], {})
# Nothing is what these say when all is well.
QUIET: Final = {"doctor"}
# These are for a database whose runners must not send.
SWITCHED_OFF: Final = {"hold_after_restore"}
SWITCH: Final = "update herald.settings set kill_switch = {}"


def block(page: Path, language: str) -> str:
    """Give a page's one example in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


def token(page: Path, stand_in: StandIn) -> str:
    """Give the token that the page says one needs."""
    if "The token is that of a signed-in user." in page.read_text("utf-8"):
        return stand_in.token("authenticated", reference.USER)
    return stand_in.token("service_role")


def name(page: Path) -> str:
    return page.stem


def test_the_docs_are_what_the_database_says(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        written = write_docs.pages(connection)
    assert write_docs.differing(written) == [], "make docs"


@pytest.fixture(scope="module")
def shared_database(a_reference: reference.Reference) -> Iterator[reference.Copy]:
    """Give a copy to tests that leave nothing behind."""
    copy = a_reference.copy()
    yield copy
    a_reference.drop(copy)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_pages_call_from_psql_does_something(page: Path, shared_database: reference.Copy, tmp_path: Path) -> None:
    script = tmp_path / "page.sql"
    shown = block(page, "sql").removeprefix("begin;\n").removesuffix("commit;\n")
    switched = SWITCH.format(page.stem in SWITCHED_OFF)
    script.write_text(f"begin;\n{switched};\nset local role service_role;\n{shown}rollback;\n", "utf-8")
    arguments = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", script)
    printed = run(shared_database.url, client("psql", 15), *arguments)
    assert printed.strip() not in {"", "f", "0"} or page.stem in QUIET


@pytest.fixture(params=[False, True], ids=["on", "off"])
def pages(request: pytest.FixtureRequest, example_database: reference.Copy) -> list[Path]:
    """Give the pages whose calls can be made while sending is on, and those that need it off, which it then is."""
    with psycopg.connect(example_database.url) as connection:
        connection.execute(SWITCH.format(request.param).encode())
    return [page for page in PAGES if (page.stem in SWITCHED_OFF) == request.param]


async def test_the_calls_by_http_do_something(stand_in: StandIn, pages: list[Path]) -> None:
    async with aiohttp.ClientSession() as session:
        for page in pages:
            words = shlex.split(block(page, "sh"))
            assert words[0] == "curl"
            address = words[1].replace("$URL", f"{stand_in.base_url}/rest/v1")
            header = [words[at + 1] for at, word in enumerate(words) if word == "-H"]
            headers = dict(each.split(": ", 1) for each in header) | {"Prefer": "tx=rollback"}
            headers["Authorization"] = headers["Authorization"].replace("$TOKEN", token(page, stand_in))
            body = words[words.index("-d") + 1].encode()
            async with session.post(address, data=body, headers=headers, allow_redirects=False) as response:
                said = await response.text()
                assert response.status in {200, 302}, f"{page.stem}: {said}"
                assert json.loads(said) not in NOTHING or page.stem in QUIET, f"{page.stem} gives {said}"


async def test_the_calls_by_supabase_js_do_something(stand_in: StandIn, pages: list[Path], tmp_path: Path) -> None:
    # It follows the redirect of follow_link, as a browser would, to where nobody is.
    pages = [page for page in pages if page.stem != "follow_link"]
    (tmp_path / "node_modules").symlink_to(reference.node_modules())
    shutil.copy(Path(__file__).parent / "data" / "call_pages.mjs", tmp_path)
    calls = [{"name": page.stem, "token": token(page, stand_in), "code": block(page, "js")} for page in pages]
    (tmp_path / "pages.json").write_text(json.dumps(calls), "utf-8")
    command = ["node", "call_pages.mjs", stand_in.base_url, "pages.json"]
    answers: list[dict[str, Any]] = json.loads(await asyncio.to_thread(reference.run_program, tmp_path, *command))
    assert [answer["name"] for answer in answers] == [page.stem for page in pages]
    for answer in answers:
        assert answer["error"] is None, answer
        assert answer["data"] not in NOTHING or answer["name"] in QUIET, answer


def test_the_page_of_errors_has_the_statuses_of_postgrest() -> None:
    rows = re.findall(
        r"^\| ([A-Z0-9, ]+) \|.*?\|.*?\| ([0-9, ]+) \|",
        (write_docs.DOCS / "errors.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 10
    for codes, statuses in rows:
        known = {http_status(code, role) for code in codes.split(", ") for role in (ANONYMOUS, "authenticated")}
        assert known == {int(status) for status in statuses.split(", ")}, codes


def test_an_error_on_a_page_stands_on_the_page_of_errors() -> None:
    listed = set(re.findall(r"\b[A-Z0-9]{5}\b", (write_docs.DOCS / "errors.md").read_text("utf-8")))
    for page in PAGES:
        for codes in re.findall(r"^\| (`[A-Z0-9]{5}`[^|]*) \|", page.read_text("utf-8"), re.MULTILINE):
            assert set(re.findall(r"\w{5}", codes)) <= listed, f"{page.stem}: {codes}"


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("Adds.", "no line `Example"),
        ("Adds.\nMore.\n\nExample: {}", "longer than the first line"),
        ("Adds.\n\np_c: what.\n\nExample: {}", "explains p_c"),
        ("Adds.\n\nErrors: when it rains.\n\nExample: {}", "without its SQLSTATE"),
        ('Adds.\n\nExample: {"p_c": 1}', "passes p_c"),
        ("Adds.\n\nExample: {p_a}", "not JSON"),
        ("Adds.\n\nExample: 7", "not an object"),
    ],
)
def test_a_comment_that_says_too_little_is_told_so(comment: str, complaint: str) -> None:
    function = write_docs.Function("add", comment, "int", False, ["p_a"], [], ["int"], [None], [None], [])  # noqa: FBT003
    with pytest.raises(write_docs.CommentError, match=complaint):
        function.said()


def test_values_are_quoted_for_each_language() -> None:
    comment = 'Adds.\n\nExample: {"p_a": "it\'s", "p_b": ["x", "y"], "p_c": {"d e": null}}'
    function = write_docs.Function(
        "add", comment, "int", False, ["p_a", "p_b", "p_c"], [], ["text", "text[]", "jsonb"], [None] * 3, [None] * 3, []  # noqa: FBT003
    )  # fmt: skip
    said = function.said()
    assert write_docs.psql(function, said) == (
        """select add(p_a => 'it''s', p_b => '{"x", "y"}', p_c => '{"d e": null}');"""
    )
    assert json.loads(shlex.split(write_docs.curl(function, said))[-1]) == said.example
    assert "p_a: 'it\\'s', p_b: ['x', 'y'], p_c: { 'd e': null }" in write_docs.js(function, said)
