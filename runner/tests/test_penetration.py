"""What a signed-in user tries who can send any SQL, and what a stranger tries whose words a server passes on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

import write_access
from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate

Connection = psycopg.Connection[Any]

ADA = "00000000-0000-4000-8000-00000000000a"
BOB = "00000000-0000-4000-8000-00000000000b"
NUMBERS = {ADA: "+12025550170", BOB: "+12025550171"}
NAMES = {"ada": ADA, "bob": BOB, "adas": NUMBERS[ADA], "bobs": NUMBERS[BOB]}

# All that a signed-in user has the right to say.
CALLS: tuple[LiteralString, ...] = (
    """insert into public.user_sms_preferences (user_id, timezone) values (%(ada)s, 'Europe/Berlin')
    on conflict (user_id) do update set timezone = excluded.timezone""",
    "update public.user_sms_preferences set timezone = 'Asia/Tokyo', morning_kickoff_enabled = true",
    "update public.user_sms_preferences set quiet_hours_start = '23:00', quiet_hours_end = '07:00'",
    """insert into public.notification_subscriptions (user_id, event_type, filters)
    values (%(ada)s, 'task.due_soon', '{"a": {"$gt": 1}}')
    on conflict (user_id, event_type) do update set filters = excluded.filters""",
    "update public.notification_subscriptions set is_active = true",
    "update public.user_notification_preferences set max_per_day = 3, timezone = 'UTC', quiet_hours_enabled = true",
    """insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key)
    values (%(ada)s, 'https://push.example/1', 'k', 'a')
    on conflict (endpoint) do update set user_id = excluded.user_id""",
    "select count(*) from public.sms_messages",
    "select count(*) from public.notification_events",
    "select count(*) from public.notification_tracking_links",
    "select count(*) from public.list_notifications()",
    "select public.count_unread_notifications()",
    "update public.notification_deliveries set status = 'opened'",
    "select public.mark_opened(p_until => now())",
    "select count(*) from public.list_scheduled_sms()",
    "select count(*) from public.get_scheduled_sms_for_user(%(ada)s)",
    "select count(*) from public.sms_segments('hello')",
    "select count(*) from public.start_phone_verification(%(ada)s, '+12025550179')",
    "select public.confirm_phone_verification(%(ada)s, '000000')",
    "select public.cancel_sms(gen_random_uuid())",
    "select public.skip_sms_occurrence(id, scheduled_for) from public.sms_messages where recurrence_start is not null",
    "select count(*) from public.sms_messages as s, public.explain_sms(s.id)",
    """select count(*) from public.sms_messages as s, public.list_sms_occurrences(s.id)
    where s.recurrence_start is not null""",
    "select public.end_sms_series(id) from public.sms_messages where recurrence_start is not null",
)
# What strangers write where a name, a word or a number should stand.
WORDS = (
    "'; drop table canary; --",
    "$$; drop table canary; --",
    "\\'; drop table canary; --",
    '"; drop table canary; --',
    "%s%1$s%I",
    "{{task_name}}{{constructor}}",
    "') or true --",
    "FREQ=DAILY;COUNT=1; drop table canary",
    "Europe/Berlin'; drop table canary; --",
    '$.** ? (@ like_regex "(a+)+$")',
    "../../etc/passwd",
    "\u202e\u0007\u200b",
    "x" * 100_000,
)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """Give a server with Supabase's roles and somebody who has nothing but `authenticated`."""
    with EmbeddedServer(settings={"fsync": "off"}) as own:
        with psycopg.connect(own.url, autocommit=True) as made:
            write_access.prepare(made)
            password = sql.Literal(urlsplit(own.url).password)
            made.execute(sql.SQL("create role attacker login password {}").format(password))
        migrate(own.url)
        with psycopg.connect(own.url, autocommit=True) as made:
            made.execute("grant authenticated to attacker; grant create on database postgres to attacker")
            made.execute("create table canary (); revoke all on canary from public, anon, authenticated, service_role")
            _fill(made)
        yield own


@pytest.fixture
def connection(server: EmbeddedServer) -> Iterator[Connection]:
    """Give a superuser's connection in a transaction that comes to nothing."""
    with psycopg.connect(server.url) as made, made.transaction(force_rollback=True):
        yield made


