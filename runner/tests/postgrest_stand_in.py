"""A stand-in for PostgREST, for tests only: it does what PostgREST documents, so far as clients of ours use it.

It is not PostgREST, which is not to be had from a package index. Every rule here follows its documentation, version 14
(docs.postgrest.org, named in the docstrings by page and section), and `test_postgrest_stand_in.py` holds each of them.
What it does not know (embedding, aggregates, casts, JSON paths, ranges, schemas, CSV) it refuses with 501 instead of
guessing.
"""

import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any, Final, Self
from urllib.parse import parse_qsl

import jwt
import psycopg
from aiohttp import web
from psycopg import sql

ANONYMOUS: Final = "anon"
SCHEMA: Final = "public"
_OBJECT: Final = "application/vnd.pgrst.object+json"
_RESERVED: Final = frozenset({"select", "order", "limit", "offset", "on_conflict", "columns"})
_OPERATORS: Final = {
    "eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "like", "ilike": "ilike",
}  # fmt: skip
# Errors, HTTP Status Codes: the first that fits, by SQLSTATE or by its class.
_STATUSES: Final = (
    ("08", 503), ("09", 500), ("0L", 403), ("0P", 403), ("23503", 409), ("23505", 409), ("25006", 405), ("25", 500),
    ("28", 403), ("2D", 500), ("38", 500), ("39", 500), ("3B", 500), ("40", 500), ("53400", 500), ("53", 503),
    ("54", 500), ("55", 500), ("57", 500), ("58", 500), ("F0", 500), ("HV", 500), ("P0001", 400), ("P0", 500),
    ("XX", 500), ("42883", 404), ("42P01", 404), ("42P17", 500),
)  # fmt: skip
_ROUTINES: Final = """
    select
      p.proname, p.provolatile = 'v' as is_volatile, p.proretset as is_set, p.prorettype = 'void'::regtype as is_void,
      t.typtype = 'c' or p.prorettype = 'record'::regtype or p.proargmodes && '{t,b,o}' is true as is_row,
      coalesce(p.proargnames[1:p.pronargs], '{}') as names,
      array(select format_type(oid, null) from unnest(p.proargtypes) with ordinality as a (oid, n) order by n) as types,
      p.pronargs - p.pronargdefaults as required
    from pg_catalog.pg_proc as p
    inner join pg_catalog.pg_type as t on t.oid = p.prorettype
    where p.pronamespace = %s::regnamespace and p.proname = %s and p.prokind = 'f'
"""
_COLUMNS: Final = """
    select
      a.attname,
      coalesce(a.attnum = any ((
        select k.conkey from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'p'
      )::smallint[]), false)
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = %s::regnamespace and c.relname = %s and c.relkind in ('r', 'v', 'p', 'm')
    order by a.attnum
"""


class ApiError(Exception):
    """An answer that is PostgREST's own, and no error of the database."""

    def __init__(self, status: int, code: str, message: str, details: str | None = None) -> None:
        """Keep what goes into the body."""
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "details": details, "hint": None, "message": message}


class UnknownToTheStandInError(ApiError):
    """PostgREST may know this; the stand-in does not."""

    def __init__(self, what: str) -> None:
        """Say what it was."""
        super().__init__(501, "STANDIN", f"the stand-in for PostgREST does not know this: {what}")


def http_status(sqlstate: str, role: str) -> int:
    """Tell the HTTP status of an SQLSTATE.

    Errors, HTTP Status Codes, and "RAISE errors with HTTP Status Codes" for PTxyz. 42501 is 403 "if authenticated",
    else 401; whoever has the anonymous role counts as not authenticated.
    """
    if match := re.fullmatch(r"PT(\d{3})", sqlstate):
        return int(match[1])
    if sqlstate == "42501":
        return 401 if role == ANONYMOUS else 403
    return next((status for start, status in _STATUSES if sqlstate.startswith(start)), 400)


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as far as PostgREST looks at it."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any
    claims: dict[str, Any]

    @property
    def role(self) -> str:
        """Authentication: the role claim of the token, else the anonymous role."""
        return str(self.claims["role"])

    def preference(self, name: str) -> str:
        """Prefer Header: one of the preferences, or an empty string."""
        for part in self.headers.get("prefer", "").split(","):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    def parameter(self, name: str) -> str | None:
        """One of the reserved parameters of the address."""
        return next((value for key, value in self.query if key == name), None)


@dataclass(frozen=True, slots=True)
class Routine:
    """A function in the schema cache."""

    name: str
    is_volatile: bool
    is_set: bool
    is_void: bool
    is_row: bool
    arguments: dict[str, str]
    required: frozenset[str]


@dataclass(slots=True)
class Answer:
    """What goes back, before the database has its say by response.status and response.headers."""

    status: int
    text: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)


class StandIn:
    """Serves one database. `url` connects as the authenticator, which may take on the roles of the tokens."""

    def __init__(self, url: str) -> None:
        """Make a secret of its own."""
        self._url = url
        self._secret = secrets.token_urlsafe(48)
        self.base_url = ""

    def token(self, role: str, user_id: str | None = None, *, lasts: int = 3600) -> str:
        """Sign a token as an application's sign-in would."""
        claims = {"role": role, "exp": int(time()) + lasts} | ({"sub": user_id} if user_id else {})
        return jwt.encode(claims, self._secret, algorithm="HS256")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Serve at `base_url`, and below /rest/v1 of it, where Supabase's gateway has PostgREST."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._take)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        """Errors: whatever goes wrong comes back as {code, details, hint, message}."""
        role = ANONYMOUS
        try:
            call = await self._read(request)
            role = call.role
            answer = await self._answer(call)
        except ApiError as error:
            answer = Answer(error.status, json.dumps(error.body))
        except psycopg.Error as error:
            state = error.sqlstate or "08000"
            body = {
                "code": state,
                "details": error.diag.message_detail,
                "hint": error.diag.message_hint,
                "message": error.diag.message_primary,
            }
            answer = Answer(http_status(state, role), json.dumps(body))
        response = web.Response(status=answer.status, text=answer.text)
        if answer.text is not None:
            response.content_type = "application/json"
        if answer.status == web.HTTPUnauthorized.status_code:
            response.headers["WWW-Authenticate"] = "Bearer"
        for name, value in answer.headers:
            response.headers[name] = value
        return response

    async def _read(self, request: web.Request) -> Call:
        """Take a request apart. Errors: PGRST102 a body that is not JSON."""
        raw = await request.text()
        try:
            body = json.loads(raw) if raw else None
        except json.JSONDecodeError as error:
            raise ApiError(400, "PGRST102", "Empty or invalid json") from error
        return Call(
            method=request.method,
            path="/" + request.path.removeprefix("/rest/v1").strip("/"),
            query=parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            claims=self._claims(request.headers.get("Authorization")),
        )

    def _claims(self, authorization: str | None) -> dict[str, Any]:
        """Verify the token. Authentication, JWT: without one it is the anonymous role; a bad one is 401 PGRST301.

        "The role in request.jwt.claims defaults to the value of db-anon-role" (Transactions). A token that has expired
        is 401 PGRST303.
        """
        if authorization is None:
            return {"role": ANONYMOUS}
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return {"role": ANONYMOUS}
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options={"verify_aud": False})
        except jwt.ExpiredSignatureError as error:
            raise ApiError(401, "PGRST303", "JWT expired") from error
        except jwt.InvalidTokenError as error:
            raise ApiError(401, "PGRST301", "No suitable key or wrong key type", str(error)) from error
        return {"role": ANONYMOUS} | claims

    async def _answer(self, call: Call) -> Answer:
        """Transactions: one transaction a request, read only where the method or the volatility says so, as the role.

        The settings request.jwt.claims, request.headers (names in lower case), request.method and request.path hold for
        the transaction; response.status and response.headers of the database are followed. Prefer: tx=rollback leaves
        nothing behind (db-tx-end = commit-allow-override).
        """
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            routine = None
            columns: dict[str, bool] = {}
            name = call.path.removeprefix("/rpc/").strip("/")
            if call.path.startswith("/rpc/"):
                routine = await _routine(connection, call, name)
            else:
                columns = await _columns(connection, name)
            is_read_only = call.method in {"GET", "HEAD"} or (routine is not None and not routine.is_volatile)
            async with connection.transaction(force_rollback=call.preference("tx") == "rollback"):
                if is_read_only:
                    await connection.execute("set transaction read only")
                await connection.execute(
                    """
                    select
                      set_config('role', %s, true), set_config('request.jwt.claims', %s, true),
                      set_config('request.headers', %s, true), set_config('request.method', %s, true),
                      set_config('request.path', %s, true), set_config('search_path', %s, true)
                    """,
                    (call.role, json.dumps(call.claims), json.dumps(call.headers), call.method, call.path, SCHEMA),
                )
                answer = (
                    await _call_routine(connection, call, routine)
                    if routine
                    else await _use_table(connection, call, name, columns)
                )
                await _follow_settings(connection, answer)
                return answer


