"""Recurrence rules as PostgreSQL follows them, against python-dateutil."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

Occurrence = tuple[datetime, datetime]

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Both hemispheres, gaps of half an hour, at midnight and of a whole day, zones off the hour and without summer time.
ZONES = (
    "America/Havana",
    "America/Los_Angeles",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kwajalein",
    "UTC",
)
BEGINNING, END = datetime(1990, 1, 1), datetime(2101, 1, 1)  # noqa: DTZ001  wall clocks have no zone
# dateutil looks for what never comes up to the year 9999, day by day. All bounds of cases lie before this one.
LAST_YEAR = 2170
DAY = timedelta(days=1)
REFUSAL = "p_rule is not a recurrence rule: "
# What rules are made of, right ones and wrong ones.
PARTS = (
    "FREQ=DAILY FREQ=WEEKLY FREQ=MONTHLY FREQ=YEARLY BYDAY=MO BYDAY=1MO,-1FR BYMONTH=2 BYMONTHDAY=30 BYMONTHDAY=-31 "
    "BYSETPOS=-1 BYSETPOS=366 INTERVAL=9999 COUNT=3 COUNT=9999 UNTIL=00010101 UNTIL=99991231T235959Z"
)
WORDS = (
    "FREQ INTERVAL COUNT UNTIL WKST BYMONTH BYMONTHDAY BYDAY BYHOUR BYMINUTE BYSETPOS BYSECOND X RRULE: DAILY WEEKLY "
    "MONTHLY YEARLY HOURLY MO 1TU -1SU 54MO 0 1 2 -1 31 366 99999999999999999999 20250230 20251231T240000Z = = = ; ; "
    ", - + . é \u0660 \n"
)
# How far a case looks, about as many occurrences for one FREQ as for another.
REACH = {"DAILY": 40, "WEEKLY": 280, "MONTHLY": 1000, "YEARLY": 6000}
# What BYSETPOS may choose from without choosing nothing, mostly.
MANY = {"DAILY": 3, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}


@dataclass(frozen=True)
class Case:
    """A rule, and a question about it."""

    rule: str
    start: datetime
    zone: str
    until: datetime
    after: datetime | None = None
    limit: int | None = None


def a_list(rng: random.Random, values: Sequence[int | str], most: int) -> str:
    return ",".join(str(rng.choice(values)) for _ in range(rng.randint(1, most)))


def signed(rng: random.Random, last: int, most: int) -> str:
    """Give numbers from either end, those near the ends more often."""
    numbers = [*range(1, last + 1), *range(-last, 0), *(1, 2, -2, -1, last) * max(1, last // 5)]
    return a_list(rng, numbers, most)


def weekdays(rng: random.Random, frequency: str, *, within_month: bool) -> str:
    found = []
    for _ in range(rng.randint(1, 4)):
        ordinal = signed(rng, 5 if within_month else 53, 1)
        plain = frequency in ("DAILY", "WEEKLY") or rng.random() < 0.4
        found.append(rng.choice(WEEKDAYS) if plain else ordinal + rng.choice(WEEKDAYS))
    return ",".join(found)


def a_start(rng: random.Random, zone: str) -> datetime:
    """Give a time, often one at an end of a month, on a leap day, or about when the clocks are turned."""
    start = BEGINNING + timedelta(seconds=rng.randrange(int((END - BEGINNING).total_seconds())))
    kind = rng.random()
    if kind < 0.1:
        start = start.replace(year=rng.randrange(1992, 2100, 4), month=2, day=29)
    elif kind < 0.3:
        start = start.replace(day=1) - DAY if start > BEGINNING + 31 * DAY else start
    elif kind < 0.5:
        turns = turns_of(zone)
        start = rng.choice(turns) + timedelta(minutes=rng.randrange(-120, 180)) if turns else start
    if rng.random() < 0.5:
        start = start.replace(hour=rng.randrange(4))
    if rng.random() < 0.5:
        start = start.replace(minute=rng.choice((0, 15, 30, 45)), second=0)
    return start


def a_pattern(rng: random.Random, frequency: str, interval: int) -> dict[str, str]:
    """Make up a rule without an end."""
    parts = {"FREQ": frequency}
    if interval > 1 or rng.random() < 0.1:
        parts["INTERVAL"] = str(interval)
    if rng.random() < 0.3:
        parts["BYMONTH"] = a_list(rng, range(1, 13), 4)
    if rng.random() < 0.3 and frequency != "WEEKLY":
        parts["BYMONTHDAY"] = signed(rng, 31, 6)
    if rng.random() < 0.5:
        within_month = frequency == "MONTHLY" or "BYMONTH" in parts
        parts["BYDAY"] = weekdays(rng, frequency, within_month=within_month)
    if rng.random() < 0.3:
        parts["BYHOUR"] = rng.choice((a_list(rng, range(24), 4), a_list(rng, range(4), 4), "0,1,2,3,4"))
    if rng.random() < 0.2:
        parts["BYMINUTE"] = a_list(rng, [*range(60), *(0, 15, 30, 45) * 10], 4)
    if rng.random() < 0.3 and any(name.startswith("BY") for name in parts):
        parts["BYSETPOS"] = signed(rng, rng.choice((2, 4, MANY[frequency])), 3)
    if rng.random() < 0.5:
        parts["WKST"] = rng.choice(WEEKDAYS)
    return parts


def a_case(rng: random.Random) -> Case:
    """Make up a rule of any parts, and a question about it."""
    frequency = rng.choice(list(REACH))
    zone = rng.choice(ZONES)
    start = a_start(rng, zone)
    interval = rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 5, 7, 13))
    parts = a_pattern(rng, frequency, interval)
    until = start + timedelta(days=min(rng.uniform(0.1, 2) * REACH[frequency] * interval**0.5, 66 * 365))
    after = start + (until - start) * rng.uniform(-0.1, 1) if rng.random() < 0.6 else None
    ending = rng.random()
    if ending < 0.2:
        parts["COUNT"] = str(rng.randint(1, 60))
    elif ending < 0.6:
        end = start + (until - start) * rng.uniform(0, 1)
        parts["UNTIL"] = end.strftime(rng.choice(("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ")))

    named = [f"{name}={value}" for name, value in parts.items()]
    rng.shuffle(named)
    rule = rng.choice(("", "", "RRULE:")) + ";".join(named)
    return Case(
        rule.lower() if rng.random() < 0.1 else rule,
        start,
        zone,
        # A fraction of a second, which nothing falls on, keeps bounds from depending on how it is rounded.
        (until + timedelta(microseconds=1)).replace(tzinfo=UTC),
        after,
        rng.randint(1, 12) if rng.random() < 0.4 else None,
    )


def instant(wall: datetime, zone: str) -> datetime:
    """Ask Python's clocks: fold=0 is the first of two, and the offset before a gap."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


