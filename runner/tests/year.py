"""A year of texts through the real functions: users, clocks, a runner and a provider, played with a moving clock.

What becomes of it is judged by `year_judge`, which asks Python's clocks and nobody of the database. As a program this
is `make year`: a thousand users in forty zones for a year.
"""

import heapq
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import psycopg
from psycopg import sql
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
Span = tuple[clock_time, clock_time]

SENDER: Final = "+15005550006"
LEAD: Final = timedelta(minutes=5)
FIRST_DAY: Final = datetime(2026, 2, 1, tzinfo=UTC)
# Both hemispheres, changes of half an hour, at midnight, on other weekdays and for Ramadan, zones off the hour.
ZONES: Final = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Adak",
    "America/Asuncion",
    "America/Caracas",
    "America/Chicago",
    "America/Havana",
    "America/Los_Angeles",
    "America/Miquelon",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
)
PREFIXES: Final = ("+1212", "+49151", "+6141", "+8190", "+23480")


@cache
def clock(zone: str) -> ZoneInfo:
    """Give a zone as the package tzdata knows it: the machine's own rules may be years old."""
    with files("tzdata.zoneinfo").joinpath(*zone.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=zone)


def common_zones(connection: psycopg.Connection[Any], first: datetime, last: datetime) -> list[str]:
    """Give the zones of which the server and Python think the same: one may know of newer laws."""
    rows = connection.cursor(row_factory=tuple_row).execute(
        """
        select zone, at, at at time zone zone
        from unnest(%s::text[]) as zone
        cross join generate_series(%s::timestamptz, %s::timestamptz, interval '3 hours') as at
        """,
        (list(ZONES), first, last),
    )
    differing = {zone for zone, at, wall in rows if at.astimezone(clock(zone)).replace(tzinfo=None) != wall}
    return [zone for zone in ZONES if zone not in differing]


def hours(begins: str, ends: str) -> Span:
    return clock_time.fromisoformat(begins), clock_time.fromisoformat(ends)


QUIET: Final = (
    hours("21:00", "08:00"),
    hours("22:30", "06:45"),
    hours("00:00", "07:00"),
    hours("13:00", "14:30"),
    hours("02:00", "03:00"),
    hours("01:30", "02:30"),
    hours("23:59", "00:01"),
    hours("20:00", "12:00"),
    hours("08:00", "08:00"),
    None,
    None,
)
PATTERNS: Final = (
    "FREQ=DAILY",
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYHOUR=8,12,18;BYMINUTE=0",
    "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=30",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;BYHOUR=2;BYMINUTE=15",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=1MO,-1FR",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,17",
)
CATEGORIES: Final = (None, None, None, "marketing", "task_reminder", "urgent_alert")
EVENTS: Final = ("project.phase_scheduled", "calendar.sync_failed", "task.due_soon")


@dataclass(frozen=True)
class Law:
    """A legal window: texts to such numbers go only between these times."""

    prefix: str
    category: str | None
    opens: clock_time
    closes: clock_time
    zone: str | None


LAWS: Final = (
    Law("+1", "marketing", *hours("08:00", "21:00"), None),
    Law("+49", None, *hours("07:30", "20:00"), None),
    Law("+61", "marketing", *hours("09:00", "20:00"), "Australia/Sydney"),
    Law("+81", None, *hours("10:00", "02:00"), None),
)


@dataclass(frozen=True)
class Wishes:
    """What a user may change in the course of the year."""

    zone: str
    quiet: Span | None
    alarms: bool
    morning: clock_time | None
    evening: bool


@dataclass(frozen=True)
class EventWishes:
    """How a user wants to hear of an event."""

    quiet: Span | None
    zone: str
    priority: str


@dataclass
class User:
    """A user, and what they wished since when."""

    id: UUID
    phone: str
    daily_limit: int | None
    hourly_limit: int | None
    wants: dict[str, bool]
    events: dict[str, EventWishes]
    history: list[tuple[datetime, Wishes]]

    def wishes(self, at: datetime) -> Wishes:
        """Give what the user wished at that time."""
        return next(wishes for since, wishes in reversed(self.history) if since <= at)

    def changes(self, *names: str) -> list[datetime]:
        """Give the times at which one of these wishes changed."""
        return [
            since
            for (_, before), (since, after) in zip(self.history, self.history[1:], strict=False)
            if any(getattr(before, name) != getattr(after, name) for name in names)
        ]


