"""Look back at the site that was published before, where data lie on disk: as `publish.releases` does, with no data in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from publish.bulk.changed import Changed, changed
from publish.bulk.folder import filled
from publish.bulk.sides import Side, Sides, iri_line, side_before
from publish.earlier import BadSite, EarlierSite, open_site, releases_of
from publish.history import SHOWN, refuse_base, refuse_broken
from publish.made import Content, File, Made
from publish.model import Release
from publish.publication import History
from publish.releases import gone_on, refuse_lost_releases, refuse_lost_versions, standing_under
from publish.validity import VALIDITY, read_validity

_SMALL = 1 << 20
"""How many bytes a file of a release before may have to be in memory."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a site before and the present data make of the releases, what the present one was *found* to change, and that as files for programs, by name."""

    history: History
    found: Changed | None = None
    changes: dict[str, Content] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where to work: a *folder*, which is empty, with *files* that are open until these are closed."""

    folder: Path
    files: ExitStack


def look_back_on_disk(place: str, now: Side, expires: str | None, desk: Desk) -> Past:
    """Return what `publish.releases.look_back` does of the site at *place* and what is *now*, and raise what it raises."""
    earlier = open_site(place)
    old = side_before(earlier, desk.folder, desk.files) if earlier and not _is_draft(earlier) else None
    old = old if old and old.said.version else None
    released = releases_of(earlier) if earlier else ()
    if earlier and old:
        refuse_lost_releases(earlier, old.said, released)
        refuse_base(old.said, now.said)
    history = replace(gone_on(earlier, now.said, released, expires), place=place)
    if not (old or now.said.version):
        return Past(history)
    found = changed(Sides(old, now), desk.folder)
    refuse_found(found, released)
    if earlier is not None:
        kept = dict(_kept(earlier, standing_under("release/", earlier), desk.folder))
        history = replace(history, kept=kept, feed=earlier.read_all(standing_under("feed", earlier)))
    refuse_lost_versions(now.said, history)
    return Past(history, found, found.files(desk.folder))


def _is_draft(site: EarlierSite) -> bool:
    """Whether *site* says in few words that it has no version; an older one says it in its data alone."""
    if VALIDITY not in site.manifest:
        return False
    try:
        return not read_validity(site.read(VALIDITY)).version
    except ValueError as error:
        raise BadSite("site-no-validity", place=site.place, file=VALIDITY) from error


def refuse_found(found: Changed, released: Iterable[Release]) -> None:
    """Raise `BrokenHistory` where what was *found* breaks what was published before."""
    if found.sides.old:
        iris = {name: sorted(listed) for name, listed in found.broken.items()}
        shown = [iri_line(iri) for listed in iris.values() for iri in listed[:SHOWN]]
        old, new = found.sides.told(shown)
        assert old
        refuse_broken(old, new, iris, [*released])


def _kept(site: EarlierSite, paths: Iterable[str], folder: Path) -> Iterator[File]:
    """Yield files of *site* as they are: those of a folder are not read, and of others the large ones are put into *folder*."""
    for path in paths:
        if "://" not in site.place:
            yield path, _lying(site, path)
            continue
        content = site.read(path)
        yield path, content if len(content) < _SMALL else _laid(folder / sha256(path.encode()).hexdigest(), content, site.manifest[path])


def _lying(site: EarlierSite, path: str) -> Made:
    """A file that really lies in the folder of *site*."""
    place = (Path(site.place) / path).resolve()
    if not place.is_file() or not place.is_relative_to(Path(site.place).resolve()):
        raise BadSite("site-without", place=site.place, file=path)
    return Made(place, place.stat().st_size, site.manifest[path])


def _laid(place: Path, content: bytes, digest: str) -> Made:
    return Made(filled(place, [content]), len(content), digest)
