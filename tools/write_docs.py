"""Writes the reference from the database itself: comments, catalog, rights and transitions, as `make docs` finds them.

A function's comment is a summary line, an empty line, and the rest: prose, a line `name: meaning` for an argument or a
column that needs one, `Errors:` by SQLSTATE, and last `Example:` with the arguments of a call as a JSON object. From
that object come the calls from psql, PostgREST and supabase-js; the tests run all three.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import psycopg
from psycopg.rows import class_row

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
NOBODY_SIGNED_IN: Final = "nobody is signed in"
_FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_WIDTH: Final = 100
_USER: Final = "10000000-0000-4000-8000-000000000001"
_NOTE: Final = "<!-- Made by `make docs` from the comment on the function; change that instead. -->"
_ROOMS: Final = {
    "access": "Who asks",
    "consent": "Who agreed",
    "guard": "What cannot be",
    "intake": "A wish comes in",
    "message": "What it will say",
    "plan": "When",
    "policy": "Whether",
    "queue": "Whose turn",
    "send": "The runner's calls",
    "track": "What became of it",
    "watch": "Why, and is it well",
    "wipe": "What is forgotten",
}
_INTRODUCTION: Final = """\
# Reference

Every function that is called from outside, in the order in which a text passes through. Each page has its call from
psql, from PostgREST and from supabase-js; the tests run them.

- psql: as the owner, or as a role that has `herald_runner`.
- PostgREST: `$URL` is where it listens, on Supabase `https://<project>.supabase.co/rest/v1`. `$TOKEN` is a JWT whose
  `role` claim is a role that may call. `$KEY` is Supabase's API key; plain PostgREST takes no notice of it.
- supabase-js: `const supabase = createClient(url, key)`, with the service role's key on a server of yours, or with the
  public one and a user who is signed in.

The ids in the calls, such as `10000000-0000-4000-8000-000000000001`, are those of the tests: put yours in their place,
or a call finds nothing, or says `unknown …`.

