"""Segments as PostgreSQL counts them, against a plain reference and against Twilio's own calculator."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harness

CALCULATOR = "sms-segments-calculator"
CALCULATOR_VERSION = "1.3.0"
# One text a line in, one weight a line out. A grapheme is an encoded character of one or more units.
CALCULATOR_SCRIPT = """
const { SegmentedMessage } = require("sms-segments-calculator");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { encodingName, encodedChars, segmentsCount } = new SegmentedMessage(JSON.parse(line));
  const units = encodedChars.reduce((sum, character) => sum + character.codeUnits.length, 0);
  console.log(JSON.stringify([encodingName, units, segmentsCount]));
});
"""

GSM_BASIC = set(
    "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    "¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ"
)
GSM_EXTENSION = set("^{}\\[~]|€\f")

# A few characters of each class, sorted by hand, so that the table in SQL is not its own witness.
MEMBERS = {
    "control": "\n\r\f\t\u00ad\u200b\u2028\U000e0001",
    "extend": "\u0301\u0947\u094d\u200c\ufe0f\u20e3\U000e0067\U000e007f",
    "spacing": "\u0903\u093e\u0e33\U00011000",
    "prepend": "\u0600\u0d4e\U000110bd",
    "joiner": "\u200d",
    "base": "\u261d\u270c\U0001f44d\U0001f926",
    "tone": "\U0001f3fb\U0001f3ff",
    "person": "\U0001f466\U0001f469",
    "glue": "\u2764\u2642\U0001f680\U0001f48b",
    "flag": "\U0001f1e9\U0001f1ea",
    "leading": "\u1100\u1112",
    "vowel": "\u1161\u1175",
    "trailing": "\u11a8\u11ab",
    "open": "\uac00\ud558",
    "closed": "\uac01\ud55c",
    "other": "aZ {€ç’—é中ы😀🔥𝒳",  # noqa: RUF001  a curly quote and Cyrillic are meant
}
CLASSES = {character: name for name, members in MEMBERS.items() for character in members}
SEQUENCES = [
    "\r\n",
    "e\u0301",
    "1\ufe0f\u20e3",
    "\u2764\ufe0f",
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f1e9\U0001f1ea",
    "\U0001f44d\U0001f3fb",
    "\U0001f469\U0001f3fb\u200d\U0001f680",
    "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f469",
    "\U0001f926\U0001f3fb\u200d\u2642\ufe0f",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u1112\u1161\u11ab",
    "e" + "\u0301" * 39,
    "e" + "\u0301" * 70,
]
HANGUL = {
    *(("leading", name) for name in ("leading", "vowel", "open", "closed")),
    *((name, follower) for name in ("open", "vowel") for follower in ("vowel", "trailing")),
    *((name, "trailing") for name in ("closed", "trailing")),
}


class Weight(NamedTuple):
    """What a text weighs."""

    encoding: str
    units: int
    segments: int


def joins(cluster: list[str], follower: str) -> bool:  # noqa: PLR0911  a rule a line
    """Tell whether a character belongs to the grapheme before it: UAX #29 for Unicode 10.0, Twilio's way."""
    last = cluster[-1]
    if "control" in (last, follower):
        return False
    if len(cluster) == 3 and cluster[:2] in (["flag", "flag"], ["prepend", "flag"]):
        return False
    if (last, follower) in HANGUL or follower in ("extend", "joiner", "spacing") or last == "prepend":
        return True
    if follower == "tone":
        if last == "extend":
            return cluster[-2:-1] in (["base"], ["person"])
        return last in ("base", "person") and "extend" not in cluster
    if last == "joiner":
        return follower in ("glue", "person")
    return cluster == ["flag"] and follower == "flag"


def graphemes(text: str) -> list[str]:
    """Cut a text into what must not be torn."""
    found: list[str] = []
    names: list[str] = []
    for character in text:
        name = CLASSES.get(character, "other")
        if names and joins(names, name):
            found[-1] += character
            names.append(name)
        else:
            found.append(character)
            names = [name]
    return found


def weigh(text: str) -> Weight:
    """Fill segments one after the other, the slow way."""
    if set(text) <= GSM_BASIC | GSM_EXTENSION:
        encoding, alone, room = "GSM-7", 160, 153
        sizes = [2 if character in GSM_EXTENSION else 1 for character in text]
    else:
        encoding, alone, room = "UCS-2", 70, 67
        sizes = [units(grapheme) for grapheme in graphemes(text)]
    segments: list[list[int]] = [[]]
    for size in sizes:
        if sum(segments[-1]) + size > (alone if len(segments) == 1 else room):
            surplus: list[int] = []
            while len(segments) == 1 and sum(segments[0]) > room:
                surplus.insert(0, segments[0].pop())
            segments.append(surplus)
        segments[-1].append(size)
    return Weight(encoding, sum(sizes), len(segments))


