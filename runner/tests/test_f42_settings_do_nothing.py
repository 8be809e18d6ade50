"""F42: settings were read, logged and ignored. Each setting of the programs has a test here that sees it do something.

The columns of herald.settings and herald.health_limits have theirs in sql/tests.
"""

import ast
import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from pgherald.commands.run import run
from pgherald.commands.serve import serve
from stage import Desk, program, until

HERE: Final = Path(__file__).parent

# By setting: the test that changes it and sees what happens change.
PROOFS: Final = {
    "database_url": ("test_worker_processes.py", "test_a_signal_in_the_middle_loses_nothing_and_exits_0"),
    "direct_url": ("test_pooler.py", "test_the_direct_url_brings_notifications_past_the_pooler"),
    "account_sid": ("test_twilio.py", "test_the_request_carries_the_text_and_its_attempt"),
    "auth_token": ("test_worker_processes.py", "test_reports_are_taken_by_either_program"),
    "from_number": ("test_twilio.py", "test_the_request_carries_the_text_and_its_attempt"),
    "messaging_service_sid": (
        "test_twilio.py",
        "test_a_messaging_service_is_sent_from_as_such_and_absent_things_are_left_out",
    ),
    "api_url": ("test_health.py", "test_a_provider_that_cannot_be_reached_turns_it_red"),
    "callback_url": ("test_worker_processes.py", "test_reports_are_taken_by_either_program"),
    "inbound_url": ("test_webhooks.py", "test_a_simulated_stop_goes_all_the_way"),
    "verify_service_sid": ("test_verification.py", "test_twilio_verify_does_the_same"),
    "job_types": ("test_jobs.py", "test_a_runner_may_be_for_some_types_only"),
    "handlers": ("test_jobs.py", "test_the_program_runs_jobs_with_announced_and_named_functions"),
    "job_concurrency": ("test_f42_settings_do_nothing.py", "test_so_many_jobs_run_at_once"),
    "smtp_url": ("test_jobs.py", "test_the_program_sends_mails_and_push_messages_and_says_what_is_off"),
    "email_from": ("test_email.py", "test_a_mail_arrives_with_its_words_and_headers"),
    "smtp_starttls": ("test_email.py", "test_tls_that_is_wanted_and_not_offered_is_for_us_to_mend"),
    "smtp_connections": ("test_f42_settings_do_nothing.py", "test_so_many_mails_go_at_once_and_for_so_long"),
    "smtp_timeout": ("test_f42_settings_do_nothing.py", "test_so_many_mails_go_at_once_and_for_so_long"),
    "vapid_private_key": ("test_push.py", "test_a_message_arrives_encrypted_and_signed"),
    "vapid_subject": ("test_push.py", "test_a_message_arrives_encrypted_and_signed"),
    "push_allow_private": ("test_push.py", "test_users_cannot_send_the_runner_into_its_own_network"),
    "concurrency": ("test_worker.py", "test_no_more_texts_are_in_flight_than_there_are_slots"),
    "batch_size": ("test_worker.py", "test_a_batch_is_no_larger_than_asked_for"),
    "lease": ("test_worker.py", "test_f32_a_result_came_after_the_lease"),
    "poll_interval": ("test_worker.py", "test_the_poll_interval_is_kept"),
    "tick_interval": ("test_f42_settings_do_nothing.py", "test_so_often_the_tick_is_called"),
    "reconcile_interval": ("test_reconciler.py", "test_the_reconcile_interval_is_kept"),
    "grace": ("test_worker.py", "test_what_the_grace_time_does_not_suffice_for_is_held"),
    "rate_per_second": ("test_worker.py", "test_the_rate_is_kept"),
    "connect_timeout": ("test_twilio.py", "test_a_connection_that_does_not_come_about_in_time_was_not_accepted"),
    "send_timeout": ("test_twilio.py", "test_the_whole_request_has_its_time_and_no_more"),
    "serve": ("test_worker_processes.py", "test_reports_are_taken_by_either_program"),
    "bind": ("test_worker_processes.py", "test_reports_are_taken_by_either_program"),
    "log_level": ("test_worker_processes.py", "test_the_log_level_is_kept"),
    "log_format": ("test_worker_processes.py", "test_nothing_printed_at_any_level_holds_a_secret_a_number_or_a_body"),
}


