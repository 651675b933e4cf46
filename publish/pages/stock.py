"""What the pages about the whole data set tell of: questions and answers, files, what was checked and found, releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Triple

from publish.answered import Answered
from publish.model import Finding, Published, Release, Validation
from publish.pages.cases import Case
from publish.query import Query


@dataclass(frozen=True, slots=True)
class Changed:
    """What a release did to one resource: the statements that it gained and lost."""

    iri: str
    kind: str
    labels: Mapping[str, str]
    added: Sequence[Triple]
    removed: Sequence[Triple]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a release changed: a summary by language, each resource, whether there is a patch; of the first release, which has all, the summary alone."""

    release: Release
    summary: Mapping[str, str]
    changes: Sequence[Changed]
    has_patch: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """What the pages about the whole data set tell of.

    *queries* are questions and rules, *answers* what they answer by their IRI, *usage* how often the data use each class, property
    and code; *score* is how many points the metadata have, of how many that files can give.
    """

    queries: Sequence[Query]
    answers: Mapping[str, Answered]
    usage: Mapping[str, int]
    files: Sequence[Published]
    validation: Validation
    findings: Sequence[Finding]
    score: tuple[int, int]
    counts: Mapping[str, int]
    ontology: Sequence[Triple]
    cases: Sequence[Case]
