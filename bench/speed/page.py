"""What was measured, for people: a table, a picture, and a page of the docs, all from the book."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from rich.markup import escape as escape_markup
from rich.table import Table

from speed.book import Book, Line
from speed.stand import OURS

# What each section asks, in the order in which they are told.
QUESTIONS: Final[Mapping[str, str]] = {
    "drain, empty jobs": (
        "A queue is full of jobs that do nothing. How many a second are claimed and recorded as done, by one "
        "worker process? The bare table is claimed and deleted by pgbench, 100 rows a statement, in one "
        "transaction: no queue that keeps its rows while somebody works can be as fast. It has one "
        "connection, and beside it two, as ours and most peers have two or more."
    ),
    "drain, texts": (
        "A queue is full of texts that are due. How many a second go out by the whole way: gates, lease, attempt "
        "on record, all guards and tables, the runner, and a provider in the same process that costs nothing? The "
        "bare script writes the same rows to the same tables with as many round trips, and asks nothing; on one "
        "connection, and on two side by side, as ours has more than one."
    ),
    "enqueue, one a transaction": (
        "One client, one text a transaction. The bare insert writes the same two rows; ours also asks the gates "
        "and wakes the runners. The peers enqueue an empty job."
    ),
    "enqueue, in bulk": ("The same, all in one transaction."),
    "fan-out of one event": (
        "One event reaches all its subscribers. The bare one inserts the very same rows, which it has copied before."
    ),
    "claim beside a backlog": (
        "What a call costs with very many texts of the future and as many finished jobs in the tables, against "
        "what it costs without them."
    ),
    "latency, commit to request": (
        "From the commit of a text to the request at the provider, by LISTEN, on an idle system: real runners, "
        "real HTTP."
    ),
    "sending, a provider that takes 100 ms": (
        "Requests a second of one runner process, against the official client with nothing around it in a process "
        "of the same kind. The provider counts."
    ),
    "memory of the runner": ("What one runner process has in memory while it sends."),
    "many runners, one primary": (
        "The same texts by ever more runner processes, which share this machine with the server, and a provider that "
        "costs nothing."
    ),
    "what one text costs the server": (
        "Counted, not timed: it depends on no load. One text a transaction, from the call that queues it to the record "
        "of the provider's answer; the runner's ticks and heartbeats of these seconds are in it."
    ),
    "endurance, a long transaction elsewhere": (
        "Load without a break, and a snapshot held open by somebody else, so that no dead row can be cleared away. "
        "What falls, falls for a bare table, too: both run one after the other, each against its own calm time. When "
        "it is let go, what has grown meanwhile grows no further. "
        "Autovacuum looks every five seconds, so that minutes tell what an hour would."
    ),
}
# Why what a section asks is not reached; told where it is not. The times are of processors: what a profile shows.
REASONS: Final[Mapping[str, str]] = {
    "drain, empty jobs": (
        "The bare table deletes a row and is done: 3 µs of one core a job, client included. Ours stays on record, "
        "is claimed under a lease and a token that completes it, and belongs to a user: 15 µs of the server to claim "
        "it and 12 to complete it, on two connections at once. Of these, 40 % go into the entries of seven "
        "indexes for two versions of the row (the unique `queue_job_id` alone 7.5 µs of both), 10 % into the random "
        "token, the rest into guards and the rows themselves. The bare table that keeps its rows, with one index and "
        "nothing to lose, is what such a queue can reach."
    ),
    "drain, texts": (
        "A text is nine versions of rows in four tables; even the bare script, which asks nothing, is slower with them "
        "than PgQueuer and pg-boss with a job that is one row of one table."
    ),
    "enqueue, one a transaction": (
        "The bare insert takes 230 µs of the server, commit included, ours 400: 35 µs for the look at the gates "
        "(number, switches, quiet hours, legal windows, suppressed numbers), 35 for triggers (guards, adoption, the "
        "notification), 10 for the call's eighteen arguments; the rest is spread over the start of a statement that "
        "allows for keys, templates, series and links. A peer's job is one row of one table with an index or two, "
        "and no bare insert of a text and its job is ahead of that."
    ),
    "enqueue, in bulk": (
        "As one by one: a peer's job is one small row; a text and its job are two large ones with twenty index "
        "entries and four references, and the bare insert of them is behind the peers as well."
    ),
    "claim beside a backlog": (
        "A claim finds what is due by an index that is no larger for the backlog. What each of its texts touches lies "
        "in trees a level deeper (101 pages a text instead of 88) and on pages that nobody has touched lately: one is "
        "read and two are dirtied for each text, where otherwise a hundred texts share a few."
    ),
    "endurance, a long transaction elsewhere": (
        "When the snapshot is gone, autovacuum clears away what it kept while the load goes on, and until that is done "
        "the indexes grow a little further, as the bare table's do; then their pages are used again."
    ),
    "sending, a provider that takes 100 ms": (
        "Where it is not reached, the machine is full: a text costs the runner 190 µs (the official client alone 140 "
        "to 150), the provider 35, and the server 205 to claim it and record its answer, so 4,000 a second are 1.7 of "
        "two cores, and requests wait for a processor for 10 to 20 ms. The official client has both cores for "
        "itself and the provider."
    ),
}
_VERDICTS: Final = {True: "yes", False: "**no**", None: ""}
_WIDTH: Final = 760
_NAMES: Final = 250
_ROW: Final = 22
_LONGEST: Final = _WIDTH - _NAMES - 90
_PICTURED: Final = ("drain, empty jobs", "drain, texts", "enqueue, one a transaction", "enqueue, in bulk")
_STYLE: Final = """
  text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 }
  .bar { fill: #afb8c1 } .ours { fill: #0969da } .small { fill: #57606a }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #58a6ff }
  .small { fill: #9198a1 } }
"""


def table(book: Book) -> Table:
    """Show all of it on a terminal: ratios first."""
    shown = Table(title="Quick run: shows that it works, and nothing of speed" if book.is_quick else "Measured")
    # A terminal may be narrow, and half a name may be anybody's.
    shown.add_column("who", overflow="fold")
    for heading in ("ratio", "value"):
        shown.add_column(heading, justify="right")
    for heading in ("against", "target", "met"):
        shown.add_column(heading, overflow="fold")
    for section, lines in _sections(book):
        shown.add_section()
        shown.add_row(f"[bold]{section}")
        for line in lines:
            met = {True: "[green]yes", False: "[red]no", None: ""}[line.is_met]
            shown.add_row(line.who, _ratio(line), _value(line), line.against or "", line.target or "", met)
    shown.caption = escape_markup("\n".join(_circumstances(book)))
    return shown


def write(book: Book, docs: Path) -> None:
    """Write the page, the picture, and all samples."""
    docs.mkdir(parents=True, exist_ok=True)
    (docs / "speed.svg").write_text(picture(book), "utf-8")
    (docs / "speed.md").write_text(page(book), "utf-8")
    book.write(docs / "speed.json")


def page(book: Book) -> str:
    """Make the page."""
    machine = ", ".join(f"{name} {value}" for name, value in book.machine.items())
    versions = ", ".join(f"{name} {version}" for name, version in sorted(book.versions.items()))
    text = [
        "# Speed",
        "",
        (
            "Made by `make bench`; not to be edited. All contestants work on one durable server (fsync, "
            "synchronous commit and full page writes on) and take turns; the first turn of each does not count. A "
            "ratio is the median of the ratios turn by turn, and is what counts: absolute figures are those of the "
            "machine. All samples: [speed.json](speed.json). More than one machine: [scale.md](scale.md)."
        ),
        "",
        "![Rates relative to the bare table](speed.svg)",
        "",
        f"Measured at {book.measured_at} on: {machine}. {versions}.",
    ]
    if book.is_quick:
        text += ["", "**This was a quick run, which shows that everything works, and nothing of speed.**"]
    if book.note:
        text += ["", f"**{book.note}**"]
    if book.skipped:
        text += ["", _left_out(book)]
    for section, lines in _sections(book):
        text += ["", f"## {section[0].upper()}{section[1:]}", "", _told_of(section, QUESTIONS), ""]
        text += ["| who | ratio | value | against | asked | met |", "|---|--:|--:|---|---|---|"]
        notes = []
        for line in lines:
            cells = (
                line.who,
                _ratio(line),
                _value(line),
                line.against or "",
                line.target or "",
                _VERDICTS[line.is_met],
            )
            text.append(f"| {' | '.join(cells)} |")
            notes += [f"{line.who}: {line.note}."] if line.note else []
        if notes:
            text += ["", " ".join(notes)]
        reason = _told_of(section, REASONS)
        if reason and any(line.is_met is False for line in lines):
            text += ["", f"Why not: {reason}"]
    return "\n".join(text) + "\n"


def picture(book: Book) -> str:
    """Draw the rates of the contestants beside each other."""
    rows: list[str] = []
    y = 8
    for section, lines in _sections(book):
        shown = [line for line in lines if line.ratio is not None and not line.who.endswith("its texts")]
        if section not in _PICTURED or not shown:
            continue
        y += _ROW
        rows.append(f'<text class="title" x="8" y="{y}">{escape(section)}</text>')
        longest = max(line.value for line in shown)
        for line in sorted(shown, key=attrgetter("value"), reverse=True):
            y += _ROW
            length = max(line.value / longest * _LONGEST, 1)
            kind = "bar ours" if line.who == OURS else "bar"
            rows.append(
                f'<text x="{_NAMES - 8}" y="{y}" text-anchor="end">{escape(line.who)}</text>'
                f'<rect class="{kind}" x="{_NAMES}" y="{y - 12}" width="{length:.0f}" height="15" rx="2"/>'
                f'<text class="small" x="{_NAMES + length + 6:.0f}" y="{y}">{_ratio(line)}</text>'
            )
        y += 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 16}" role="img" '
        f'aria-label="Rates of pgherald, other queues and bare SQL"><style>{_STYLE}</style>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def _circumstances(book: Book) -> Iterable[str]:
    """Say what a reader of the figures has to know, as far as there is anything."""
    if book.note:
        yield book.note
    if book.skipped:
        yield _left_out(book)


def _left_out(book: Book) -> str:
    """Say which peers are missing, and why."""
    return f"Left out: {'; '.join(f'{name} ({why.splitlines()[0]})' for name, why in book.skipped.items())}."


def _sections(book: Book) -> Iterable[tuple[str, list[Line]]]:
    """Give the lines section by section, in the order of the questions."""
    lines = sorted(book.lines, key=lambda line: _place(line.section))
    return ((section, list(group)) for section, group in groupby(lines, key=attrgetter("section")))


def _place(section: str) -> tuple[int, str]:
    """Give the place of a section: that of the question that it begins with."""
    places = [place for place, begin in enumerate(QUESTIONS) if section.startswith(begin)]
    return (places[0] if places else len(QUESTIONS), section)


def _told_of(section: str, words: Mapping[str, str]) -> str:
    """Give what is said of a section, or of what its name begins with."""
    return next((told for begin, told in words.items() if section.startswith(begin)), "")


def _ratio(line: Line) -> str:
    return "" if line.ratio is None else f"{line.ratio:.2g}" if line.ratio < 0.1 else f"{line.ratio:.2f}"  # noqa: PLR2004


def _value(line: Line) -> str:
    number = f"{line.value:,.0f}" if line.value >= 100 else f"{line.value:.3g}"  # noqa: PLR2004
    return f"{number} {line.unit}"