async def _follow_settings(connection: psycopg.AsyncConnection[Any], answer: Answer) -> None:
    """Transactions, Response Headers and Response Status Code: what the database has set goes before."""
    status, headers = await _row(
        connection,
        sql.SQL("select current_setting('response.status', true), current_setting('response.headers', true)"),
    )
    if status:
        answer.status = int(status)
    for pair in json.loads(headers) if headers else []:
        answer.headers.extend(pair.items())


async def _row(
    connection: psycopg.AsyncConnection[Any], query: sql.Composable, parameters: Sequence[Any] = ()
) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = await (await connection.execute(sql.SQL("").join([query]), parameters)).fetchone()
    assert row is not None
    return row


# Functions as RPC


async def _routine(connection: psycopg.AsyncConnection[Any], call: Call, name: str) -> Routine:
    """Find the function that is meant, by its name and the names of the arguments.

    Errors: PGRST101 a verb other than GET and POST; PGRST202 none is known that takes these arguments, a required one
    missing included; PGRST203 more than one does.
    """
    if call.method not in {"GET", "HEAD", "POST"}:
        raise ApiError(405, "PGRST101", f"Cannot use the {call.method} method on RPC")
    rows = await (await connection.execute(_ROUTINES, (SCHEMA, name))).fetchall()
    known = [
        Routine(*row[:5], dict(zip(row[5], row[6], strict=True)), frozenset(row[5][: row[7]]))  # type: ignore[call-arg]
        for row in rows
    ]
    if call.method == "POST":
        if not isinstance(call.body, dict | None):
            raise UnknownToTheStandInError("a body that is no object of arguments")
        given = set(call.body or {})
    else:
        every = {argument for routine in known for argument in routine.arguments}
        given = {key for key, value in call.query if key in every or (key not in _RESERVED and not _is_filter(value))}
    fitting = [routine for routine in known if routine.required <= given <= set(routine.arguments)]
    if not fitting:
        listed = f"({', '.join(sorted(given))})" if given else " without parameters"
        raise ApiError(
            404, "PGRST202", f"Could not find the function {SCHEMA}.{name}{listed} in the schema cache",
            f"Searched for the function {SCHEMA}.{name} with these parameters, but no matches were found.",
        )  # fmt: skip
    if len(fitting) > 1:
        raise ApiError(300, "PGRST203", f"Could not choose the best candidate function between: {name}, {name}")
    return fitting[0]


async def _call_routine(connection: psycopg.AsyncConnection[Any], call: Call, routine: Routine) -> Answer:
    """Call a function, and shape what it returns.

    Functions as RPC: a scalar is a JSON value, a set of rows an array of objects, which takes the filters of tables;
    void is 204. The members of the body become arguments of their types, arrays and JSON included.
    """
    given = call.body if call.method == "POST" else {k: v for k, v in call.query if k in routine.arguments}
    given = given or {}
    called = sql.SQL("{}({})").format(
        sql.Identifier(SCHEMA, routine.name),
        sql.SQL(", ").join(sql.SQL("{0} := given.{0}").format(sql.Identifier(each)) for each in given),
    )
    source = sql.SQL("{} as answer").format(called)
    if given:
        types = [sql.SQL("{} {}").format(sql.Identifier(each), sql.SQL(routine.arguments[each])) for each in given]
        source = sql.SQL("json_to_record(%(given)s) as given ({}), lateral {}").format(
            sql.SQL(", ").join(types), source
        )
    values = {"given": json.dumps(given)}
    if routine.is_void:
        await connection.execute(sql.SQL("select from {}").format(source), values)
        return Answer(204)
    if not routine.is_row:
        shape = "coalesce(json_agg(answer), '[]')" if routine.is_set else "to_json((array_agg(answer))[1])"
        (text,) = await _fetch(connection, sql.SQL("select {}::text from {}").format(sql.SQL(shape), source), values)
        return Answer(200, "null" if text is None else text)
    rows = sql.SQL("select answer.* from {}").format(source)
    filters = [(key, value) for key, value in call.query if key not in routine.arguments]
    query, more = _read_query(rows, call, filters)
    return await _rows(connection, call, query, values | more, is_single=not routine.is_set)


