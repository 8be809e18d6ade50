"""The ways to misbehave, and the chances of it."""

import math
import random
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

FaultKind = Literal[
    "delay",
    "throttle",
    "error",
    "accept_then_error",
    "drop",
    "accept_then_drop",
    "accept_then_hang",
    "truncate",
    "garble",
]

_MOST_DUPLICATES: Final = 10
_STATUSES: Final = range(400, 600)


@dataclass(slots=True)
class Fault:
    """One way to misbehave. It applies to matching requests: to a number, so many times, or by chance.

    throttle: 429, asking to wait `retry_after` seconds. error: `status` without accepting. accept_then_error: `status`
    although accepted. drop, accept_then_drop: the connection is reset. accept_then_hang: no answer ever. truncate,
    garble: accepted, with an answer cut off or not JSON. delay: accepted after `seconds`.
    """

    kind: FaultKind
    to: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 1.0
    retry_after: float | None = None
    status: int = 500

    def __post_init__(self) -> None:
        """Check, so that a mistake shows here and not at some request. Raises `TypeError` and `ValueError`."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(get_args(FaultKind))}")
        if not isinstance(self.to, str | None):
            raise TypeError("to is not a text")
        if self.times is not None:
            _check_count("times", self.times)
        _check_share("probability", self.probability)
        _check_seconds("seconds", self.seconds)
        if self.retry_after is not None:
            _check_seconds("retry_after", self.retry_after)
        _check_count("status", self.status)
        if self.status not in _STATUSES:
            raise ValueError(f"status {self.status} is no error; these are {_STATUSES[0]} to {_STATUSES[-1]}")


@dataclass(slots=True)
class Faults:
    """How the simulator misbehaves at the moment. Times are in seconds."""

    rules: list[Fault] = field(default_factory=list)
    status_delay: float = 0.02
    callback_duplicates: int = 0
    callback_shuffle: bool = False
    callback_drop: float = 0.0
    callback_before_answer: bool = False
    list_lag: float = 0.0

    def add(self, kind: FaultKind, **options: Any) -> None:  # noqa: ANN401  the fields of Fault
        """Add a way to misbehave. Raises `TypeError` and `ValueError`."""
        self.rules.append(Fault(kind, **options))

    def change(self, **settings: Any) -> None:  # noqa: ANN401  the fields of this class
        """Change settings of the callbacks and the list, all or none. Raises `TypeError` and `ValueError`."""
        unknown = settings.keys() - _CHECKS.keys()
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        for name, value in settings.items():
            _CHECKS[name](name, value)
        for name, value in settings.items():
            setattr(self, name, value)

    def clear(self) -> None:
        """Behave again."""
        for name in self.__slots__:
            setattr(self, name, getattr(Faults(), name))

    def shown(self) -> dict[str, Any]:
        """Show the rules and the settings, to be written as JSON."""
        return asdict(self)


class Chances:
    """Random numbers, apart for each use: what callbacks do must not change which request fails."""

    def __init__(self, seed: int) -> None:
        """Start. The same seed gives the same chances."""
        self._requests, self._drops, self._orders = (
            random.Random(f"{seed} {use}")  # noqa: S311  they decide what fails, nothing secret
            for use in ("requests", "drops", "orders")
        )

    def choose(self, rules: list[Fault], to: str) -> Fault | None:
        """Choose how to misbehave on a request to this number, if at all."""
        for fault in rules:
            if fault.to not in (None, to) or fault.times == 0 or self._requests.random() >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def is_dropped(self, share: float) -> bool:
        """Choose whether a callback gets lost."""
        return self._drops.random() < share

    def shuffle(self, things: list[Any]) -> None:
        """Put into any order."""
        self._orders.shuffle(things)


def _check_count(name: str, value: object) -> None:
    """Take a whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is not a whole number")
    if value < 0:
        raise ValueError(f"{name} {value} is less than 0")


def _check_seconds(name: str, value: object) -> None:
    """Take a time from 0."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} is not a number")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} {value} is not a time from 0")


def _check_share(name: str, value: object) -> None:
    """Take a share of all."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} is not a number")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} {value} is not between 0 and 1")


def _check_switch(name: str, value: object) -> None:
    """Take yes or no."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is not true or false")


def _check_duplicates(name: str, value: object) -> None:
    """Take a number of repetitions that a webhook can bear."""
    _check_count(name, value)
    if isinstance(value, int) and value > _MOST_DUPLICATES:
        raise ValueError(f"{name} {value} is more than {_MOST_DUPLICATES}")


_CHECKS: Final = {
    "status_delay": _check_seconds,
    "callback_duplicates": _check_duplicates,
    "callback_shuffle": _check_switch,
    "callback_drop": _check_share,
    "callback_before_answer": _check_switch,
    "list_lag": _check_seconds,
}
