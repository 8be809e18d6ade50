"""Jobs in the hands of a team's own functions: each once, none in another's way, nothing lost on the way out."""

import asyncio
import math
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import harness
import pgherald.channels
from pgherald.channels import ClaimedNotification, NotificationAnswer
from pgherald.database import Database
from pgherald.handlers import HandlerError, find_channels, find_handlers
from pgherald.jobs import Handler, Job, Jobs, Notifications, PermanentError, RetryLater
from pgherald.settings import RunSettings
from pgherald.simulator.mail import MailServer
from pgherald.simulator.push import Device
from pgherald.worker import Worker
from stage import Desk, Program, Wire, a_worker, program, until

DOCS: Final = Path(__file__).parents[2] / "docs" / "handlers.md"


async def add(desk: Desk, job_type: str = "other", metadata: str = "{}", *, attempts: int = 3) -> UUID:
    """Put a job into the queue."""
    query = "select public.add_queue_job(tests.a_user(), %s, %s, p_max_attempts => %s) as id"
    (row,) = await desk.rows(query, job_type, metadata, attempts)
    job_id: UUID = row["id"]
    return job_id


@asynccontextmanager
async def working(
    database_url: str,
    slots: int = 10,
    changes: Mapping[str, Any] | None = None,
    /,
    **handlers: Handler,
) -> AsyncIterator[Worker]:
    """Run a worker with these functions."""

    def lane(database: Database, settings: RunSettings) -> Jobs:
        return Jobs(database, handlers, settings.pace(slots))

    async with a_worker(database_url, lane, **(changes or {})) as worker:
        yield worker


async def test_a_job_runs_with_what_it_was_queued_with_and_its_result_is_kept(database_url: str, desk: Desk) -> None:
    seen: list[Job] = []

    async def handle(job: Job) -> dict[str, Any]:
        seen.append(job)
        return {"synced": [1, 2.5, None, "ü"]}

    job_id = await add(desk, metadata='{"a": {"b": "ü"}}')
    async with working(database_url, other=handle):
        row = await desk.until_job(job_id, "completed")
    (job,) = seen
    assert row["result"] == {"synced": [1, 2.5, None, "ü"]}
    assert (job.id, job.job_type, job.metadata, job.attempts) == (job_id, "other", {"a": {"b": "ü"}}, 1)
    assert (job.user_id, job.correlation_id) == (row["user_id"], row["correlation_id"])


async def test_a_new_job_runs_at_once_by_notification(database_url: str, desk: Desk) -> None:
    async def handle(_job: Job) -> None:
        pass

    async with working(database_url, 10, {"poll_interval": 30, "tick_interval": 30}, other=handle):
        await asyncio.sleep(0.5)
        await desk.until_job(await add(desk), "completed", seconds=3)


async def test_f31_fast_jobs_waited_behind_a_slow_one(database_url: str, desk: Desk) -> None:
    """Failure 11: fast jobs waited minutes behind slow ones of their batch."""
    going = asyncio.Event()

    async def handle(job: Job) -> None:
        if job.metadata.get("slow"):
            await going.wait()

    slow = await add(desk, metadata='{"slow": true}')
    fast = [await add(desk) for _ in range(10)]
    async with working(database_url, 2, other=handle):
        for job_id in fast:
            await desk.until_job(job_id, "completed", seconds=3)
        assert (await desk.until_job(slow, "processing"))["attempts"] == 1
        going.set()
        await desk.until_job(slow, "completed")


