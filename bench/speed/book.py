"""What was measured: lines with their samples, and the ground they were measured on. Kept as JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

_CPU_INFO: Final = Path("/proc/cpuinfo")
_MEMORY_INFO: Final = Path("/proc/meminfo")
# Between the first and the last time of what was not measured in one run.
_TO: Final = " to "


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: what `who` reached, and how that stands to what `against` reached in the same turns."""

    section: str
    who: str
    value: float
    unit: str
    ratio: float | None = None
    against: str | None = None
    # What was asked for, in words, and whether it was reached; None where nothing was asked.
    target: str | None = None
    is_met: bool | None = None
    samples: tuple[float, ...] = ()
    note: str | None = None


@dataclass(slots=True)
class Book:
    """All lines of a run, and where they come from."""

    machine: Mapping[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    measured_at: str = ""
    is_quick: bool = False
    # What a reader should know of the circumstances.
    note: str | None = None
    lines: list[Line] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, *, is_quick: bool, note: str | None = None) -> Self:
        """Open an empty book on this machine."""
        measured_at = datetime.now(UTC).isoformat(timespec="minutes")
        return cls(machine=_machine(), measured_at=measured_at, is_quick=is_quick, note=note)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote."""
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        lines = [Line(**{**line, "samples": tuple(line["samples"])}) for line in content.pop("lines")]
        return cls(**content, lines=lines)

    def write(self, path: Path) -> None:
        """Keep all of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")

    def may_replace(self, earlier: "Book") -> bool:
        """Whether nothing of worth is lost, and nothing told wrongly, if the earlier book gives its place to this."""
        return earlier.machine == self.machine and (earlier.is_quick or not self.is_quick)

    def with_rest_of(self, earlier: "Book") -> "Book":
        """Give a book that has the sections of an earlier run, too, which this one has not measured.

        What was said of the earlier run still holds for them.
        """
        measured = {line.section for line in self.lines}
        rest = [line for line in earlier.lines if line.section not in measured]
        if not rest:
            return self
        skipped = {name: why for name, why in earlier.skipped.items() if name not in self.versions}
        return replace(
            self,
            lines=self.lines + rest,
            versions={**earlier.versions, **self.versions},
            measured_at=f"{earlier.measured_at.split(_TO)[0]}{_TO}{self.measured_at}",
            note=self.note or earlier.note,
            skipped={**skipped, **self.skipped},
        )


def compare(  # noqa: PLR0913  each is a word of the sentence that a line is
    section: str,
    samples: Mapping[str, Sequence[float]],
    *,
    unit: str,
    against: str,
    at_least: float | None = None,
    who: Sequence[str] = (),
    ahead_of: Sequence[str] = (),
    notes: Mapping[str, str] | None = None,
) -> list[Line]:
    """Make the lines of contestants that took turns: medians, and the median of the ratios turn by turn.

    Those in `who` are to reach `at_least` times what `against` reached, and more than each of `ahead_of`.
    """
    lines = []
    middle = {name: statistics.median(values) for name, values in samples.items()}
    for name, values in samples.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(values, samples[against], strict=True))
        target, is_met = None, None
        if name in who:
            rivals = {rival: middle[rival] for rival in ahead_of if rival in middle}
            wishes = [f"at least {at_least} of {against}"] if at_least is not None else []
            wishes += [f"ahead of {', '.join(rivals)}"] if rivals else []
            target = " and ".join(wishes) or None
            is_met = (at_least is None or ratio >= at_least) and all(middle[name] > rate for rate in rivals.values())
        lines.append(
            Line(
                section=section,
                who=name,
                value=middle[name],
                unit=unit,
                ratio=ratio,
                against=against,
                target=target,
                is_met=is_met if target else None,
                samples=tuple(values),
                note=(notes or {}).get(name),
            )
        )
    return lines


def _machine() -> Mapping[str, str]:
    """Name the machine."""
    cpu, memory = platform.processor() or platform.machine(), "?"
    if _CPU_INFO.exists():
        models = [
            row.partition(":")[2].strip() for row in _CPU_INFO.read_text("utf-8").splitlines() if "model name" in row
        ]
        cpu = models[0] if models else cpu
    if _MEMORY_INFO.exists():
        memory = f"{round(int(_MEMORY_INFO.read_text('utf-8').split()[1]) / 2**20)} GiB"
    return {
        "processor": cpu,
        "cores": str(os.cpu_count()),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }
