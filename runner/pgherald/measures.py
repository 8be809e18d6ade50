"""What this process counts and times of its own work, for Prometheus. The database's part is herald.metrics()."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

# A provider answers in tens of milliseconds when it is well; the longest request ends after half a minute.
_BOUNDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass
class _Histogram:
    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    total: float = 0.0


@dataclass
class Measures:
    """Counters that only grow, until the process ends."""

    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    durations: defaultdict[str, _Histogram] = field(default_factory=lambda: defaultdict(_Histogram))
    refused_signatures: int = 0
    # A genuine one shows that the token and the addresses are right.
    refused_in_a_row: int = 0

    def ended(self, what: str, seconds: float) -> None:
        """Time a piece of work: of a text, the request to the provider."""
        histogram = self.durations[what]
        histogram.counts[bisect_left(_BOUNDS, seconds)] += 1
        histogram.total += seconds

    def judged(self, *, genuine: bool) -> None:
        """Count a signature. A request without any is not the provider's, and says nothing about our settings."""
        self.refused_signatures += not genuine
        self.refused_in_a_row = 0 if genuine else self.refused_in_a_row + 1

    def exposition(self) -> list[str]:
        """Write all of it."""
        lines = family(
            "pgherald_results_total",
            "counter",
            "Results that this process has recorded.",
            (({"what": what, "outcome": outcome}, count) for (what, outcome), count in sorted(self.results.items())),
        )
        lines += family(
            "pgherald_in_flight",
            "gauge",
            "What this process is working on.",
            (({"what": what}, count) for what, count in sorted(self.in_flight.items())),
        )
        lines += family(
            "pgherald_refused_signatures_total",
            "counter",
            "Signed requests that this process has refused.",
            [({}, self.refused_signatures)],
        )
        lines += [
            "# HELP pgherald_work_seconds How long a piece of work took: of a text, the request to the provider.",
            "# TYPE pgherald_work_seconds histogram",
        ]
        for what, histogram in sorted(self.durations.items()):
            seen = 0
            for bound, count in zip([*map(str, _BOUNDS), "+Inf"], histogram.counts, strict=True):
                seen += count
                lines.append(sample("pgherald_work_seconds_bucket", {"what": what, "le": bound}, seen))
            lines.append(sample("pgherald_work_seconds_sum", {"what": what}, histogram.total))
            lines.append(sample("pgherald_work_seconds_count", {"what": what}, seen))
        return lines


def family(name: str, kind: str, words: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> list[str]:
    """Write one metric with its samples."""
    return [
        f"# HELP {name} {words}",
        f"# TYPE {name} {kind}",
        *(sample(name, labels, value) for labels, value in samples),
    ]


def sample(name: str, labels: Mapping[str, str], value: float) -> str:
    """Write one value."""
    inner = ",".join(f'{label}="{_escaped(labels[label])}"' for label in sorted(labels))
    return f"{name}{{{inner}}} {value:.10g}" if inner else f"{name} {value:.10g}"


def _escaped(value: object) -> str:
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


# One process, one set.
MEASURES: Final = Measures()
