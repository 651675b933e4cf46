"""Sorted lines on disk: merged, gone through, shared out and looked up as lists in memory are, whatever their sizes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.bulk import index
from publish.bulk.index import Index, merged, opened

FIELDS = st.sampled_from([b"<a", b"<ab", b"<b", b"<\xc3\xa5", b"<" + b"c" * 40, b"<" + b"c" * 40 + b"d" * 90, b'"\xf0\x9f\x98\x80"', b"<\xf4\x8f\xbf\xbf"])
LINES = st.tuples(FIELDS, FIELDS, FIELDS | st.integers(0, 30).map(b'"%d"'.__mod__)).map(lambda fields: b"\t".join(fields) + b"\ts\n")
MANY = st.sets(LINES, max_size=60)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered and held in memory at once is little, so that a few lines go over every border."""
    monkeypatch.setattr(index, "STRIDE", 32)
    monkeypatch.setattr(index, "_NEAR", 16)
    monkeypatch.setattr(index, "_MERGED", 128)


@contextmanager
def files(*contents: set[bytes]) -> Iterator[tuple[ExitStack, list[Path]]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened_files:
        paths = [Path(folder) / str(number) for number in range(len(contents))]
        for path, lines in zip(paths, contents, strict=True):
            path.write_bytes(b"".join(sorted(lines)))
        yield opened_files, paths


@contextmanager
def indexed(lines: set[bytes]) -> Iterator[Index]:
    with files(lines) as (opened_files, (path,)):
        yield opened(path, opened_files)


def first(line: bytes) -> bytes:
    return line.split(b"\t")[0]


@settings(max_examples=150, deadline=None)
@given(runs=st.lists(MANY, max_size=6))
def test_runs_are_merged_in_order_each_line_once(runs: list[set[bytes]]) -> None:
    with files(*runs) as (_opened, paths):
        assert b"".join(merged(paths)) == b"".join(sorted(set().union(*runs)))


@settings(max_examples=150, deadline=None)
@given(lines=MANY, sizes=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_runs_that_do_not_overlap_are_merged_too(lines: set[bytes], sizes: list[int]) -> None:
    ordered = sorted(lines)
    ends = [0, *(end for size in range(len(sizes)) if (end := sum(sizes[: size + 1])) < len(ordered)), len(ordered)]
    with files(*(set(ordered[start:end]) for start, end in pairwise(ends))) as (_opened, paths):
        assert b"".join(merged(paths[::-1])) == b"".join(ordered)


def test_small_runs_that_overlap_are_merged_where_strides_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "STRIDE", 1 << 13)
    with files({b"<a\t<b\t<c\n", b"<z\t<b\t<c\n"}, {b"<b\t<b\t<c\n"}, {b"<z\t<b\t<c\n"}) as (_opened, paths):
        assert b"".join(merged(paths)) == b"<a\t<b\t<c\n<b\t<b\t<c\n<z\t<b\t<c\n"


@settings(max_examples=300, deadline=None)
@given(lines=MANY, start=LINES | FIELDS | st.tuples(FIELDS, FIELDS).map(b"\t".join) | st.binary(max_size=3), cut=st.integers(0, 50))
def test_lines_are_found_by_what_they_begin_with(lines: set[bytes], start: bytes, cut: int) -> None:
    start = start[:cut].replace(b"\n", b"") or b"<"
    with indexed(lines) as found:
        assert found.matching(start) == b"".join(sorted(line for line in lines if line.startswith(start)))


@settings(max_examples=150, deadline=None)
@given(lines=MANY, size=st.integers(1, 700))
def test_pieces_are_all_lines_and_part_no_first_field(lines: set[bytes], size: int) -> None:
    with indexed(lines) as found:
        pieces = [*found.pieces(size)]
    assert b"".join(pieces) == b"".join(sorted(lines))
    assert all(piece.endswith(b"\n") for piece in pieces)
    fields = [{first(line) for line in piece.splitlines()} for piece in pieces]
    assert sum(map(len, fields)) == len(set().union(*fields)) == len({*map(first, lines)})


def test_a_piece_may_end_anywhere_in_a_long_first_field() -> None:
    lines = {b'"%b%d"\t<p\t<o%d\ts\n' % (b"x" * length, number, value) for length in (1, 200, 210) for number in range(2) for value in range(3)}
    with indexed(lines) as found:
        for size in range(1, found.size):
            fields = [{first(line) for line in piece.splitlines()} for piece in found.pieces(size)]
            assert sum(map(len, fields)) == len({*map(first, lines)})


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists what a process has open")
def test_one_file_is_open_at_a_time_however_many_are_merged() -> None:
    runs = [{b"<%03d\t<p\t<o%d\ts\n" % (value, run) for value in range(9)} for run in range(40)]
    with files(*runs) as (_opened, paths):
        before = len([*Path("/proc/self/fd").iterdir()])
        assert all(len([*Path("/proc/self/fd").iterdir()]) <= before + 1 for _piece in merged(paths))


@settings(max_examples=150, deadline=None)
@given(lines=MANY, size=st.integers(1, 600), piece=st.integers(1, 300))
def test_shares_are_all_lines_and_part_no_first_field(lines: set[bytes], size: int, piece: int) -> None:
    with indexed(lines) as found:
        shares = [b"".join(found.pieces(piece, *ends)) for ends in found.shares(size)]
    assert b"".join(shares) == b"".join(sorted(lines))
    fields = [{first(line) for line in share.splitlines()} for share in shares]
    assert sum(map(len, fields)) == len({*map(first, lines)})
