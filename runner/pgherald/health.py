"""How health() is read: the worst check decides, and no answer is as bad as red."""

from collections.abc import Iterable
from typing import Final

from pgherald.database import Check

GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"
_ORDER: Final = (GREEN, AMBER, RED)

AWAY: Final = Check(
    check_name="database",
    status=RED,
    summary="the database does not answer",
    what_to_do="See that it runs and can be reached from here; the log of this process has its words.",
)


def worst(statuses: Iterable[str]) -> str:
    """Give the status of all together. A word that is not known here counts as red, and so does nothing at all."""
    ranks = (_ORDER.index(status) if status in _ORDER else len(_ORDER) - 1 for status in statuses)
    return _ORDER[max(ranks, default=len(_ORDER) - 1)]