def _fill(made: Connection) -> None:
    for user, number in NUMBERS.items():
        made.execute("insert into public.users (id) values (%s)", (user,))
        made.execute(
            """insert into public.user_sms_preferences (
              user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end
            )
            values (%s, %s, true, null, null)""",
            (user, number),
        )
        made.execute(
            "insert into public.notification_subscriptions (user_id, event_type) values (%s, 'task.due_soon')", (user,)
        )
        for rule in (None, "FREQ=DAILY"):
            made.execute(
                """select public.queue_sms_message(%s, null, 'hello', p_scheduled_for => now() + interval '2 days',
                p_recurrence_pattern => %s)""",
                (user, rule),
            )
        made.execute("select public.emit_notification_event('task.due_soon', p_target_user_id => %s)", (user,))


def sign_in(made: Connection, claims: str | None = None) -> None:
    """Be the attacker, as Ada unless other claims are given."""
    made.execute("set local role attacker")
    made.execute("select set_config('request.jwt.claims', %s, true)", (claims or json.dumps({"sub": ADA}),))


@contextmanager
def undone(made: Connection) -> Iterator[None]:
    with made.transaction(force_rollback=True):
        yield


def call_everything(made: Connection) -> None:
    """Say all that a signed-in user may say; every one of it has to work."""
    for call in CALLS:
        made.execute(call, NAMES)


def run_by_others(made: Connection) -> list[str]:
    """Name who else has run what the attacker left lying about."""
    return [row[0] for row in made.execute("select distinct who from evil.seen where who <> 'attacker'").fetchall()]


def leave_a_trap(made: Connection) -> None:
    """Make a schema of the attacker's own, and a function that notes who runs it."""
    made.execute("create schema evil; grant usage on schema evil to public")
    made.execute("create table evil.seen (who name); grant insert on evil.seen to public")
    made.execute(
        """create function evil.note() returns boolean language plpgsql as $$
        begin insert into evil.seen values (current_user); return true; end $$"""
    )


def test_types_in_pg_temp_are_nobodys_but_their_makers(connection: Connection) -> None:
    """PostgreSQL looks for types in pg_temp first, unless it is told otherwise: F103's way to the owner's rights."""
    sign_in(connection)
    leave_a_trap(connection)
    for name in (
        "text",
        "uuid",
        "jsonb",
        "timestamptz",
        "bool",
        "int4",
        "bytea",
        "name",
        "date",
        "regclass",
        "_text",
        "_uuid",
    ):
        connection.execute(f"create domain pg_temp.{name} as pg_catalog.{name} check (evil.note())".encode())
    call_everything(connection)
    assert run_by_others(connection) == []


def test_functions_operators_and_tables_first_in_the_path_change_nothing(connection: Connection) -> None:
    sign_in(connection)
    leave_a_trap(connection)
    shadows: tuple[LiteralString, ...] = (
        "create function evil.now() returns date language sql as $$select evil.note(); select current_date$$",
        "create function evil.current_user_id() returns uuid language sql as $$select evil.note(); select null::uuid$$",
        "create function evil.jsonb_typeof(jsonb) returns text language sql as $$select evil.note(); select 'object'$$",
        "create function evil.left(text, integer) returns text language sql as $$select evil.note(); select $1$$",
        "create function evil.same(uuid, uuid) returns boolean language sql as $$select evil.note(); select true$$",
        "create operator evil.= (leftarg = uuid, rightarg = uuid, function = evil.same)",
        "create function evil.same(text, text) returns boolean language sql as $$select evil.note(); select true$$",
        "create operator evil.= (leftarg = text, rightarg = text, function = evil.same)",
        "create function evil.get(jsonb, text) returns text language sql as $$select evil.note(); select null::text$$",
        "create operator evil.->> (leftarg = jsonb, rightarg = text, function = evil.get)",
        "create table evil.sms_messages (id uuid, user_id uuid)",
        "create table evil.event_types (event_type text)",
        "create temporary table settings (max_devices integer)",
        "create temporary table new_subscriptions (user_id uuid, event_type text)",
        "set local search_path = pg_temp, evil, pg_catalog, public",
    )
    for shadow in shadows:
        connection.execute(shadow)
    call_everything(connection)
    assert run_by_others(connection) == []
    connection.execute("reset search_path")
    assert connection.execute("select count(*) from public.user_sms_preferences").fetchone() == (1,)


