"""The feed of a data set on disk: a member for each resource that a release changed, where these are few enough to be listed.

It does not begin with a member for each resource there is: it goes on from the last release whose changes are not listed, such as the first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

from pyoxigraph import NamedNode, Triple

from publish.bulk.changed import Changed
from publish.bulk.sides import iri_line
from publish.earlier import BadSite
from publish.feed import Stream, feed_files, standing_feed, told_of
from publish.made import Made
from publish.model import Snapshot, Subject, sort_triples
from publish.publication import CHANGES, History


def feed_on_disk(found: Changed, history: History, prefixes: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of the feed after what the present release was *found* to change, by path. Raises `DamagedFeed`, and `BadSite`."""
    said, release = found.sides.new.said, history.releases[-1]
    dataset = iri_line(said.dataset)
    if not found.is_listed:
        stream = Stream(said.base, said.dataset, release, _data(found.sides.new.data([dataset])), prefixes, release.path)
        return dict(standing_feed(stream, history.feed))
    known, changed = told_of(history.feed), {change.iri for change in found.listed}
    triples = _data(found.sides.new.data([dataset, *map(iri_line, known | changed)]))
    old = found.sides.old.data([dataset, *map(iri_line, changed)]) if found.sides.old else None
    before = {subject.value: tuple(group) for subject, group in groupby(_data(old), _subject) if isinstance(subject, NamedNode)} if old else {}
    return dict(feed_files(Stream(said.base, said.dataset, release, triples, prefixes, _since(history), before), history.feed))


def _since(history: History) -> str:
    """The folder of the last release before that changed something and does not list what; nothing where there is none."""
    return next((release.path for release in reversed(history.releases) if not _is_listed(history, release.path + CHANGES)), "")


def _is_listed(history: History, path: str) -> bool:
    content = history.kept.get(path, b"")
    try:
        told = json.loads(content.path.read_bytes() if isinstance(content, Made) else content or b"{}")
        return bool(told.get("changes")) or not told.get("counts")
    except (ValueError, AttributeError, RecursionError) as error:
        raise BadSite("site-no-changes", place=history.place, file=path) from error


def _data(snapshot: Snapshot) -> list[Triple]:
    """What is stated and derived, sorted."""
    return sort_triples(triple for triples in snapshot.graphs.values() for triple in triples)


def _subject(triple: Triple) -> Subject:
    return triple.subject
