"""What the replies of all providers have in common: times to wait, and words that may be kept.

A provider's words may quote an address, a number or a key. What is kept of them has none of these, is not too long, and
is something that jsonb takes.
"""

import math
import re
import time
from email.utils import parsedate_to_datetime
from typing import Final

from pgherald.log import mask_numbers

# Beyond a day a Retry-After is garbage, and must not overflow an interval in the database.
_LONGEST_RETRY_AFTER: Final = 86_400
_LONGEST_WORDS: Final = 500
_ADDRESS: Final = re.compile(r"https?://\S+|[^\s<>()\[\]:;,\"']+@[^\s<>()\[\]:;,\"']+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{40,}")


def name_of(problem: BaseException | None) -> str | None:
    """Name an exception. Its words may hold an address, so only the system's own are kept."""
    if problem is None:
        return None
    reason = getattr(problem, "strerror", None)
    return f"{type(problem).__name__}: {reason}" if isinstance(reason, str) else type(problem).__name__


def storable(value: object) -> str | None:
    """Make somebody else's text fit to be stored: nothing that jsonb refuses, not too long."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:_LONGEST_WORDS]


def words(value: object) -> str | None:
    """Make somebody else's words fit to be stored, and hide phone numbers in them."""
    text = storable(value)
    return None if text is None else mask_numbers(text)


def words_without_addresses(value: object) -> str | None:
    """Make words fit to be stored that may quote a mail address, a URL or a key."""
    if not isinstance(value, str):
        return None
    return words(" ".join(_TOKEN.sub("•••", _ADDRESS.sub("•••", value)).split()))


def retry_after(header: str | None, date: str | None) -> int | None:
    """Read a Retry-After header, which is either seconds or a date. A date is compared with the reply's own clock."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        then = _timestamp(header)
        if then is None:
            return None
        seconds = then - (_timestamp(date or "") or time.time())
    return math.ceil(min(max(seconds, 0), _LONGEST_RETRY_AFTER)) if math.isfinite(seconds) else None


def _timestamp(date: str) -> float | None:
    """Read an HTTP date."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
