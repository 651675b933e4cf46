"""Faults that are planted in made-up cities, each with what a SHACL processor has to find: no more, and no less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle

from bench.cities import World

DEF = "https://cities.example/def/"
ID = "https://cities.example/id/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_TYPE, _LABEL = "a", "rdfs:label"

Edit = Callable[[str, int, World], str]
"""What is done to the lines of a block; the second value is the number of its thing."""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """One result: its focus node and path (IRIs; a path of several steps as SPARQL writes it, none for a whole node), and the constraint component."""

    focus: str
    path: str
    component: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: the kind of thing that gets it, what is done to that, and the results."""

    kind: str
    edit: Edit
    results: tuple[tuple[str, str], ...]
    """Path and component of each."""
    extra: tuple[str, str, str] | None = None
    """Another thing that comes with it: the start of its name, its lines, and the path at which it is wrong, of the wrong class."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in one thing."""

    fault: Fault
    number: int
    name: str
    """As the files write it."""

    def results(self) -> Iterator[Expected]:
        """What has to be found."""
        for path, component in self.fault.results:
            yield Expected(_iri(self.name), path, f"{component}ConstraintComponent")
        if self.fault.extra:
            yield Expected(_iri(self.extra_name), self.fault.extra[2], "ClassConstraintComponent")

    @property
    def extra_name(self) -> str:
        """The name of the thing that comes with it."""
        return f"{self.fault.extra[0]}{self.number:07}" if self.fault.extra else ""


def plant(count: int, made: World) -> list[Planted]:
    """Return so many faults, no two in one thing or in one office, of all kinds in turn.

    Raises `ValueError` where there are too few things.
    """
    rooms = {fault.kind: _room(fault.kind, made) for fault in FAULTS}
    if count > sum(rooms.values()):
        raise ValueError(f"{sum(rooms.values())} faults at most fit in so few triples")
    chosen = _in_turn(count, rooms)
    share = Counter(fault.kind for fault in chosen)
    seen: Counter[str] = Counter()
    planted = []
    for fault in chosen:
        number = 1 + seen[fault.kind] * rooms[fault.kind] // share[fault.kind]
        seen[fault.kind] += 1
        planted.append(Planted(fault, number, _name(fault.kind, number, made)))
    return planted


def _in_turn(count: int, rooms: Mapping[str, int]) -> list[Fault]:
    """So many faults, of all kinds in turn, those left out for which there is no room any more."""
    chosen: list[Fault] = []
    used: Counter[str] = Counter()
    faults = cycle(FAULTS)
    while len(chosen) < count:
        fault = next(faults)
        if used[fault.kind] < rooms[fault.kind]:
            used[fault.kind] += 1
            chosen.append(fault)
    return chosen


def _iri(name: str) -> str:
    return ID + name.replace(":", "/", 1)