@pytest.mark.parametrize(
    "change",
    [
        "set role herald_runner",
        "set role service_role",
        "set role postgres",
        "set session authorization postgres",
        "set session_replication_role = replica",
        "alter table public.user_sms_preferences disable row level security",
        "alter role attacker bypassrls",
        "grant herald_runner to attacker",
        "create policy mine on public.sms_messages using (true)",
        "create trigger mine after insert on public.push_subscriptions for each row execute function evil.note()",
        "alter function herald.make_client_call() owner to attacker",
        "create function herald.mine() returns void language sql as 'select'",
        "create view public.mine as select 1",
        "alter default privileges for role postgres grant all on tables to attacker",
        "copy public.user_sms_preferences (timezone) from program 'true'",
        "truncate public.push_subscriptions",
    ],
)
def test_nobody_takes_rights_that_were_not_given(server: EmbeddedServer, change: LiteralString) -> None:
    url = server.url.replace("//postgres:", "//attacker:")
    with (
        psycopg.connect(url) as connection,
        pytest.raises(
            (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName, psycopg.errors.WrongObjectType)
        ),
    ):
        connection.execute(change)


def test_row_security_is_not_switched_off_but_refused(connection: Connection) -> None:
    sign_in(connection)
    connection.execute("set local row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select count(*) from public.user_sms_preferences")


def test_settings_of_ones_own_change_nothing(connection: Connection) -> None:
    sign_in(connection)
    for name in ("found", "kill_switch", "user_id", "max_devices", "current_user_id"):
        connection.execute("select set_config('herald.' || %s, %s, false)", (name, BOB))
    for name, value in (
        ("request.jwt.claim.sub", BOB),
        ("request.jwt.claim.role", "service_role"),
        ("request.headers", "{"),
    ):
        connection.execute("select set_config(%s, %s, true)", (name, value))
    assert connection.execute("select user_id::text from public.user_sms_preferences").fetchall() == [(ADA,)]
    call_everything(connection)


@pytest.mark.parametrize(
    "claims",
    [
        "not json",
        "[]",
        f'["{BOB}"]',
        f'"{BOB}"',
        "{}",
        "null",
        "5",
        '{"sub": null}',
        '{"sub": 5}',
        '{"sub": true}',
        f'{{"sub": ["{BOB}"]}}',
        f'{{"sub": {{"sub": "{BOB}"}}}}',
        f'{{"sub": " {BOB}"}}',
        f'{{"sub": "{{{BOB}}}"}}',
        f'{{"sub": "{BOB}\\n"}}',
        f'{{"sub": "{BOB}\' or true --"}}',
        f'{{"sub": "{BOB.replace("-", "")}"}}',
        f'{{"SUB": "{BOB}"}}',
        '{"sub": "\\u0000"}',
        '{"sub": "' + "x" * 1_000_000 + '"}',
        '{"role": "service_role"}',
        "[" * 50_000,
    ],
    ids=lambda claims: claims[:40],
)
def test_claims_that_make_no_sense_are_nobodys(connection: Connection, claims: str) -> None:
    sign_in(connection, claims)
    for table in (
        "user_sms_preferences",
        "sms_messages",
        "notification_deliveries",
        "notification_events",
        "queue_jobs",
    ):
        with undone(connection):
            try:
                count = sql.SQL("select count(*) from public.{}").format(sql.Identifier(table))
                assert connection.execute(count).fetchone() == (0,)
            except psycopg.errors.StatementTooComplex:
                assert claims.startswith("[[")
    with undone(connection), pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.StatementTooComplex)):
        connection.execute("select public.cancel_sms(gen_random_uuid())")


