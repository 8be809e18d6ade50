"""Every hot query's plan: no large table is read from end to end, and no step handles many more rows than it is about.

The server itself tells what it did, statement by statement, functions and triggers included (auto_explain). Two
sessions are judged beside the same rows: one that begins when they are there, and one whose plans were made when there
was next to nothing, as those of a pooled connection that is as old as the installation.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg
import pytest

import harness

ROWS: Final = harness.ROOT / "runner/tests/data/many_rows.sql"
# Rows that a call is about, where it is about many.
BATCH: Final = 100
FEW: Final = 300
# As often as a cached plan needs to be taken for good.
FIRST_CALLS: Final = 6
# How many rows of each kind there are.
SIZES: Final[Mapping[str, int]] = {
    "user": 20_000,
    "ended text": 60_000,
    "due text": 5_000,
    "text under way": 500,
    "lapsed text": 100,
    "text in doubt": 50,
    "text ahead": 60_000,
    "text to plan": 100,
    "series": 50,
    "series ahead": 2_000,
    "ended mail": 20_000,
    "due mail": 5_000,
    "mail under way": 500,
    "mail to plan": 100,
    "mail ahead": 10_000,
    "notice": 20_000,
    "notice to show": 100,
    "notice ahead": 10_000,
    "ended job": 20_000,
    "due job": 5_000,
    "job under way": 500,
    "lapsed job": 100,
    "digest": 100,
    "ended digest": 10_000,
    "digest ahead": 5_000,
    "latecomer": 100,
    "template use": 100,
    "reply": 20_000,
    "ended verification": 10_000,
    "lapsed verification": 100,
}
# Rows that make a table one that nobody may read through; some are large because they are ledgers.
LARGE: Final = 2_000
TABLES: Final = """
    select oid::regclass::text from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'herald'::regnamespace)
"""
LARGE_TABLES: Final = """
    select relname, reltuples::integer from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'herald'::regnamespace) and reltuples > %s
"""
PREPARE: Final = """
    create schema plans;
    grant usage on schema plans to public;
    create table plans.sizes (kind text primary key, first integer, last integer);
    create function plans.numbers(p_kind text) returns setof integer language sql stable as
    'select generate_series(first, last) from plans.sizes where kind = p_kind';
    create function plans.id(p_kind text, p_number integer) returns uuid language sql immutable as
    'select md5(p_kind || p_number)::uuid';
    create function plans.phone(p_number integer) returns text language sql immutable as
    $$select '+1202' || (3000000 + p_number)::text$$;
    create function plans.user_of(p_number integer) returns uuid language sql stable as
    $$select plans.id('user', 1 + p_number % current_setting('plans.users')::integer)$$;
    create function plans.phone_of(p_number integer) returns text language sql stable as
    $$select plans.phone(1 + p_number % current_setting('plans.users')::integer)$$;
    -- One in a hundred is older than anything is kept.
    create function plans.age(p_number integer) returns interval language sql immutable as
    $$
      select case
        when p_number % 100 = 7 then interval '400 days' else (60000 - p_number) * interval '40 seconds'
      end
    $$;
    alter table public.users add column if not exists email text;
