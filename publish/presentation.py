"""Join what pages need of a publication: what all of them know, what those about the whole data set tell of, and what writes them in each language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode

from publish.citation import plain
from publish.describe import names, reified
from publish.discovery import Link, dataset_links, resource_links
from publish.facts import Facts
from publish.model import Resource, Source, sort_triples
from publish.pages.arrangement import Arrangement
from publish.pages.cases import cases
from publish.pages.classes import Classes
from publish.pages.compiled import Compiled
from publish.pages.pages import Pages
from publish.pages.showing import Site
from publish.pages.stock import Stock
from publish.publication import Checked, Publication
from publish.quality import answerable, reached
from publish.schemaorg import schema_org
from publish.theme import Theme


class Presentation:
    """The pages of *publication*, made of templates of which some may be *compiled*."""

    def __init__(self, publication: Publication, compiled: Compiled | None = None) -> None:
        self.publication = publication
        self._compiled = Compiled() if compiled is None or publication.project.theme else compiled  # a theme's own are compiled otherwise

    def page(self, resource: Resource, language: str) -> str:
        """The HTML page of one resource, in *language* if the site has it, else in the site's first."""
        return self.pages.get(language, self.first).resource(resource)[1].decode()

    @property
    def first(self) -> Pages:
        """What writes the pages in the site's first language."""
        return self.pages[self.publication.project.languages[0]]

    @cached_property
    def pages(self) -> dict[str, Pages]:
        """What writes the pages, by language."""
        return {language: Pages(self.site, language, self._stock) for language in self.publication.project.languages}

    @cached_property
    def site(self) -> Site:
        """What every page knows."""
        publication, project = self.publication, self.publication.project
        facts = Facts(publication.everything)
        named = sort_triples([*publication.everything, *publication.catalogue])
        first = {language: sorted(project.languages, key=lambda other, own=language: other != own) for language in project.languages}  # type: ignore[misc]  # of a loop
        return Site(
            base=project.base,
            dataset=next(resource for resource in publication.resources if resource.iri == project.dataset.value),
            languages=project.languages,
            namespaces=publication.namespaces,
            facts=facts,
            names={language: names(named, language) for language in project.languages},
            pages=frozenset(resource.iri for resource in publication.resources),
            classes=Classes(facts, project.base),
            arrangement=Arrangement(publication.snapshot.graphs["shapes"]),
            reified=reified(publication.everything),
            data=frozenset(triple.subject for triple in project.data),
            derived=frozenset(project.derived),
            version=project.version,
            links=self._links,
            is_unanswered=publication.is_unanswered,
            structured={language: schema_org(publication.facts, project.dataset.value, first[language]) for language in project.languages},
            citation={language: plain(publication.cited, project.dataset.value, language) for language in project.languages},
            theme=Theme(project.theme),
            compiled=self._compiled,
        )

    @cached_property
    def _stock(self) -> Stock:
        """What the pages about the whole data set tell of."""
        publication, project = self.publication, self.publication.project
        checked, graphs = publication.checked or Checked(project, ()), publication.snapshot.graphs
        return Stock(
            queries=(*project.rules, *project.questions),
            answers=publication.answers,
            usage=publication.usage,
            files=publication.files,
            validation=checked.validation,
            findings=checked.findings,
            score=(reached(checked.score), answerable(checked.score)),
            counts=publication.counts,
            ontology=(*graphs["ontology"], *graphs["shapes"]),
            cases=cases(project.cases, {Path(source.file).stem: _subjects(source) for source in project.sources["shapes"]}),
        )

    def _links(self, path: str, language: str, iri: str) -> Sequence[Link]:
        """The typed links of the page at *path*, which is about *iri*."""
        place, facts = self.publication.place, self.publication.facts
        if iri == self.publication.project.dataset.value:
            return dataset_links(place.page(path, language), facts, place)
        return resource_links(path, language, iri, facts, place)


def _subjects(source: Source) -> frozenset[str]:
    return frozenset(triple.subject.value for triple in source.triples if isinstance(triple.subject, NamedNode))