_turns: dict[str, list[datetime]] = {}


def turns_of(zone: str) -> list[datetime]:
    """Find the wall times at which clocks are turned, within a minute."""
    if zone not in _turns:
        _turns[zone] = found = []
        days = [BEGINNING + number * DAY for number in range(0, (END - BEGINNING).days, 5)]
        for before, after in pairwise(days):
            low, high = before.replace(tzinfo=UTC), after.replace(tzinfo=UTC)
            if low.astimezone(ZoneInfo(zone)).utcoffset() == high.astimezone(ZoneInfo(zone)).utcoffset():
                continue
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(ZoneInfo(zone)).utcoffset() == low.astimezone(ZoneInfo(zone)).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(shown(low, zone).replace(second=0, microsecond=0))
    return _turns[zone]


def pattern(parts: dict[str, str], start: datetime) -> Iterator[datetime]:
    """Follow a rule without COUNT and UNTIL as dateutil does, past its two departures from RFC 5545."""
    frequency, begin = parts["FREQ"], start
    named = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    if frequency == "WEEKLY" and "BYSETPOS" in parts:
        # dateutil begins the first week at DTSTART, though not the first month or year, so that BYSETPOS counts from
        # there. 3.3.10: "Each BYSETPOS value corresponds to the nth occurrence within the set of recurrence instances
        # specified by the rule", and what comes before DTSTART is not in the series.
        parts = {"BYDAY": WEEKDAYS[start.weekday()], **parts}
        begin -= (start.weekday() - WEEKDAYS.index(parts.get("WKST", "MO"))) % 7 * DAY
    elif frequency in ("MONTHLY", "YEARLY") and {len(day) > 2 for day in named} == {False, True}:
        # Of BYDAY=MO,1FR it takes the days that are both; the list is one of alternatives.
        last = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
        every = [[f"{number}{day}" for number in range(1, last + 1)] if len(day) == 2 else [day] for day in named]
        parts = {**parts, "BYDAY": ",".join(day for days in every for day in days)}
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    return (wall for wall in rrulestr(rule, dtstart=begin) if wall >= start)