async def test_no_more_jobs_run_than_there_are_slots(database_url: str, desk: Desk) -> None:
    running = most = 0

    async def handle(_job: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    jobs = [await add(desk) for _ in range(12)]
    async with working(database_url, 3, other=handle):
        for job_id in jobs:
            await desk.until_job(job_id, "completed")
    assert most == 3


async def test_f20_two_workers_took_one_job(database_url: str, desk: Desk) -> None:
    runs: Counter[UUID] = Counter()

    async def handle(job: Job) -> None:
        runs[job.id] += 1
        await asyncio.sleep(0)

    await desk.rows(
        """
        insert into public.queue_jobs (user_id, job_type)
        select tests.a_user(), 'other' from generate_series(1, 300)
        """
    )
    async with working(database_url, other=handle), working(database_url, other=handle):
        await until(lambda: len(runs) == 300)
        async with asyncio.timeout(10):
            while await desk.rows("select 1 from public.queue_jobs where status <> 'completed'"):
                await asyncio.sleep(0.05)
    assert set(runs.values()) == {1}


async def test_only_types_with_a_function_are_claimed(database_url: str, desk: Desk) -> None:
    async def handle(_job: Job) -> None:
        pass

    mine, not_mine = await add(desk, "other"), await add(desk, "sync_calendar")
    async with working(database_url, other=handle):
        await desk.until_job(mine, "completed")
    assert (await desk.until_job(not_mine, "pending"))["attempts"] == 0


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ValueError("no such thing"), "retrying", "ValueError: no such thing"),
        (PermanentError("never"), "failed", "never"),
        (PermanentError(), "failed", "failed for good"),
        (RetryLater(600, "busy"), "retrying", "busy"),
        (SystemExit(3), "retrying", "SystemExit: 3"),
        (KeyError("x\0y\ud800"), "retrying", "KeyError: 'x\\x00y\\ud800'"),
        (TimeoutError(), "retrying", "TimeoutError: "),
        (asyncio.CancelledError(), "retrying", "cut off"),
        (RuntimeError("call +12025550123"), "retrying", "RuntimeError: call +•••••0123"),
    ],
)
async def test_what_a_function_raises_decides_what_follows(
    database_url: str, desk: Desk, error: BaseException, status: str, words: str
) -> None:
    async def handle(_job: Job) -> None:
        raise error

    job_id = await add(desk)
    async with working(database_url, other=handle):
        row = await desk.until_job(job_id, status)
    assert row["error_message"] == words
    if isinstance(error, RetryLater):
        assert 590 < (row["scheduled_for"] - row["processed_at"]).total_seconds() < 610


async def test_the_last_attempt_fails_for_good(database_url: str, desk: Desk) -> None:
    async def handle(_job: Job) -> None:
        raise RetryLater(0)

    job_id = await add(desk, attempts=2)
    async with working(database_url, other=handle):
        row = await desk.until_job(job_id, "failed")
    assert row["attempts"] == 2


@pytest.mark.parametrize("seconds", [-5, math.nan, math.inf, 10**30, "soon"])
async def test_a_wait_that_makes_no_sense_still_ends_the_attempt(database_url: str, desk: Desk, seconds: Any) -> None:  # noqa: ANN401
    async def handle(_job: Job) -> None:
        raise RetryLater(seconds)

    job_id = await add(desk, attempts=1)
    async with working(database_url, other=handle):
        await desk.until_job(job_id, "failed")


def a_loop() -> dict[str, Any]:
    """Make a structure that contains itself."""
    made: dict[str, Any] = {}
    made["self"] = made
    return made


@pytest.mark.parametrize("result", [object(), {"a": {1, 2}}, {"n": math.nan}, {"w": "x\0y"}, {"w": "\ud800"}, a_loop()])
async def test_a_result_that_cannot_be_kept_does_not_run_the_job_again(
    database_url: str,
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
    result: Any,  # noqa: ANN401
) -> None:
    runs = 0

    async def handle(_job: Job) -> Any:  # noqa: ANN401
        nonlocal runs
        runs += 1
        return result

    job_id = await add(desk)
    async with working(database_url, other=handle):
        row = await desk.until_job(job_id, "completed")
    assert (runs, row["result"]) == (1, None)
    assert "not kept" in caplog.text