def test_a_claim_of_a_role_gives_none(connection: Connection) -> None:
    sign_in(connection, json.dumps({"sub": ADA, "role": "service_role", "is_admin": True}))
    assert connection.execute("select user_id::text from public.user_sms_preferences").fetchall() == [(ADA,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select public.tick()")


def test_an_id_of_somebody_else_in_a_call_is_not_heard(connection: Connection) -> None:
    bobs = connection.execute(
        "select id::text from public.sms_messages where user_id = %s order by 1", (BOB,)
    ).fetchall()
    sign_in(connection)
    ask: LiteralString = (
        "insert into herald.client_calls (call, arguments, answer) values (%s, %s, 'true') returning answer"
    )
    for (text,) in bobs:
        forged = Jsonb({"message_id": text, "user_id": BOB, "p_user_id": BOB})
        assert connection.execute(ask, ("cancel_sms", forged)).fetchone() == (False,)
        for call in ("end_sms_series", "skip_sms_occurrence"):
            with undone(connection), pytest.raises(psycopg.errors.ForeignKeyViolation):
                connection.execute(ask, (call, forged))
    for unknown in ("tick", "queue_sms_message", "cancel_sms; select 1", "", None):
        with undone(connection), pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute(ask, (unknown, Jsonb({})))
    connection.execute(ask, ("start_phone_verification", Jsonb({"phone_number": "+12025550179", "user_id": BOB})))
    connection.execute("reset role")
    assert connection.execute("select user_id::text from herald.phone_verifications").fetchall() == [(ADA,)]
    assert connection.execute("select count(*) from public.sms_messages where status = 'cancelled'").fetchone() == (0,)


def test_f41_a_job_is_not_the_users_to_change(connection: Connection) -> None:
    """F41: numbers and texts lay in a job's metadata, and users could update it."""
    connection.execute("select public.queue_sms_message(%s, null, 'now')", (ADA,))
    sign_in(connection)
    for statement in (
        "update public.queue_jobs set metadata = '{}'",
        "insert into public.queue_jobs (user_id, job_type, metadata) values (%(ada)s, 'send_sms', '{}')",
        "delete from public.queue_jobs",
        "select metadata from public.queue_jobs",
        "select processing_token from public.queue_jobs",
        "select * from public.queue_jobs",
        "select public.add_queue_job(%(ada)s, 'send_sms', '{}')",
        "select public.claim_pending_jobs('{send_sms}')",
    ):
        with undone(connection), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement, NAMES)
    assert connection.execute("select user_id::text, status::text from public.queue_jobs").fetchall() == [
        (ADA, "pending")
    ]


def test_f103_nobody_has_a_text_sent_or_reads_a_number(connection: Connection) -> None:
    """F103: any role could send any text to any number for anyone."""
    sign_in(connection)
    for statement in (
        "insert into public.sms_messages (user_id, phone_number, message_content) values (%(ada)s, %(adas)s, 'x')",
        "update public.sms_messages set message_content = 'x'",
        "select public.queue_sms_message(%(ada)s, %(bobs)s, 'x')",
        "select public.queue_sms_message(%(ada)s, null, 'x')",
        "select public.emit_notification_event('task.due_soon')",
        "select public.change_sms_series(%(ada)s, now(), 'x')",
        "select public.reschedule_sms(%(ada)s, now())",
        "select public.receive_sms('SM1', %(bobs)s, null, 'STOP')",
        "select public.opt_in_number(%(bobs)s, 'x')",
        "select public.get_user_sms_channel_info(%(bob)s)",
        "select phone_number from public.sms_messages",
        "select * from herald.suppressed_numbers",
        "select * from herald.consent_log",
        "select * from herald.phone_verifications",
        "select * from herald.sms_channels(array[%(bob)s::uuid])",
        "select herald.standing_opt_out(%(bobs)s, false)",
    ):
        with undone(connection), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement, NAMES)
    # Saying that somebody else's number is theirs brings nothing to it.
    connection.execute("update public.user_sms_preferences set phone_number = %s", (NUMBERS[BOB],))
    connection.execute("reset role")
    text = connection.execute("select public.queue_sms_message(%s, null, 'hello')", (ADA,)).fetchone()
    assert text
    status = connection.execute("select status::text from public.sms_messages where id = %s", text).fetchone()
    assert status == ("cancelled",)


