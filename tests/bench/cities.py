"""Made-up cities, their networks and what is said of them, as blocks of Turtle: the same for the same seed, on any machine.

Nobody has a name: whoever holds an office is a number. A city brings about `TRIPLES_A_CITY` triples with it, as many kinds of things as there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

TRIPLES_A_CITY = 128
"""Of the data, and of what the rule derives."""
TERMS = 3
"""The terms of each office."""
_CITIES_A_NETWORK = 20
_PASSAGES_A_CITY = 3
_PASSAGES_A_DOCUMENT = 40
_FIGURES_A_CITY = 3
_COUNTRIES, _TOPICS = 12, 12
_UNITS = (("people", 900_000), ("million DKK", 9_000), ("tonnes of CO2", 400_000), ("km2", 900))
_BEGINNINGS = (
    ("Byrådet besluttede", "The city council decided"),
    ("Netværkets årsmøde enedes om", "The annual meeting of the network agreed"),
    ("Borgmesteren underskrev en erklæring om", "The mayor signed a declaration"),
    ("Forvaltningen fik til opgave", "The administration was given the task"),
    ("Byerne i regionen lovede hinanden", "The cities of the region promised one another"),
    ("Udvalget for klima og miljø foreslog", "The committee for climate and environment proposed"),
)
_ENDINGS = (
    ("at udlede færre tons CO2 år for år", "to emit fewer tonnes of CO2 year by year"),
    ("at dele erfaringer om cykelstier og busser", "to share what is known of cycle tracks and buses"),
    ("at åbne data om affald, vand og energi", "to open data about waste, water and energy"),
    ("at bygge flere boliger ved havnen", "to build more homes at the harbour"),
    ("at tage imod gæster fra andre byer hvert forår", "to receive guests from other cities every spring"),
    ("at måle støj og luft på de største gader", "to measure noise and air in the largest streets"),
)


@dataclass(frozen=True, slots=True)
class World:
    """How much there is of everything, and which city is in which networks: cities, networks and the rest are numbered from 1."""

    seed: int
    cities: int
    networks: int
    joined: tuple[tuple[int, ...], ...]
    """The networks of each city, from city 1 on."""

    @property
    def passages(self) -> int:
        return self.cities * _PASSAGES_A_CITY

    @property
    def documents(self) -> int:
        return -(-self.passages // _PASSAGES_A_DOCUMENT)

    def random(self, kind: str) -> Random:
        """Return what the things of one *kind* are made from: nothing that happens to others changes them."""
        return Random(f"{self.seed} {kind}")

    def stranger(self, network: int) -> int:
        """Return a city that is no member of *network*."""
        return next(number for number, networks in enumerate(self.joined, 1) if network not in networks)


def world(triples: int, seed: int) -> World:
    """Return a world of about so many *triples* (ten cities at least)."""
    cities = max(10, round(triples / TRIPLES_A_CITY))
    networks = max(4, cities // _CITIES_A_NETWORK)
    random = Random(f"{seed} world").random
    first = [int(random() * networks) for _ in range(cities)]
    joined = tuple(tuple((start + step) % networks + 1 for step in range(2 + number % 2)) for number, start in enumerate(first))
    return World(seed, cities, networks, joined)


def _both(word: str, danish: str, english: str) -> str:
    """The two lines of a text, in the order of the house style."""
    lines = f'    {word} "{danish}"@da ;\n', f'    {word} "{english}"@en ;\n'
    return lines[0] + lines[1] if danish < english else lines[1] + lines[0]


def _day(random: Callable[[], float], first: int, years: int) -> str:
    """A day in one of so many years from *first* on."""
    return f'"{first + int(random() * years)}-{1 + int(random() * 12):02}-{1 + int(random() * 28):02}"^^xsd:date'


def _agreements(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("agreement").random
    for number in range(1, made.cities // 2 + 1):
        first = int(random() * made.cities)
        others = {(first + step * (1 + int(random() * 9))) % made.cities + 1 for step in range(2 + number % 3)}
        signatories = "".join(f"    def:signatory city:c{city:07} ;\n" for city in sorted(others if len(others) > 1 else {1, 2}))
        yield (
            f"agreement:a{number:07}",
            f"    a def:Agreement ;\n{_both('rdfs:label', f'Aftale {number}', f'Agreement {number}')}"
            f"    def:onTopic topic:t{1 + int(random() * _TOPICS):02} ;\n{signatories}"
            f"    def:signedOn {_day(random, 1995, 30)} ;\n    def:statedBy passage:p{1 + int(random() * made.passages):07} ;\n",
        )


def _bodies(made: World) -> Iterator[tuple[str, str]]:
    for number in range(1, 2 * made.networks + 1):
        network, place = -(-number // 2), 2 - number % 2
        label = _both("rdfs:label", f"Styregruppe {place} i Netværk {network}", f"Board {place} of Network {network}")
        yield f"body:b{number:07}", f"    a def:Body ;\n{label}    def:partOf network:n{network:07} ;\n"


def _cities(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("city").random
    for number in range(1, made.cities + 1):
        yield (
            f"city:c{number:07}",
            f"    a def:City ;\n{_both('rdfs:label', f'By {number}', f'City {number}')}"
            f'    def:code "CT-{number:07}" ;\n    def:inCountry country:k{1 + int(random() * _COUNTRIES):02} ;\n'
            f"    def:latitude {35 + 30 * random():.4f} ;\n    def:longitude {1 + 29 * random():.4f} ;\n"
            f"    def:population {20_000 + int(3_000_000 * random() ** 3)} ;\n",
        )


def _documents(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("document").random
    for number in range(1, made.documents + 1):
        yield (
            f"document:d{number:07}",
            f"    a def:Document ;\n{_both('rdfs:label', f'Dokument {number}', f'Document {number}')}"
            f'    def:address "https://documents.example/{number}"^^xsd:anyURI ;\n    def:published {_day(random, 2024, 2)} ;\n',
        )


def _events(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("event").random
    for number in range(1, made.cities + 1):
        network, year, month, day = made.joined[number - 1][0], 2005 + int(random() * 20), 1 + int(random() * 12), 1 + int(random() * 25)
        yield (
            f"event:e{number:07}",
            f"    a def:Event ;\n{_both('rdfs:label', f'Møde {number} i By {number}', f'Meeting {number} in City {number}')}"
            f'    def:attendance {20 + int(random() * 900)} ;\n    def:begin "{year}-{month:02}-{day:02}"^^xsd:date ;\n'
            f'    def:end "{year}-{month:02}-{day + int(random() * 3):02}"^^xsd:date ;\n'
            f"    def:heldIn city:c{number:07} ;\n    def:organiser network:n{network:07} ;\n"
            f'    def:statedBy passage:p{1 + int(random() * made.passages):07} ;\n    def:status "{"held" if random() < 0.9 else "cancelled"}" ;\n',
        )


def _figures(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("figure").random
    for number in range(1, made.cities * _FIGURES_A_CITY + 1):
        unit, most = _UNITS[int(random() * len(_UNITS))]
        yield (
            f"figure:f{number:07}",
            f"    a def:Figure ;\n{_both('rdfs:label', f'Tal {number}', f'Figure {number}')}"
            f"    def:about city:c{-(-number // _FIGURES_A_CITY):07} ;\n    def:asOf {_day(random, 2005, 20)} ;\n"
            f'    def:statedBy passage:p{1 + int(random() * made.passages):07} ;\n    def:unit "{unit}" ;\n    def:value {most * random():.2f} ;\n',
        )


def _memberships(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("membership").random
    for city, networks in enumerate(made.joined, 1):
        for place, network in enumerate(networks, 1):
            until = f"    def:until {_day(random, 2015, 10)} ;\n" if random() < 0.3 else ""
            yield (
                f"membership:c{city:07}-{place}",
                f"    a def:Membership ;\n{_both('rdfs:label', f'By {city} i Netværk {network}', f'City {city} in Network {network}')}"
                f"    def:inNetwork network:n{network:07} ;\n    def:member city:c{city:07} ;\n    def:since {_day(random, 1990, 24)} ;\n"
                f"    def:statedBy passage:p{1 + int(random() * made.passages):07} ;\n{until}",
            )


def _networks(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("network").random
    for number in range(1, made.networks + 1):
        name, kind = ("RegionalNetwork", "regional") if number % 4 == 0 else ("Network", "global" if number % 2 else "thematic")
        yield (
            f"network:n{number:07}",
            f"    a def:{name} ;\n{_both('rdfs:label', f'Netværk {number}', f'Network {number}')}"
            f"    def:founded {_day(random, 1950, 39)} ;\n    def:ofKind kind:{kind} ;\n    def:seat city:c{1 + int(random() * made.cities):07} ;\n",
        )


def _offices(made: World) -> Iterator[tuple[str, str]]:
    for number in range(1, 2 * made.networks + 1):
        label = _both("rdfs:label", f"Formand for Styregruppe {number}", f"Chair of Board {number}")
        yield f"office:b{number:07}", f"    a def:Office ;\n{label}    def:ofBody body:b{number:07} ;\n    def:seats 1 ;\n"
    for number in range(1, made.cities + 1):
        label = _both("rdfs:label", f"Borgmester i By {number}", f"Mayor of City {number}")
        yield f"office:c{number:07}", f"    a def:Office ;\n{label}    def:ofCity city:c{number:07} ;\n    def:seats 1 ;\n"


def _passages(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("passage").random
    for number in range(1, made.passages + 1):
        document, year = -(-number // _PASSAGES_A_DOCUMENT), 1990 + int(random() * 34)
        beginning, ending = _BEGINNINGS[int(random() * len(_BEGINNINGS))], _ENDINGS[int(random() * len(_ENDINGS))]
        yield (
            f"passage:p{number:07}",
            f"    a def:Passage ;\n{_both('rdfs:label', f'Sted {number} i Dokument {document}', f'Passage {number} of Document {document}')}"
            f"    def:inDocument document:d{document:07} ;\n    def:page {1 + int(random() * 60)} ;\n"
            f"{_both('def:quote', f'{beginning[0]} i {year} {ending[0]}.', f'{beginning[1]} in {year} {ending[1]}.')}",
        )


def _tenures(made: World) -> Iterator[tuple[str, str]]:
    random = made.random("tenure").random
    for letter, count, danish, english in (
        ("b", 2 * made.networks, "Formand for Styregruppe", "Chair of Board"),
        ("c", made.cities, "Borgmester i By", "Mayor of City"),
    ):
        for number in range(1, count + 1):
            year, rest = 2000 + int(random() * 12), f"-{1 + int(random() * 12):02}-{1 + int(random() * 28):02}"
            for term in range(1, TERMS + 1):
                begin = year + 4 * (term - 1)
                yield (
                    f"tenure:{letter}{number:07}-{term}",
                    f"    a def:Tenure ;\n{_both('rdfs:label', f'{danish} {number}, periode {term}', f'{english} {number}, term {term}')}"
                    f'    def:begin "{begin}{rest}"^^xsd:date ;\n    def:end "{begin + 4}{rest}"^^xsd:date ;\n'
                    f"{_both('def:holder', f'{danish} {number}, indehaver {term}', f'{english} {number}, holder {term}')}"
                    f"    def:inOffice office:{letter}{number:07} ;\n    def:statedBy passage:p{1 + int(random() * made.passages):07} ;\n"
                    f"    def:term {term} ;\n",
                )


KINDS: Mapping[str, Callable[[World], Iterator[tuple[str, str]]]] = {
    "agreement": _agreements,
    "body": _bodies,
    "city": _cities,
    "document": _documents,
    "event": _events,
    "figure": _figures,
    "membership": _memberships,
    "network": _networks,
    "office": _offices,
    "passage": _passages,
    "tenure": _tenures,
}
"""For each kind of thing: its things in the order of their IRIs, each with its name and the lines of its block."""
