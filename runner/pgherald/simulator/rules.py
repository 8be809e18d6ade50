"""What Twilio refuses, how a number ends, and how long a text is."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST_CHARACTERS: Final = 1600
_LONGEST_VALIDITY: Final = 36_000
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED: Final = frozenset("\f^{}\\[~]|€")

# What Twilio answers to the numbers that it keeps for tests: status, code, words.
_BAD_TO: Final = (400, 21211, "The 'To' number is not a valid phone number.")
_BAD_FROM: Final = (400, 21212, "The 'From' number is not a valid phone number.")
_TO_ERRORS: Final = {
    "+15005550001": _BAD_TO,
    "+15005550002": (400, 21612, "There is no route to the 'To' number."),
    "+15005550003": (400, 21408, "The account may not send to this region."),
    "+15005550004": (400, 21610, "The recipient has unsubscribed."),
    "+15005550009": (400, 21614, "The 'To' number cannot receive texts."),
}
_FROM_ERRORS: Final = {
    "+15005550001": _BAD_FROM,
    "+15005550007": (400, 21606, "The 'From' number is not one of the account's."),
    "+15005550008": (429, 21611, "The 'From' number has too many texts waiting."),
}
# Numbers of ours for what shows only later: the last digits of the number are those of the error code.
_LATER: Final = {
    "+15005530003": ("undelivered", 30003),
    "+15005530004": ("undelivered", 30004),
    "+15005530005": ("undelivered", 30005),
    "+15005530006": ("undelivered", 30006),
    "+15005530007": ("undelivered", 30007),
    "+15005530008": ("undelivered", 30008),
    "+15005530001": ("failed", 30001),
    "+15005530034": ("failed", 30034),
}


def problem(form: Mapping[str, str]) -> tuple[int, int, str] | None:
    """Find what Twilio would refuse."""
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    callback, validity = form.get("StatusCallback", ""), form.get("ValidityPeriod", "")
    # In the order in which Twilio looks: the first that is so is the answer.
    problems: list[tuple[bool, tuple[int, int, str]]] = [
        (not to, (400, 21604, "A 'To' phone number is required.")),
        (
            not sender and not form.get("MessagingServiceSid"),
            (400, 21603, "A 'From' number or a Messaging Service is required."),
        ),
        (sender in _FROM_ERRORS, _FROM_ERRORS.get(sender, _BAD_FROM)),
        (sender.startswith("+") and not _E164.fullmatch(sender), _BAD_FROM),
        (to in _TO_ERRORS, _TO_ERRORS.get(to, _BAD_TO)),
        (not _E164.fullmatch(to), _BAD_TO),
        (not body.strip(), (400, 21602, "A message body is required.")),
        (len(body) > _MOST_CHARACTERS, (400, 21617, "The message body is too long.")),
        (bool(callback) and not _is_address(callback), (400, 21609, "The 'StatusCallback' URL is not valid.")),
        (
            bool(validity) and not 1 <= whole_number(validity) <= _LONGEST_VALIDITY,
            (400, 90007, "The 'ValidityPeriod' is not valid."),
        ),
    ]
    return next((answer for is_so, answer in problems if is_so), None)


def end_of(to: str) -> tuple[str, int | None]:
    """Say how a text to this number ends: the last status, and the error code."""
    return _LATER.get(to, ("delivered", None))


def whole_number(text: str) -> int:
    """Read a whole number; what is none counts as 0. `int` alone would take signs, spaces and other digits as well."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def segments(body: str) -> int:
    """Count segments, near enough for an answer; what is billed is Twilio's business."""
    if all(character in _GSM or character in _GSM_ESCAPED for character in body):
        units, single, each = sum(1 + (character in _GSM_ESCAPED) for character in body), 160, 153
    else:
        units, single, each = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else -(-units // each)


def _is_address(url: str) -> bool:
    """Check that callbacks can be posted there."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
        )
    except ValueError:
        return False
