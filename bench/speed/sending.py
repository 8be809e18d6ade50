"""How many requests a second a runner makes at a provider that takes 100 ms, against the bare official client.

Both are one process; the provider counts. And how much memory the runner has over very many texts.
"""

from functools import partial
from typing import TYPE_CHECKING, Final

from speed.book import Line, compare
from speed.runners import official, provider, rate, resident_megabytes, runners, wait
from speed.stand import OURS, Stand
from speed.texts import filled

if TYPE_CHECKING:
    from collections.abc import Callable

SECTION: Final = "sending, a provider that takes 100 ms"
MEMORY: Final = "memory of the runner"
OFFICIAL: Final = "official client alone"
_GOAL: Final = 0.95
_DELAY: Final = 0.1
_IN_FLIGHT: Final = (50, 100, 500)
_MEGABYTES: Final = 150
_GROWTH: Final = 1.1


def measure(stand: Stand) -> None:
    """Send by both, turn by turn, at each width."""
    for in_flight in _IN_FLIGHT:
        texts = stand.size(min(in_flight * 30, 5_000), 100)
        contestants: dict[str, Callable[[], float]] = {
            f"{OFFICIAL}, {in_flight} in flight": partial(_bare, texts, in_flight),
            f"{OURS}, {in_flight} in flight": partial(_ours, stand, texts, in_flight),
        }
        bare, ours = contestants
        samples = stand.take_turns("requests a second", contestants)
        stand.book.lines += compare(SECTION, samples, unit="requests/s", against=bare, at_least=_GOAL, who=[ours])


def _bare(texts: int, in_flight: int) -> float:
    with provider(_DELAY) as ground:
        official(ground.url, texts, in_flight)
        return rate(ground.arrivals())


def _ours(stand: Stand, texts: int, in_flight: int) -> float:
    url = filled(stand, "sending", texts)
    with provider(_DELAY) as ground, runners(url, ground.url, in_flight=in_flight):
        wait(lambda: len(ground.arrivals()) >= texts, seconds=60 + texts / 20)
        return rate(ground.arrivals())


def watch_memory(stand: Stand) -> None:
    """Watch what a runner has in memory over very many texts."""
    texts = stand.size(100_000, 200)
    url = filled(stand, "memory", texts)
    megabytes: list[tuple[int, float]] = []
    with provider(_DELAY) as ground, runners(url, ground.url, in_flight=500) as (pid,):

        def look() -> bool:
            sent = len(ground.arrivals())
            megabytes.append((sent, resident_megabytes(pid)))
            if len(megabytes) % 10 == 0:
                stand.tell(f"memory: {sent:,} of {texts:,} texts, {megabytes[-1][1]:.0f} MB")
            return sent >= texts

        wait(look, seconds=120 + texts / 50, every=0.2 if stand.is_quick else 2)
    most = max(size for _, size in megabytes)
    early = max((size for sent, size in megabytes if sent <= texts / 5), default=most)
    stand.book.lines += [
        Line(
            section=MEMORY, who=f"{OURS}, the most", value=most, unit="MB", target=f"under {_MEGABYTES} MB",
            is_met=most < _MEGABYTES, note=f"{texts:,} texts, 500 in flight",
        ),
        Line(
            section=MEMORY, who=f"{OURS}, growth", value=most, unit="MB", ratio=most / early,
            against="its first fifth", target=f"at most {_GROWTH} of it", is_met=most / early <= _GROWTH,
        ),
    ]  # fmt: skip