def _room(kind: str, made: World) -> int:
    """How many things of *kind* can have a fault: of each city one membership and one tenure."""
    numbers = {"agreement": made.cities // 2, "body": 2 * made.networks, "document": made.documents, "network": made.networks, "passage": made.passages}
    return numbers.get(kind, made.cities)


def _name(kind: str, number: int, made: World) -> str:
    """The name of the thing of *kind* that fault number *number* is planted in: the last membership of a city, which no event needs, and the second term."""
    tail = {"membership": f"-{len(made.joined[number - 1])}" if kind == "membership" else "", "tenure": "-2"}.get(kind, "")
    return f"{kind}:{'c' if kind in {'membership', 'office', 'tenure'} else kind[0]}{number:07}{tail}"


def _ordered(lines: list[str]) -> str:
    """Lines in the order of the house style."""

    def place(line: str) -> tuple[int, str]:
        word = line.split(maxsplit=1)[0]
        return (0 if word == _TYPE else 1 if word == _LABEL else 2), line

    return "".join(sorted(lines, key=place))


def _value(lines: str, word: str) -> str:
    """The value of the first statement with *word*."""
    return next(line.removesuffix(" ;").split(maxsplit=1)[1] for line in lines.splitlines() if line.split()[0] == word)


def _set(word: str, value: str, lines: str, _number: int, _made: World) -> str:
    """The first statement with *word* says *value*."""
    return _ordered(lines.replace(f"    {word} {_value(lines, word)} ;\n", f"    {word} {value} ;\n", 1).splitlines(keepends=True))


def _say(word: str, value: str, lines: str, _number: int, _made: World) -> str:
    return _ordered([*lines.splitlines(keepends=True), f"    {word} {value} ;\n"])


def _drop(word: str, lines: str, _number: int, _made: World) -> str:
    return lines.replace(f"    {word} {_value(lines, word)} ;\n", "", 1)


def _one_signatory(lines: str, _number: int, _made: World) -> str:
    first = _value(lines, "def:signatory")
    return "".join(line for line in lines.splitlines(keepends=True) if "def:signatory" not in line or first in line)


def _held_elsewhere(lines: str, number: int, made: World) -> str:
    network = int(_value(lines, "def:organiser").removeprefix("network:n"))
    return _set("def:heldIn", f"city:c{made.stranger(network):07}", lines, number, made)


def _overlapping(lines: str, number: int, made: World) -> str:
    """The second term begins two years early, in the first."""
    begin = _value(lines, "def:begin")
    return _set("def:begin", f'"{int(begin[1:5]) - 2}{begin[5:]}', lines, number, made)


def _never(lines: str, number: int, made: World) -> str:
    """The membership ends before it begins."""
    kept = "".join(line for line in lines.splitlines(keepends=True) if "def:until" not in line)
    return _set("def:since", '"2020-01-01"^^xsd:date', _say("def:until", '"2019-12-31"^^xsd:date', kept, number, made), number, made)


def _short(lines: str, number: int, made: World) -> str:
    """The Danish quotation is one word."""
    kept = "".join(line for line in lines.splitlines(keepends=True) if not (line.endswith("@da ;\n") and "def:quote" in line))
    return _say("def:quote", '"Kort."@da', kept, number, made)


def _in_a_wrong_passage(lines: str, number: int, made: World) -> str:
    return _set("def:statedBy", f"passage:x{number:07}", lines, number, made)


_WRONG_PASSAGE = (
    "passage:x",
    '    a def:Passage ;\n    rdfs:label "Passage of a city"@en ;\n    rdfs:label "Sted i en by"@da ;\n'
    '    def:inDocument city:c0000001 ;\n    def:page 1 ;\n    def:quote "Her står ikke meget."@da ;\n    def:quote "There is not much here."@en ;\n',
    f"{DEF}inDocument",
)

FAULTS = (
    Fault("city", partial(_set, "def:code", '"CT-12"'), ((f"{DEF}code", "Pattern"),)),
    Fault("membership", partial(_set, "def:member", "network:n0000001"), ((f"{DEF}member", "Class"),)),
    Fault("tenure", _overlapping, (("", "SPARQL"),)),
    Fault("event", _held_elsewhere, (("", "SPARQL"),)),
    Fault("office", partial(_drop, "def:ofCity"), (("", "Or"),)),
    Fault("agreement", _one_signatory, ((f"{DEF}signatory", "MinCount"),)),
    Fault("figure", partial(_drop, "def:statedBy"), ((f"{DEF}statedBy", "MinCount"),)),
    Fault("passage", _short, ((f"{DEF}quote", "MinLength"),)),
    Fault("document", partial(_set, "def:address", '"ftp://documents.example/"^^xsd:anyURI'), ((f"{DEF}address", "Pattern"),)),
    Fault("network", partial(_set, "def:founded", '"1999"'), ((f"{DEF}founded", "Datatype"),)),
    Fault("body", partial(_set, "def:partOf", "body:b0000001"), ((f"{DEF}partOf", "Class"),)),
    Fault("city", partial(_drop, _LABEL), ((LABEL, "MinCount"),)),
    Fault("membership", partial(_say, "def:term", "1"), ((f"{DEF}term", "Closed"),)),
    Fault("tenure", partial(_set, "def:end", '"1999-12-31"^^xsd:date'), ((f"{DEF}begin", "LessThan"),)),
    Fault("event", partial(_set, "def:end", '"1999-12-31"^^xsd:date'), ((f"{DEF}begin", "LessThanOrEquals"),)),
    Fault("office", partial(_set, "def:seats", "0"), ((f"{DEF}seats", "MinInclusive"),)),
    Fault("agreement", partial(_set, "def:onTopic", "city:c0000001"), ((f"{DEF}onTopic", "Class"),)),
    Fault("figure", partial(_set, "def:value", "-1.50"), ((f"{DEF}value", "MinInclusive"),)),
    Fault("figure", _in_a_wrong_passage, ((f"<{DEF}statedBy>/<{DEF}inDocument>", "Class"),), _WRONG_PASSAGE),
    Fault("network", partial(_set, "def:ofKind", "city:c0000001"), ((f"{DEF}ofKind", "In"),)),
    Fault("city", partial(_set, _LABEL, '"Stadt"@de'), ((LABEL, "LanguageIn"),)),
    Fault("membership", partial(_say, "def:since", '"1989-05-01"^^xsd:date'), ((f"{DEF}since", "MaxCount"),)),
    Fault("tenure", partial(_drop, "def:begin"), ((f"{DEF}begin", "MinCount"),)),
    Fault("event", partial(_set, "def:status", '"perhaps"'), ((f"{DEF}status", "In"),)),
    Fault("agreement", partial(_drop, "def:signedOn"), ((f"{DEF}signedOn", "MinCount"),)),
    Fault("figure", partial(_set, "def:statedBy", "document:d0000001"), ((f"{DEF}statedBy", "Class"),)),
    Fault("city", partial(_say, _LABEL, '"Town"@en'), ((LABEL, "UniqueLang"),)),
    Fault("membership", _never, ((f"{DEF}since", "LessThan"),)),
    Fault("event", partial(_set, "def:attendance", "12.5"), ((f"{DEF}attendance", "Datatype"),)),
    Fault("city", partial(_set, "def:population", "0"), ((f"{DEF}population", "MinInclusive"),)),
    Fault("city", partial(_set, "def:latitude", "95.5"), ((f"{DEF}latitude", "MaxInclusive"),)),
)
