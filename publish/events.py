"""The events of the feed, read back from its pages: what happened to which resource, and what is said of it since.

The pages are those that `feed` writes; what is no such page is a mistake, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from publish.errors import DamagedFeed
from publish.facts import Facts
from publish.intake.parsing import parse
from publish.model import DCTERMS, TYPE, XSD, ChangeKind, Object, sort_triples

ACTIVITIES = "https://www.w3.org/ns/activitystreams#"
LDES = "https://w3id.org/ldes#"
SCHEMA = "https://schema.org/"
TREE = "https://w3id.org/tree#"

KINDS: Mapping[ChangeKind, NamedNode] = {kind: NamedNode(ACTIVITIES + kind.value.title()) for kind in ChangeKind}
NODE = NamedNode(TREE + "Node")
MEMBER = NamedNode(TREE + "member")
IMMUTABLE = NamedNode(LDES + "immutable")
RESOURCE = NamedNode(DCTERMS + "isVersionOf")
TIME = NamedNode(DCTERMS + "issued")
NUMBER = NamedNode(SCHEMA + "position")
RELEASE = NamedNode(DCTERMS + "isPartOf")
TRUE = Literal("true", datatype=NamedNode(XSD + "boolean"))

_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_HERE = NamedNode("feed:/")  # a page names itself relative to its place, and what it holds does not depend on that place


@dataclass(frozen=True, slots=True)
class Member:
    """One change of one resource: its IRI and number in the feed, its time (``xsd:dateTime``), its release, and all that is said of the resource after it."""

    iri: str
    number: int
    kind: ChangeKind
    resource: str
    time: str
    release: str
    triples: tuple[Triple, ...]

    @property
    def metadata(self) -> list[Triple]:
        """What is said of the change itself, sorted."""
        said: tuple[tuple[NamedNode, Object], ...] = (
            (TYPE, KINDS[self.kind]),
            (RESOURCE, NamedNode(self.resource)),
            (TIME, moment(self.time)),
            (NUMBER, Literal(str(self.number), datatype=NamedNode(XSD + "integer"))),
            (RELEASE, NamedNode(self.release)),
        )
        return sort_triples(Triple(NamedNode(self.iri), *statement) for statement in said)

    def listed(self, stream: str) -> Triple:
        """The statement that this is a member of *stream*."""
        return Triple(NamedNode(stream), MEMBER, NamedNode(self.iri))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed: its members in their order, and whether it is full, so that it never changes again."""

    stream: str
    members: tuple[Member, ...]
    closed: bool

    def metadata(self, page: NamedNode) -> list[Triple]:
        """What is said of *page* itself, sorted."""
        closed = (Triple(page, IMMUTABLE, TRUE),) if self.closed else ()
        return sort_triples((Triple(page, TYPE, NODE), *closed))


def moment(time: str) -> Literal:
    """Return *time* as an ``xsd:dateTime``."""
    return Literal(time, datatype=NamedNode(XSD + "dateTime"))


def read_page(content: bytes, path: str = "feed") -> Page:
    """Return the page of a feed that *content* (TriG) is. Raises `DamagedFeed`, which calls it *path*, where it is none."""
    try:
        quads = list(parse(content, RdfFormat.TRIG, _HERE.value))
    except (SyntaxError, ValueError) as error:
        raise DamagedFeed("feed-syntax", path=path, words=" ".join(str(error).split())) from error
    graphs: dict[str, set[Triple]] = {"": set()}
    for quad in quads:
        graphs.setdefault("" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value, set()).add(quad.triple)
    page = _page(graphs)
    told = {*page.metadata(_HERE), *(triple for member in page.members for triple in (member.listed(page.stream), *member.metadata))}
    odd = sort_triples([*(told ^ graphs.pop("")), *_strange(page, graphs)])
    if odd:
        raise DamagedFeed("feed-statement", path=path, words=odd[0])
    return page


def latest(pages: Iterable[Page]) -> dict[str, Member]:
    """Return the last member of each resource, by the IRI of the resource, in whatever order the pages come."""
    members = {member.number: member for page in pages for member in page.members}
    return {members[number].resource: members[number] for number in sorted(members)}


def _page(graphs: Mapping[str, set[Triple]]) -> Page:
    facts = Facts(graphs[""])
    listed = sort_triples(triple for triple in graphs[""] if triple.predicate == MEMBER and isinstance(triple.object, NamedNode))
    members = (_member(triple.object.value, facts, graphs) for triple in listed if isinstance(triple.object, NamedNode))
    stream = next((triple.subject.value for triple in listed if isinstance(triple.subject, NamedNode)), _HERE.value)
    return Page(stream, tuple(sorted(members, key=lambda member: member.number)), Triple(_HERE, IMMUTABLE, TRUE) in graphs[""])


def _member(iri: str, facts: Facts, graphs: Mapping[str, set[Triple]]) -> Member:
    kinds = [kind for kind, name in KINDS.items() if name.value in facts.kinds(iri)]
    resource, release = (next(iter(facts.iris(iri, name.value)), _HERE.value) for name in (RESOURCE, RELEASE))
    number = facts.value(iri, NUMBER.value)
    return Member(
        iri=iri,
        number=int(number) if _NUMBER.fullmatch(number) else 0,
        kind=next(iter(kinds), ChangeKind.CREATE),
        resource=resource,
        time=facts.value(iri, TIME.value),
        release=release,
        triples=tuple(sort_triples(graphs.get(iri, ()))),
    )


def _strange(page: Page, graphs: Mapping[str, set[Triple]]) -> Iterator[Triple]:
    resources = {member.iri: NamedNode(member.resource) for member in page.members}
    return (triple for iri, triples in graphs.items() for triple in triples if triple.subject != resources.get(iri))
