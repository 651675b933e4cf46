"""Look back at the site that was published before: what the present release changes, and what stands already and stays."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.diff import compare
from publish.earlier import EarlierSite, open_site, releases_of, snapshot_of
from publish.history import refuse
from publish.model import Release, Snapshot
from publish.publication import History

_CATALOGUE = "catalog.nt"


def look_back(place: str, now: Snapshot) -> History:
    """Return what the site at *place* (a folder, which need not be one yet, or an address) and *now* make of the releases.

    Raises `Mistake` where *now* may not follow: something changed and the version did not, or an IRI would vanish.
    """
    earlier = open_site(place)
    old = snapshot_of(earlier) if earlier else None
    changes = compare(old, now)
    released = releases_of(earlier) if earlier else ()
    if old:
        refuse(old, now, changes, released)
    if not now.version:
        return History()
    if any(release.version == now.version for release in released):
        releases = released
    else:
        releases = (*released, Release(now.version, now.modified, released[-1].version if released else ""))
    if earlier is None:
        return History(releases, changes)
    return History(
        releases=releases,
        changes=changes,
        before=old,
        kept=earlier.read_all(_under("release/", earlier)),
        feed=earlier.read_all(_under("feed", earlier)),
        catalogue=_catalogue(earlier),
    )


def _under(start: str, earlier: EarlierSite) -> Iterator[str]:
    """The files of releases (``release/...``) or of the feed (``feed.trig``, ``feed/...``)."""
    return (path for path in sorted(earlier.manifest) if path.startswith(start) and (path.endswith(".trig") or start.endswith("/")))


def _catalogue(earlier: EarlierSite) -> list[Triple]:
    content = earlier.read(_CATALOGUE) if _CATALOGUE in earlier.manifest else b""
    return [quad.triple for quad in pyoxigraph.parse(content, format=RdfFormat.N_TRIPLES)]
