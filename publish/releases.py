"""Look back at the site that was published before: what the present release changes, and what stands already and stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from publish.diff import compare
from publish.earlier import BadSite, EarlierSite, open_site, parse, releases_of, snapshot_of
from publish.errors import LostVersion
from publish.history import refuse
from publish.model import OWL, Release, Snapshot
from publish.publication import History
from publish.validity import NEVER, VALIDITY, read_validity

_CATALOGUE = "catalog.nt"
_VERSION_IRI = NamedNode(OWL + "versionIRI")


def look_back(place: str, now: Snapshot, expires: str | None = None) -> History:
    """Return what the site at *place* (a folder, which need not be one yet, or an address) and *now* make of the releases.

    *expires* is the last day on which a copy is valid, or `NEVER`; where it is nothing, that of the site before stays.
    Raises `Mistake` where *now* may not follow: something changed and the version did not, or an IRI would vanish.
    """
    earlier = open_site(place)
    old = snapshot_of(earlier) if earlier else None
    changes = compare(old, now)
    released = releases_of(earlier) if earlier else ()
    if earlier and old:
        refuse_lost_releases(earlier, old, released)
        refuse(old, now, changes, released)
    history = replace(gone_on(earlier, now, released, expires), place=place)
    if not now.version:
        return history
    history = replace(history, changes=changes, before=old)
    if earlier is not None:
        kept, feed = (earlier.read_all(standing_under(start, earlier)) for start in ("release/", "feed"))
        history = replace(history, kept=kept, feed=feed)
    refuse_lost_versions(now, history)
    return history


def gone_on(earlier: EarlierSite | None, now: Snapshot, released: Sequence[Release], expires: str | None) -> History:
    """Return the releases that there are with *now*, and what *earlier* says that holds on; of a draft the last day on which a copy is valid, alone.

    Raises `BadSite` where *earlier* does not say until when it is valid.
    """
    until = _until(earlier) if expires is None else "" if expires == NEVER else expires
    if not now.version:
        return History(expires=until)
    if all(release.version != now.version for release in released):
        released = (*released, Release(now.version, now.modified, released[-1].version if released else ""))
    return History(releases=tuple(released), catalogue=_catalogue(earlier) if earlier else (), expires=until)


def _until(earlier: EarlierSite | None) -> str:
    if earlier is None or VALIDITY not in earlier.manifest:
        return ""
    try:
        return read_validity(earlier.read(VALIDITY)).until
    except ValueError as error:
        raise BadSite("site-no-validity", place=earlier.place, file=VALIDITY) from error


def refuse_lost_releases(earlier: EarlierSite, old: Snapshot, released: Sequence[Release]) -> None:
    """Raise `BadSite` where a release that *earlier* published is not there any more."""
    there = {release.version for release in released}
    for version in (old.version, *(release.previous for release in released)):
        if version and version not in there:
            raise BadSite("site-no-release", place=earlier.place, version=version)


def refuse_lost_versions(now: Snapshot, history: History) -> None:
    """Raise `LostVersion` where an ontology names a version of its own that no release has."""
    folder = now.base + history.releases[-1].path
    for triple in now.graphs["ontology"]:
        version = triple.object.value if triple.predicate == _VERSION_IRI and isinstance(triple.object, NamedNode) else ""
        if version.startswith(f"{now.base}release/") and not version.startswith(folder) and f"{version.removeprefix(now.base)}.ttl" not in history.kept:
            raise LostVersion("lost-version", iri=version, expected=folder + version.rsplit("/", 1)[-1])


def standing_under(start: str, earlier: EarlierSite) -> Iterator[str]:
    """Yield the paths of the files of releases (*start* is ``release/``) or of the feed (``feed``) that *earlier* has, sorted."""
    return (path for path in sorted(earlier.manifest) if path.startswith(start) and (path.endswith(".trig") or start.endswith("/")))


def _catalogue(earlier: EarlierSite) -> list[Triple]:
    return parse(earlier.read(_CATALOGUE), _CATALOGUE, earlier.place) if _CATALOGUE in earlier.manifest else []