def test_f109_a_link_is_not_turned(connection: Connection) -> None:
    """F109: links could be guessed, and changed by any signed-in user."""
    connection.execute(
        """insert into public.notification_tracking_links (short_code, message_id, destination_url)
        select 'code' || row_number() over (order by user_id), id, 'https://example.com'
        from public.sms_messages where recurrence_pattern is null"""
    )
    sign_in(connection)
    assert connection.execute("select short_code from public.notification_tracking_links").fetchall() == [("code1",)]
    for statement in (
        "update public.notification_tracking_links set destination_url = 'https://evil.example'",
        "delete from public.notification_tracking_links",
        "insert into public.notification_tracking_links (short_code, destination_url) values ('a', 'https://evil.example')",
        "select public.follow_link('code2')",
        "select public.record_link_click('code2')",
        "select public.generate_short_code()",
        "select metadata from public.notification_tracking_links",
    ):
        with undone(connection), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement, NAMES)
    connection.execute("reset role; set local role service_role")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update public.notification_tracking_links set destination_url = 'https://evil.example'")


def _filters() -> dict[str, str]:
    return {
        "deep": '{"a": ' * 5_000 + "1" + "}" * 5_000,
        "wide": json.dumps({f"k{n}": n for n in range(50_000)}),
        "a long number": '{"a": 1e100000}',
        "a long list": json.dumps({"a": {"$in": list(range(100_000))}}),
        "no object": "[1]",
        "an operator in the wrong place": '{"a": {"b": {"$gt": 1}}}',
        "an unknown operator": '{"a": {"$where": "1"}}',
        "a path": '{"$.** ? (true)": 1}',
    }


@pytest.mark.parametrize("kind", _filters())
def test_filters_that_would_weigh_on_others_are_refused(connection: Connection, kind: str) -> None:
    sign_in(connection)
    with pytest.raises((psycopg.errors.InvalidParameterValue, psycopg.errors.StatementTooComplex)):
        connection.execute("update public.notification_subscriptions set filters = %s::jsonb", (_filters()[kind],))


def test_odd_wishes_of_one_user_stop_nobody_elses_texts(connection: Connection) -> None:
    """What a client may write is written; then the planners run, and the other user hears of everything."""
    wishes: tuple[LiteralString, ...] = (
        "timezone = 'Factory'",
        "timezone = 'posix/Europe/Berlin'",
        "timezone = 'Etc/GMT+12'",
        "timezone = 'Pacific/Kiritimati'",
        "timezone = 'America/New_York', morning_kickoff_time = '24:00'",
        "morning_kickoff_time = '02:30:00.123456', morning_kickoff_enabled = true",
        "morning_kickoff_time = null, evening_recap_enabled = true",
        "quiet_hours_start = '24:00', quiet_hours_end = '00:00'",
        "quiet_hours_start = '00:00', quiet_hours_end = '24:00'",
        "task_reminders = null, urgent_alerts = null, marketing_enabled = null",
        "updated_at = 'infinity'",
        "phone_number = '+999999999999999'",
        "phone_number = null",
    )
    others: tuple[LiteralString, ...] = (
        "batch_enabled = true, batch_interval_minutes = 10080",
        "max_per_day = 2147483647, max_per_hour = 0",
        "quiet_hours_enabled = true, quiet_hours_start = '24:00', quiet_hours_end = '24:00'",
        "push_enabled = null, email_enabled = null, sms_enabled = null, in_app_enabled = null, batch_enabled = null",
        "priority = 'urgent', timezone = 'Factory'",
    )
    for table, changes in (("user_sms_preferences", wishes), ("user_notification_preferences", others)):
        for change in changes:
            with undone(connection):
                sign_in(connection)
                with undone_if_refused(connection):
                    update = sql.SQL("update public.{} set {}").format(sql.Identifier(table), sql.SQL(change))
                    connection.execute(update)
                connection.execute("reset role")
                _everybody_else_is_served(connection, change)


@contextmanager
def undone_if_refused(made: Connection) -> Iterator[None]:
    """Refused when it is written is as good as harmless; the error has to be one of ours."""
    with suppress(psycopg.DataError, psycopg.IntegrityError), made.transaction():
        yield