async def test_f29_a_long_job_was_reclaimed_while_it_ran(database_url: str, desk: Desk) -> None:
    runs = 0

    async def handle(_job: Job) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(3)

    job_id = await add(desk)
    async with working(database_url, 10, {"lease": 1.2, "tick_interval": 0.1}, other=handle):
        row = await desk.until_job(job_id, "completed")
    assert (runs, row["attempts"]) == (1, 1)


async def test_f23_a_reclaimed_job_was_completed_by_its_old_owner(
    database_url: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    running = asyncio.Event()

    async def handle(_job: Job) -> None:
        running.set()
        await asyncio.sleep(0.3)

    job_id = await add(desk)
    async with working(database_url, other=handle):
        await running.wait()
        await desk.rows("update public.queue_jobs set processing_token = gen_random_uuid()")
        await until(lambda: "was not recorded" in caplog.text)
    assert (await desk.until_job(job_id, "processing"))["result"] is None


async def test_a_job_that_is_cancelled_while_it_runs_is_stopped(database_url: str, desk: Desk) -> None:
    running, stopped = asyncio.Event(), asyncio.Event()

    async def handle(_job: Job) -> None:
        running.set()
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    job_id = await add(desk)
    async with working(database_url, 10, {"lease": 1}, other=handle):
        await running.wait()
        await desk.rows("select public.cancel_job_with_reason(%s, 'not wanted', true)", job_id)
        await asyncio.wait_for(stopped.wait(), 5)
    assert (await desk.until_job(job_id, "cancelled"))["error_message"] == "not wanted"


async def test_f27_a_finished_job_ran_again_because_recording_it_failed(database_url: str, desk: Desk) -> None:
    """Failure 6: a finished job ran again because recording its completion failed."""
    runs = 0
    running, going = asyncio.Event(), asyncio.Event()

    async def handle(_job: Job) -> dict[str, int]:
        nonlocal runs
        runs += 1
        running.set()
        await going.wait()
        return {"runs": runs}

    job_id = await add(desk)
    wire = Wire(database_url)
    async with wire.running() as through_wire, working(through_wire, other=handle):
        await running.wait()
        wire.cut()
        going.set()
        await asyncio.sleep(4)  # longer than anybody waits for a connection
        await desk.until_job(job_id, "processing")
        wire.mend()
        row = await desk.until_job(job_id, "completed")
    assert (runs, row["result"], row["attempts"]) == (1, {"runs": 1}, 1)


async def test_one_outcome_that_is_refused_does_not_hold_up_the_others(database_url: str, desk: Desk) -> None:
    await desk.rows(
        """
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          raise exception 'not this one' using errcode = '23514';
        end $$;
        create trigger t99_refuse before update on public.queue_jobs
        for each row when (new.metadata ? 'bad' and new.status = 'completed')
        execute function public.refuse();
        """
    )
    runs: Counter[UUID] = Counter()

    async def handle(job: Job) -> None:
        runs[job.id] += 1

    bad = await add(desk, metadata='{"bad": true}')
    good = [await add(desk) for _ in range(5)]
    async with working(database_url, other=handle):
        for job_id in good:
            await desk.until_job(job_id, "completed")
        assert (await desk.until_job(bad, "processing"))["attempts"] == 1
        await desk.rows("drop trigger t99_refuse on public.queue_jobs")
        await desk.until_job(bad, "completed")
    assert set(runs.values()) == {1}


async def test_one_job_that_somebody_holds_does_not_hold_up_the_others(database_url: str, desk: Desk) -> None:
    begun: list[UUID] = []
    going = asyncio.Event()
    results: dict[str, dict[str, Any]] = {"held": {"held": 1}, "odd": {"null": "\0"}, "good": {"fine": 1}}

    async def handle(job: Job) -> dict[str, Any]:
        begun.append(job.id)
        await going.wait()
        return results[job.metadata.get("kind", "good")]

    held = await add(desk, metadata='{"kind": "held"}')
    odd = await add(desk, metadata='{"kind": "odd"}')
    good = [await add(desk) for _ in range(5)]
    async with working(database_url, other=handle), await psycopg.AsyncConnection.connect(database_url) as holder:
        await until(lambda: len(begun) == 7)
        await holder.execute("select from public.queue_jobs where id = %s for update", (held,))
        going.set()
        for job_id in good:
            assert (await desk.until_job(job_id, "completed"))["result"] == {"fine": 1}
        assert (await desk.until_job(odd, "completed"))["result"] is None
        assert (await desk.until_job(held, "processing"))["attempts"] == 1
        await holder.rollback()
        assert (await desk.until_job(held, "completed"))["result"] == {"held": 1}
    assert len(begun) == 7


async def test_f33_a_deploy_left_jobs_processing(database_url: str, desk: Desk) -> None:
    """Failure 13: deploys left jobs processing, charged with an attempt."""
    running = 0

    async def handle(_job: Job) -> None:
        nonlocal running
        running += 1
        await asyncio.sleep(0.5)

    jobs = [await add(desk) for _ in range(6)]
    async with working(database_url, 2, other=handle) as worker:
        await until(lambda: running == 2)
        worker.stop()
    rows = [await desk.until_job(job_id, "completed", "pending") for job_id in jobs]
    assert Counter((row["status"], row["attempts"]) for row in rows) == {("completed", 1): 2, ("pending", 0): 4}


async def test_f33_what_was_claimed_and_not_begun_goes_back_without_an_attempt(database_url: str, desk: Desk) -> None:
    async def handle(_job: Job) -> None:
        pytest.fail("it was to stop")

    job_id = await add(desk)
    async with await psycopg.AsyncConnection.connect(database_url) as blocker:
        await blocker.execute("lock table public.queue_jobs in share row exclusive mode")
        async with working(database_url, other=handle) as worker:
            await desk.until_somebody_waits()
            worker.stop()
            await blocker.rollback()
    assert (await desk.until_job(job_id, "pending"))["attempts"] == 0


async def test_what_the_grace_time_does_not_suffice_for_is_tried_again(database_url: str, desk: Desk) -> None:
    running = asyncio.Event()

    async def handle(_job: Job) -> None:
        running.set()
        await asyncio.sleep(60)

    job_id = await add(desk)
    async with working(database_url, 10, {"grace": 0.2}, other=handle) as worker:
        await running.wait()
        worker.stop()
    row = await desk.until_job(job_id, "retrying")
    assert (row["attempts"], row["error_message"]) == (1, "cut off by the end of the runner")


async def test_lanes_do_not_stand_in_each_others_way(database_url: str, desk: Desk) -> None:
    """A hanging mail server costs neither push messages nor jobs anything."""
    hanging = asyncio.Event()

    async def hang(_notification: ClaimedNotification) -> NotificationAnswer:
        await hanging.wait()
        return NotificationAnswer(delivered=True, code=250)

    async def push(_notification: ClaimedNotification) -> NotificationAnswer:
        return NotificationAnswer(delivered=True, code=201)

    async def handle(_job: Job) -> None:
        pass

    mails = [await desk.notify({"title": "t"}, email=f"u{number}@example.com") for number in range(3)]
    pushes = [
        await desk.notify({"title": "t"}, push={"endpoint": f"https://{number}.example", "p256dh": "", "auth": ""})
        for number in range(3)
    ]
    job_id = await add(desk)
    async with a_worker(
        database_url,
        lambda database, run: Notifications(database, hang, run.pace(2), channel="email"),
        lambda database, run: Notifications(database, push, run.pace(1), channel="push"),
        lambda database, run: Jobs(database, {"other": handle}, run.pace(1)),
    ):
        for delivery in pushes:
            await desk.until_job(delivery["queue_job_id"], "completed", seconds=5)
        await desk.until_job(job_id, "completed", seconds=5)
        hanging.set()
        for delivery in mails:
            await desk.until_job(delivery["queue_job_id"], "completed", seconds=5)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (PermanentError("no"), "failed"),
        (RetryLater(60), "pending"),
        (ValueError("someone@example.com"), "pending"),
        (None, "pending"),
        (NotificationAnswer(delivered=True, code=10**12, external_id="x\0y"), "sent"),
        (NotificationAnswer(error_message="\ud800\0 " * 1000), "pending"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "push"])
