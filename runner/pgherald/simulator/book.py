"""The book of what was accepted, and what is asked of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

_LARGEST_PAGE: Final = 1000
_DEFAULT_PAGE: Final = 50
_DATE_FILTERS: Final = ("DateSent", "DateSent<", "DateSent>")
_OLDER, _NEWER = "PA", "PB"


@dataclass(eq=False, slots=True)
class Message:
    """A text in the book."""

    sid: str
    to: str
    from_: str | None
    messaging_service_sid: str | None
    body: str
    status_callback: str | None
    validity_period: int | None
    created_at: datetime
    status: str = "queued"
    history: list[str] = field(default_factory=list)
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None

    def turn(self, status: str) -> None:
        """Take the next step."""
        self.status = status
        self.history.append(status)
        self.updated_at = datetime.now(UTC)
        if status == "sent":
            self.sent_at = self.updated_at


@dataclass(frozen=True, slots=True)
class Request:
    """A request to create a text, as it came, whatever was answered."""

    to: str
    body: str
    at: datetime
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the texts, the newest first, and the parameters of the pages on both sides, if there are any."""

    messages: list[Message]
    number: int
    size: int
    start: int
    next: Mapping[str, str | int] | None
    previous: Mapping[str, str | int] | None


class Book:
    """Every text that was accepted, in order."""

    def __init__(self) -> None:
        """Open an empty book."""
        self.messages: list[Message] = []
        self._by_sid: dict[str, Message] = {}
        # The place of every text that ever was in the book: a page can end with one that is deleted afterwards.
        self._places: dict[str, int] = {}
        self._next_place = count()

    def accept(self, form: Mapping[str, str]) -> Message:
        """Write a text into the book."""
        service = form.get("MessagingServiceSid")
        message = Message(
            sid=f"SM{secrets.token_hex(16)}",
            to=form["To"],
            from_=form.get("From"),
            messaging_service_sid=service,
            body=form["Body"],
            status_callback=form.get("StatusCallback"),
            validity_period=int(form["ValidityPeriod"]) if form.get("ValidityPeriod") else None,
            created_at=datetime.now(UTC),
            status="accepted" if service and not form.get("From") else "queued",
        )
        message.history = [message.status]
        self.messages.append(message)
        self._by_sid[message.sid] = message
        self._places[message.sid] = next(self._next_place)
        return message

    def find(self, sid: str) -> Message | None:
        """Look a text up."""
        return self._by_sid.get(sid)

    def delete(self, sid: str) -> bool:
        """Take a text out."""
        message = self._by_sid.pop(sid, None)
        if message:
            self.messages.remove(message)
        return message is not None

    def clear(self) -> None:
        """Empty the book."""
        self.messages.clear()
        self._by_sid.clear()
        self._places.clear()

    def page(self, query: Mapping[str, str], lag: float) -> Page:
        """Give a page of what is older than `lag` seconds, filtered as asked. Raises `ValueError`."""
        size = max(1, min(int(query.get("PageSize", _DEFAULT_PAGE)), _LARGEST_PAGE))
        number = max(0, int(query.get("Page", 0)))
        days = {key: date.fromisoformat(query[key][:10]) for key in _DATE_FILTERS if key in query}
        shown_before = datetime.now(UTC) - timedelta(seconds=lag)
        found = [
            message
            for message in reversed(self.messages)
            if message.created_at <= shown_before
            and query.get("To", message.to) == message.to
            and query.get("From", message.from_) == message.from_
            and all(_sent_on(message, key, day) for key, day in days.items())
        ]
        start = self._start(found, query.get("PageToken"), number, size)
        shown = found[start : start + size]
        last, first = (shown[-1].sid, shown[0].sid) if shown else ("", "")
        return Page(
            messages=shown,
            number=number,
            size=size,
            start=number * size,
            next={"Page": number + 1, "PageToken": _OLDER + last} if start + size < len(found) else None,
            previous={"Page": number - 1, "PageToken": _NEWER + first} if number and shown else None,
        )

    def _start(self, found: list[Message], token: str | None, number: int, size: int) -> int:
        """Find where a page begins: beside the text that its token names, whatever came or went since."""
        if token is None:
            return number * size
        way, sid = token[:2], token[2:]
        if way not in {_OLDER, _NEWER} or sid not in self._places:
            raise ValueError("unknown page token")
        place = self._places[sid]
        newer = sum(self._places[message.sid] > place for message in found)
        if way == _NEWER:
            return max(0, newer - size)
        return newer + any(message.sid == sid for message in found)


def _sent_on(message: Message, key: str, day: date) -> bool:
    """Apply a filter by the day of sending; what has not been sent has no day."""
    if message.sent_at is None:
        return False
    sent = message.sent_at.date()
    return {"DateSent": sent == day, "DateSent<": sent <= day, "DateSent>": sent >= day}[key]
