"""What is kept beside a site that was published from disk, so that the next time only what has changed is looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from publish.answered import Answered, read_answer
from publish.bulk import pack
from publish.bulk.again import Change
from publish.bulk.folder import adopt, drop, put
from publish.bulk.footprint import Footprints
from publish.bulk.held import Held
from publish.bulk.index import Index
from publish.bulk.looking import Looked
from publish.bulk.places import remember, remembered
from publish.bulk.runs import Run
from publish.bulk.splicing import laid_over
from publish.model import Project

BY_SUBJECT, TURNED, DERIVED = "by-subject", "turned", "derived"
"""The files of lines: by subject, turned, and those of what was derived, by subject."""
STATED = {BY_SUBJECT: "stated", TURNED: "stated-turned"}
"""The files of lines of what is stated alone, which go into those of all."""
_STATE = "state.json"
_FORM = 4
"""The form of what is kept: what has another one is not used."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was published before: the runs of its files, its lines by subject and turned, those of what was derived, what was seen in them.

    *whole* are the lines as they were written, by subject and turned, *laid* what has changed in them since.
    *answers* are those of questions by their IRI, *vocabulary* the lines that say which class is under which, *footprints* what rules and questions can see.
    """

    runs: Sequence[Run]
    whole: tuple[Index, Index]
    laid: Change
    by_subject: Index
    turned: Index
    derived: bytes
    looked: Looked
    answers: dict[str, Answered]
    vocabulary: Sequence[bytes]
    footprints: Footprints


def key_of(frame: Project) -> str:
    """Return what stands for all of a project but its data, and for the program: where it differs, nothing that is kept can be used."""
    parts = [_FORM, version("bynet"), version("pyshacl"), version("pyoxigraph"), frame.base, frame.own_base, dict(frame.prefixes), frame.languages]
    graphs = (frame.triples("ontology"), frame.triples("judgements"), frame.shapes_graph)
    queries = [query.text for query in (*frame.rules, *frame.questions)]
    said = json.dumps([*parts, queries, [[str(triple) for triple in graph if "_:" not in str(triple)] for graph in graphs], _digests(frame)])
    return sha256(said.encode()).hexdigest()


def _digests(frame: Project) -> list[tuple[str, str]]:
    """The files of shapes by what is in them: their lists have other names for their nodes each time."""
    return [(file, digest) for file, digest in frame.digests if file.startswith("shapes/")]


def read(folder: Path, key: str, files: ExitStack) -> Kept | None:
    """Return what is kept in *folder* of a project with the same *key*, open until *files* are closed."""
    try:
        said = json.loads((folder / _STATE).read_bytes())
    except (OSError, ValueError):
        return None
    if said["key"] != key:
        return None
    runs = [Run(file, digest, Path(lines), Path(turned), subjects, (), ()) for file, digest, lines, turned, subjects in said["runs"]]
    if not all(run.lines.exists() for run in runs):
        return None
    answers = {iri: read_answer(extension, content.encode()) for iri, (extension, content) in said["answers"].items()}
    whole = remembered(folder / BY_SUBJECT, files), remembered(folder / TURNED, files)
    laid = Change(*([line.encode() for line in lines] for lines in said["laid"]))
    looked, vocabulary = Looked(said["base"], said["looked"]), [line.encode() for line in said["vocabulary"]]
    return Kept(runs, whole, laid, *laid_over(whole, laid), (folder / DERIVED).read_bytes(), looked, answers, vocabulary, Footprints.of(said["footprints"]))


def keep(folder: Path, held: Held) -> None:
    """Keep in *folder* what is there now, with the ending `new`, as what was published."""
    drop(folder / _STATE)
    for name in (DERIVED, *pack.FILES):
        adopt(new(folder, name), folder / name)
    for name, index in ((BY_SUBJECT, held.by_subject), (TURNED, held.turned)) if held.laid is None else ():
        adopt(new(folder, name), folder / name)
        remember(index, folder / name)
    laid = held.laid or Change((), ())
    listed = [(run.file, run.digest, str(run.lines), str(run.turned), run.subjects) for run in held.runs]
    answers = {iri: (answer.extension, answer.content.decode()) for iri, answer in held.answers.items()}
    said = {
        "key": held.key,
        "base": held.frame.base,
        "runs": listed,
        "laid": [[line.decode() for line in lines] for lines in (laid.removed, laid.added)],
        "looked": held.looked.told(),
        "answers": answers,
        "vocabulary": [line.decode() for line in held.shares.vocabulary],
        "footprints": held.footprints.told(),
    }
    put(folder / _STATE, json.dumps(said).encode())
    known = {Path(path).stem for _file, _digest, path, *_rest in listed}
    for path in (folder / "runs").iterdir():
        if path.stem not in known:
            drop(path)


def new(folder: Path, name: str) -> Path:
    """Return where a file of lines is made that is not published yet."""
    return folder / f"{name}.new"
