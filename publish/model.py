"""The values that travel between the stages: immutable, and free of any stage's code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.query import Query

Subject = NamedNode | BlankNode | Triple
Object = NamedNode | BlankNode | Literal | Triple
"""As pyoxigraph types them; RDF 1.2's triple terms are refused by `read`."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SHACL = "http://www.w3.org/ns/shacl#"
DCTERMS = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
OWL = "http://www.w3.org/2002/07/owl#"
OA = "http://www.w3.org/ns/oa#"
VANN = "http://purl.org/vocab/vann/"
VOID = "http://rdfs.org/ns/void#"
SPDX = "http://spdx.org/rdf/terms#"
PROV = "http://www.w3.org/ns/prov#"
DQV = "http://www.w3.org/ns/dqv#"
FOAF = "http://xmlns.com/foaf/0.1/"
TIME = "http://www.w3.org/2006/time#"
EDTF = "http://id.loc.gov/datatypes/edtf/"

TYPE = NamedNode(RDF + "type")
FIRST = NamedNode(RDF + "first")
REST = NamedNode(RDF + "rest")
NIL = NamedNode(RDF + "nil")
LABEL = NamedNode(RDFS + "label")
PREFERRED_LABEL = NamedNode(SKOS + "prefLabel")
LABELS = (LABEL, PREFERRED_LABEL)
TITLE = NamedNode(DCTERMS + "title")
DATA_GRAPHS = ("stated", "derived")
"""The graphs of the data, by their names under the base, which are those of their downloads too."""
DUMP = "download/all.nq"
"""The download with all data, each triple in its graph."""
DEPRECATED = NamedNode(OWL + "deprecated")
_TRUE = ("true", "1")  # both lexical forms of XML Schema
_DECLARATIONS = {SHACL + name for name in ("declare", "prefix", "namespace")}


