"""What things are called and how values are written on the pages of one language, for whatever tells of them beside the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import Literal


@dataclass(frozen=True, slots=True)
class Called:
    """How the pages in one language show things, all by IRI.

    *name* is what to call anything; *kind* is the class that says most of a resource (empty where it has none), *colour* the CSS class
    of the things of a class (empty where they are grey); *literal* is how a value that is no text in a language is written for people.
    """

    language: str
    name: Callable[[str], str]
    kind: Callable[[str], str]
    colour: Callable[[str], str]
    literal: Callable[[Literal], str]
