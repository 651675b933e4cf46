"""What was measured, in words: tables of each size, and what was asked for beside what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.case import FAULTS
from bench.faults import FAULTS as KINDS
from bench.generate import PROJECT
from bench.measure import ABSENT, FAILED, RAN, STOPPED, Measured, Size
from bench.systems import AGAIN, CHECK, FLOORS, JENA, ON_JAVA, PUBLISH, REFUSED, SCRIPT, SYSTEMS, VALIDATORS

ALL_OF_JENA = "Jena: Turtle, N-Triples, validation"
ALL_FLOORS = "pyoxigraph: all five"
PICTURE = "speed.svg"
_HEAD = """\
# How fast bynet is

Written by `make bench SIZES="{sizes}"`, with as many `ROUNDS` as each row says. It publishes made-up cities with bynet and gives the same data to others,
on this machine:

{machine}

The cities, their networks, offices, agreements and figures, with the passages that say so, come from `tests/bench/` and are the same for the same seed.
They are validated by {shapes} node shapes with {queries} constraints in SPARQL. In what is validated alone, {faults} faults are planted, of {kinds} kinds:
whoever finds others than those, or not all of them, is not right.

Each run is a process of its own. The systems take turns, and what takes more than a minute runs once. Seconds are the median by the clock, and beside them
those of all processors together, which other work on the machine changes less. Memory is the most that all processes of a run had at once (what they share
counted once, looked at a hundred times a second or less often), or the most that one of them had by the kernel's account, whichever is more. Others read
one file of N-Triples, which they read fastest, and write no site; bynet reads Turtle files, holds each against its rules for input, runs a rule, answers
two questions, and writes catalogue, report and pages of terms too.
How many cases of the W3C's test suite each validator passes: [How right validators are](conformance.md).

![Seconds against triples, both on logarithmic scales]({picture})
"""
_ASKED = """
What was asked for at 1,000,000 triples and is held against every size:

| asked for | at most | measured | |
| --- | ---: | ---: | --- |
"""
_MOST_TIMES, _MOST_MEMORY = 12, 4_000_000_000
_TABLE = """
| | does | runs | seconds | times bynet publish | of processors | MB | right |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
"""


def document(sizes: Mapping[int, Size]) -> str:
    """Return the whole text about what was measured at *sizes*."""
    machine = "\n".join(f"- {line}" for line in dict.fromkeys(line for size in sizes.values() for line in size.machine))
    words: dict[str, object] = {"sizes": " ".join(map(str, sorted(sizes))), "machine": machine, "picture": PICTURE}
    shapes = "".join(file.read_text(encoding="utf-8") for file in (PROJECT / "shapes").glob("*.ttl"))
    words |= {"shapes": shapes.count("a sh:NodeShape"), "queries": shapes.count("a sh:SPARQLConstraint"), "faults": FAULTS, "kinds": len(KINDS)}
    return _HEAD.format(**words) + "".join(_size(asked, size) for asked, size in sorted(sizes.items())) + "".join(_growth(sizes))


def sums(size: Size) -> dict[str, Measured]:
    """Return what was measured at *size*, with the sums of what others do in several commands, where all of them ran."""
    added = {}
    for name, parts in ((ALL_OF_JENA, JENA), (ALL_FLOORS, FLOORS)):
        rows = [size.systems[part] for part in parts if part in size.systems]
        if len(rows) == len(parts) and all(row.state == RAN for row in rows):
            judged = [row.is_right for row in rows if row.is_right is not None]
            time, work = sum(row.time for row in rows), sum(row.work for row in rows)
            added[name] = Measured(RAN, [time], [max(row.peak for row in rows)], [work], all(judged) if judged else None)
    return size.systems | added


def _size(asked: int, size: Size) -> str:
    rows = sums(size)
    listed = [(system.name, system.does) for system in SYSTEMS]
    listed.insert([name for name, _does in listed].index(JENA[-1]) + 1, (ALL_OF_JENA, "the three, one after the other"))
    listed.append((ALL_FLOORS, "the five, one after the other"))
    own = rows.get(PUBLISH)
    table = "".join(_row(name, does, rows[name], own) for name, does in listed if name in rows)
    head = f"\n## {asked:,} triples\n\n{size.triples:,} triples with those of the ontology. Measured on {size.day}; load of the machine before: {size.load}.\n"
    wanted = "".join(f"| {words} | {most} | {is_now} | {met} |\n" for words, most, is_now, met in _wanted(rows))
    return head + _TABLE + table + (_ASKED + wanted if wanted else "")


def _row(name: str, does: str, row: Measured, own: Measured | None) -> str:
    if row.state == ABSENT:
        return f"| {name} | {does} | not there: {row.note} | | | | | |\n"
    seconds = {STOPPED: f"at least {row.seconds[-1]:.0f}", FAILED: "failed"}.get(row.state, _seconds(row.time))
    ratio = f"{row.time / own.time:.2f}" if row.state == RAN and own and own.state == RAN else ""
    right = {None: "", True: "yes", False: "**no**"}[row.is_right]
    return f"| {name} | {does} | {len(row.seconds)} | {seconds} | {ratio} | {_seconds(row.work)} | {_megabytes(row.peak)} | {right} |\n"


def _wanted(rows: Mapping[str, Measured]) -> Iterator[tuple[str, str, str, str]]:
    """What was asked for, what it is, and whether it is met: only of what was measured on both sides."""
    ran = {name: row for name, row in rows.items() if row.state == RAN and row.is_right is not False}
    validators = [ran[name].time for name in VALIDATORS if name in ran and ran[name].is_right]
    if PUBLISH in ran and ALL_FLOORS in ran and validators:
        floors = [ran[name].time for name in FLOORS]
        yield _line("twice the five floors, one after the other, and the fastest right validation", 2 * (sum(floors) + min(validators)), ran[PUBLISH].time)
        once = sum(floors) - (len(floors) - 1) * floors[0]
        yield _line("the same, reading counted once", 2 * (once + min(validators)), ran[PUBLISH].time)
    for name, times, own in ((SCRIPT, 10, PUBLISH), (ALL_OF_JENA, 3, PUBLISH), *((name, 2, own) for own in (CHECK, REFUSED) for name in ON_JAVA)):
        row = rows.get(name)
        if own in ran and row and row.state in {RAN, STOPPED}:
            yield _line(f"{own}: {times} times faster than {name}", row.time / times, ran[own].time)
    if PUBLISH in ran:
        for name in (SCRIPT, *JENA, *ON_JAVA[:1]):
            if name in ran:
                yield f"less memory than {name}", _megabytes(ran[name].peak), _megabytes(ran[PUBLISH].peak), _met(ran[PUBLISH].peak < ran[name].peak)
    if PUBLISH in ran and AGAIN in ran:
        yield _line("a tenth of the time after a small edit", ran[PUBLISH].time / 10, ran[AGAIN].time)


def _growth(sizes: Mapping[int, Size]) -> Iterator[str]:
    """How time grows from each size to ten times that, and the memory of the largest."""
    own = {asked: size.systems[PUBLISH] for asked, size in sizes.items() if PUBLISH in size.systems and size.systems[PUBLISH].state == RAN}
    pairs = [(asked, asked * 10) for asked in sorted(own) if asked * 10 in own]
    if pairs:
        yield "\n## How bynet publish grows\n\nAsked for: at most 12 times the seconds for 10 times the triples, and less than 4,000 MB.\n\n"
        yield "| from | to | times the seconds | MB | |\n| ---: | ---: | ---: | ---: | --- |\n"
        for less, more in pairs:
            times, peak = own[more].time / own[less].time, own[more].peak
            yield f"| {less:,} | {more:,} | {times:.1f} | {_megabytes(peak)} | {_met(times <= _MOST_TIMES and peak < _MOST_MEMORY)} |\n"


def _line(words: str, most: float, is_now: float) -> tuple[str, str, str, str]:
    return words, f"{_seconds(most)} s", f"{_seconds(is_now)} s", _met(is_now <= most)


def _met(is_met: object) -> str:
    return "met" if is_met else "**not met**"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 100 else f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f}"


def series(sizes: Mapping[int, Size], names: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """Return for each of *names* its seconds by triples, where it ran and was right."""
    rows = {asked: sums(size) for asked, size in sizes.items()}
    found = {name: [(asked, row[name].time) for asked, row in sorted(rows.items()) if name in row and row[name].state == RAN] for name in names}
    return {name: points for name, points in found.items() if points}