def texts(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give texts that reach into several segments: pieces, many of them repeated."""
    piece = st.sampled_from(SEQUENCES) | st.text(characters, min_size=1, max_size=6)
    pieces = st.lists(st.tuples(piece, st.integers(1, 3) | st.integers(1, 80)), max_size=10)
    return pieces.map(lambda runs: "".join(piece * times for piece, times in runs)[:1600])


def units(text: str) -> int:
    """Count UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


GSM = texts(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION))).map(
    lambda text: "".join(character for character in text if character in GSM_BASIC | GSM_EXTENSION)
)
KNOWN = texts(st.sampled_from(sorted(CLASSES)) | st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION)))
ANY = texts(st.characters(min_codepoint=1, exclude_categories=["Cs"]))


def borders() -> list[str]:
    """Put the end of each short sequence of classes between two segments: three are needed where it may not be cut."""
    sequences = [
        *itertools.product(MEMBERS, repeat=2),
        *itertools.product(MEMBERS, repeat=3),
        *itertools.product(["extend", "joiner", "base", "person", "tone", "flag", "prepend"], repeat=4),
        *itertools.product(["extend", "joiner", "person", "tone"], repeat=5),
        *itertools.product(["extend", "flag", "prepend"], repeat=5),
    ]
    found = []
    for number, names in enumerate(sequences):
        *before, after = (MEMBERS[name][number % len(MEMBERS[name])] for name in names)
        filler = "a" * (67 - units("".join(before)))
        found.append(f"{filler}{''.join(before)}{after}{'a' * (67 - units(after))}")
    return found


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def calculator() -> Iterator["subprocess.Popen[str]"]:
    """Run Twilio's calculator, fetched once into the user's cache."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Twilio's calculator needs node and npm, and they are not on the PATH")
    try:
        folder = harness.node_modules(f"{CALCULATOR}-{CALCULATOR_VERSION}", f"{CALCULATOR}@{CALCULATOR_VERSION}").parent
    except FileNotFoundError as error:
        pytest.skip(str(error))
    command = ["node", "-e", CALCULATOR_SCRIPT]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii"
    ) as process:
        yield process
        if process.stdin is not None:
            process.stdin.close()


def weigh_in_sql(connection: psycopg.Connection, text: str) -> Weight:
    row = connection.execute(
        """
        select encoding, unit_count, segment_count, herald.sms_segment_count(%(text)s)
        from public.sms_segments(%(text)s)
        """,
        {"text": text},
    ).fetchone()
    assert row is not None
    assert row[2] == row[3]
    return Weight(*row[:3])


def weigh_all_in_sql(connection: psycopg.Connection, cases: list[str]) -> dict[str, Weight]:
    rows = connection.execute(
        """
        select message, encoding, unit_count, segment_count
        from unnest(%s::text[]) as message, public.sms_segments(message)
        """,
        [cases],
    )
    return {text: Weight(*weight) for text, *weight in rows}


def weigh_as_twilio(calculator: "subprocess.Popen[str]", text: str) -> Weight:
    assert calculator.stdin is not None
    assert calculator.stdout is not None
    calculator.stdin.write(json.dumps(text) + "\n")
    calculator.stdin.flush()
    return Weight(*json.loads(calculator.stdout.readline()))


def test_no_grapheme_is_torn(connection: psycopg.Connection) -> None:
    cases = borders()
    assert weigh_all_in_sql(connection, cases) == {text: weigh(text) for text in cases}


def test_graphemes_are_those_of_twilios_calculator(
    connection: psycopg.Connection, calculator: "subprocess.Popen[str]"
) -> None:
    cases = borders()[::4]
    assert weigh_all_in_sql(connection, cases) == {text: weigh_as_twilio(calculator, text) for text in cases}


def test_sql_agrees_with_filling_segments_the_slow_way(connection: psycopg.Connection) -> None:
    @settings(max_examples=300)
    @given(KNOWN | GSM)
    def agree(text: str) -> None:
        assert weigh_in_sql(connection, text) == weigh(text)

    agree()


def test_sql_agrees_with_twilios_calculator(
    connection: psycopg.Connection, calculator: "subprocess.Popen[str]"
) -> None:
    @settings(max_examples=300)
    @given(KNOWN | GSM | ANY)
    def agree(text: str) -> None:
        assert weigh_in_sql(connection, text) == weigh_as_twilio(calculator, text)

    agree()


def test_every_character_is_in_the_alphabet_twilio_puts_it_in(
    connection: psycopg.Connection, calculator: "subprocess.Popen[str]"
) -> None:
    characters = [chr(code) for code in range(1, 8500)]
    ours = weigh_all_in_sql(connection, characters)
    assert ours == {character: weigh_as_twilio(calculator, character) for character in characters}