def _everybody_else_is_served(made: Connection, what: str) -> None:
    made.execute("select public.emit_notification_event('task.due_soon')")
    made.execute("select public.emit_notification_event('task.due_soon', p_payload => '{\"title\": \"again\"}')")
    for ahead in ("0", "1 hour", "1 day", "3 days"):
        made.execute("select public.tick(now() + %s::interval)", (ahead,))
        made.execute("select count(*) from public.claim_sms('a sender', p_now => now() + %s::interval)", (ahead,))
        made.execute(
            "select count(*) from public.claim_notifications('{push,email}', p_now => now() + %s::interval)", (ahead,)
        )
    made.execute("select count(*) from public.preview_sends(p_to => now() + interval '2 days')")
    made.execute("select count(*) from public.explain_sms(p_user_id => %s)", (ADA,))
    heard = made.execute(
        "select count(*) from public.notification_deliveries where recipient_user_id = %s and channel = 'in_app'",
        (BOB,),
    ).fetchone()
    assert heard == (3,), what
    sent = made.execute(
        "select count(*) from public.sms_messages where user_id = %s and status = 'sending'", (BOB,)
    ).fetchone()
    assert sent != (0,), what


# Whatever a server passes on from a stranger, at every place where words go in.
_PLACES: tuple[LiteralString, ...] = (
    """select public.queue_sms_message(%(ada)s, null, left(%(word)s, 1000),
    p_metadata => jsonb_build_object(%(word)s, %(word)s))""",
    "select public.queue_sms_message(%(ada)s, null, 'hello', p_idempotency_key => %(word)s)",
    "select public.queue_sms_message(%(ada)s, null, 'hello', p_category => %(word)s)",
    """select public.queue_sms_message(%(ada)s, null, null, p_template_key => 'daily_brief_ready',
    p_template_vars => jsonb_build_object('main_focus', %(word)s))""",
    """select public.queue_sms_message(%(ada)s, null, null, p_template_key => %(word)s,
    p_template_vars => jsonb_build_object(%(word)s, %(word)s))""",
    "select public.queue_sms_message(%(ada)s, null, 'hello', p_recurrence_pattern => %(word)s)",
    "select public.queue_sms_message(%(ada)s, %(word)s, 'hello')",
    "select public.render_sms_template(%(word)s, jsonb_build_object(%(word)s, %(word)s))",
    "select public.emit_notification_event(%(word)s)",
    "select public.emit_notification_event('task.due_soon', p_event_source => %(word)s)",
    """select public.emit_notification_event('task.due_soon',
    p_payload => jsonb_build_object('title', %(word)s, 'body', %(word)s, 'url', %(word)s, %(word)s, %(word)s))""",
    "update public.notification_subscriptions set filters = jsonb_build_object(%(word)s, %(word)s)",
    "update public.notification_subscriptions set filters = jsonb_build_object('title', %(word)s)",
    "update public.user_sms_preferences set timezone = %(word)s where user_id = %(ada)s",
    "update public.user_sms_preferences set opt_out_reason = %(word)s, opted_out = true where user_id = %(ada)s",
    "update public.user_notification_preferences set timezone = %(word)s where user_id = %(ada)s",
    "select public.record_link_click(%(word)s, %(word)s, %(word)s)",
    "select public.follow_link(%(word)s, %(word)s, %(word)s)",
    "select public.receive_sms(%(word)s, '+12025550170', %(word)s, %(word)s)",
    "select public.record_twilio_status(null, %(word)s, %(word)s, 1, jsonb_build_object(%(word)s, %(word)s))",
    "select public.update_sms_status_atomic(gen_random_uuid(), %(word)s, %(word)s, %(word)s, 1, %(word)s)",
    "select count(*) from public.cancel_jobs_atomic(null, %(word)s, jsonb_build_object(%(word)s, %(word)s))",
    "select count(*) from public.cancel_scheduled_sms_for_event(%(word)s)",
    "select public.add_queue_job(%(ada)s, %(word)s, jsonb_build_object(%(word)s, %(word)s), p_dedup_key => %(word)s)",
    "select public.add_queue_job(%(ada)s, 'other', jsonb_build_object(%(word)s, %(word)s), p_dedup_key => %(word)s)",
    "select count(*) from public.get_notification_channel_performance(%(word)s)",
    "select count(*) from public.get_notification_delivery_timeline(%(word)s, %(word)s)",
    "select public.reset_stalled_jobs(%(word)s, array[%(word)s])",
    "select count(*) from public.claim_pending_jobs(array[%(word)s])",
    "select count(*) from public.get_scheduled_sms_for_user(%(ada)s, p_status => %(word)s)",
    "select public.confirm_phone_verification(%(ada)s, %(word)s)",
    "select public.opt_out_number('+12025550179', %(word)s)",
)