def expected(case: Case) -> list[Occurrence]:
    """Walk through the whole series, as nobody should have to."""
    parts = dict(part.split("=") for part in case.rule.upper().removeprefix("RRULE:").split(";"))
    total, last = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    until = case.until
    walls = pattern(parts, case.start.replace(microsecond=0))
    if total:
        walls = islice(walls, int(total))
    if last and last.endswith("Z"):
        until = min(until, datetime.strptime(last, "%Y%m%dT%H%M%S%z"))
    elif last:
        bound = datetime.fromisoformat(last)
        # dateutil takes midnight of a bare date; here it is the whole day.
        bound += DAY - timedelta(seconds=1) if len(last) == 8 else timedelta()
        walls = takewhile(lambda wall: wall <= bound, walls)

    found: list[Occurrence] = []
    seen: set[datetime] = set()
    after = case.after or datetime.min  # noqa: DTZ901  wall clocks have no zone
    for wall in takewhile(lambda wall: wall <= until.replace(tzinfo=None) + 2 * DAY, walls):
        # What came a while ago falls on no instant of now.
        if case.after and wall < case.after - 3 * DAY:
            continue
        at = instant(wall, case.zone)
        if at <= until and at not in seen and wall > after:
            found.append((wall, at))
        seen.add(at)
        if case.limit is not None and len(found) >= case.limit:
            break
    return found[: case.limit]


def occurrences(connection: psycopg.Connection, cases: Sequence[Case]) -> list[list[Occurrence]]:
    """Ask for all of them at once."""
    rows = connection.execute(
        """
        select asked.number, found.wall, found.at
        from unnest(%s::text[], %s::timestamp[], %s::text[], %s::timestamp[], %s::timestamptz[], %s::integer[])
          with ordinality as asked (rule, start, zone, after, until, most, number)
        cross join lateral herald.occurrences(rule, start, zone, after, until, most)
          with ordinality as found (wall, at, place)
        order by asked.number, found.place
        """,
        [
            [case.rule for case in cases],
            [case.start for case in cases],
            [case.zone for case in cases],
            [case.after for case in cases],
            [case.until for case in cases],
            [case.limit for case in cases],
        ],
    )
    found: list[list[Occurrence]] = [[] for _ in cases]
    for number, wall, at in rows:
        found[number - 1].append((wall, at))
    return found


@contextmanager
def suppress_refusal() -> Iterator[None]:
    """Take a refusal that says what is wrong and what to do, and no other error."""
    try:
        yield
    except psycopg.errors.InvalidParameterValue as error:
        said = error.diag
        if not (said.message_hint and said.message_primary and said.message_primary.startswith(REFUSAL)):
            raise


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield connection