async def _fetch(
    connection: psycopg.AsyncConnection[Any], query: sql.Composed, values: Mapping[str, Any]
) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = await (await connection.execute(query, values)).fetchone()
    assert row is not None
    return row


async def _rows(
    connection: psycopg.AsyncConnection[Any],
    call: Call,
    query: sql.Composed,
    values: Mapping[str, Any],
    *,
    is_single: bool = False,
) -> Answer:
    """Run a query and give its rows as an array, or as one object where that is asked for.

    Resource Representation, Singular or Plural: with Accept: application/vnd.pgrst.object+json anything but one row is
    406 PGRST116. Pagination and Count: Content-Range tells which rows these are, and with Prefer: count=exact of how
    many.
    """
    text, count = await _fetch(
        connection,
        sql.SQL("with asked as ({}) select coalesce(json_agg(asked), '[]')::text, count(*) from asked").format(query),
        values,
    )
    if is_single or _OBJECT in call.headers.get("accept", ""):
        if count != 1:
            raise ApiError(
                406, "PGRST116", "Cannot coerce the result to a single JSON object", f"The result contains {count} rows"
            )
        text = text.strip()[1:-1]
    first = int(call.parameter("offset") or 0)
    span = f"{first}-{first + count - 1}" if count else "*"
    whole = str(first + count) if call.preference("count") == "exact" else "*"
    if whole != "*" and call.parameter("limit"):
        raise UnknownToTheStandInError("an exact count together with a limit")
    return Answer(200, text, [("Content-Range", f"{span}/{whole}")])


# Tables and Views


async def _columns(connection: psycopg.AsyncConnection[Any], name: str) -> dict[str, bool]:
    """Tell the columns of a table, and which are its key. Errors: PGRST205 no such table."""
    rows = await (await connection.execute(_COLUMNS, (SCHEMA, name))).fetchall()
    if not rows:
        raise ApiError(404, "PGRST205", f"Could not find the table '{SCHEMA}.{name}' in the schema cache")
    return dict(rows)


async def _use_table(
    connection: psycopg.AsyncConnection[Any], call: Call, name: str, columns: Mapping[str, bool]
) -> Answer:
    """Tables and Views: GET reads, POST inserts or upserts, PATCH changes and DELETE deletes what the filters find."""
    table = sql.Identifier(SCHEMA, name)
    if call.method in {"GET", "HEAD"}:
        query, values = _read_query(sql.SQL("select * from {}").format(table), call, call.query)
        return await _rows(connection, call, query, values)
    if call.method == "POST":
        statement, values = _insert(table, call, columns)
        done = 201
    elif call.method == "PATCH":
        members = list(call.body or {})
        where, values = _where(call.query)
        statement = sql.SQL("update {} set ({}) = (select {} from json_populate_record(null::{}, %(body)s)){}").format(
            table, _named(members), _named(members), table, where
        )
        values |= {"body": json.dumps(call.body)}
        done = 204
    elif call.method == "DELETE":
        where, values = _where(call.query)
        statement = sql.SQL("delete from {}{}").format(table, where)
        done = 204
    else:
        raise ApiError(405, "PGRST117", f"Unsupported HTTP method: {call.method}")
    # Prefer Header, Return Representation: nothing comes back, and nothing need be readable, unless it is asked for.
    if call.preference("return") != "representation":
        await connection.execute(statement, values)
        return Answer(done)
    statement = sql.SQL("{} returning {}").format(statement, _selected(call))
    answer = await _rows(connection, call, statement, values)
    if call.method == "POST":
        answer.status = done
    return answer


def _insert(table: sql.Identifier, call: Call, columns: Mapping[str, bool]) -> tuple[sql.Composed, dict[str, Any]]:
    """Tables and Views, Insert and Upsert.

    The columns are those of `columns`, else those of the body; all rows must have the same (PGRST102). With Prefer:
    resolution=merge-duplicates, a row that is there by `on_conflict`, else by its primary key, has *every* column of
    the body set, the ones of the conflict included (known as PostgREST's issue 2446): the role needs the right to
    update those as well.
    """
    rows = call.body if isinstance(call.body, list) else [call.body]
    members = list(rows[0] or {}) if rows else []
    if any(set(row) != set(members) for row in rows) and not call.parameter("columns"):
        raise ApiError(400, "PGRST102", "All object keys must match")
    if named := call.parameter("columns"):
        members = [each.strip('"') for each in named.split(",")]
    for member in members:
        if member not in columns:
            raise ApiError(400, "PGRST204", f"Could not find the '{member}' column of the table in the schema cache")
    statement = sql.SQL("insert into {} ({}) select {} from json_populate_recordset(null::{}, %(body)s)").format(
        table, _named(members), _named(members), table
    )
    resolution = call.preference("resolution")
    if resolution:
        keys = (call.parameter("on_conflict") or "").split(",")
        target = [key for key in keys if key] or [name for name, is_key in columns.items() if is_key]
        action: sql.Composable = sql.SQL("nothing")
        if resolution == "merge-duplicates":
            action = sql.SQL("update set {}").format(
                sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(each)) for each in members)
            )
        statement = sql.SQL("{} on conflict ({}) do {}").format(statement, _named(target), action)
    return statement, {"body": json.dumps(rows)}