class Severity(StrEnum):
    """How much a finding matters: only a violation stops publishing (SHACL, section 2.1.4)."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read: its triples in file order, the line on which each one ends, its prefixes.

    Turtle, and a source of the project; one that *is_contributed* is somebody else's, in any format, and held against the project.
    """

    file: str
    triples: tuple[Triple, ...]
    lines: tuple[int, ...]
    prefixes: Mapping[str, str]
    text: str
    is_contributed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it stands, and what to do about it.

    *rule* is a SHACL constraint component's name or the name of one of the engine's own rules; *messages* maps
    language tags to text; *line* is 1-based and 0 where a whole file is meant.
    """

    severity: Severity
    file: str
    line: int
    rule: str
    messages: Mapping[str, str] = field(hash=False)
    focus_node: str = ""
    path: str = ""
    value: str = ""
    shape: str = ""
    column: int = 0

    def message(self, language: str) -> str:
        """The text in *language*, else in English, else in whatever language there is."""
        return self.messages.get(language) or self.messages.get("en") or next(iter(self.messages.values()), self.rule)


@dataclass(frozen=True, slots=True)
class Validation:
    """What a SHACL processor did: its results, the focus nodes that each shape had, the software that did it."""

    findings: tuple[Finding, ...]
    focus_nodes: Mapping[str, int]
    software: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project as it was read: sorted triples by origin, queries, and where each triple stands.

    Every IRI is under *base* already, whatever base the files are written for. *pictures* are published as they are, by name;
    *theme* has the text files of ``theme/`` by path, which change how pages look.
    *cases* are what proves the shapes, where that was read. *digests* has the sha256 of each file that was read; *own_base* is
    the base that the files are written for.
    """

    base: str
    dataset: NamedNode
    languages: tuple[str, ...]
    prefixes: Mapping[str, str]
    sources: Mapping[str, tuple[Source, ...]]
    rules: tuple[Query, ...]
    questions: tuple[Query, ...]
    pictures: tuple[tuple[str, bytes], ...] = ()
    theme: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[Source, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    own_base: str = ""
    stated: Sequence[Triple] = ()
    derived: Sequence[Triple] = ()

    def triples(self, part: str) -> list[Triple]:
        """The triples of one part (``ontology``, ``data``, ``judgements``, ``shapes``), sorted."""
        return sort_triples(triple for source in self.sources[part] for triple in source.triples)

    @property
    def data(self) -> list[Triple]:
        """All data, stated and derived, sorted."""
        return sort_triples([*self.stated, *self.derived])

    @property
    def described(self) -> frozenset[str]:
        """The IRIs that its files describe: subjects of triples, and queries."""
        subjects = {triple.subject.value for source in self.files() for triple in source.triples if isinstance(triple.subject, NamedNode)}
        return frozenset(subjects.union(query.iri for query in (*self.rules, *self.questions)))

    @property
    def version(self) -> str:
        """The version of the data set (``dcat:version``), empty where it has none: it is a draft then."""
        return self._said(DCAT + "version")

    @property
    def modified(self) -> str:
        """The day on which the data set last changed (``dcterms:modified``, else ``dcterms:issued``), empty where it has none."""
        return self._said(DCTERMS + "modified") or self._said(DCTERMS + "issued")

    def _said(self, predicate: str) -> str:
        values = (triple.object for triple in self.stated if triple.subject == self.dataset and triple.predicate.value == predicate)
        return next((value.value for value in values if isinstance(value, Literal)), "")

    @property
    def shapes_graph(self) -> list[Triple]:
        """The shapes, with the prefix declarations that their SPARQL needs, sorted."""
        return sort_triples([*self.triples("shapes"), *(triple for triple in self.stated if triple.predicate.value in _DECLARATIONS)])

    def files(self) -> tuple[Source, ...]:
        """All Turtle sources of all parts."""
        return tuple(source for sources in self.sources.values() for source in sources)


@dataclass(frozen=True, slots=True)
class Resource:
    """What is said about one IRI: its own triples, the triples that point at it, and the labels of its neighbours."""

    iri: str
    own: tuple[Triple, ...]
    incoming: tuple[Triple, ...]
    labels: Mapping[str, tuple[Triple, ...]] = field(default_factory=dict)
    derived: frozenset[Triple] = frozenset()

    @property
    def graph(self) -> list[Triple]:
        """The graph of the resource's page: the same in every format."""
        labels = (triple for triples in self.labels.values() for triple in triples)
        return sort_triples({*self.own, *self.incoming, *labels})


@dataclass(frozen=True, slots=True)
class Published:
    """One file of a site that is offered for download: its path on the site, its media type, its size in bytes, its sha256 (hexadecimal)."""

    path: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A data set as it was at one time: its version and date of change (empty where it has none), and its graphs by name, sorted.

    The graphs are ``stated``, ``derived``, ``ontology``, ``shapes`` and ``queries``.
    """

    base: str
    dataset: str
    version: str
    modified: str
    graphs: Mapping[str, Sequence[Triple]]


class ChangeKind(StrEnum):
    """What happened to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one resource between two snapshots: the triples that it gained and lost, each with the name of its graph.

    A resource that is a tombstone in the new snapshot, or is not in it, is deleted.
    """

    iri: str
    kind: ChangeKind
    added: tuple[tuple[str, Triple], ...]
    removed: tuple[tuple[str, Triple], ...]


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a data set: its version, its date (``xsd:date``), and the version before it (empty for the first)."""

    version: str
    date: str
    previous: str = ""

    @property
    def path(self) -> str:
        """The folder of the release on the site."""
        return f"release/{self.version}/"


def tombstones(triples: Iterable[Triple]) -> frozenset[str]:
    """Return the IRIs among *triples* that are withdrawn: `owl:deprecated`, and no longer of any type."""
    every = list(triples)
    typed = {triple.subject for triple in every if triple.predicate == TYPE}
    gone = {triple.subject for triple in every if triple.predicate == DEPRECATED and isinstance(triple.object, Literal) and triple.object.value in _TRUE}
    return frozenset(node.value for node in gone - typed if isinstance(node, NamedNode))


def sort_triples(triples: object) -> list[Triple]:
    """Return *triples* by subject, predicate and object, by code point; each once."""
    return sorted(set(triples), key=triple_key)  # type: ignore[call-overload]  # any iterable of triples


def triple_key(triple: Triple) -> tuple[str, str, str]:
    """By code point of IRIs and of the other terms' N-Triples: the one order of everything that bynet writes."""
    return term_key(triple.subject), triple.predicate.value, term_key(triple.object)


def term_key(term: Object) -> str:
    """The text by which a term is sorted: an IRI itself, which stands after literals and before blank nodes."""
    return f"<{term.value}" if isinstance(term, NamedNode) else str(term)


def best_literal(triples: Sequence[Triple], language: str) -> Literal | None:
    """The literal of the first triple in *language*, else in English, else the first one; nothing where there is none."""
    texts = [triple.object for triple in triples if isinstance(triple.object, Literal)]
    ranked = sorted(texts, key=lambda text: (text.language != language, text.language != "en", str(text)))
    return ranked[0] if ranked else None


def best_label(triples: Sequence[Triple], language: str) -> str:
    """The text of `best_literal`, else an empty text."""
    best = best_literal(triples, language)
    return best.value if best else ""