async def test_a_channel_of_somebody_elses_may_end_in_any_way(
    database_url: str, caplog: pytest.LogCaptureFixture, channel: str, ending: object, status: str
) -> None:
    desk = Desk(database_url)

    async def deliver(_notification: ClaimedNotification) -> NotificationAnswer:
        if isinstance(ending, Exception):
            raise ending
        return cast("NotificationAnswer", ending)

    addresses: dict[str, Any] = {
        "email": {"email": "bob@example.com"},
        "push": {"push": {"endpoint": "https://push.example", "p256dh": "", "auth": ""}},
    }
    made = await desk.notify({"title": "t"}, **addresses[channel])
    async with a_worker(
        database_url, lambda database, run: Notifications(database, deliver, run.pace(2), channel=channel)
    ):
        await desk.until_job(made["queue_job_id"], "completed", "retrying", "failed")
    assert (await desk.delivery(made["id"]))["status"] == status
    assert "someone@example.com" not in caplog.text


# Entry points and options


def announce(folder: Path, group: str, **functions: str) -> None:
    """Make a folder look like one that a package with entry points is installed in."""
    name = f"announcer_{uuid4().hex[:8]}"
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    lines = "\n".join(f"{what} = {function}" for what, function in functions.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}\n", "utf-8")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that modules are found in, with one module of handlers."""
    name = f"handlers_{uuid4().hex[:8]}"
    (tmp_path / f"{name}.py").write_text(
        "async def handle(job): return {'ran': True}\ndef plain(job): pass\nclass Both:\n"
        "    async def __call__(self, job): return {}\nboth = Both()\n",
        "utf-8",
    )
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('not today')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def module(packages: Path) -> str:
    return next(path.stem for path in packages.glob("handlers_*.py"))