@pytest.fixture(autouse=True)
def no_far_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let dateutil give up sooner than in the year 9999."""
    monkeypatch.setattr(dt, "MAXYEAR", LAST_YEAR)


def test_server_and_python_have_the_same_clocks(connection: psycopg.Connection) -> None:
    """The rest of this file needs that: a zone whose rules changed lately goes from the list, not the comparison."""
    rows = connection.execute(
        """
        select zone, at, at at time zone zone
        from unnest(%s::text[]) as zone
        cross join generate_series(timestamptz '1990-01-01 00:00+00', '2170-01-01 00:00+00', interval '145 hours') as at
        """,
        [list(ZONES)],
    )
    assert {zone for zone, at, wall in rows if shown(at, zone) != wall} == set()


def test_an_instant_is_what_pythons_clocks_make_of_it(connection: psycopg.Connection) -> None:
    given_walls = [
        (wall, zone)
        for zone in ZONES
        for turn in turns_of(zone)
        if turn.year in (1993, 2000, 2011, 2026, 2027, 2093)
        for wall in (turn + number * timedelta(minutes=10) for number in range(-160, 160))
    ]
    rows = connection.execute(
        "select herald.instant_of(wall, zone) from unnest(%s::timestamp[], %s::text[]) as given (wall, zone)",
        [[wall for wall, _ in given_walls], [zone for _, zone in given_walls]],
    )
    different = [this for this, (at,) in zip(given_walls, rows, strict=True) if instant(*this) != at]
    assert different == []
    assert len(given_walls) > 20_000


def test_rules_are_followed_as_dateutil_does(connection: psycopg.Connection) -> None:
    rng = random.Random(5545)  # noqa: S311  made-up rules are no secret
    cases = [a_case(rng) for _ in range(5000)]
    found = occurrences(connection, cases)
    for case, ours in zip(cases, found, strict=True):
        assert ours == expected(case), case
    assert sum(len(ours) for ours in found) > 50_000
    assert sum(not ours for ours in found) < len(cases) / 2


def test_no_rule_is_found_that_dateutil_follows_otherwise(connection: psycopg.Connection) -> None:
    @settings(max_examples=300)
    @given(st.randoms(use_true_random=False).map(a_case))
    def agree(case: Case) -> None:
        [ours] = occurrences(connection, [case])
        assert ours == expected(case)

    agree()


def test_a_series_goes_on_from_wherever_it_was_left(connection: psycopg.Connection) -> None:
    @settings(max_examples=200)
    @given(st.randoms(use_true_random=False).map(a_case), st.data())
    def resume(case: Case, data: st.DataObject) -> None:
        [series] = occurrences(connection, [replace(case, after=None, limit=200)])
        walls = [wall for wall, _ in series]
        assert all(before < after for before, after in pairwise(walls))
        assert len({at for _, at in series}) == len(series)

        left = data.draw(st.integers(0, max(len(series) - 1, 0)))
        most = data.draw(st.integers(0, 12))
        if series:
            rest = series[left + 1 :]
            [tail] = occurrences(connection, [replace(case, after=walls[left], limit=len(rest))])
            [few] = occurrences(connection, [replace(case, after=walls[left], limit=most)])
            assert tail == rest
            assert few[: len(rest)] == rest[:most]

    resume()


def test_a_rule_is_refused_or_followed(connection: psycopg.Connection) -> None:
    """Nothing that anybody writes makes another error than the one that says what is wrong."""
    word = st.sampled_from(WORDS.split(" "))
    part = st.sampled_from(PARTS.split(" "))
    texts = st.lists(part, min_size=1, max_size=5).map(";".join) | st.lists(word, max_size=9).map("".join) | st.text()
    odd = st.sampled_from(
        ["-infinity", "4713-11-24 BC", "0001-01-01", "2026-03-29 02:30", "9999-12-31", "294276-01-01", "infinity"]
    )

    @settings(max_examples=400)
    @given(texts.filter(lambda text: "\0" not in text), odd, st.none() | odd, st.none() | odd)
    def survive(rule: str, start: str, after: str | None, until: str | None) -> None:
        with suppress_refusal():
            connection.execute(
                "select from herald.occurrences(%s, %s, 'Pacific/Apia', %s, %s, 5)", [rule, start, after, until]
            )

    survive()