@dataclass(frozen=True)
class Series:
    """A series as it was asked for."""

    id: UUID
    user: User
    start: datetime
    rule: str
    zone: str | None
    made_at: datetime


@dataclass(frozen=True)
class Attempt:
    """A request that the provider got, and whether it took it."""

    message_id: UUID
    at: datetime
    validity: int | None
    taken: bool


@dataclass(frozen=True)
class Record:
    """All that there is to be judged of a year."""

    begins: datetime
    ends: datetime
    users: list[User]
    series: list[Series]
    attempts: list[Attempt]
    ticks: list[datetime]
    law_since: datetime | None
    texts: list[Row]
    jobs: list[Row]


@dataclass
class Figures:
    """What there was of everything."""

    steps: int = 0
    promoted: int = 0
    recurred: int = 0
    claims: int = 0
    most_jobs: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


class Year:
    """A database whose clock is ours."""

    def __init__(self, url: str, *, seed: int, users: int, days: int, first_day: datetime = FIRST_DAY) -> None:
        """Make the users, and plan what will happen."""
        self.rng = random.Random(seed)  # noqa: S311  made-up users are no secret
        self.connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, options="-c TimeZone=UTC")
        self.days = days
        self.begins = self.now = first_day
        self.ends = first_day + timedelta(days=days)
        self.figures = Figures()
        self.series: list[Series] = []
        self.attempts: list[Attempt] = []
        self.ticks: list[datetime] = []
        self.law_since: datetime | None = None
        self.is_perfect = False
        self.coarseness = 1.0
        self._to_come: list[tuple[datetime, int, Callable[[], None]]] = []
        self._downtimes = sorted(self._plan_downtimes())
        self.zones = common_zones(self.connection, self.begins - timedelta(days=4), self.ends + timedelta(days=6))
        self._take_the_clock()
        self.users = [self._make_user(number) for number in range(users)]
        self._write_users()
        self.by_id = {user.id: user for user in self.users}
        self._plan_changes()

    def close(self) -> None:
        """Let the database go."""
        self.connection.close()

    def record(self) -> Record:
        """Give what there is to be judged."""
        texts = self.rows(
            """
            select
              message.id, message.user_id, message.phone_number, message.status::text, message.priority::text,
              message.category, message.scheduled_for, message.deferred_from, message.deferred_until,
              message.defer_reason, message.expires_at, message.created_at, message.cancelled_at,
              message.cancel_reason, message.twilio_error_message, message.parent_message_id, message.occurrence,
              series.routine, event.event_type
            from sms_messages as message
            left join sms_messages as series on series.id = message.parent_message_id
            left join notification_deliveries as delivery on delivery.id = message.notification_delivery_id
            left join notification_events as event on event.id = delivery.event_id
            where message.recurrence_pattern is null
            """
        )
        jobs = self.rows(
            """
            select job.id, job.status::text, job.scheduled_for, message.status::text as text_status
            from queue_jobs as job
            left join sms_messages as message on message.queue_job_id = job.id
            where job.status in ('pending', 'retrying', 'processing')
            """
        )
        return Record(
            begins=self.begins,
            ends=self.now,
            users=self.users,
            series=self.series,
            attempts=self.attempts,
            ticks=self.ticks,
            law_since=self.law_since,
            texts=texts,
            jobs=jobs,
        )

    # The clock

    def _take_the_clock(self) -> None:
        """Make now() ours, for the triggers and for what a client does without saying when."""
        self.execute("alter function pg_catalog.now() rename to real_now")
        self.execute(
            """
            create function pg_catalog.now() returns timestamptz language sql stable parallel safe as
            $$ select current_setting('year.now')::timestamptz $$
            """
        )
        self.set_clock(self.now)
        for row in self.rows(
            """
            select attrelid::regclass::text as relation, attname
            from pg_attrdef
            inner join pg_attribute on attrelid = adrelid and attnum = adnum
            where pg_get_expr(adbin, adrelid) = 'real_now()' and attrelid::regclass::text !~ '^(tests|tap)'
            """
        ):
            names = [sql.Identifier(*row["relation"].split(".")), sql.Identifier(row["attname"])]
            self.connection.execute(sql.SQL("alter table {} alter column {} set default now()").format(*names))

    def set_clock(self, at: datetime) -> None:
        """Move on to an instant."""
        self.now = at
        self.execute("select set_config('year.now', %s, false)", at.isoformat())

    def execute(self, query: str, *values: object) -> None:
        """Run a statement."""
        self.connection.execute(query.encode(), values)

    def rows(self, query: str, *values: object) -> list[Row]:
        """Run a query and give its rows."""
        return self.connection.execute(query.encode(), values).fetchall()

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began_at = time.monotonic()
        yield
        self.figures.seconds[part] = self.figures.seconds.get(part, 0) + time.monotonic() - began_at

    # What there is

    def _make_user(self, number: int) -> User:
        """Make up a user."""
        rng = self.rng
        wishes = Wishes(
            zone=self.zones[number % len(self.zones)],
            quiet=rng.choice(QUIET),
            alarms=rng.random() < 0.7,
            morning=self._a_time() if rng.random() < 0.3 else None,
            evening=rng.random() < 0.15,
        )
        return User(
            id=UUID(int=rng.getrandbits(128), version=4),
            phone=f"{rng.choice(PREFIXES)}{1000000 + number}",
            daily_limit=rng.choices((None, 10, 2, 1, 0, 1000), (3, 3, 3, 2, 0.4, 2))[0],
            hourly_limit=rng.choices((None, 10, 2, 1, 0), (4, 2, 2, 2, 0.3))[0],
            wants={"task_reminders": rng.random() < 0.8, "marketing_enabled": rng.random() < 0.6},
            events={
                event: EventWishes(
                    quiet=rng.choice(QUIET),
                    zone=wishes.zone if rng.random() < 0.5 else rng.choice(self.zones),
                    priority=rng.choice(("urgent", "normal", "normal", "low")),
                )
                for event in EVENTS
                if rng.random() < 0.2
            },
            history=[(self.begins - timedelta(days=1), wishes)],
        )

    def _a_time(self) -> clock_time:
        """Make up a time of the day, one in which clocks are turned at times."""
        hour = self.rng.choice((0, 1, 2, 3, 6, 7, 7, 8, 8, 9, 12))
        return clock_time(hour, self.rng.choice((0, 0, 15, 30, 45)))

    def _write_users(self) -> None:
        """Put the users into the database."""
        people = Jsonb(
            [
                {
                    "id": str(user.id),
                    "phone": user.phone,
                    "daily": user.daily_limit,
                    "hourly": user.hourly_limit,
                    **user.wants,
                    **as_columns(user.history[0][1]),
                }
                for user in self.users
            ]
        )
        # The judge reads at the end what was on record all along.
        self.execute("update herald.retention set keep = null")
        self.execute("insert into users (id) select id from jsonb_to_recordset(%s) as person (id uuid)", people)
        self.execute(
            """
            insert into user_sms_preferences (
              user_id, phone_number, phone_verified, daily_sms_limit, hourly_sms_limit, task_reminders,
              marketing_enabled, timezone, quiet_hours_start, quiet_hours_end, urgent_alerts, morning_kickoff_enabled,
              morning_kickoff_time, evening_recap_enabled
            )
            select
              id, phone, true, daily, hourly, task_reminders, marketing_enabled, timezone, quiet_hours_start,
              quiet_hours_end, urgent_alerts, morning_kickoff_enabled, morning_kickoff_time, evening_recap_enabled
            from jsonb_to_recordset(%s) as person (
              id uuid, phone text, daily integer, hourly integer, task_reminders boolean, marketing_enabled boolean,
              timezone text, quiet_hours_start time, quiet_hours_end time, urgent_alerts boolean,
              morning_kickoff_enabled boolean, morning_kickoff_time time, evening_recap_enabled boolean
            )
            """,
            people,
        )
        listening = Jsonb(
            [
                {
                    "user_id": str(user.id),
                    "event": event,
                    "priority": wishes.priority,
                    "zone": wishes.zone,
                    "begins": wishes.quiet and str(wishes.quiet[0]),
                    "ends": wishes.quiet and str(wishes.quiet[1]),
                }
                for user in self.users
                for event, wishes in user.events.items()
            ]
        )
        self.execute(
            """
            insert into notification_subscriptions (user_id, event_type)
            select (wish ->> 'user_id')::uuid, wish ->> 'event' from jsonb_array_elements(%s) as wish
            """,
            listening,
        )
        self.execute(
            """
            update user_notification_preferences as wishes
            set
              sms_enabled = true, push_enabled = false, email_enabled = false, in_app_enabled = false,
              priority = wish.priority, timezone = wish.zone, quiet_hours_enabled = wish.begins is not null,
              quiet_hours_start = coalesce(wish.begins, '22:00'), quiet_hours_end = coalesce(wish.ends, '08:00')
            from jsonb_to_recordset(%s) as wish (
              user_id uuid, event text, priority text, zone text, begins time, ends time
            )
            where wishes.user_id = wish.user_id and wishes.event_type = wish.event
            """,
            listening,
        )
        self.execute("analyze")

    # What happens

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Have something happen at an instant."""
        heapq.heappush(self._to_come, (when, len(self._to_come) + self.rng.getrandbits(40), action))

    def _some_time(self) -> datetime:
        """Give an instant of the year, to the minute."""
        return self.begins + timedelta(minutes=self.rng.randrange(self.days * 24 * 60))

    def _plan_downtimes(self) -> Iterator[tuple[datetime, datetime]]:
        """Have nobody tick for some hours, some times, and once for the two days on which Europe turns its clocks."""
        for _ in range(max(2, self.days // 40)):
            begins = self._some_time()
            yield begins, begins + timedelta(minutes=self.rng.randrange(150, 600))
        long = datetime(2026, 3, 28, 9, tzinfo=UTC)
        if long < self.begins or long > self.ends:
            long = self._some_time()
        yield long, long + timedelta(days=2)

    def _plan_changes(self) -> None:
        """Plan what users will do."""
        rng = self.rng
        for user in self.users:
            chance = rng.random()
            for _ in range(rng.randint(1, 3) if chance < 0.25 else 0):
                self._change_later(user, self._another_zone if chance < 0.1 else self._other_hours)
            for _ in range(rng.randint(1, 6) if rng.random() < 0.3 else 0):
                self._change_later(user, self._other_routines)
            for _ in range(rng.randint(1, 2) if rng.random() < 0.4 else 0):
                self.at(self._some_time(), lambda user=user: self._start_series(user))  # type: ignore[misc]
        for day in range(self.days):
            noon = self.begins + timedelta(days=day, minutes=rng.randrange(24 * 60))
            self.at(noon, self._queue_singles)
            self.at(noon + timedelta(minutes=rng.randrange(600)), self._emit)
            if day < 3 or day % 5 == 0:  # while all is new, and later now and then
                self.at(noon, self._keep_house)
        self.at(self.begins + timedelta(days=self.days * 0.3), self._pass_laws)

    def _another_zone(self, wishes: Wishes) -> Wishes:
        """Move to somewhere else."""
        return replace(wishes, zone=self.rng.choice(self.zones))

    def _other_hours(self, wishes: Wishes) -> Wishes:
        """Want quiet at other hours."""
        return replace(wishes, quiet=self.rng.choice(QUIET), alarms=self.rng.random() < 0.7)

    def _other_routines(self, wishes: Wishes) -> Wishes:
        """Switch a routine on or off, or move it."""
        if self.rng.random() < 0.3:
            return replace(wishes, evening=not wishes.evening)
        if self.rng.random() < 0.3:
            return replace(wishes, morning=None)
        if self.rng.random() < 0.7:
            return replace(wishes, morning=self._a_time())
        # About now, for what is planned or sent at this very moment.
        soon = self.now + timedelta(minutes=self.rng.choice((-70, -6, -2, 0, 1, 2, 3, 4, 5, 7, 9, 40)))
        return replace(wishes, morning=soon.astimezone(clock(wishes.zone)).time().replace(second=0, microsecond=0))

    def _change_later(self, user: User, change: Callable[[Wishes], Wishes]) -> None:
        """Have a user change their mind some time."""

        def now() -> None:
            before = user.history[-1][1]
            after = change(before)
            if before == after:
                return
            user.history.append((self.now, after))
            old, new = as_columns(before), as_columns(after)
            changed = {name: value for name, value in new.items() if value != old[name]}
            columns = ", ".join(f"{name} = %s" for name in changed)
            self.execute(
                f"update user_sms_preferences set {columns} where user_id = %s",  # noqa: S608  names of our own
                *changed.values(),
                user.id,
            )

        self.at(self._some_time(), now)

    def _start_series(self, user: User) -> None:
        """Have a user be texted again and again."""
        rng = self.rng
        rule = rng.choice(PATTERNS)
        start = self.now + timedelta(minutes=rng.choice((0, 3, 40, 200, 3000, 20000)))
        zone = rng.choice(self.zones) if rng.random() < 0.15 else None
        wall = start.astimezone(clock(zone or user.wishes(self.now).zone)).replace(tzinfo=None)
        kind = rng.random()
        if kind < 0.25:
            rule += f";COUNT={rng.choice((1, 2, 10, 40))}"
        elif kind < 0.4:
            rule += f";UNTIL={wall + timedelta(days=rng.choice((3, 30, 90))):%Y%m%dT%H%M%S}"
        elif kind < 0.5:
            rule += f";UNTIL={start + timedelta(days=rng.choice((3, 30, 90))):%Y%m%dT%H%M%SZ}"
        try:
            [row] = self.rows(
                """
                select queue_sms_message(
                  %s, null, 'again and again', %s, %s, p_category => %s, p_recurrence_pattern => %s,
                  p_recurrence_timezone => %s
                ) as id
                """,
                user.id,
                rng.choice(("low", "normal", "high", "urgent")),
                start,
                rng.choice(CATEGORIES),
                rule,
                zone,
            )
        except psycopg.errors.InvalidParameterValue as error:
            # The last Sunday of March may lie beyond UNTIL.
            assert "never occurs" in str(error)  # noqa: PT017  any other refusal is a failure
            return
        self.series.append(Series(row["id"], user, start, rule, zone, self.now))

    def _queue_singles(self) -> None:
        """Queue texts for some of the users, now and then a heap for one of them."""
        rng = self.rng
        chosen = rng.sample(self.users, max(1, len(self.users) // 8))
        chosen += [rng.choice(self.users)] * 15
        texts = [
            {
                "user_id": str(user.id),
                "priority": rng.choice(("low", "normal", "normal", "high", "urgent")),
                "minutes": None if rng.random() < 0.2 else rng.randrange(40 * 60),
                "category": rng.choice(CATEGORIES),
                "expires": rng.choice((None, None, None, 30, 3000)),
            }
            for user in chosen
        ]
        self.execute(
            """
            select queue_sms_message(
              user_id, null, 'once', priority, at, p_category => category,
              p_expires_at => coalesce(at, now()) + expires * interval '1 minute'
            )
            from jsonb_to_recordset(%s) as text (
              user_id uuid, priority sms_priority, minutes integer, category text, expires integer
            )
            cross join lateral (select now() + minutes * interval '1 minute' as at) as planned
            """,
            Jsonb(texts),
        )

    def _emit(self) -> None:
        """Have something happen that users want to hear of."""
        later = self.now + timedelta(minutes=self.rng.randrange(600))
        self.execute(
            """select emit_notification_event(%s, p_payload => '{"body": "news"}', p_scheduled_for => %s)""",
            self.rng.choice(EVENTS),
            later if self.rng.random() < 0.5 else None,
        )

    def _keep_house(self) -> None:
        """Do what autovacuum would have had the time for."""
        self.execute(
            """
            vacuum (analyze) sms_messages, queue_jobs, herald.sms_attempts, user_sms_preferences,
            notification_deliveries, notification_events
            """
        )

    def _pass_laws(self) -> None:
        """Switch legal windows on."""
        self.law_since = self.now
        for law in LAWS:
            self.execute(
                """
                insert into herald.legal_windows (phone_prefix, category, opens, closes, timezone, is_active, source)
                values (%s, %s, %s, %s, %s, true, 'a law')
                on conflict on constraint legal_windows_are_said_once do update set is_active = true
                """,
                *(law.prefix, law.category, law.opens, law.closes, law.zone),
            )

    # The runner and the provider

    def run(self, told: Callable[[datetime], None] = lambda _: None) -> None:
        """Let the year pass."""
        while self.now < self.ends:
            self._step(self._next_instant())
            told(self.now)
        self._finish()

    def _next_instant(self) -> datetime:
        """Give an instant some minutes on, or that of the next thing to do if it is later."""
        rng = self.rng
        minutes = rng.choice((3, 5, 5, 10, 15, 20, 30, 45, 60, 75)) * (self.coarseness if rng.random() < 0.8 else 1)
        coming = self.now + timedelta(minutes=minutes)
        [row] = self.rows(
            """
            select least(
              (
                select min(scheduled_for) from sms_messages
                where status in ('pending', 'scheduled') and recurrence_pattern is null
              ),
              (
                select min(scheduled_for) from sms_messages
                where recurrence_pattern is not null and status = 'scheduled'
              ),
              (select min(scheduled_for) from queue_jobs where status in ('pending', 'retrying')),
              (select min(lease_expires_at) from queue_jobs where status = 'processing')
            ) as at
            """
        )
        due = min([row["at"] or self.ends, *(when for when, _, _ in self._to_come[:1])])
        if due > coming:
            coming = due + rng.choice((timedelta(), timedelta(), timedelta(seconds=rng.randrange(300))))
        for begins, ends in self._downtimes:
            if begins <= coming < ends:
                return ends
        return coming

    def _step(self, coming: datetime) -> None:
        """Let time pass up to an instant, and do what a runner does then."""
        with self._timed("what users do"):
            while self._to_come and self._to_come[0][0] <= coming:
                when, _, action = heapq.heappop(self._to_come)
                self.set_clock(max(when, self.now))
                action()
        self.set_clock(max(coming, self.now))
        self.figures.steps += 1
        self._tick()
        self._send()

    def _tick(self) -> None:
        """Do what is due, until there is nothing."""
        self.ticks.append(self.now)
        with self._timed("tick"):
            for _ in range(60):
                [row] = self.rows("select tick(%s) as report", self.now)
                report = row["report"]
                assert report["busy"] is False
                assert "failed" not in report, report
                self.figures.promoted += report["promoted"]
                self.figures.recurred += report["recurred"] + report["routines_recurred"]
                if not report["promoted"] + report["recurred"] + report["routines_recurred"]:
                    return
        raise AssertionError(f"ticks go round in circles: {report}")

    def _send(self) -> None:
        """Claim and send until nothing is left to be claimed."""
        for _ in range(500):
            with self._timed("claim"):
                claimed = self.rows(
                    "select * from claim_sms(%s, 500, '2 minutes', %s, %s)", *(SENDER, self._runner(), self.now)
                )
            if claimed:
                self._answer(claimed)
                self.figures.claims += 1
                continue
            [row] = self.rows("select max(paused_until) as until from herald.senders")
            if row["until"] is None or row["until"] <= self.now:
                break
            self.set_clock(row["until"])
        else:
            raise AssertionError("claims go round in circles")
        if self.figures.steps % 50 == 0:
            [row] = self.rows("select count(*) as jobs from queue_jobs where completed_at is null")
            self.figures.most_jobs = max(self.figures.most_jobs, row["jobs"])

    def _runner(self) -> str:
        """Give the runner another name for each batch: what one that died had claimed nobody may hand back."""
        return f"runner {self.figures.claims}"

    def _answer(self, claimed: Sequence[Row]) -> None:
        """Be the provider, and record what it says."""
        if not self.is_perfect and self.rng.random() < 0.005:
            # The connection broke, and nobody saw them.
            self.rows("select hand_back_unseen_sms(%s, '{}', %s)", self._runner(), self.now)
            return
        results = []
        for row in claimed:
            result = self._ask_provider(row)
            if result is not None:
                results.append({**result, **{name: str(row[name]) for name in FENCE}})
        self.set_clock(self.now + timedelta(seconds=self.rng.randrange(4)))
        with self._timed("record"):
            recorded = self.rows("select recorded from record_sms_results(%s, %s)", Jsonb(results), self.now)
        assert all(row["recorded"] for row in recorded)

    def _ask_provider(self, row: Row) -> Row | None:
        """Give an answer to a request; None if the runner dies of it."""
        kind = 1.0 if self.is_perfect else self.rng.random()
        sid = f"SM{row['attempt_id'].hex}"
        taken, answer = True, dict(ACCEPTED, sid=sid)
        if kind < 0.01:
            taken, answer = False, {"http_status": 400, "error_code": 21211}
        elif kind < 0.04:
            taken, answer = False, {"maybe_accepted": False}
        elif kind < 0.045:
            taken, answer = False, {"http_status": 429, "error_code": 20429, "retry_after_seconds": 2}
        elif kind < 0.046:
            taken, answer = False, {"http_status": 401, "error_code": 20003}
        elif kind < 0.055:
            taken, answer = self.rng.random() < 0.5, {"http_status": 500}
        is_lost = 0.055 <= kind < 0.058
        if is_lost or answer.get("http_status") == 500:
            self._doubt(row["message_id"], sid, taken=taken)
        self.attempts.append(Attempt(row["message_id"], self.now, row["validity_seconds"], taken))
        return None if is_lost else answer

    def _doubt(self, message_id: UUID, sid: str, *, taken: bool) -> None:
        """Have somebody find out some hours later what became of a text."""

        def decide() -> None:
            found = sid if taken else None
            [row] = self.rows(
                "select resolve_sms_in_doubt(%s, %s, %s, %s) as done", *(message_id, taken, found, self.now)
            )
            if not row["done"]:
                # Its lease has not run out, since nobody ticked.
                self.at(self.now + timedelta(minutes=20), decide)

        self.at(self.now + timedelta(minutes=self.rng.randrange(5, 600)), decide)

    def _finish(self) -> None:
        """Let all come to an end that has begun: the provider takes everything, and nobody does anything new."""
        self.is_perfect = True
        doubts = [entry for entry in self._to_come if entry[2].__name__ == "decide"]
        self._to_come = []
        self._step(self.now + timedelta(minutes=10))
        self._to_come = [(self.now, number, action) for number, (_, _, action) in enumerate(doubts)]
        for _ in range(8):
            self._step(self.now + timedelta(minutes=15))
        self._to_come = []


FENCE: Final = ("job_id", "processing_token", "attempt_id")
ACCEPTED: Final[Row] = {"http_status": 201, "provider_status": "queued", "segments": 1}


def as_columns(wishes: Wishes) -> Row:
    """Give the columns of user_sms_preferences that say so."""
    begins, ends = wishes.quiet or (None, None)
    return {
        "timezone": wishes.zone,
        "quiet_hours_start": begins and str(begins),
        "quiet_hours_end": ends and str(ends),
        "urgent_alerts": wishes.alarms,
        "morning_kickoff_enabled": wishes.morning is not None,
        "morning_kickoff_time": wishes.morning and str(wishes.morning),
        "evening_recap_enabled": wishes.evening,
    }


@click.command(help=__doc__)
@click.option("--users", default=1000, show_default=True)
@click.option("--days", default=365, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--coarseness", default=2.0, show_default=True, help="How long the steps of the clock are.")
def main(*, users: int, days: int, seed: int, coarseness: float) -> None:
    """Play a year, and say what was wrong with it."""
    # Here, since each needs the other.
    import harness  # noqa: PLC0415
    from year_judge import Judge  # noqa: PLC0415

    server = harness.server("18")
    try:
        year = Year(server.database(), seed=seed, users=users, days=days)
        year.coarseness = coarseness
        began_at = time.monotonic()

        def tell(now: datetime) -> None:
            if year.figures.steps % 100 == 0:
                click.echo(f"{now:%Y-%m-%d %H:%M}  {len(year.attempts):7} sent  {time.monotonic() - began_at:5.0f} s")

        year.run(tell)
        seconds = time.monotonic() - began_at
        judge = Judge(year.record())
        violations = judge.violations()
        for violation in violations[:100]:
            click.echo(violation)
        for what, count in sorted(judge.checked.items()):
            click.echo(f"{count:8} {what}")
        click.echo(f"{year.figures}")
        click.echo(
            f"{len(judge.texts)} texts, {len(year.attempts)} requests, {len(violations)} violations, {seconds:.0f} s"
        )
    finally:
        harness.close_servers()
    if violations:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