def test_functions_are_found_by_name_and_by_entry_point(packages: Path) -> None:
    announce(packages, "pgherald.jobs", sync_calendar=f"{module(packages)}:handle", other=f"{module(packages)}:plain")
    found = find_handlers({"other": f"{module(packages)}:both"}, None)
    assert found.keys() == {"sync_calendar", "other"}
    assert found["other"].__class__.__name__ == "Both"


def test_only_wanted_functions_are_imported(packages: Path) -> None:
    announce(packages, "pgherald.jobs", sync_calendar=f"{module(packages)}:handle", other="broken_module:handle")
    assert find_handlers({}, ["sync_calendar"]).keys() == {"sync_calendar"}


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("no_such_module:handle", "no_such_module"),
        ("broken_module:handle", "not today"),
        ("{module}:missing", "missing"),
        ("{module}:plain", "async def"),
    ],
)
def test_a_function_that_cannot_be_used_is_named(packages: Path, function: str, words: str) -> None:
    function = function.format(module=module(packages))
    with pytest.raises(HandlerError, match=f"--handler other: {re.escape(function)}.*{words}"):
        find_handlers({"other": function}, None)
    announce(packages, "pgherald.jobs", other=function)
    with pytest.raises(HandlerError, match=f"pgherald.jobs: other: {re.escape(function)}.*{words}"):
        find_handlers({}, None)


