"""The benchmark: pgherald, other queues of its kind, and bare SQL, on one durable server, turn by turn."""

import logging
import signal
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from speed import backlog, drain, endurance, enqueue, fan_out, latency, page, scale, sending, texts
from speed.book import Book
from speed.stand import stand

_ROOT: Final = Path(__file__).parents[1]
_CACHE: Final = _ROOT / "build/bench"
_SECTIONS: Final = {
    "drain": drain.measure,
    "texts": texts.measure,
    "enqueue": enqueue.measure,
    "fan-out": fan_out.measure,
    "backlog": backlog.measure,
    "latency": latency.measure,
    "sending": sending.measure,
    "memory": sending.watch_memory,
    "endurance": endurance.measure,
    "scale": scale.measure,
    "backlog-5m": backlog.measure_more,
}


@click.command
@click.option("--only", type=click.Choice(list(_SECTIONS)), multiple=True, help="Measure this; may be repeated.")
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="Turns of each; the median counts."
)
@click.option("--peers/--no-peers", "with_peers", default=True, help="Measure the other queues, too; fetches them.")
@click.option("--quick", is_flag=True, help="Small sizes and one turn: shows that it works, and nothing of speed.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), default=None,
    help="Keep the results here; sections not measured now stay as they were.  [default: build/bench/results.json, "
    "and quick.json beside it for a quick run]",
)  # fmt: skip
@click.option(
    "--docs", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="Write speed.md, speed.svg and speed.json into this folder.",
)  # fmt: skip
@click.option("--note", help="What a reader should know of the circumstances.")
@click.option("--draw-only", is_flag=True, help="Measure nothing: show what the results file holds.")
def main(  # noqa: PLR0913  options are options
    only: tuple[str, ...],
    rounds: int,
    json_file: Path | None,
    docs: Path | None,
    note: str | None,
    *,
    with_peers: bool,
    quick: bool,
    draw_only: bool,
) -> None:
    """Measure, and tell: ratios first, absolute figures are this machine's."""
    logging.disable(logging.INFO)
    # However it is told to end, the server, the runners and the provider end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(stderr=True)
    json_file = json_file or _CACHE / ("quick.json" if quick else "results.json")
    earlier = _earlier(json_file)
    book = Book.begin(is_quick=quick, note=note)
    if draw_only:
        if not earlier:
            raise click.UsageError(f"there is nothing to draw: {json_file} does not exist")
        book = earlier
        book.note = note or book.note
    else:
        if earlier and not book.may_replace(earlier):
            raise click.UsageError(
                f"{json_file} holds a full run or another machine's figures, and would lose them: "
                "name another file by --json"
            )
        with stand(
            book, console, _CACHE, rounds=1 if quick else rounds, is_quick=quick, with_peers=with_peers
        ) as ground:
            for name, measure in _SECTIONS.items():
                if not only or name in only:
                    console.rule(name)
                    measure(ground)
                    # After each section: a long run that is broken off loses one, not all.
                    _with_rest_of(book, earlier).write(json_file)
        book = _with_rest_of(book, earlier)
    Console().print(page.table(book))
    if docs:
        page.write(book, docs)
        console.print(f"wrote {docs / 'speed.md'}, speed.svg and speed.json")


def _earlier(json_file: Path) -> Book | None:
    """Read what earlier runs have measured. A file of another kind is not ours to overwrite."""
    try:
        return Book.read(json_file) if json_file.exists() else None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise click.UsageError(f"{json_file} holds no results of a benchmark") from None


def _with_rest_of(book: Book, earlier: Book | None) -> Book:
    """Keep what an earlier run of the same kind has measured and this one has not."""
    return book.with_rest_of(earlier) if earlier and earlier.is_quick == book.is_quick else book


if __name__ == "__main__":
    main()