Arguments are passed by name; what has a default may be left out. Errors come as PostgREST has them, with `code`,
`message`, `details` and `hint`: see [errors](../errors.md). The tables: [er.mermaid](../er.mermaid); their states:
[states](../states.md); who may do what: [access](../access.md). Whole programs:
[examples](../../examples/README.md)."""
# Said once here, since some thirty functions have it.
_EVERYWHERE: Final = {"p_now": "The time to reckon with. Leave it out: it is for tests."}

_FUNCTIONS: Final = """
    select
      p.proname as name,
      coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
      pg_get_function_result(p.oid) as result,
      p.proretset as is_set,
      coalesce(p.proargnames, '{}') as argument_names,
      coalesce(p.proargmodes::text[], '{}') as argument_modes,
      array(
        select format_type(t.oid, null)
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (oid, n)
        inner join pg_type as t on t.oid = a.oid
        order by a.n
      ) as argument_types,
      array(
        select (
          select string_agg(e.enumlabel, ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = a.oid
        )
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (oid, n)
        order by a.n
      ) as argument_values,
      array(
        select pg_get_function_arg_default(p.oid, n) from generate_series(1, p.pronargs) as n order by n
      ) as argument_defaults,
      array(
        select distinct coalesce(r.rolname, 'public')::text
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
        left join pg_roles as r on r.oid = acl.grantee
        where acl.privilege_type = 'EXECUTE' and acl.grantee <> p.proowner
        order by 1
      ) as callers
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
      and p.prorettype <> 'trigger'::regtype
      and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
    order by p.proname
"""
_COLUMNS: Final = """
    select
      c.relname, a.attname, format_type(a.atttypid, null),
      coalesce(bool_or(k.contype = 'p'), false), coalesce(bool_or(k.contype = 'f'), false)
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_constraint as k on k.conrelid = c.oid and a.attnum = any (k.conkey)
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    group by c.relname, a.attnum, a.attname, a.atttypid
    order by c.relname, a.attnum
"""
_REFERENCES: Final = """
    select k.confrelid::regclass::text, k.conrelid::regclass::text, string_agg(a.attname, ', ' order by a.attnum)
    from pg_constraint as k
    inner join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
    inner join pg_class as c on c.oid = k.confrelid and c.relnamespace = k.connamespace
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
    group by k.oid, k.confrelid, k.conrelid
    order by 1, 2, 3
"""
_TRANSITIONS: Final = """
    select machine, from_status, to_status, cause from herald.transitions order by machine, from_status, to_status
"""


class CommentError(Exception):
    """A comment does not say what a page needs."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a function's comment says, taken apart."""

    summary: str
    prose: list[str] = field(default_factory=list)
    meanings: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    example: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Function:
    """A function as the catalog has it."""

    name: str
    comment: str
    result: str
    is_set: bool
    argument_names: list[str]
    argument_modes: list[str]
    argument_types: list[str]
    argument_values: list[str | None]
    argument_defaults: list[str | None]
    callers: list[str]

    @property
    def arguments(self) -> dict[str, str]:
        """Names and types of what it takes."""
        count = len(self.argument_defaults)
        return dict(zip(self.argument_names[:count], map(_short, self.argument_types[:count]), strict=True))

    @property
    def columns(self) -> dict[str, str]:
        """Names and types of the columns it returns; empty if it returns plain values."""
        count = len(self.argument_defaults)
        return dict(zip(self.argument_names[count:], map(_short, self.argument_types[count:]), strict=True))

    @property
    def is_for_clients(self) -> bool:
        """Whether a signed-in user may call it."""
        return "herald_client" in self.callers

    def said(self) -> Said:
        """Take the comment apart. Raises `CommentError`."""
        text, found, example = self.comment.partition("\nExample: ")
        if not found:
            raise CommentError("there is no line `Example: {…}` at the end of its comment")
        summary, *paragraphs = text.strip().split("\n\n")
        if "\n" in summary:
            raise CommentError("the summary is longer than the first line, or no empty line follows it")
        said = Said(summary, example=_arguments(example))
        for paragraph in paragraphs:
            if paragraph.startswith("Errors: "):
                said.errors.extend(_errors(paragraph))
            else:
                self._take(paragraph, said)
        for name in said.example:
            if name not in self.arguments:
                raise CommentError(f"its example passes {name}, which it does not take")
        return said

    def _take(self, paragraph: str, said: Said) -> None:
        """Sort the lines of a paragraph into prose and meanings."""
        known = {*self.arguments, *self.columns}
        entry: list[str] = []
        prose: list[str] = []
        for line in paragraph.split("\n"):
            match = re.match(r"([a-z][a-z0-9_]*(?:, [a-z][a-z0-9_]*)*): (.+)", line)
            names = match[1].split(", ") if match else []
            if match and known.issuperset(names):
                entry = names
                said.meanings.update(dict.fromkeys(names, match[2]))
            elif any(name.startswith("p_") for name in names):
                raise CommentError(f"its comment explains {match[1] if match else ''}, which it does not take")
            elif entry and line.startswith("  "):
                said.meanings.update({name: f"{said.meanings[name]} {line.strip()}" for name in entry})
            else:
                prose.append(line)
        if prose:
            said.prose.append(" ".join(prose))


def _short(type_name: str) -> str:
    """Say a type as one says it."""
    return type_name.replace("timestamp with time zone", "timestamptz").replace(
        "timestamp without time zone", "timestamp"
    )


def _arguments(text: str) -> dict[str, Any]:
    """Read an example. Raises `CommentError`."""
    try:
        example = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommentError(f"its example is not JSON: {error}") from error
    if not isinstance(example, dict):
        raise CommentError("its example is not an object of arguments")
    return example


def _errors(paragraph: str) -> Iterator[tuple[str, str]]:
    """Read `Errors: CODE when; CODE when.` Raises `CommentError`."""
    for part in " ".join(paragraph.split("\n")).removeprefix("Errors: ").removesuffix(".").split("; "):
        match = re.fullmatch(r"((?:[0-9A-Z]{5})(?:(?:, | and )[0-9A-Z]{5})*) (.+)", part)
        if not match:
            raise CommentError(f"an error without its SQLSTATE, or one that says nothing: {part}")
        yield match[1], match[2]


def _default(expression: str | None) -> str:
    """Show a default as one would write it."""
    if expression is None:
        return "required"
    plain = re.sub(r"::[a-z_ ]+(?:\[\])?", "", expression).replace("NULL", "null").replace("ARRAY", "array")
    return f"`{plain}`"


def _linked(text: str, names: Sequence[str], own: str) -> str:
    """Set names apart in a text, and lead those of functions to their pages."""

    def mark(match: re.Match[str]) -> str:
        word = match[0]
        name = word.removesuffix("()")
        return f"[`{word}`]({name}.md)" if name in names and name != own else f"`{word}`"

    named = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(rf"\b(?:{named})\b(?:\(\))?|\b[a-z][\w.]*_\w+(?:\.\w+)*(?:\(\))?|\bherald\.\w+(?:\(\))?", mark, text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set a table."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in lines)


def _sql_value(value: Any, type_name: str) -> str:  # noqa: ANN401  whatever JSON holds
    """Write a JSON value as SQL."""
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return json.dumps(value)
        case list() if type_name.endswith("[]"):
            text = "{" + ", ".join(json.dumps(each) for each in value) + "}"
        case list() | dict():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    return "'" + text.replace("'", "''") + "'"


def psql(function: Function, said: Said) -> str:
    """Write the call for psql."""
    arguments = [f"{k} => {_sql_value(v, function.arguments[k])}" for k, v in said.example.items()]
    start = f"select {'* from ' if function.is_set else ''}{function.name}"  # noqa: S608  for people to read
    call = f"{start}({', '.join(arguments)});"
    if len(call) > _WIDTH:
        call = f"{start}(\n  " + ",\n  ".join(arguments) + "\n);"
    if any(NOBODY_SIGNED_IN in when for _, when in said.errors):
        claims = json.dumps({"sub": _USER})
        return f"begin;\nset local request.jwt.claims = '{claims}'; -- PostgREST does this\n{call}\ncommit;"
    return call


def curl(function: Function, said: Said) -> str:
    """Write the call for PostgREST."""
    body = json.dumps(said.example, ensure_ascii=False)
    if len(body) > _WIDTH:
        body = json.dumps(said.example, ensure_ascii=False, indent=2)
    return (
        f'curl "$URL/rpc/{function.name}" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" \\\n'
        f"  -H 'Content-Type: application/json' -d '" + body.replace("'", r"'\''") + "'"
    )


def _js_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_]\w*", key) else _js_value(key)


def _js_value(value: Any, indent: str = "") -> str:  # noqa: ANN401  whatever JSON holds
    """Write a JSON value as JavaScript."""
    match value:
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
        case list():
            return "[" + ", ".join(_js_value(each, indent) for each in value) + "]"
        case dict():
            members = [f"{_js_key(key)}: {_js_value(each, indent + '  ')}" for key, each in value.items()]
            line = "{ " + ", ".join(members) + " }" if members else "{}"
            if len(line) + len(indent) <= _WIDTH - 10:
                return line
            return "{\n" + "".join(f"{indent}  {member},\n" for member in members) + indent + "}"
        case _:
            return json.dumps(value)


def js(function: Function, said: Said) -> str:
    """Write the call for supabase-js."""
    arguments = f", {_js_value(said.example)}" if said.example else ""
    return f"const {{ data, error }} = await supabase.rpc('{function.name}'{arguments})"


def _callers(function: Function) -> str:
    """Say who may call it."""
    known = {
        "herald_runner": "`service_role`, and whoever else has `herald_runner`",
        "herald_client": "A signed-in user (`authenticated`, `herald_client`)",
        "public": "Everybody",
    }
    return "; ".join(known.get(role, f"`{role}`") for role in function.callers) or "Its owner alone"


def _page(function: Function, said: Said, room: str, names: Sequence[str]) -> str:
    """Write a function's page."""

    def linked(text: str) -> str:
        return _linked(text, names, function.name)

    meanings = _EVERYWHERE | said.meanings
    source = f"sql/functions/{room}/{function.name}.sql"
    parts = [
        _NOTE,
        f"# {function.name}",
        linked(said.summary),
        *map(linked, said.prose),
        f"Room: [{room}](README.md#{room}) · source: [{source}](../../{source})",
    ]
    if function.arguments:
        rows = []
        for number, (name, type_name) in enumerate(function.arguments.items()):
            values = function.argument_values[number]
            rows.append(
                [
                    f"`{name}`",
                    type_name + (f" ({values})" if values else ""),
                    _default(function.argument_defaults[number]),
                    linked(meanings.get(name, "")),
                ]
            )
        parts += ["## Arguments", _table(["argument", "type", "default", "meaning"], rows)]
    parts += ["## Returns", *_returns(function, said, linked)]
    parts += ["## Errors"]
    if said.errors:
        parts += [
            _table(
                ["SQLSTATE", "when"],
                [[re.sub(r"(\w{5})", r"`\1`", codes), linked(when)] for codes, when in said.errors],
            )
        ]
    parts += ["`42501` for whoever may not call it. What to do about each: [errors](../errors.md)."]
    parts += ["## Who may call it", f"{_callers(function)}."]
    who = "of a signed-in user" if function.is_for_clients else "of the service role, on a server of yours"
    parts += [
        "## psql", f"```sql\n{psql(function, said)}\n```",
        "## PostgREST", f"The token is that {who}.", f"```sh\n{curl(function, said)}\n```",
        "## supabase-js", f"```js\n{js(function, said)}\n```",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _returns(function: Function, said: Said, linked: Any) -> list[str]:  # noqa: ANN401  a function of the page
    """Say what comes back."""
    if not function.columns:
        return [f"{'Rows of' if function.is_set else 'One'} `{_short(function.result).removeprefix('SETOF ')}`."]
    rows = [
        [f"`{name}`", type_name, linked(said.meanings.get(name, ""))] for name, type_name in function.columns.items()
    ]
    return ["Rows of:" if function.is_set else "One row:", _table(["column", "type", "meaning"], rows)]


def _index(summaries: Mapping[str, Mapping[str, str]], names: Sequence[str]) -> str:
    """Write the page that leads to all others."""
    parts = [_NOTE.replace("the comment on the function", "the comments on the functions"), _INTRODUCTION]
    for room, functions in summaries.items():
        rows = [[f"[`{name}`]({name}.md)", _linked(summary, names, "")] for name, summary in functions.items()]
        parts += [f"## {room}", f"{_ROOMS.get(room, room)}.", _table(["function", "what it does"], rows)]
    return "\n\n".join(parts) + "\n"


def _er(connection: psycopg.Connection[Any]) -> str:
    """Draw the tables and what they refer to."""
    lines = ["%% Made by `make docs` from the catalog.", "erDiagram"]
    table = None
    for name, column, type_name, is_primary, is_foreign in connection.execute(_COLUMNS):
        if name != table:
            lines += ["  }"] * (table is not None) + [f"  {name} {{"]
            table = name
        keys = ", ".join(["PK"] * is_primary + ["FK"] * is_foreign)
        word = re.sub(r"\W+", "_", _short(type_name)).strip("_")
        lines.append(f"    {word} {column} {keys}".rstrip())
    lines.append("  }")
    lines += [f'  {one} ||--o{{ {many} : "{by}"' for one, many, by in connection.execute(_REFERENCES)]
    return "\n".join(lines) + "\n"


def _states(connection: psycopg.Connection[Any]) -> str:
    """Draw the three state machines."""
    parts = [
        "<!-- Made by `make docs` from herald.transitions. -->",
        "# States",
        "A status changes along these lines only, whoever runs the update; anything else raises SMS01.",
    ]
    rows = connection.execute(_TRANSITIONS).fetchall()
    for machine in sorted({row[0] for row in rows}):
        moves = [(start, end, cause) for name, start, end, cause in rows if name == machine]
        lines = ["stateDiagram-v2"]
        # A colon would end the label.
        lines += [
            f"  {start.replace('(start)', '[*]')} --> {end}: {cause.replace(':', ',')}" for start, end, cause in moves
        ]
        lines += [
            f"  {last} --> [*]" for last in sorted({end for _, end, _ in moves} - {start for start, _, _ in moves})
        ]
        parts += [f"## {machine}", "```mermaid\n" + "\n".join(lines) + "\n```"]
    return "\n\n".join(parts) + "\n"


def functions(connection: psycopg.Connection[Any]) -> list[Function]:
    """Read the functions that are called from outside."""
    with connection.cursor(row_factory=class_row(Function)) as cursor:
        return cursor.execute(_FUNCTIONS).fetchall()


def pages(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Write all pages, by their path in docs/. Raises `CommentError` that names every comment to mend."""
    found = functions(connection)
    names = [function.name for function in found]
    rooms = {path.stem: path.parent.name for path in (ROOT / "sql/functions").glob("*/*.sql")}
    summaries: dict[str, dict[str, str]] = {room: {} for room in sorted({rooms[name] for name in names})}
    written: dict[str, str] = {"er.mermaid": _er(connection), "states.md": _states(connection)}
    wrong = []
    for function in found:
        room = rooms[function.name]
        try:
            said = function.said()
        except CommentError as error:
            wrong.append(f"sql/functions/{room}/{function.name}.sql: {error}")
            continue
        summaries[room][function.name] = said.summary
        written[f"reference/{function.name}.md"] = _page(function, said, room, names)
    if wrong:
        raise CommentError("\n".join(wrong))
    written["reference/README.md"] = _index(summaries, names)
    return written


def differing(written: Mapping[str, str]) -> list[str]:
    """Name the files that are not as they would be written now."""
    there = {path.relative_to(DOCS).as_posix() for path in (DOCS / "reference").glob("*.md")}
    return sorted({name for name, text in written.items() if not _is(DOCS / name, text)} | (there - set(written)))


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; say what differs, and fail if anything does.")
def main(*, check: bool) -> None:
    """Write docs/reference, docs/er.mermaid and docs/states.md from a database of this tree."""
    with EmbeddedServer(settings=_FAST) as server:
        migrate(server.url)
        with psycopg.connect(server.url) as connection:
            try:
                written = pages(connection)
            except CommentError as error:
                raise click.ClickException(str(error)) from error
    changed = differing(written)
    for name in changed:
        click.echo(f"docs/{name}")
        if check:
            continue
        if name in written:
            (DOCS / name).parent.mkdir(exist_ok=True)
            (DOCS / name).write_text(written[name], "utf-8")
        else:
            (DOCS / name).unlink()
    if check and changed:
        click.echo("These differ from what the database says: make docs", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