def test_two_packages_that_announce_the_same_are_told(packages: Path) -> None:
    announce(packages, "pgherald.jobs", other=f"{module(packages)}:handle")
    announce(packages, "pgherald.jobs", other=f"{module(packages)}:both")
    with pytest.raises(HandlerError, match=r"two packages announce pgherald\.jobs: other"):
        find_handlers({}, None)
    assert find_handlers({"other": f"{module(packages)}:handle"}, None).keys() == {"other"}


@pytest.mark.parametrize("job_type", ["send_sms", "send_notification"])
def test_what_has_a_way_of_its_own_takes_no_function(packages: Path, job_type: str) -> None:
    with pytest.raises(HandlerError, match=f"a function for {job_type} cannot be"):
        find_handlers({job_type: f"{module(packages)}:handle"}, None)


def test_a_channel_that_nothing_is_sent_by_is_told(packages: Path) -> None:
    announce(packages, "pgherald.channels", pigeon=f"{module(packages)}:handle")
    with pytest.raises(HandlerError, match="pigeon is not a channel"):
        find_channels()


def variables(database_url: str, packages: Path, **more: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "PYTHONPATH": f"{packages}:{sys.path[0]}:{python_path()}", **more}


def python_path() -> str:
    """Give where this package is, for a program in another folder."""
    return str(Path(pgherald.channels.__file__).parents[2])


async def test_the_program_runs_jobs_with_announced_and_named_functions(
    database_url: str, desk: Desk, packages: Path
) -> None:
    announce(packages, "pgherald.jobs", sync_calendar=f"{module(packages)}:handle")
    named, announced = await add(desk, "other"), await add(desk, "sync_calendar")
    texts = (await desk.queue("a text"))[0]
    given = variables(database_url, packages, PGHERALD_HANDLERS=f"other={module(packages)}:handle,")
    async with program("run", variables=given) as runner:
        for job_id in (named, announced):
            assert (await desk.until_job(job_id, "completed"))["result"] == {"ran": True}
        assert await runner.end(signal.SIGTERM) == 0
    assert any("this runner works on jobs" in line for line in runner.lines), runner.lines
    assert texts
    assert await desk.statuses() == {"queued": 1}, "without Twilio no text is claimed"


async def test_a_runner_may_be_for_some_types_only(database_url: str, desk: Desk, packages: Path) -> None:
    handle = f"{module(packages)}:handle"
    mine, other = await add(desk, "other"), await add(desk, "sync_calendar")
    given = variables(
        database_url, packages, PGHERALD_HANDLERS=f"other={handle},sync_calendar={handle}", PGHERALD_JOB_TYPES=" other,"
    )
    async with program("run", variables=given) as runner:
        await desk.until_job(mine, "completed")
        assert await runner.end(signal.SIGTERM) == 0
    assert (await desk.until_job(other, "pending"))["attempts"] == 0


async def test_f28_what_kills_its_runner_runs_out_of_attempts(database_url: str, desk: Desk, packages: Path) -> None:
    """Failure 5: a job that killed its worker was reclaimed at once, for ever."""
    (packages / "deadly.py").write_text("import os\nasync def handle(job): os.kill(os.getpid(), 9)\n", "utf-8")
    job_id = await add(desk, attempts=2)
    for attempt in (1, 2):
        given = variables(database_url, packages, PGHERALD_HANDLERS="other=deadly:handle", PGHERALD_LEASE="31")
        async with program("run", variables=given) as runner:
            assert await asyncio.wait_for(runner.process.wait(), 20) == -signal.SIGKILL
        row = await desk.until_job(job_id, "processing")
        assert row["attempts"] == attempt
        # The dead runner's own tick() may be under way for a moment yet.
        while (await desk.rows("select public.tick(now() + interval '5 minutes')"))[0]["tick"]["busy"]:
            await asyncio.sleep(0.05)
        await desk.rows("update public.queue_jobs set scheduled_for = now() where status = 'retrying'")
    assert (await desk.until_job(job_id, "failed"))["attempts"] == 2


