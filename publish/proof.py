"""What proves a copy of a site: who signed its MANIFEST, which data set and release it is, and that its time is not over.

A MANIFEST holds the hash of every other file, so whoever has signed it has signed them all. The same bytes are held against the signature
and then used. Old copies are genuine too: they are told by the day until which they are valid, and by the releases that they have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publish.contents import Fault, extension
from publish.earlier import MANIFEST
from publish.listing import Listing
from publish.paths import SIGNATURE
from publish.validity import VALIDITY, Validity, read_validity

if TYPE_CHECKING:
    from publish.signers import Signer, Signers  # what they need takes long to start, and only a signature needs it


@dataclass(frozen=True, slots=True)
class Expected:
    """What a copy has to be: signed by one of *signers*, of the data set with the IRI *dataset*, with *release*, a version; what is empty is not asked.

    *now* is the moment at which it has to be valid.
    """

    signers: Signers | None = None
    dataset: str = ""
    release: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Proof:
    """Who signed a MANIFEST, where that was asked; or why its signature proves nothing."""

    signer: Signer | None = None
    faults: tuple[Fault, ...] = ()


def prove(manifest: bytes, signed: bytes | None, expected: Expected) -> Proof:
    """Return who made the signature in *signed*, where there is one, over *manifest*."""
    if expected.signers is None:
        return Proof()
    if signed is None:
        return Proof(faults=(Fault("unsigned", SIGNATURE, ""),))
    answer = expected.signers.signer_of(manifest, signed, expected.now)
    return Proof(faults=(answer,)) if isinstance(answer, Fault) else Proof(answer)


def said(listing: Listing) -> Validity | Fault | None:
    """Return what a site says of itself; what is wrong with that, or nothing where it says nothing.

    A file that is listed and not there as it was listed is no site that says nothing: a host could hide from one question what it shows at the next.
    """
    if VALIDITY not in listing.manifest:
        return None
    content = listing.read(VALIDITY)
    if not listing.is_listed(VALIDITY, content):
        return Fault("hash", VALIDITY, extension(VALIDITY))
    try:
        return read_validity(content)
    except ValueError:
        return Fault("validity-form", VALIDITY, "")


def unexpected(validity: Validity | None, files: Collection[str], expected: Expected) -> Iterator[Fault]:
    """Yield why a copy with *files* (paths) is not the one expected; *validity* is what it says of itself."""
    if expected.release and not any(path.startswith(f"release/{expected.release}/") for path in files):
        yield Fault("no-such-release", MANIFEST, "", {"version": expected.release})
    if expected.dataset and VALIDITY not in files:
        yield Fault("unsaid", VALIDITY, "")
    if expected.dataset and validity and validity.dataset != expected.dataset:
        yield Fault("other-dataset", VALIDITY, "", {"found": validity.dataset, "expected": expected.dataset})
    if validity and validity.is_over(expected.now.astimezone(UTC).date()):
        yield Fault("expired", VALIDITY, "", {"day": validity.until})
