"""What a project publishes whose data lie on disk: its frame as ever, its dumps as they were written, its numbers as they were counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import cached_property

from pyoxigraph import Triple

from publish.answered import Answered
from publish.bulk.beside import begun
from publish.bulk.describing import bundle_files, bundles_of
from publish.bulk.feeding import feed_on_disk
from publish.bulk.frame import code_triples
from publish.bulk.held import Held
from publish.bulk.releases import Past
from publish.bulk.work import Work
from publish.jsonld import Context
from publish.made import Content, Made
from publish.model import Project
from publish.publication import Checked, Part, Publication
from publish.render import File, Notation, render_graph
from publish.statistics import Statistics


class OnDisk(Publication):
    """What is published of a *frame* and the data that are *held* on disk, after its *past*; *written* are the dumps of the data, once they are."""

    def __init__(self, frame: Project, checked: Checked, held: Held, past: Past, work: Work) -> None:
        super().__init__(frame, checked, past.history)
        self._held = held
        self._work = work
        self._past = past
        self._counted = held.looked.numbers
        self.written: Mapping[str, Made] = {}

    @cached_property
    def changes(self) -> dict[str, Content]:
        """What the present release changes, for programs, by the names of the files."""
        return dict(self._past.changes)

    @cached_property
    def feed(self) -> dict[str, bytes]:
        """The files of the feed, by path; none of a draft."""
        return feed_on_disk(self._past.found, self.history, self.project.prefixes) if self._past.found else {}

    @cached_property
    def numbers(self) -> Statistics:
        """The numbers of the data."""
        return self._counted.statistics()

    @cached_property
    def usage(self) -> Mapping[str, int]:
        """How often the data use each class and property; how often they use codes is not counted."""
        spread = {name: numbers.triples for name, numbers in self.numbers.properties.items()}
        return Counter(spread) + Counter({kind: numbers.entities for kind, numbers in self.numbers.classes.items()})

    @property
    def counts(self) -> Mapping[str, int]:
        """How many triples are in each graph of the data."""
        return {name: self.numbers.graphs[name].triples for name in ("stated", "derived")}

    @cached_property
    def notation(self) -> Notation:
        """What the RDF formats need to know."""
        return Notation(self.project.base, self.namespaces, Context(self.everything, self.namespaces, self.project.base, self._counted.forms()))

    @cached_property
    def beside(self) -> Mapping[str, Sequence[Triple]]:
        """The graphs that are downloads beside the data, by name."""
        graphs = {name: triples for name, triples in self.snapshot.graphs.items() if name not in self.counts}
        return {**graphs, "codes": code_triples(self._held.by_subject, self._held.turned)}

    def is_unanswered(self, iri: str) -> bool:
        """Whether nothing stands at an IRI, though the data describe it."""
        return bool(self._held.by_subject.matching(b"<" + iri.encode() + b"\t"))

    @cached_property
    def dumps(self) -> dict[str, Content]:
        """The data as they were written, and each other graph in each format, by name."""
        files = (file for name, triples in sorted(self.beside.items()) for file in render_graph(name, triples, self.notation))
        return {**dict(files), **self.written}

    def made(self, parts: Sequence[Part]) -> Generator[File, None, None]:
        """Return the files that *parts* make, which begin to be made at once, side by side."""
        return begun(parts, self._held.descriptors)

    @cached_property
    def answers(self) -> dict[str, Answered]:
        """The answer of each question that is a SELECT or an ASK, by its IRI."""
        return self._held.answers


class InBundles(OnDisk):
    """What is published with the things of the data described in bundles."""

    @cached_property
    def bundles(self) -> Mapping[str, str]:
        """Where the things of the data are described: what their paths begin with, and the path of a bundle."""
        return bundles_of(self._held, frozenset(resource.iri for resource in self.resources))

    def bundled(self) -> Iterable[tuple[str, bytes]]:
        """Return the files of the bundles. Raises `publish.confined.Stopped` where one can't be written."""
        return bundle_files(self._held, self.bundles, self, self._work)

    def is_unanswered(self, _iri: str) -> bool:
        """Whether nothing stands at an IRI: a bundle does."""
        return False
