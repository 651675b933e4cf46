"""The mistakes that a person can make, each raised where it is known and shown by `cli` alone."""

from __future__ import annotations


class Mistake(Exception):
    """A mistake of the person at the keyboard: one line that says what is wrong and what to do.

    *name* is the key of the text in ``words/``, *values* fill it; *exit_code* is how the command ends.
    """

    exit_code = 2
    lines: tuple[str, ...] = ()
    """What is shown before the one line."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(f"{name} {values}" if values else name)
        self.name = name
        self.values = values

    def told(self, _language: str) -> tuple[str, ...]:
        """Return what is shown before the one line."""
        return self.lines


class NoProject(Mistake):
    """The folder given has no ``data/dataset.ttl``."""


class BadBase(Mistake):
    """A base IRI that is not absolute or does not end in ``/`` or ``#``."""


class OccupiedFolder(Mistake):
    """The output folder holds files that no MANIFEST of bynet lists."""


class UnknownName(Mistake):
    """A name or IRI that nothing in the project describes."""


class BadQuery(Mistake):
    """A SPARQL query that does not parse or may not be run here; ``line``, ``column`` and ``words`` say where and why."""

    def pointing(self, place: str, query: str) -> BadQuery:
        """Return this mistake with the line of *query* where it goes wrong, and a mark under the column."""
        line, column = int(str(self.values["line"])), int(str(self.values["column"]))
        lines = query.splitlines() or [""]
        pointed = BadQuery(self.name, **self.values, place=f"{place}:{line}:{column}")
        pointed.lines = (f"  {lines[min(line, len(lines)) - 1]}", f"  {' ' * (column - 1)}^")
        return pointed


class LostVersion(Mistake):
    """An ontology whose version IRI leads to a release that there is not."""

    exit_code = 1


class WrongPage(Mistake):
    """A file that is not the source that the passages point into."""


class DamagedFeed(Mistake):
    """A page of an earlier feed that is not as bynet wrote it: it can't be continued."""


class BadTheme(Mistake):
    """A template of the project's own that fails when a page is made of it."""

    exit_code = 1


class CheckFailed(Mistake):
    """SHACL validation ended without a result; that is never a pass."""

    exit_code = 1
