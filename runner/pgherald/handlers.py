"""Finds what others bring along: functions for types of jobs, and channels in place of ours.

A package announces them as entry points, whose name is the type or the channel. A function without a package is named
with `--handler`, and comes before an announced one.
"""

import inspect
import os
import sys
from collections.abc import Collection, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final

from pgherald.settings import CHANNELS, JOBS, SEND_NOTIFICATION, SEND_SMS

if TYPE_CHECKING:
    from pgherald.channels import Deliver
    from pgherald.jobs import Handler

_OWN: Final = {
    SEND_SMS: "texts are sent through Twilio",
    SEND_NOTIFICATION: f"notifications go through channels, which the entry points {CHANNELS} replace",
}
_CHANNELS: Final = ("email", "push")


class HandlerError(Exception):
    """A function cannot be used; the message says which one, and what to do."""


def find_handlers(named: Mapping[str, str], wanted: Collection[str] | None) -> "dict[str, Handler]":
    """Load the functions for the wanted types of jobs, or for all there are. Raises `HandlerError`."""
    announced = _announced(JOBS, wanted, named)
    for job_type in [*announced, *named]:
        if job_type in _OWN:
            raise HandlerError(f"a function for {job_type} cannot be: {_OWN[job_type]}.")
    if named and os.getcwd() not in sys.path:  # noqa: PTH109  as a program started with `python -m` has it
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    found = {job_type: _load(f"{JOBS}: {job_type}", entry) for job_type, entry in announced.items()}
    for job_type, target in named.items():
        if wanted is None or job_type in wanted:
            found[job_type] = _load(f"--handler {job_type}", EntryPoint(job_type, target, JOBS))
    return found


def find_channels() -> "dict[str, Deliver]":
    """Load the channels that packages announce. Raises `HandlerError`."""
    announced = _announced(CHANNELS, None, {})
    if unknown := announced.keys() - _CHANNELS:
        raise HandlerError(f"{CHANNELS}: {min(unknown)} is not a channel. Known here: {', '.join(_CHANNELS)}.")
    return {name: _load(f"{CHANNELS}: {name}", entry) for name, entry in announced.items()}


def _announced(group: str, wanted: Collection[str] | None, named: Mapping[str, str]) -> dict[str, EntryPoint]:
    """Give the entry points of a group, one for each name."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        if entry.name in named or (wanted is not None and entry.name not in wanted):
            continue
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise HandlerError(f"two packages announce {group}: {entry.name}, as {other.value} and as {entry.value}.")
    return found


def _load(what: str, entry: EntryPoint) -> Any:  # noqa: ANN401  what it takes and gives is the group's matter
    """Import a function, and see that it can be awaited."""
    try:
        function = entry.load()
    except Exception as error:
        raise HandlerError(f"{what}: {entry.value} cannot be imported: {type(error).__name__}: {error}.") from error
    if not inspect.iscoroutinefunction(function) and not inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  an object with an async __call__ will do
    ):
        raise HandlerError(f"{what}: {entry.value} is not an async function. Write async def.")
    return function
