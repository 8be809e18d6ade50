"""What is wrong with a year of texts, by Python's clocks and dateutil's rules: the database is not asked."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from itertools import islice, pairwise, takewhile
from typing import Final

from dateutil.rrule import rrulestr

from year import LAWS, LEAD, Attempt, Record, Row, Series, User, Wishes, clock

Closed = tuple[str, clock_time, clock_time]
Occurrence = tuple[datetime, datetime]

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
# Twilio takes no longer than this; without a word of ours a text may arrive that late.
LONGEST_VALIDITY: Final = 36_000
EVENING: Final = clock_time(20)
UNFINISHED: Final = ("pending", "scheduled", "queued", "sending")


def instant(wall: datetime, zone: str) -> datetime:
    """Ask Python's clocks: fold=0 is the first of two, and the offset before a gap."""
    return wall.replace(tzinfo=clock(zone)).astimezone(UTC)


def shown(at: datetime, zone: str) -> datetime:
    return at.astimezone(clock(zone)).replace(tzinfo=None)


@cache
def turns_of(zone: str, first: date, last: date) -> list[datetime]:
    """Find the instants from which on the clocks are other ones."""
    found = []
    days = [datetime(first.year, first.month, first.day, tzinfo=UTC) + n * DAY for n in range((last - first).days + 1)]
    for before, after in pairwise(days):
        low, high = before, after
        if low.astimezone(clock(zone)).utcoffset() == high.astimezone(clock(zone)).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            same = middle.astimezone(clock(zone)).utcoffset() == low.astimezone(clock(zone)).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high.replace(microsecond=0))
    return found