"""

RANGES: Final = """
    select c.relname from pg_class as c inner join pg_am as method on method.oid = c.relam where method.amname = 'brin'
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A call, what it is about, and how much work it may be."""

    query: str
    # How many rows it is about.
    rows: int = 1
    # How many rows a step may handle for each of them, and in all for what does not depend on them.
    times: int = 60
    beside: int = 200
    # Who calls: a client is a user.
    role: str = "herald_runner"
    # What it may cost by an old plan, in the minute until autovacuum has had the tables analyzed: the same; to read
    # through a table once, and never once for each row; or it is not asked that often.
    old: Literal["same", "once", "unasked"] = "same"
    # A part of tick(), under whose settings it runs.
    is_part: bool = False


def of_batch(kind: str) -> str:
    """Give an array of the jobs of a kind, and one of their tokens."""
    ids = f"array(select plans.id('{kind} job', n) from generate_series(1, {BATCH}) as n)"  # noqa: S608  our words
    tokens = f"array(select plans.id('token', n) from generate_series(1, {BATCH}) as n)"  # noqa: S608  our words
    return f"{ids}, {tokens}"


def results(kind: str, answer: str) -> str:
    """Give what a runner tells of a batch."""
    return f"""(
      select jsonb_agg(jsonb_build_object(
        'job_id', plans.id('{kind} job', n), 'processing_token', plans.id('token', n),
        'attempt_id', plans.id('{kind} attempt', n)
      ) || {answer})
      from generate_series(1, {BATCH}) as n
    )"""  # noqa: S608  our words


def part(call: str, rows: int) -> Call:
    """Give a part of tick()."""
    return Call(f"select herald.{call}", rows, old="unasked", is_part=True)


READER: Final = "plans.id('user', 5)"
ACCEPTED: Final = "jsonb_build_object('sid', 'SMnew' || n, 'provider_status', 'queued', 'segments', 1)"
REFUSED: Final = """'{"http_status": 500, "maybe_accepted": false}'"""
SENT: Final = """'{"delivered": true}'"""
CALLS: Final[Mapping[str, Call]] = {
    "claim_pending_jobs": Call(f"select claim_pending_jobs('{{other}}', {BATCH})", BATCH, old="once"),
    "claim_pending_jobs, nothing due": Call(f"select claim_pending_jobs('{{sync_calendar}}', {BATCH})", 0),
    "claim_sms": Call(f"select claim_sms('+15005550006', {BATCH})", BATCH, old="once"),
    "claim_sms, one": Call("select claim_sms('+15005550006', 1)", old="once"),
    "claim_notifications": Call(f"select claim_notifications('{{email}}', {BATCH})", BATCH, old="once"),
    "record_sms_results": Call(f"select record_sms_results({results('text under way', ACCEPTED)})", BATCH, old="once"),
    "record_sms_results, failed": Call(
        f"select record_sms_results({results('text under way', REFUSED)})", BATCH, old="unasked"
    ),
    "record_notification_results": Call(
        f"select record_notification_results({results('mail under way', SENT)})", BATCH, old="once"
    ),
    "complete_queue_job": Call(
        "select complete_queue_job(plans.id('job under way job', 3), null, plans.id('token', 3))"
    ),
    "complete_queue_jobs": Call(f"select complete_queue_jobs({of_batch('job under way')})", BATCH, old="once"),
    "fail_queue_job": Call(
        "select fail_queue_job(plans.id('job under way job', 3), 'no', p_processing_token => plans.id('token', 3))"
    ),
    "extend_leases": Call(f"select extend_leases({of_batch('text under way')})", BATCH),
    "held_jobs": Call(f"select herald.held_jobs({of_batch('text under way')})", BATCH),
    "hand_back_jobs": Call(f"select hand_back_jobs({of_batch('text under way')})", BATCH, old="once"),
    "hand_back_unseen_sms": Call("select hand_back_unseen_sms('runner', '{}')", SIZES["text under way"], old="unasked"),
    "record_heartbeat": Call(
        "select herald.record_heartbeat('runner', '1', '0029', 'digest', '{texts}', '+15005550006', true, 0)"
    ),
    "next_claim_at": Call("select herald.next_claim_at('{send_sms}', '+15005550006')", old="once"),
    "add_queue_job": Call(f"select add_queue_job({READER}, 'other', '{{}}', p_dedup_key => 'key')"),
    "queue_sms_message": Call(
        f"select queue_sms_message({READER}, null, 'hello', p_idempotency_key => 'key')", old="once"
    ),
    "queue_sms_message, later": Call(
        f"select queue_sms_message({READER}, null, 'hello', p_scheduled_for => now() + interval '2 days')", old="once"
    ),
    "queue_sms_messages": Call(
        f"""
        select queue_sms_messages((
          select jsonb_agg(jsonb_build_object('user_id', plans.id('user', 1 + n % {FEW}), 'message', 'hello'))
          from generate_series(1, {BATCH}) as n
        ))
        """,  # noqa: S608  our words
        BATCH,
        old="once",
    ),
    "emit_notification_event, to one": Call(
        f"select emit_notification_event('calendar.sync_failed', p_target_user_id => {READER})", old="once"
    ),
    "emit_notification_event, to a hundred": Call(
        "select emit_notification_event('project.phase_scheduled')", BATCH, old="once"
    ),
    "tick": Call("select tick()", 2 * BATCH, old="unasked"),
    # Latecomers are told whatever the time is.
    "tick, nothing due": Call(
        "delete from herald.notification_latecomers; select tick(now() - interval '3 years')",
        SIZES["latecomer"],
        old="once",
    ),
    "recur_series": part("recur_series(now(), false)", FEW + SIZES["series"]),
    "recur_series, routines": part("recur_series(now(), true)", FEW + SIZES["series"]),
    "promote_due_messages": part("promote_due_messages(now())", SIZES["text to plan"]),
    "tell_latecomers": part("tell_latecomers(now())", SIZES["latecomer"]),
    "flush_digests": part("flush_digests(now())", SIZES["digest"]),
    "promote_notifications": part("promote_notifications(now())", SIZES["mail to plan"]),
    "expire_leases": part("expire_leases(now())", SIZES["lapsed text"]),
    "fold_template_uses": part("fold_template_uses()", SIZES["template use"]),
    "prune_jobs": part("prune_jobs(now() - interval '30 days', 100)", BATCH),
    "end_verifications": part("end_verifications(now())", SIZES["lapsed verification"]),
    "apply_retention": Call("select apply_retention(null, 100)", BATCH, old="unasked"),
    "erase_user": Call(f"select erase_user({READER}, 100)", BATCH, old="unasked"),
    "record_twilio_status": Call("select record_twilio_status(null, 'SM10', 'delivered')"),
    "record_twilio_status, by the attempt": Call(
        "select record_twilio_status(plans.id('text under way attempt', 3), 'SMlost', 'sent')"
    ),
    "update_sms_status_atomic": Call(
        "select update_sms_status_atomic(plans.id('text under way', 3), 'SMnew', 'delivered', 'delivered')"
    ),
    "receive_sms": Call("select receive_sms('INnew', plans.phone(5), '+15005550006', 'hello')"),
    "receive_sms, STOP": Call(
        "select receive_sms('INstop', plans.phone(5), '+15005550006', 'STOP')", beside=3_000, old="unasked"
    ),
    "receive_sms, START": Call("select receive_sms('INstart', plans.phone(5), '+15005550006', 'START')"),
    "follow_link": Call("select follow_link('code5', 'Mozilla/5.0', 'GET')"),
    "claim_sms_to_reconcile": Call("select claim_sms_to_reconcile('runner')", BATCH),
    "metrics": Call("select herald.metrics()", beside=20_000, old="once"),
    "health": Call("select health()", beside=4_000),
    "cancel_sms": Call("select cancel_sms(plans.id('text ahead', 5))", old="once"),
    "reschedule_sms": Call("select reschedule_sms(plans.id('text ahead', 5), now() + interval '9 days')", old="once"),
    "cancel_sms_for": Call("select cancel_sms_for(plans.id('project', 5))", old="once"),
    "cancel_scheduled_sms_for_event": Call(f"select cancel_scheduled_sms_for_event('event 5', {READER})", old="once"),
    "explain_sms": Call("select explain_sms(plans.id('text ahead', 5))"),
    "list_scheduled_sms, of a user": Call(f"select list_scheduled_sms({READER})", 10, role="herald_client", old="once"),
    "get_scheduled_sms_for_user": Call(f"select get_scheduled_sms_for_user({READER})", 10, role="herald_client"),
    "list_sms_occurrences": Call("select list_sms_occurrences(plans.id('series', 5))", 10),
    "mark_opened": Call("select mark_opened(p_until => now())", 10, role="herald_client", old="once"),
    "list_notifications": Call("select list_notifications()", 10, role="herald_client"),
    "count_unread_notifications": Call("select count_unread_notifications()", 10, role="herald_client"),
}


@dataclass(slots=True)
class Work:
    """What one step of a statement did, over all the times that it ran."""

    where: str
    statement: str
    step: str
    handled: float = 0
    runs: int = 0
    read_through: str | None = None
    index: str | None = None


@dataclass(slots=True)
class Session:
    """A connection that hears what each statement does."""

    connection: psycopg.Connection[Any]
    heard: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Ask to be told."""
        self.connection.add_notice_handler(self._hear)
        settings = {
            "log_min_duration": "0", "log_nested_statements": "on", "log_analyze": "on", "log_timing": "off",
            "log_format": "json", "log_level": "notice",
        }  # fmt: skip
        self.connection.execute("load 'auto_explain'")
        for name, value in settings.items():
            self.connection.execute("select set_config(%s, %s, false)", (f"auto_explain.{name}", value))

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        message = notice.message_primary or ""
        if "plan:" in message:
            self.heard.append((notice.context or "", message))

    def run(self, call: Call) -> list[Work]:
        """Make a call, leave nothing of it behind, and give what was done for it."""
        self.heard.clear()
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(
                "select set_config('request.jwt.claims', json_build_object('sub', plans.id('user', 5))::text, true)"
            )
            if call.is_part:
                self.connection.execute("set local enable_seqscan = off; set local jit = off")
            self.connection.execute(f"set local role {call.role}".encode())
            self.connection.execute(call.query.encode())
        return list(works(self.heard))


