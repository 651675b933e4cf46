"""Edits of a made-up project as a person could make them: things that go, come and change, well or badly."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

_HEAD_END, _BLOCK_END = "\n\n", "\n.\n"
_NAME = re.compile(r"\s*(\w+:\S+)")
_MOST = 5


def edited(project: Path, chance: random.Random) -> tuple[Path, str]:
    """Edit up to `_MOST` things in one file of data in *project*; return the file, and its text before."""
    file = chance.choice(sorted(project.glob("data/*-0*.ttl")))
    before = file.read_text(encoding="utf-8")
    head, _, body = before.partition(_HEAD_END)
    blocks = [block.strip("\n") for block in body.split(_BLOCK_END) if block.strip()]
    for _ in range(chance.randint(1, _MOST)):
        chance.choice(_EDITS)(blocks, chance.randrange(len(blocks)), chance)
    blocks.sort(key=lambda block: _NAME.match(block)[1])  # type: ignore[index]  # each has one
    file.write_text(head + _HEAD_END + _BLOCK_END.join([blocks[0], *(f"\n{block}" for block in blocks[1:])]) + _BLOCK_END, encoding="utf-8", newline="\n")
    return file, before


def _remove(blocks: list[str], place: int, _chance: random.Random) -> None:
    if len(blocks) > 1:
        del blocks[place]


def _copy(blocks: list[str], place: int, chance: random.Random) -> None:
    name = _NAME.match(blocks[place])[1]  # type: ignore[index]
    blocks.append(blocks[place].replace(name, f"{name}-{chance.randrange(10**6)}", 1))


def _rename(blocks: list[str], place: int, chance: random.Random) -> None:
    blocks[place] = re.sub(r'"([^"]*)"@en', lambda text: f'"{text[1]} {chance.randrange(99)}"@en', blocks[place], count=1)


def _point_elsewhere(blocks: list[str], place: int, chance: random.Random) -> None:
    links = r"(\w+:\w)([0-9]{7})(?= ;)"
    blocks[place] = re.sub(links, lambda link: f"{link[1]}{chance.randrange(1, 60):07}", blocks[place], count=chance.randint(0, 2))


def _shorten(blocks: list[str], place: int, chance: random.Random) -> None:
    lines = blocks[place].split("\n")
    if len(lines) > 3:  # its name, its class, and more than one statement
        del lines[chance.randrange(2, len(lines))]
        blocks[place] = "\n".join(lines)


def _move_in_time(blocks: list[str], place: int, chance: random.Random) -> None:
    blocks[place] = re.sub(r'"([0-9]{4})-', lambda year: f'"{int(year[1]) + chance.choice([-9, 1, 5])}-', blocks[place])


_EDITS: tuple[Callable[[list[str], int, random.Random], None], ...] = (_remove, _copy, _rename, _point_elsewhere, _shorten, _move_in_time)
