"""Channels: a notification goes out once, and the facts of the reply come back. Nothing here decides what they mean."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pgherald.database import ClaimedNotification

__all__ = ["ChannelError", "ClaimedNotification", "Deliver", "NotificationAnswer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationAnswer:
    """What is known after an attempt to deliver.

    `code` is the HTTP status of a push service, or the reply code of a mail server; without one there was no answer.
    `about_recipient` says that a mail server refuses the recipient, and not the sender or the words. The error message
    holds no address and none of the words.
    """

    delivered: bool = False
    code: int | None = None
    about_recipient: bool = False
    external_id: str | None = None
    error_message: str | None = None
    retry_after_seconds: int | None = None


Deliver = Callable[[ClaimedNotification], Awaitable[NotificationAnswer]]


class ChannelError(Exception):
    """A channel cannot be used as it is set up; the message says why, and what to do."""
