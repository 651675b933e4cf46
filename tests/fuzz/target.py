"""What a target is: a function of bytes that fails where anything that it says does not hold, and what to make such bytes of."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from hypothesis import strategies as st

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
WORDS = Path(__file__).with_name("words")
"""One file a language, each line a word, as libFuzzer's dictionaries have them."""
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that takes bytes from outside: its name, the function that tries them, the file in `words/` of what such bytes are made of.

    The function returns where all is well, whether the bytes were taken or refused as they should be; whatever it raises is a defect. *made*
    makes bytes with more structure than words have; *examples* is how many are tried in ``make test``; *corpus* is the name of
    the target whose corpus is tried, where that is another.
    """

    name: str
    run: Callable[[bytes], None]
    words: str = ""
    made: st.SearchStrategy[bytes] | None = field(default=None, compare=False)
    examples: int = 60
    corpus: str = ""

    @property
    def rule(self) -> str:
        """What has to hold, in one line."""
        tries = self.run.func if isinstance(self.run, partial) else self.run
        return (tries.__doc__ or "").strip().partition("\n")[0]

    @property
    def vocabulary(self) -> list[bytes]:
        """The words that bytes are made of."""
        return words_of(self.words) if self.words else [b"\0", b"\xff"]

    def inputs(self, corpus: Sequence[bytes]) -> st.SearchStrategy[bytes]:
        """Return inputs without end: made up from words, spoiled from those of the *corpus*, with structure where there is a way."""
        words = self.vocabulary
        ways = [st.lists(st.sampled_from(words) | TEXTS.map(str.encode), max_size=30).map(b"".join)]
        ways += [spoiled(corpus, words)] if corpus else []
        return st.one_of(*ways, *[self.made] * 2) if self.made is not None else st.one_of(*ways)


def words_of(name: str) -> list[bytes]:
    """Return the words of a file in `words/`."""
    lines = (WORDS / name).read_text(encoding="ascii").splitlines()
    return [re.sub(rb"\\x([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), line[1:-1].encode()) for line in lines]


def texts_of(name: str) -> list[str]:
    """Return the words of a file in `words/`, as texts."""
    return [word.decode() for word in words_of(name)]


def spoiled(corpus: Sequence[bytes], words: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return what good inputs become when a few pieces of them are lost, said twice or replaced by one of *words*."""
    place = st.integers(0, 1 << 16)
    edit = st.tuples(place, st.integers(0, 12), st.one_of(st.sampled_from(words), st.binary(max_size=3), st.none()))

    @st.composite
    def made(draw: st.DrawFn) -> bytes:
        content = draw(st.sampled_from(corpus))
        for start, length, put in draw(st.lists(edit, min_size=1, max_size=4)):
            begin = start % (len(content) + 1)
            middle = content[begin : begin + length]
            content = content[:begin] + (middle * 2 if put is None else put) + content[begin + length :]
        return content

    return made()


def steers(line: str) -> bool:
    """Whether a line that is shown has a character that does something: steers a terminal, turns the direction of writing, ends the line."""
    return any(unicodedata.category(character) in _STEERING for character in line)


@cache
def scratch() -> Path:
    """A folder for the files of one process, in memory where the system has such a place; it is gone with the process."""
    shared = Path("/dev/shm")
    made = tempfile.TemporaryDirectory(prefix="bynet-fuzz-", dir=shared if os.access(shared, os.W_OK) else None)
    _KEPT.append(made)
    return Path(made.name)


def written(path: str, content: bytes) -> Path:
    """Write a file of this process's own folder, in place of what was there, and return it."""
    file = scratch() / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