async def ended(*arguments: str, variables: Mapping[str, str]) -> Program:
    """Run the program until it ends by itself."""
    async with program("run", *arguments, variables=variables) as runner:
        await asyncio.wait_for(runner.process.wait(), 20)
        await runner.reading
    return runner


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--handler", "other=no_such_module:handle"], ["--handler other", "no_such_module"]),
        (["--handler", "other"], ["--handler", "PGHERALD_HANDLERS", "TYPE=package.module:function"]),
        (["--handler", "other=a:b", "--handler", "other=a:c"], ["two functions for other"]),
        (["--handler", "none_such={module}:handle"], ["unknown job type: 'none_such'", "Known here", "sync_calendar"]),
        (["--job-type", "sync_calendar"], ["--job-type", "sync_calendar", "--handler sync_calendar="]),
        (["--job-type", "send_notification"], ["--job-type", "PGHERALD_SMTP_URL", "PGHERALD_VAPID_PRIVATE_KEY"]),
        (["--job-type", "send_sms"], ["TWILIO_ACCOUNT_SID", "is missing"]),
        (
            ["--vapid-private-key", "nonsense", "--vapid-subject", "mailto:a@b.c"],
            ["PGHERALD_VAPID_PRIVATE_KEY", "P-256"],
        ),
    ],
)
async def test_what_the_program_cannot_do_it_says_at_the_start(
    database_url: str, packages: Path, arguments: list[str], words: list[str]
) -> None:
    given = [argument.format(module=module(packages)) for argument in arguments]
    runner = await ended(*given, variables=variables(database_url, packages))
    assert runner.process.returncode in {1, 2}
    told = " ".join(" ".join(runner.lines).split())
    assert [word for word in words if word not in told] == [], told
    assert "Traceback" not in told


