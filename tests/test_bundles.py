"""Bundles: every resource is in one, none is too large, and the longest prefix leads from a path to its own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.bulk.bundles import MOST, split, visible
from publish.bundles import FOLDER, STEM, as_json, fitting, read_bundles, stem_of

PATHS = st.sets(st.lists(st.sampled_from(["a", "b", "ab", "/", "æ", "%20", "#x", "-", "$", "id/"]), min_size=1, max_size=7).map("".join), max_size=60)


def members(paths: list[str], most: int) -> dict[str, list[str]]:
    """The paths in each bundle, as a host finds them."""
    found = [*split(paths, most)]
    bundles = {prefix: bundle.prefixes[0] for bundle in found for prefix in bundle.prefixes}
    whole = {prefix: prefix for prefix in bundles}
    assert len(bundles) == sum(len(bundle.prefixes) for bundle in found), "a prefix twice"
    assert all(len({*map(len, bundle.prefixes)}) == 1 for bundle in found)
    held: dict[str, list[str]] = {bundle.prefixes[0]: [] for bundle in found}
    for path in paths:
        if part := visible(path):
            own = fitting(part, whole)
            assert part.startswith(own)
            assert "/" in own or "/" not in part, "a prefix must have all of the first folder's name"
            held[bundles[own]].append(path)
    assert {prefix: len(there) for prefix, there in held.items()} == {bundle.prefixes[0]: bundle.count for bundle in found}
    return held


@settings(max_examples=400, deadline=None)
@given(PATHS, st.integers(1, 12))
def test_each_path_is_in_the_bundle_of_its_longest_prefix_and_none_is_too_large(paths: set[str], most: int) -> None:
    for prefix, there in members(sorted(paths), most).items():
        if len(there) > most:
            assert {visible(path) for path in there} == {prefix}, "these could be told apart"


def numbered(count: int) -> list[str]:
    return sorted({f"id/{kind}/n{number:07d}" for kind in ("city", "person", "agreement") for number in range(count)} | {"dataset", "id/city", "id"})


def test_bundles_of_many_are_well_filled_and_found_as_the_paths_come(figure: Callable[[str, int], None]) -> None:
    paths = numbered(40_000)
    held = members(paths, MOST)
    assert len(held) < len(paths) / (MOST / 2)
    assert max(map(len, held.values())) <= MOST
    figure("paths put into bundles", len(paths))
    waiting = 0

    def counted() -> Iterator[str]:
        nonlocal waiting
        for path in paths:
            waiting += 1
            yield path

    early = 0
    for bundle in split(counted()):
        waiting -= bundle.count
        early = max(early, waiting)
    assert early < 4 * MOST, "a bundle that was certain was held back"


def test_the_same_resources_are_in_the_same_bundles_and_one_more_changes_few() -> None:
    paths = numbered(3000)
    before = {*split(paths)}
    assert before == {*split(iter(paths))}
    after = {*split(sorted([*paths, "id/city/n0001500x"]))}
    assert len(before ^ after) <= 20


@pytest.mark.parametrize("wrong", [b"", b"[]", b'"a"', b"\xff", b"[" * 100_000, b'{"x": ["a"]}', b'{"STEM": "a"}', b'{"STEM": ["", 1, "\\u0000", ["a"]]}'])
def test_a_list_of_prefixes_that_is_none_has_no_bundles(wrong: bytes) -> None:
    assert read_bundles(wrong.replace(b"STEM", stem_of("a").encode()), {f"{stem_of('a')}.ttl", "x.ttl"}) == {}


def test_a_list_of_prefixes_is_read_as_it_was_written() -> None:
    prefixes = ["id/a", "id/æ", "s"]
    paths = {f"{stem_of(prefix)}.ttl" for prefix in prefixes[:2]}
    bundles = {prefix: stem_of(prefix) for prefix in prefixes} | {"id/b": stem_of("id/a")}
    assert read_bundles(as_json(bundles).encode(), paths) == {prefix: stem for prefix, stem in bundles.items() if prefix != "s"}
    assert all(stem_of(prefix).startswith(f"{FOLDER}/") for prefix in prefixes)
    assert STEM


def test_the_longest_prefix_counts_and_one_without_a_slash_fits_names_alone() -> None:
    bundles = {"id/": "1", "id/a": "2", "s": "3"}
    fits = {"id/": "1", "id/b/c": "1", "id/a": "2", "id/ab/c": "2", "s": "3", "sx.y": "3", "s/x": "", "i": "", "": "", "x": ""}
    assert {path: fitting(path, bundles) for path in fits} == fits


def test_random_paths_in_any_alphabet() -> None:
    chance = random.Random(7)
    for most in (1, 3, 50):
        paths = sorted({"".join(chance.choices("ab/æ𝄞", k=chance.randrange(1, 9))) for _each in range(800)})
        counted = Counter(len(there) > most for there in members(paths, most).values())
        assert counted[False]