def test_f42_each_setting_has_a_test_that_sees_it_at_work() -> None:
    settings = {str(parameter.name) for command in (run, serve) for parameter in command.params}
    assert set(PROOFS) == settings, "whoever adds a setting adds its test"


@pytest.mark.parametrize(("file", "name"), sorted(set(PROOFS.values())))
def test_f42_the_test_of_a_setting_is_there(file: str, name: str) -> None:
    tree = ast.parse((HERE / file).read_text("utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert name in tests


@pytest.mark.parametrize("setting", sorted(PROOFS))
def test_f42_each_variable_is_read(setting: str) -> None:
    """Between the variable and what is tested lies the reading of it."""
    parameters = {str(parameter.name): parameter for command in (run, serve) for parameter in command.params}
    variable = str(parameters[setting].envvar)
    files = {HERE / file for file in ("test_settings.py", "test_worker_processes.py", PROOFS[setting][0])}
    assert any(variable in path.read_text("utf-8") for path in files)


class Silent:
    """A mail server that takes connections and never says a word."""

    def __init__(self) -> None:
        """Nobody has come yet."""
        self.open = 0
        self.most_open = 0
        self.gone = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Listen, and give the port."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        self.open -= 1
        self.gone += 1
        writer.close()


async def test_so_many_mails_go_at_once_and_for_so_long(database_url: str) -> None:
    desk, silent = Desk(database_url), Silent()
    for number in range(5):
        await desk.notify({"title": "hello"}, email=f"{number}@example.com")
    async with silent.running() as port:
        variables = {
            "DATABASE_URL": database_url,
            "PGHERALD_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "PGHERALD_EMAIL_FROM": "app@example.com",
            "PGHERALD_SMTP_CONNECTIONS": "2",
            "PGHERALD_SMTP_TIMEOUT": "2",
        }
        async with program("run", variables=variables) as runner:
            await until(lambda: silent.open == 2, seconds=20)
            began = time.monotonic()
            await until(lambda: silent.gone >= 2, seconds=10)
            assert 1 < time.monotonic() - began < 5
            await runner.end(signal.SIGKILL)
    assert silent.most_open == 2


@pytest.fixture
def jobs_alone(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what a runner needs that takes half a second over each job, and says how many it is at."""
    (tmp_path / "slow.py").write_text(
        "import asyncio\n"
        "running = 0\n"
        "async def handle(job):\n"
        "    global running\n"
        "    running += 1\n"
        "    at_once = running\n"
        "    await asyncio.sleep(0.5)\n"
        "    running -= 1\n"
        "    return {'at_once': at_once}\n",
        "utf-8",
    )
    return {
        "DATABASE_URL": database_url,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")])),
        "PGHERALD_HANDLERS": "other=slow:handle",
    }


async def test_so_many_jobs_run_at_once(database_url: str, jobs_alone: dict[str, str]) -> None:
    desk = Desk(database_url)
    await desk.rows("select tests.a_job() from generate_series(1, 9)")
    variables = {**jobs_alone, "PGHERALD_JOB_CONCURRENCY": "3"}
    async with program("run", variables=variables) as runner:
        ends_at = time.monotonic() + 30
        while await desk.rows("select id from public.queue_jobs where status <> 'completed'"):
            assert time.monotonic() < ends_at
            await asyncio.sleep(0.05)
        assert await runner.end(signal.SIGTERM) == 0
    (row,) = await desk.rows("select max((result ->> 'at_once')::integer) as most from public.queue_jobs")
    assert row["most"] == 3


@pytest.mark.parametrize(("interval", "least", "most"), [("0.2", 5, 99), ("30", 1, 1)])
async def test_so_often_the_tick_is_called(
    database_url: str, jobs_alone: dict[str, str], interval: str, least: int, most: int
) -> None:
    desk = Desk(database_url)
    seen: set[str] = set()
    async with program("run", variables={**jobs_alone, "PGHERALD_TICK_INTERVAL": interval}):
        ends_at = time.monotonic() + 30
        while not seen or time.monotonic() < ends_at:
            (row,) = await desk.rows("select last_ticked_at::text as at from herald.ticks")
            if row["at"] != "-infinity":
                ends_at = ends_at if seen else time.monotonic() + 3
                seen.add(row["at"])
            await asyncio.sleep(0.05)
    assert least <= len(seen) <= most