_REFUSED = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.InternalError_, psycopg.errors.lookup("54000"))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word[:30])
def test_words_are_words_wherever_they_stand(connection: Connection, word: str) -> None:
    """Every place takes the words for words, or refuses them; what was written is then read by everything."""
    before = connection.execute("select count(*) from pg_catalog.pg_class").fetchone()
    for place in _PLACES:
        connection.execute("set local role service_role")
        # Refused as a value, or by a right. A syntax error would be a statement made of words.
        try:
            with connection.transaction():
                connection.execute(place.replace("%(word)s", "%(word)s::text"), {**NAMES, "word": word})
        except psycopg.Error as error:
            if not (isinstance(error, _REFUSED) or error.sqlstate == "PT404"):
                raise
        connection.execute("reset role")
    _everything_reads(connection)
    assert connection.execute("select count(*) from pg_catalog.pg_class").fetchone() == before
    assert connection.execute("select count(*) from public.canary").fetchone() == (0,)


def _everything_reads(made: Connection) -> None:
    for ahead in ("0", "1 day"):
        made.execute("select public.tick(now() + %s::interval)", (ahead,))
        made.execute("select count(*) from public.claim_sms('a sender', p_now => now() + %s::interval)", (ahead,))
    made.execute("select count(*) from public.sms_messages as s, public.explain_sms(s.id)")
    made.execute("select count(*) from public.preview_sends(p_to => now() + interval '1 day')")
    made.execute("select count(*) from public.get_notification_failed_deliveries()")


def test_no_function_runs_what_it_put_together(connection: Connection) -> None:
    """Words could only become statements where statements are made of words."""
    made_of_words = connection.execute(
        r"""
        select p.oid::regprocedure::text from pg_catalog.pg_proc as p
        where p.pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
          and p.prosrc ~* '\mexecute\s+(format|v_|p_|''|\$|concat)|\mquery\s+execute\M'
        order by 1
        """
    ).fetchall()
    assert made_of_words == [
        ("herald.close_table(regclass)",),  # which migrations call, with a table
        ("herald.schedule_ticks(text)",),  # with the schema of pg_cron, which need not be there
    ]


def test_nobody_locks_a_table_or_a_row_of_others(connection: Connection) -> None:
    ours: LiteralString = """
        select relname::text from pg_catalog.pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('users', 'projects', 'tasks')
    """
    names = connection.execute(ours).fetchall()
    sign_in(connection)
    for (name,) in names:
        lock = sql.SQL("lock table public.{} in row exclusive mode").format(sql.Identifier(name))
        with undone(connection), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(lock)
    rows = connection.execute("select user_id::text from public.user_sms_preferences for update").fetchall()
    assert rows == [(ADA,)]


def test_a_flood_of_devices_stays_small(connection: Connection) -> None:
    sign_in(connection)
    for _ in range(3):
        connection.execute(
            """insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key, last_used_at)
            select %s, 'https://push.example/' || gen_random_uuid(), 'k', 'a', 'infinity'
            from generate_series(1, 50)""",
            (ADA,),
        )
    assert connection.execute("select count(*) from public.push_subscriptions").fetchone() == (20,)
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        connection.execute("update public.push_subscriptions set user_agent = repeat('x', 10000)")


def test_what_does_not_exist_and_what_is_somebody_elses_fail_alike(connection: Connection) -> None:
    bobs = connection.execute(
        "select id from public.sms_messages where user_id = %s and recurrence_pattern is not null", (BOB,)
    ).fetchone()
    assert bobs
    sign_in(connection)
    said = []
    for text in (bobs[0], uuid4()):
        with undone(connection), pytest.raises(psycopg.errors.ForeignKeyViolation) as refused:
            connection.execute("select public.end_sms_series(%s)", (text,))
        told = refused.value.diag
        said.append(str((told.message_primary, told.message_detail, told.message_hint)).replace(str(text), "it"))
    assert said[0] == said[1]
