"""What a check of a published site found, and how it is told: a line for each kind of fault, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publish.contents import Fault
from publish.texts import text
from publish.validity import Validity

if TYPE_CHECKING:
    from publish.signers import Signer


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found: a fault for each kind, with all its places in order; how much was looked at.

    *signer* is who signed it, where that was asked; *validity* is what the site says of itself, where it says it.
    """

    faults: tuple[tuple[Fault, tuple[str, ...]], ...]
    files: int = 0
    links: int = 0
    requests: int = 0
    validity: Validity | None = None
    signer: Signer | None = None


def grouped(faults: Iterable[Fault]) -> tuple[tuple[Fault, tuple[str, ...]], ...]:
    """Return faults of one kind as one, in a fixed order."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.rule, fault.group), []).append(fault)
    first: Sequence[tuple[Fault, tuple[str, ...]]] = [
        (min(group, key=lambda fault: (fault.place, str(fault.values))), tuple(sorted({fault.place for fault in group}))) for group in groups.values()
    ]
    return tuple(sorted(first, key=lambda pair: (pair[0].place, pair[0].rule, pair[0].group)))


def as_text(verified: Verified, language: str) -> Iterator[str]:
    """Yield a line for each fault: where it is, what is wrong and what to do."""
    for fault, places in verified.faults:
        place = text(language, "verify.more", place=fault.place or "/", count=len(places) - 1) if len(places) > 1 else fault.place or "/"
        yield f"{place}: {text(language, f'verify.{fault.rule}', **fault.values)}"


def as_json(verified: Verified, language: str) -> str:
    """Return the faults as JSON, each with all its places, what the site says of itself, and who signed it."""
    faults = [
        {"rule": fault.rule, "places": places, "message": text(language, f"verify.{fault.rule}", **fault.values), "values": dict(fault.values)}
        for fault, places in verified.faults
    ]
    validity, signer = verified.validity, verified.signer
    document = {
        "files": verified.files,
        "links": verified.links,
        "requests": verified.requests,
        "dataset": validity.dataset if validity else None,
        "version": validity.version or None if validity else None,
        "validUntil": validity.until or None if validity else None,
        "signer": {"name": signer.name, "key": signer.key.fingerprint, "kind": signer.key.kind} if signer else None,
        "faults": faults,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def summary(verified: Verified, language: str) -> Iterator[str]:
    """Yield who signed the site, what it says of itself, how much was looked at, and how many kinds of faults there are."""
    if signer := verified.signer:
        yield text(language, "verify.signed", name=signer.name, kind=signer.key.kind, key=signer.key.fingerprint)
    if validity := verified.validity:
        name = "until" if validity.until else "for-good"
        yield text(language, f"verify.{name}", dataset=validity.dataset, version=validity.version or "-", day=validity.until)
    values = {"faults": len(verified.faults), "files": verified.files, "links": verified.links, "requests": verified.requests}
    yield text(language, f"verify.{'faults' if verified.faults else 'clean'}", **values)
