"""Whatever comes from outside is read or refused in words, whatever bynet writes is read alike by two parsers: the corpus, and inputs made up anew.

`make fuzz` looks for more of them for as long as it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from fuzz import corpus
from fuzz.both import differences
from fuzz.campaign import attack, replay, told
from fuzz.causes import CAUSES, Unexplained, explained
from fuzz.mutants import MUTANTS
from fuzz.parsers import Refused, Second
from fuzz.quads import FORMATS, by_pyoxigraph
from fuzz.targets import GROUPS, all_targets, target_of
from workbench import BAD_INPUTS

ATTACKED = ("manifest", "gate-jsonld", "query")
"""The targets that atheris attacks for some seconds in each run of the tests."""
RUNS = 300
BOUNDS = {"bytes": 300_000, "inputs": 1200}

DISAGREED = sorted(path for path in BAD_INPUTS.glob("[TNJX]*.*") if path.suffix[1:] in FORMATS) if BAD_INPUTS.is_dir() else []


@pytest.mark.parametrize("group", GROUPS)
def test_every_input_is_read_or_refused_in_words(group: str, tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    tried = replay(group, tmp_path)
    figure("inputs tried", sum(one.count for one in tried))
    figure("targets", len(tried))
    assert not told(tried), told(tried)


@pytest.mark.no_cover
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: it is for Linux on x86-64")
@pytest.mark.parametrize("name", ATTACKED)
def test_bytes_that_look_for_new_ways_find_no_fault(name: str, tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    tried = attack(target_of(name), tmp_path, f"-runs={RUNS}", "-seed=1")
    figure("inputs tried", tried.count)
    assert tried.count >= RUNS
    assert not told([tried]), told([tried])


@pytest.mark.no_cover
@pytest.mark.parametrize("wrong", MUTANTS)
def test_a_planted_fault_is_found(wrong: str, tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    mutant = MUTANTS[wrong]
    (tried,) = replay(mutant.group, tmp_path, mutant.target, "--mutant", wrong)
    assert mutant.told in tried.wrong
    assert tried.content
    figure("planted faults found", 1)


@pytest.mark.parametrize(
    ("name", "says"), [("hangs", "took too long"), ("fills", "MemoryError"), ("crashes", "ended the process"), ("fails", "KeyError"), ("ends", "")]
)
def test_however_a_target_fails_it_is_told_with_the_input(name: str, says: str, tmp_path: Path) -> None:
    (tried,) = replay("trials", tmp_path, name, seconds=1)
    assert says in tried.wrong
    assert bool(tried.wrong) == bool(says)
    assert tried.target == name


def test_the_corpus_is_small_and_all_of_it_is_of_some_target() -> None:
    files = sorted(corpus.FOLDER.iterdir())
    targets = all_targets()
    assert {file.name for file in files} == {target.corpus or name for name, target in targets.items()}
    assert sum(file.stat().st_size for file in files) < BOUNDS["bytes"]
    assert sum(len(corpus.read(targets[file.name])) for file in files) < BOUNDS["inputs"]


@pytest.mark.skipif(not DISAGREED, reason="the hostile inputs are not beside the project")
def test_where_rdflib_reads_a_hostile_document_otherwise_it_is_known_why(figure: Callable[[str, int], None]) -> None:
    causes: Counter[str] = Counter()
    admitted = 0
    for path in DISAGREED:
        why = differences(path.read_bytes(), path.suffix[1:])
        admitted += why is not None
        causes.update(why or ())
    assert admitted >= 15
    assert causes
    figure("documents read by both parsers", admitted)


def test_what_nobody_knows_why_is_told() -> None:
    ours = by_pyoxigraph(b"<urn:s> <urn:p> 1 .", "ttl")
    for theirs in (b"<urn:s> <urn:p> 2 .", b"<urn:s> <urn:p> true .", b'<urn:s> <urn:p> "1" .', b""):
        with pytest.raises(Unexplained):
            explained(b"", "ttl", ours, by_pyoxigraph(theirs, "ttl"))
    with pytest.raises(Unexplained):
        explained(b"", "ttl", ours, "BadSyntax: at line 1")
    assert explained(b"", "ttl", ours, by_pyoxigraph(b"<urn:s> <urn:p> +01 .", "ttl"))


def test_every_cause_is_met_in_the_corpus() -> None:
    met = {
        why
        for name, target in all_targets().items()
        if name.startswith("both-")
        for content in corpus.read(target).values()
        for why in differences(content, name[5:]) or ()
    }
    assert {cause.why for cause in CAUSES} <= met


def test_the_second_parser_reaches_nothing_outside() -> None:
    with Second() as second:
        for context in ("http://127.0.0.1:1/x", "file:///etc/hostname"):
            with pytest.raises((AssertionError, Refused)):
                second.read(f'{{"@context": "{context}", "urn:p": 1}}'.encode(), "jsonld")
        assert second.read(b"<urn:s> <urn:p> 1 .", "ttl") == by_pyoxigraph(b"<urn:s> <urn:p> 1 .", "ttl")