def _named(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _selected(call: Call) -> sql.Composable:
    """Vertical Filtering: the columns of `select`, each perhaps under another name as alias:column."""
    wanted = call.parameter("select")
    if wanted in {None, "", "*"}:
        return sql.SQL("*")
    parts = []
    for each in str(wanted).split(","):
        match = re.fullmatch(r"(?:(\w+):)?(\w+|\*)", each)
        if not match:
            raise UnknownToTheStandInError(f"select={wanted}")
        column: sql.Composable = sql.SQL("*") if match[2] == "*" else sql.Identifier(match[2])
        parts.append(sql.SQL("{} as {}").format(column, sql.Identifier(match[1])) if match[1] else column)
    return sql.SQL(", ").join(parts)


def _read_query(
    source: sql.Composed, call: Call, query: Sequence[tuple[str, str]]
) -> tuple[sql.Composed, dict[str, Any]]:
    """Select, filter, order and limit the rows of a source."""
    where, values = _where(query)
    statement = sql.SQL("select {} from ({}) as source{}").format(_selected(call), source, where)
    if order := call.parameter("order"):
        statement = sql.SQL("{} order by {}").format(statement, sql.SQL(", ").join(map(_ordered, order.split(","))))
    for word in ("limit", "offset"):
        if (number := call.parameter(word)) is not None:
            statement = sql.SQL("{} {} {}").format(statement, sql.SQL(word), sql.Literal(int(number)))
    return statement, values


def _ordered(term: str) -> sql.Composed:
    """Ordering: column, then asc or desc, then nullsfirst or nullslast."""
    match = re.fullmatch(r"(\w+)(?:\.(asc|desc))?(?:\.nulls(first|last))?", term)
    if not match:
        raise UnknownToTheStandInError(f"order={term}")
    words = " ".join(filter(None, [match[2], match[3] and f"nulls {match[3]}"]))
    return sql.SQL("{} {}").format(sql.Identifier(match[1]), sql.SQL(words))


def _is_filter(value: str) -> bool:
    operator = value.removeprefix("not.").partition(".")[0]
    return operator in {*_OPERATORS, "is", "in"}


def _where(query: Sequence[tuple[str, str]]) -> tuple[sql.Composed, dict[str, Any]]:
    """Horizontal Filtering: column=operator.value, all of which must hold; not. turns one round."""
    terms: list[sql.Composable] = []
    values: dict[str, Any] = {}
    for key, condition in query:
        if key in _RESERVED:
            continue
        if not _is_filter(condition) or not re.fullmatch(r"\w+", key):
            raise UnknownToTheStandInError(f"{key}={condition}")
        operator, _, value = condition.removeprefix("not.").partition(".")
        name = f"value_{len(values)}"
        column = sql.Identifier(key)
        if operator == "is":
            if value not in {"null", "true", "false", "unknown"}:
                raise UnknownToTheStandInError(f"{key}={condition}")
            term = sql.SQL("{} is {}").format(column, sql.SQL(value))
        elif operator == "in":
            # A text of JSON strings splits as it should at commas within quotes.
            values[name] = [part.strip('"') for part in re.findall(r'"[^"]*"|[^,()]+', value)]
            term = sql.SQL("{}::text = any ({})").format(column, sql.Placeholder(name))
        else:
            values[name] = value.replace("*", "%") if operator.endswith("like") else value
            term = sql.SQL("{} {} {}").format(
                column, sql.SQL(_OPERATORS[operator]), sql.Placeholder(name)
            )  # fmt: skip
        terms.append(sql.SQL("not ({})").format(term) if condition.startswith("not.") else term)
    joined = sql.SQL(" and ").join(terms)
    return sql.SQL(" where {}").format(joined) if terms else sql.SQL("").format(), values
