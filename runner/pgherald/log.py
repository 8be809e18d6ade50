"""Logging for the programs that run for long: one line an event, as text or as JSON.

What goes in is an event and ids. Numbers, bodies and secrets never do, and the libraries that would print them are
kept quiet at every level.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

LogFormat = Literal["text", "json"]

# At debug these print requests with their headers and fields, or repeat each second that the database is away.
_TALKATIVE: Final = ("aiohttp", "asyncio", "multipart", "psycopg", "python_multipart", "twilio", "urllib3", "uvicorn")
_OWN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_LONG_NUMBER: Final = re.compile(r"\+?\d{3,}(\d{4})(?!\d)")


def mask_numbers(words: str) -> str:
    """Hide what may be a phone number, but for its last four digits."""
    return _LONG_NUMBER.sub(r"+•••••\1", words)


def set_up_logging(level: str, log_format: LogFormat) -> None:
    """Send this package's events to standard error, from `level` upwards."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if log_format == "json" else _TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pgherald").setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """Give what the caller passed as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS and value is not None}


class _TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.000Z INFO sent message_id=…`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = f"{_instant(record)} {record.levelname} {record.getMessage()}{fields}"
        return f"{line}\n{_trace(self, record)}" if record.exc_info else line


class _JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {"time": _instant(record), "level": record.levelname.lower(), "event": record.getMessage()}
        fields = {
            name: value if isinstance(value, int | float) else str(value) for name, value in _fields(record).items()
        }
        trace = {"trace": _trace(self, record)} if record.exc_info else {}
        return json.dumps({**event, **fields, **trace}, ensure_ascii=False)


def _instant(record: logging.LogRecord) -> str:
    """Give the time of an event, in UTC."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Give the traceback; an exception's own words may quote a number."""
    return mask_numbers(formatter.formatException(record.exc_info)) if record.exc_info else ""
