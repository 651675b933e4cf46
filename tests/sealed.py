"""Judge many graphs in one process that is as closed as the one that judges for `bynet check`.

Run as a program of its own, which imports what ``publish.shacl`` does and no more: what a closed process lacks would be there
already in one that runs tests. Standard input: a JSON list of names, data and shapes, both N-Triples. Standard output: one JSON
object, with what is found by name, the modules that were missed on the way, and why it ended where it did not come to its end.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping

from publish.confined import Limits, Note, Stopped, confined
from publish.reach.reach import reach_of
from publish.reach.screen import Screen
from publish.shapes.judgement import judge
from publish.shapes.loading import prepare

LIMITS = Limits(300, 2048)
SCREENED = 8
"""Of how many requests the shapes of one are made into a screen too."""


def judged(data: str, shapes: str) -> Mapping[str, list[object]]:
    """Return what `judge` yields, by kind: results, faults, failures."""
    told = list(judge(data.encode(), shapes.encode(), 0, lambda _words: None))
    return {kind: [one for piece in told for one in piece.get(kind, ())] for kind in ("results", "faults", "failures")}  # type: ignore[attr-defined]  # lists


def answers(asked: Iterable[tuple[str, str, str]], _note: Note) -> Iterator[bytes]:
    """Yield the name of each request with what is found, as JSON; at last the modules that were missed."""
    before = set(sys.modules)
    for number, (name, data, shapes) in enumerate(asked):
        if number % SCREENED == 0:
            list(map(reach_of, Screen(shapes.encode(), ()).shapes))
        yield json.dumps([name, judged(data, shapes)]).encode()
    yield json.dumps(["", sorted(set(sys.modules) - before)]).encode()


def main() -> None:
    """Judge all that stands on standard input."""
    prepare()
    asked, ended = json.load(sys.stdin), ""
    try:
        pieces = confined(lambda note: answers(asked, note), LIMITS)
    except Stopped as stopped:
        pieces, ended = stopped.pieces, str(stopped)
    found = dict(map(json.loads, pieces))
    json.dump({"missed": found.pop("", None), "found": found, "ended": ended}, sys.stdout)


if __name__ == "__main__":
    main()