async def test_the_program_sends_mails_and_push_messages_and_says_what_is_off(
    database_url: str, desk: Desk, packages: Path
) -> None:
    server, device = MailServer(), Device()
    async with server.running(), device.running():
        mail = await desk.notify({"title": "words of the mail", "body": "b"}, email="bob@example.com")
        push = await desk.notify({"title": "words of the message", "body": "b"}, push=device.subscription)
        (packages / "vapid.pem").write_bytes(
            ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        only_mail = variables(
            database_url,
            packages,
            PGHERALD_SMTP_URL=f"smtp://127.0.0.1:{server.port}",
            PGHERALD_EMAIL_FROM="Our App <app@example.org>",
            PGHERALD_LOG_LEVEL="debug",
        )
        async with program("run", variables=only_mail) as runner:
            await desk.until_job(mail["queue_job_id"], "completed")
            assert await runner.end(signal.SIGTERM) == 0
        assert any("WARNING this runner sends no push" in line for line in runner.lines), runner.lines
        await desk.until_job(push["queue_job_id"], "pending")
        both = {
            **only_mail,
            "PGHERALD_VAPID_PRIVATE_KEY": str(packages / "vapid.pem"),
            "PGHERALD_VAPID_SUBJECT": "https://example.org/contact",
            "PGHERALD_PUSH_ALLOW_PRIVATE": "true",
        }
        async with program("run", variables=both) as runner:
            await desk.until_job(push["queue_job_id"], "completed")
            assert await runner.end(signal.SIGTERM) == 0
    assert server.mails[0]["Subject"] == "words of the mail"
    assert device.messages[0]["title"] == "words of the message"
    printed = "\n".join(runner.lines)
    assert "WARNING" not in printed
    assert str(push["id"]) in printed
    assert [
        secret for secret in ("words of the message", device.endpoint, "bob@example.com") if secret in printed
    ] == []


@pytest.mark.parametrize(("library", "extra"), [("aiosmtplib", "email"), ("pywebpush", "push")])
async def test_a_missing_extra_is_named(database_url: str, packages: Path, library: str, extra: str) -> None:
    (packages / f"{library}.py").write_text("raise ImportError('not installed')\n", "utf-8")
    given = variables(
        database_url,
        packages,
        **{
            "email": {"PGHERALD_SMTP_URL": "smtp://127.0.0.1:1", "PGHERALD_EMAIL_FROM": "a@b.c"},
            "push": {"PGHERALD_VAPID_PRIVATE_KEY": "key", "PGHERALD_VAPID_SUBJECT": "mailto:a@b.c"},
        }[extra],
    )
    runner = await ended(variables=given)
    assert runner.process.returncode == 1
    assert f"pip install '.[{extra}]' in the checkout" in runner.lines[-1]


# What the documentation says


def blocks(language: str) -> list[str]:
    """Give the examples in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def write_examples(folder: Path) -> None:
    """Write the files that the examples say they are."""
    (folder / "app").mkdir()
    for block in blocks("python"):
        name = re.match(r"# (\S+)\n", block)
        assert name
        (folder / name[1]).write_text(block, "utf-8")


async def test_the_example_of_a_job_works_as_it_stands(database_url: str, desk: Desk, tmp_path: Path) -> None:
    write_examples(tmp_path)
    (command,) = blocks("sh")
    queue = next(block for block in blocks("sql") if "add_queue_job" in block)
    assert command.startswith("pgherald ")
    await desk.rows("select tests.a_user()")
    await desk.rows(queue)
    lacking = await add(desk, "sync_calendar")
    busy = await add(desk, "sync_calendar", '{"calendar": "busy"}')
    given = {"DATABASE_URL": database_url, "PYTHONPATH": python_path()}
    async with program(*command.split()[1:], variables=given, folder=tmp_path) as runner:
        assert (await desk.until_job(lacking, "failed"))["error_message"] == "no calendar is connected"
        await desk.until_job(busy, "retrying")
        (queued,) = await desk.rows("select id from public.queue_jobs where metadata ->> 'calendar' = 'work'")
        assert (await desk.until_job(queued["id"], "completed"))["result"] == {"synced": 3}
        assert await runner.end(signal.SIGTERM) == 0


async def test_the_example_of_a_channel_works_as_it_stands(database_url: str, desk: Desk, tmp_path: Path) -> None:
    write_examples(tmp_path)
    for block in blocks("toml"):
        header = re.match(r'\[project\.entry-points\."([a-z.]+)"\]\n', block)
        assert header
        announce(tmp_path, header[1], **dict(re.findall(r'^(\w+) = "(\S+)"$', block, re.MULTILINE)))
    made = await desk.notify(
        {"title": "t", "body": "b"}, push={"endpoint": "https://push.example", "p256dh": "", "auth": ""}
    )
    job_id = await add(desk, "sync_calendar", '{"calendar": "work"}')
    given = {"DATABASE_URL": database_url, "PYTHONPATH": f"{tmp_path}:{python_path()}"}
    async with program("run", variables=given) as runner:
        await desk.until_job(made["queue_job_id"], "completed")
        await desk.until_job(job_id, "completed")
        assert await runner.end(signal.SIGTERM) == 0
    assert (await desk.delivery(made["id"]))["external_id"] == "id-over-there"


@pytest.mark.parametrize(("call", "status"), [("complete_queue_job", "completed"), ("fail_queue_job", "retrying")])
async def test_the_examples_for_psql_work_as_they_stand(
    server: harness.TestServer, database_url: str, desk: Desk, call: str, status: str
) -> None:
    (example,) = [block for block in blocks("sql") if call in block]
    job_id = await add(desk, "sync_calendar", '{"calendar": "work"}')
    assert server.embedded
    psql = [str(server.embedded.bin_dir / "psql"), "-X", "-v", "ON_ERROR_STOP=1", database_url]
    await asyncio.to_thread(subprocess.run, psql, input=example.encode(), capture_output=True, check=True)
    await desk.until_job(job_id, status)