@cache
def closed_spans(closed: Closed, first: date, last: date) -> tuple[list[datetime], list[datetime]]:
    """Give the beginnings and the ends of the times at which the clock on the wall shows closed hours."""
    zone, begins, ends = closed
    instants = set(turns_of(zone, first, last))
    for number in range((last - first).days + 1):
        for bound in (begins, ends):
            wall = datetime.combine(first + number * DAY, bound)
            instants |= {wall.replace(tzinfo=clock(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    edges = sorted(instants)
    spans: list[tuple[datetime, datetime]] = []
    for here, there in pairwise(edges):
        if is_between(shown(here, zone).time(), begins, ends):
            if spans and spans[-1][1] == here:
                here = spans.pop()[0]  # noqa: PLW2901  one span goes on in the next
            spans.append((here, there))
    return [begin for begin, _ in spans], [end for _, end in spans]


def is_between(wall: clock_time, begins: clock_time, ends: clock_time) -> bool:
    """Tell whether a time lies in hours that may cross midnight; none if they begin when they end."""
    if begins <= ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends


class Judge:
    """All that may be said against a year."""

    def __init__(self, record: Record) -> None:
        """Take what there is on record."""
        self.record = record
        self.first = record.begins.date() - 3 * DAY
        self.last = record.ends.date() + 5 * DAY
        self.texts = {text["id"]: text for text in record.texts}
        self.users = {user.id: user for user in record.users}
        self.checked: Counter[str] = Counter()
        self.by_parent: dict[object, list[Row]] = defaultdict(list)
        self.routines: dict[tuple[object, str], list[Row]] = defaultdict(list)
        for text in record.texts:
            self.by_parent[text["parent_message_id"]].append(text)
            if text["routine"]:
                self.routines[text["user_id"], text["routine"]].append(text)
        self.attempts: dict[object, list[Attempt]] = defaultdict(list)
        for attempt in record.attempts:
            self.attempts[attempt.message_id].append(attempt)

    def violations(self) -> list[str]:
        """Say what is wrong, each with the text or the user it is wrong with."""
        return [
            *self._hours(),
            *self._limits(),
            *self._ends(),
            *self._reasons(),
            *self._punctuality(),
            *self._series(),
            *self._routines(),
            *self._queue(),
        ]

    # When

    def _closed(self, text: Row, at: datetime, gates: str = "quiet law") -> Iterator[Closed]:
        """Give the hours in which this text must not go, as they were at that time."""
        user = self.users[text["user_id"]]
        wishes = user.wishes(at)
        if "quiet" in gates and not (text["priority"] == "urgent" and wishes.alarms):
            if wishes.quiet:
                yield (wishes.zone, *wishes.quiet)
            event = user.events.get(text["event_type"])
            if event and event.quiet:
                yield (event.zone, *event.quiet)
        if "law" in gates and self.record.law_since and at >= self.record.law_since:
            for law in LAWS:
                if text["phone_number"].startswith(law.prefix) and law.category in (None, text["category"]):
                    yield (law.zone or wishes.zone, law.closes, law.opens)

    def _is_closed(self, closed: Closed, at: datetime) -> bool:
        begins, ends = closed_spans(closed, self.first, self.last)
        place = bisect_right(begins, at) - 1
        return place >= 0 and at < ends[place]

    def _next_closing(self, closed: Closed, at: datetime) -> datetime:
        begins, _ = closed_spans(closed, self.first, self.last)
        place = bisect_right(begins, at)
        return begins[place] if place < len(begins) else datetime.max.replace(tzinfo=UTC)

    def _hours(self) -> Iterator[str]:
        """See that no text is sent, or can arrive, in hours in which it must not."""
        for attempt in self.record.attempts:
            text = self.texts[attempt.message_id]
            arrives = attempt.at + timedelta(seconds=attempt.validity or LONGEST_VALIDITY)
            self.checked["attempts"] += 1
            if attempt.at < (text["deferred_from"] or text["scheduled_for"] or text["created_at"]):
                yield f"early: {text['id']} at {attempt.at}, planned for {text['scheduled_for']}"
            # A second is the least that can be asked for.
            if attempt.at >= text["expires_at"] or arrives >= text["expires_at"] + timedelta(seconds=1):
                yield f"expired: {text['id']} at {attempt.at}, to arrive until {arrives}, expires {text['expires_at']}"
            for closed in self._closed(text, attempt.at):
                self.checked["attempts against closed hours"] += 1
                if self._is_closed(closed, attempt.at):
                    yield f"closed: {text['id']} at {attempt.at} in {closed}"
                elif self._next_closing(closed, attempt.at) < arrives:
                    yield f"validity: {text['id']} at {attempt.at} may arrive until {arrives}, in {closed}"

    # How many

    def _counted(self) -> dict[object, list[datetime]]:
        """Give the times of the texts that each user got."""
        found: dict[object, list[datetime]] = defaultdict(list)
        for attempt in self.record.attempts:
            if attempt.taken:
                found[self.texts[attempt.message_id]["user_id"]].append(attempt.at)
        return found

    def _limits(self) -> Iterator[str]:
        """See that no hour and no day of a user has more texts than they want."""
        for user_id, times in self._counted().items():
            user = self.users[user_id]  # type: ignore[index]
            times.sort()
            if user.hourly_limit is not None:
                self.checked["users with an hourly limit"] += 1
                if user.hourly_limit == 0:
                    yield f"hourly limit 0: user {user.id} got {len(times)}"
                for first, one_more in zip(times, times[user.hourly_limit :], strict=False):
                    if one_more - first < HOUR:
                        yield f"hourly limit {user.hourly_limit}: user {user.id} from {first} to {one_more}"
            daily_limit = 10 if user.daily_limit is None else user.daily_limit
            moves = user.changes("zone")
            days = Counter(
                shown(at, user.wishes(at).zone).date()
                for at in times
                if all(abs(at - move) > 2 * DAY for move in moves)
            )
            self.checked["local days against a limit"] += len(days)
            for day, count in days.items():
                if count > daily_limit:
                    yield f"daily limit {daily_limit}: user {user.id} got {count} on {day}"

    # What became of it

    def _ends(self) -> Iterator[str]:
        """See that each text went once, or there is a reason; none is left lying."""
        for text in self.record.texts:
            self.checked["texts"] += 1
            taken = sum(attempt.taken for attempt in self.attempts[text["id"]])
            if taken > 1:
                yield f"doubled: {text['id']} went {taken} times"
            if (taken == 1) != (text["status"] == "sent"):
                yield f"untrue: {text['id']} went {taken} times and is {text['status']}"
            due_at = text["scheduled_for"] or text["created_at"]
            if text["status"] in UNFINISHED and due_at <= self.record.ends:
                yield f"stuck: {text['id']} is {text['status']} since {due_at}"
            if text["status"] == "cancelled" and not text["cancel_reason"]:
                yield f"no reason: {text['id']} is cancelled"
            if text["status"] == "failed" and not text["twilio_error_message"]:
                yield f"no reason: {text['id']} has failed"

    def _reasons(self) -> Iterator[str]:
        """See that what a text was cancelled for was so."""
        times = {user_id: sorted(times) for user_id, times in self._tried().items()}
        for text in self.record.texts:
            if text["status"] != "cancelled":
                continue
            gate = text["cancel_reason"].split(":")[0]
            self.checked[f"cancelled: {gate}"] += 1
            if not self._is_so(gate, text, times.get(text["user_id"], [])):
                yield f"not so: {text['id']} at {text['cancelled_at']}: {text['cancel_reason']}"

    def _is_so(self, gate: str, text: Row, times: list[datetime]) -> bool:
        """Tell whether a gate had reason to say no."""
        user = self.users[text["user_id"]]
        asked_at: datetime = text["cancelled_at"]
        goes_at = max(asked_at, text["scheduled_for"] or asked_at)
        answers: dict[str, Callable[[], bool]] = {
            "limits": lambda: self._is_used_up(user, asked_at, times),
            "quiet_hours": lambda: self._waits_too_long(text, goes_at, "quiet"),
            "legal_window": lambda: self._waits_too_long(text, goes_at, "law"),
            "not_expired": lambda: bool(text["expires_at"] <= goes_at),
            "switched_on": lambda: self._is_unwanted(text, user, asked_at),
            "changed": lambda: text["occurrence"] is None,
            # A plan that was changed since has forgotten which one it was.
            "missed": lambda: text["parent_message_id"] is not None,
        }
        return answers[gate]() if gate in answers else False

    def _tried(self) -> dict[object, list[datetime]]:
        """Give the times of all attempts of each user: what did not go counted until that was known."""
        found: dict[object, list[datetime]] = defaultdict(list)
        for attempt in self.record.attempts:
            found[self.texts[attempt.message_id]["user_id"]].append(attempt.at)
        return found

    def _is_used_up(self, user: User, at: datetime, times: list[datetime]) -> bool:
        """Tell whether a limit could have been reached."""
        if user.hourly_limit is not None and len([1 for each in times if at - HOUR < each <= at]) >= user.hourly_limit:
            return True
        limit = 10 if user.daily_limit is None else user.daily_limit
        zone = user.wishes(at).zone
        near = times[bisect_left(times, at - 2 * DAY) : bisect_right(times, at)]
        today = shown(at, zone).date()
        return sum(shown(each, zone).date() == today for each in near) >= limit or self._moved_lately(user, at)

    def _moved_lately(self, user: User, at: datetime) -> bool:
        return any(timedelta() <= at - move < 2 * DAY for move in user.changes("zone"))

    def _waits_too_long(self, text: Row, at: datetime, gates: str) -> bool:
        """Tell whether it was in closed hours that, all together, last longer than it is worth."""
        all_closed = list(self._closed(text, at, gates))
        # At the clocks' turn they are the longer ones, at either end.
        turns = any(self._turns_about(closed[0], at) for closed in all_closed)
        for begins_at in (at, at + HOUR) if turns else (at,):
            opens_at = begins_at
            while ends := [end for closed in all_closed if (end := self._end_of(closed, opens_at)) > opens_at]:
                opens_at = max(ends)
            if opens_at > begins_at and text["expires_at"] <= opens_at + (DAY if turns else timedelta()):
                return True
        return False

    def _end_of(self, closed: Closed, at: datetime) -> datetime:
        """Give the end of the hours around an instant, or itself; too near to them is in them."""
        begins, ends = closed_spans(closed, self.first, self.last)
        place = bisect_right(begins, at + timedelta(seconds=10)) - 1
        return max(at, ends[place]) if place >= 0 else at

    def _turns_about(self, zone: str, at: datetime) -> bool:
        return any(abs(at - turn) < 2 * DAY for turn in turns_of(zone, self.first, self.last))

    def _is_unwanted(self, text: Row, user: User, at: datetime) -> bool:
        """Tell whether the user did not want such texts."""
        wishes = user.wishes(at)
        wants = {
            **user.wants,
            "morning_kickoff": wishes.morning is not None,
            "evening_recap": wishes.evening,
            "urgent_alert": wishes.alarms,
        }
        wants = {**wants, "marketing": wants["marketing_enabled"], "task_reminder": wants["task_reminders"]}
        return not wants[text["category"]]

    def _punctuality(self) -> Iterator[str]:
        """See that what nothing kept went with the first chance, and what waited no longer than it had to."""
        for text in self.record.texts:
            attempts = self.attempts[text["id"]]
            if not attempts or not text["scheduled_for"]:
                continue
            due_at, went_at = text["scheduled_for"], attempts[0].at
            place = bisect_left(self.record.ticks, due_at)
            # A step later if the sender was paused for longer than a step, or the claim did not get so far.
            chances = self.record.ticks[place : place + 2]
            self.checked["texts on time"] += 1
            # Whoever changes their hours sets back what waited for them to its own time.
            changes = self.users[text["user_id"]].changes("zone", "quiet", "alarms")
            was_set_back = any(due_at <= change <= went_at for change in changes)
            if (
                chances
                and went_at > chances[-1] + timedelta(minutes=5)
                and not text["deferred_from"]
                and not was_set_back
            ):
                yield f"late: {text['id']} at {went_at}, due at {due_at}"
            if (text["defer_reason"] or "").startswith(("quiet_hours", "legal_window")):
                yield from self._deferral(text)

    def _deferral(self, text: Row) -> Iterator[str]:
        """See that what waited for closed hours to end waited until they did."""
        until = text["deferred_until"]
        user = self.users[text["user_id"]]
        if any(abs(until - change) < 3 * DAY for change in user.changes("zone", "quiet", "alarms")):
            return
        gates = "quiet" if text["defer_reason"].startswith("quiet") else "law"
        all_closed = list(self._closed(text, until - timedelta(seconds=1), gates))
        if any(self._turns_about(closed[0], until) for closed in all_closed):
            return
        self.checked["deferrals"] += 1
        if not any(self._is_closed(closed, until - timedelta(seconds=1)) for closed in all_closed):
            yield f"deferred too long: {text['id']} until {until}: {text['defer_reason']}"

    # How often

    def _written_at(self, at: datetime, since: datetime) -> datetime | None:
        """Give the tick that writes an occurrence, if there was one."""
        place = bisect_left(self.record.ticks, max(at - LEAD, since))
        return self.record.ticks[place] if place < len(self.record.ticks) else None

    def _series(self) -> Iterator[str]:
        """See that each occurrence of a rule has its text, once."""
        for series in self.record.series:
            found = self.by_parent[series.id]
            walls = Counter(text["occurrence"] for text in found)
            yield from (f"doubled: series {series.id} at {wall}" for wall, n in walls.items() if n > 1)
            if not series.zone and series.user.changes("zone"):
                continue
            expected = occurrences(series, self.record.ends + DAY)
            self.checked["series"] += 1
            yield from self._compare(f"series {series.id} {series.rule}", expected, found, series.made_at)

    def _compare(self, name: str, expected: list[Occurrence], found: list[Row], since: datetime) -> Iterator[str]:
        """Compare what a rule gives with what there is."""
        by_wall = {text["occurrence"]: text for text in found}
        instants = sorted(at for _, at in expected)
        for wall, at in expected:
            written_at = self._written_at(at, since)
            text = by_wall.pop(wall, None)
            if written_at is None:
                continue
            self.checked["occurrences"] += 1
            newest = instants[bisect_right(instants, written_at) - 1]
            is_missed = at < newest <= written_at
            if text is None:
                yield f"lost: {name} at {wall}, {at}"
            elif (text["deferred_from"] or text["scheduled_for"]) != at:
                yield f"moved: {name} at {wall}, {at}: {text['id']} is planned for {text['scheduled_for']}"
            elif is_missed != (text["cancel_reason"] or "").startswith("missed"):
                yield f"missed: {name} at {wall}, written at {written_at}: {text['cancel_reason']}"
        yield from (f"too much: {name} at {wall}" for wall in by_wall)

    def _routines(self) -> Iterator[str]:
        """See that a routine has its text on each day on which it is on, once."""
        for user in self.record.users:
            for category in ("morning_kickoff", "evening_recap"):
                found = self.routines[user.id, category]
                days = Counter(text["occurrence"].date() for text in found if text["status"] != "cancelled")
                yield from (f"doubled: {category} of {user.id} on {day}" for day, n in days.items() if n > 1)
                if not user.changes("zone"):
                    yield from self._routine(user, category, found)

    def _routine(self, user: User, category: str, found: list[Row]) -> Iterator[str]:
        """Compare one user's routine with their switch."""
        history = switch(user, category, self.record.begins)
        ends = [since for since, _ in history[1:]] + [datetime.max.replace(tzinfo=UTC)]
        spans = [(since, end, time) for (since, time), end in zip(history, ends, strict=True)]
        zone = user.history[0][1].zone
        # One that had its text when the time was changed has no place in the series any more, but had its own.
        walls = [text["occurrence"] or shown(text["scheduled_for"], zone) for text in found]
        by_wall = Counter(walls)
        dates = Counter(wall.date() for wall in walls)
        allowed: set[datetime] = set()
        for number in range((self.last - self.first).days):
            day = self.first + number * DAY
            for wall in {datetime.combine(day, time) for _, time in history if time is not None}:
                at = instant(wall, zone)
                if not any(self._is_written(at, wall, *entry) for entry in spans):
                    continue
                allowed.add(wall)
                self.checked["days of routines"] += 1
                if by_wall[wall] + (dates[day] - by_wall[wall] > 0) < 1:
                    yield f"lost: {category} of {user.id} at {wall}, {at}"
        of_the_plan = {text["occurrence"] for text in found}
        for wall, count in by_wall.items():
            if wall not in allowed and wall in of_the_plan:
                yield f"too much: {category} of {user.id} at {wall}"
            if count > 1:
                yield f"doubled: {category} of {user.id} at {wall}"

    def _is_written(
        self, at: datetime, wall: datetime, since: datetime, end: datetime, time: clock_time | None
    ) -> bool:
        """Tell whether a tick wrote an occurrence while the routine was at that time."""
        written_at = self._written_at(at, since)
        return time == wall.time() and at > since and written_at is not None and written_at < end

    # What is left

    def _queue(self) -> Iterator[str]:
        """See that the queue is empty but for what is due within the lead."""
        for job in self.record.jobs:
            self.checked["jobs left"] += 1
            if job["text_status"] != "queued" or job["scheduled_for"] <= self.record.ends:
                yield f"left: {job['status']} job {job['id']}, due {job['scheduled_for']}, text {job['text_status']}"


def switch(user: User, category: str, begins: datetime) -> list[tuple[datetime, clock_time | None]]:
    """Give the times of a routine, each since when; None is off."""

    def wanted(wishes: Wishes) -> clock_time | None:
        if category == "morning_kickoff":
            return wishes.morning
        return EVENING if wishes.evening else None

    found: list[tuple[datetime, clock_time | None]] = []
    for since, wishes in user.history:
        if not found or found[-1][1] != wanted(wishes):
            found.append((max(since, begins) if not found else since, wanted(wishes)))
    return found


def occurrences(series: Series, until: datetime) -> list[Occurrence]:
    """Follow a rule with dateutil, on the wall, and ask Python's clocks for the instants."""
    zone = series.zone or series.user.history[0][1].zone
    parts = dict(part.split("=") for part in series.rule.split(";"))
    total, last = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    start = shown(series.start, zone).replace(microsecond=0)
    walls = iter(rrulestr(rule, dtstart=start))
    if total:
        walls = islice(walls, int(total))
    if last and last.endswith("Z"):
        until = min(until, datetime.strptime(last, "%Y%m%dT%H%M%S%z"))
    elif last:
        bound = datetime.fromisoformat(last)
        walls = takewhile(lambda wall: wall <= bound, walls)
    found: dict[datetime, datetime] = {}
    for wall in takewhile(lambda wall: wall <= until.replace(tzinfo=None) + 2 * DAY, walls):
        at = instant(wall, zone)
        if at <= until:
            found.setdefault(at, wall)
    return [(wall, at) for at, wall in found.items()]