def works(heard: Sequence[tuple[str, str]]) -> Iterable[Work]:
    """Read plans: one step of one statement, wherever it was run from, is one work."""
    found: dict[tuple[str, str, str], Work] = {}
    for context, message in heard:
        plan = json.loads(message.partition("plan:")[2])
        statement = " ".join(plan["Query Text"].split())
        where = next((line for line in context.splitlines() if " function " in line), "the call itself")
        for path, node in steps(plan["Plan"], ""):
            work = found.setdefault(
                (where, statement, path), Work(where, statement, describe(node), index=node.get("Index Name"))
            )
            loops = node["Actual Loops"]
            removed = sum(count for name, count in node.items() if name.startswith("Rows Removed by"))
            work.handled += (node["Actual Rows"] + removed) * loops
            work.runs += loops
            if node["Node Type"] == "Seq Scan" and loops:
                work.read_through = node["Relation Name"]
    return found.values()


def steps(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk through a plan, but for steps that read nothing."""
    if node["Node Type"] != "Result":
        yield path, node
    for place, child in enumerate(node.get("Plans", ())):
        yield from steps(child, f"{path}.{place}")


def describe(node: Mapping[str, Any]) -> str:
    """Name a step in a few words."""
    words = (
        *("Node Type", "Relation Name", "Index Name", "CTE Name", "Function Name"),
        *("Index Cond", "Recheck Cond", "Filter", "Join Filter"),
    )
    return " ".join(str(node[word]) for word in words if word in node)


@dataclass(frozen=True, slots=True)
class Plans:
    """What each call did in each session, and the tables that nobody may read through."""

    done: Mapping[tuple[str, str], Sequence[Work]]
    large: frozenset[str]
    largest: int
    # Indexes of block ranges: they tell a number of rows that is a guess.
    ranges: frozenset[str]


def fill(connection: psycopg.Connection[Any], first: int, sizes: Mapping[str, int]) -> None:
    """Make the rows of each kind from a number on."""
    connection.execute("truncate plans.sizes")
    with connection.cursor() as cursor:
        rows = [(kind, first, size) for kind, size in sizes.items()]
        cursor.executemany("insert into plans.sizes values (%s, %s, %s)", rows)
    connection.execute("select set_config('plans.users', %s, false)", (str(sizes["user"]),))
    connection.execute(ROWS.read_bytes())


def leave_alone(connection: psycopg.Connection[Any]) -> None:
    """Keep the server's own looks away, which would come when they like."""
    for (table,) in connection.execute(TABLES.encode()).fetchall():
        connection.execute(f"alter table {table} set (autovacuum_enabled = off)".encode())


@pytest.fixture(scope="module", params=[label for label in harness.labels() if label != "url"])
def plans(request: pytest.FixtureRequest) -> Iterator[Plans]:
    """Make all calls in both sessions, on each server that can be told to explain itself."""
    server = harness.server(request.param)
    url = server.database()
    with ExitStack() as stack:
        stack.callback(server.drop, url)
        connections = [stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(3)]
        owner, old, new = connections
        owner.execute(PREPARE.encode())
        leave_alone(owner)
        aged = Session(old)
        fill(owner, 1, dict.fromkeys(SIZES, FEW))
        for _ in range(FIRST_CALLS):
            for call in CALLS.values():
                if call.old != "unasked":
                    aged.run(call)
        fill(owner, FEW + 1, SIZES)
        done = {("old", name): aged.run(call) for name, call in CALLS.items() if call.old != "unasked"}
        owner.execute("vacuum analyze")
        fresh = Session(new)
        done |= {("new", name): fresh.run(call) for name, call in CALLS.items()}
        sizes: dict[str, int] = dict(owner.execute(LARGE_TABLES.encode(), (LARGE,)).fetchall())
        ranges = frozenset(name for (name,) in owner.execute(RANGES.encode()).fetchall())
        yield Plans(done, frozenset(sizes), max(sizes.values()), ranges)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("session", ["new", "old"])
def test_no_call_reads_more_than_it_is_about(plans: Plans, session: str, name: str) -> None:
    if (session, name) not in plans.done:
        pytest.skip("it is not that hot")
    call = CALLS[name]
    may_read_through = session == "old" and call.old == "once"
    most = call.rows * call.times + call.beside + may_read_through * plans.largest
    found = []
    for work in plans.done[session, name]:
        if work.read_through in plans.large and not (may_read_through and work.handled <= most):
            found.append(f"reads all of {work.read_through}: give it an index, or have its session use one")
        elif work.handled > most and work.index not in plans.ranges:
            found.append(f"handles {work.handled:,.0f} rows in {work.runs:,.0f} runs, and may {most:,}: bound it")
        else:
            continue
        found[-1] += f"\n  in {work.where}\n  step: {work.step}\n  of: {work.statement[:300]}"
    assert not found, f"{call.query}\n" + "\n".join(found)


def test_the_judgement_sees_a_table_that_is_read_through(plans: Plans) -> None:
    assert {"sms_messages", "queue_jobs", "notification_deliveries", "user_sms_preferences", "users"} <= plans.large
    assert len(plans.done) > len(CALLS)
    assert all(works for works in plans.done.values())


BACKLOG: Final = """
    with made as (
      insert into public.users (id) select gen_random_uuid() from generate_series(1, 50) returning id
    ),
    numbered as (select id, '+1202' || (3000000 + row_number() over ())::text as number from made),
    known as (
      insert into public.user_sms_preferences (
        user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit, hourly_sms_limit
      )
      select id, number, true, null, null, 100000, 100000 from numbered
      on conflict (user_id) do update set
        phone_number = excluded.phone_number, phone_verified = true, quiet_hours_start = null, quiet_hours_end = null,
        daily_sms_limit = excluded.daily_sms_limit, hourly_sms_limit = excluded.hourly_sms_limit
      returning user_id
    )
    select jsonb_agg(jsonb_build_object('user_id', user_id, 'message', 'text ' || number))
    from known cross join generate_series(1, %s / 50) as number
"""
CLAIM: Final = "select job_id, processing_token, attempt_id from claim_sms('+15005550006', %s)"
RECORD: Final = "select recorded from record_sms_results(%s)"


def answers(claimed: Sequence[tuple[Any, ...]]) -> str:
    """Give what a runner tells of texts that were accepted."""
    return json.dumps(
        [
            {
                "job_id": str(job), "processing_token": str(token), "attempt_id": str(attempt),
                "sid": f"SM{attempt.hex}", "provider_status": "queued", "http_status": 201, "maybe_accepted": True,
            }
            for job, token, attempt in claimed
        ]
    )  # fmt: skip


# What a table is like that analyze finds when all of its rows are gone: many pages, no row.
EMPTIED: Final = (
    "delete from herald.sms_attempts",
    "delete from public.queue_jobs",
    "delete from public.sms_messages",
    "analyze",
)


@pytest.mark.parametrize("label", [label for label in harness.labels() if label != "url"])
@pytest.mark.parametrize("state", ["waiting", "emptied"])
def test_the_end_of_a_backlog_costs_what_its_beginning_did(label: str, state: str) -> None:
    """The plans are made when nothing has been sent, or when all is gone, and kept for as long as the session is."""
    texts, batch = 6_000, 300
    server = harness.server(label)
    url = server.database()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            leave_alone(connection)
            connection.execute("alter table public.users disable trigger user")
            (given,) = connection.execute(BACKLOG, (texts,)).fetchone() or ()
            connection.execute("select queue_sms_messages(%s::jsonb)", (json.dumps(given),))
            if state == "emptied":
                send(connection, batch)
                empty(connection)
                connection.execute("select queue_sms_messages(%s::jsonb)", (json.dumps(given),))
            else:
                connection.execute("vacuum analyze")
            for _ in range(texts // batch - 1):
                send(connection, batch)
            session = Session(connection)
            send(connection, batch)
            found = [work for work in works(session.heard) if work.handled >= texts]
            assert not found, "\n".join(f"{work.handled:,.0f} rows: {work.step} of {work.statement}" for work in found)
    finally:
        server.drop(url)


def empty(connection: psycopg.Connection[Any]) -> None:
    """Let everything go, and have the tables analyzed."""
    for query in EMPTIED:
        connection.execute(query.encode())


def send(connection: psycopg.Connection[Any], batch: int) -> None:
    """Claim texts, and record that they were accepted."""
    claimed = connection.execute(CLAIM, (batch,)).fetchall()
    assert len(claimed) == batch
    assert connection.execute(RECORD, (answers(claimed),)).fetchall() == [(True,)] * batch


@pytest.mark.parametrize("label", [label for label in harness.labels() if label != "url"])
def test_jobs_of_a_queue_that_was_empty_are_completed_each_by_itself(label: str) -> None:
    server = harness.server(label)
    url = server.database()
    fill = """
        with someone as (insert into public.users (id) values (gen_random_uuid()) returning id)
        select count(public.add_queue_job(id, 'other', '{}')) from someone cross join generate_series(1, 3000)
    """
    claim = "select array_agg(id), array_agg(processing_token) from claim_pending_jobs('{other}', %s)"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            leave_alone(connection)
            connection.execute("alter table public.users disable trigger user")
            connection.execute(fill.encode())
            empty(connection)
            connection.execute(fill.encode())
            session = Session(connection)
            for _ in range(FIRST_CALLS + 1):
                session.heard.clear()
                claimed = connection.execute(claim.encode(), (BATCH,)).fetchone() or ()
                done = connection.execute("select recorded from complete_queue_jobs(%s::uuid[], %s::uuid[])", claimed)
                assert done.fetchall() == [(True,)] * BATCH
            found = [work for work in works(session.heard) if work.handled > BATCH * 60 + 200]
            assert not found, "\n".join(f"{work.handled:,.0f} rows: {work.step} of {work.statement}" for work in found)
    finally:
        server.drop(url)
