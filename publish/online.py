"""What the commands do that speak with others: check a live site, fill a triple store, serve. They say what to print, as `commands` does."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publish import agreement, endpointcheck, verdict
from publish import push as pushing
from publish import verify as verifying
from publish.build import Progress
from publish.commands import Outcome
from publish.controls import plain_json, printable
from publish.opening import Address
from publish.proof import Expected
from publish.serve import server
from publish.texts import text

if TYPE_CHECKING:
    from publish.signers import Signers


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a site, a folder or an address, and what it has to be: by whom of those in a file it is signed, which data set it is, which release it has."""

    place: str
    signers: Path | None = None
    dataset: str = ""
    release: str = ""


def verify(copied: Copied, form: str, progress: Progress, language: str) -> Outcome:
    """Check a site; the status is 1 where there are faults, or where it is not what it has to be."""
    expected = Expected(_signers(copied.signers), copied.dataset, copied.release)
    progress("verifying")
    try:
        verified = verifying.verify(copied.place, expected)
    finally:
        progress("nothing")
    remarks, status = [*verdict.summary(verified, language)], 1 if verified.faults else 0
    if form == "json":
        return Outcome(remarks=remarks, exit_code=status, document=plain_json(verdict.as_json(verified, language)))
    return Outcome(verdict.as_text(verified, language), remarks, status)


def _signers(file: Path | None) -> Signers | None:
    if file is None:
        return None
    from publish.signers import read_signers  # noqa: PLC0415  # takes long to start, and only a signature needs it

    return read_signers(file)


@dataclass(frozen=True, slots=True)
class Stored:
    """A release and the store that has it or is to have it: the site, the store's address and kind, what its graphs' names begin with."""

    site: str
    address: str
    kind: str | None
    base: str | None


def push(stored: Stored, progress: Progress, language: str) -> Outcome:
    """Put a release into a triple store; the status is 1 where the store does not hold it afterwards."""
    try:
        pushed = pushing.push(pushing.Order(stored.site, _address(stored), stored.base), progress)
    finally:
        progress("nothing")
    remarks = [pushing.summary(pushed, language), *agreement.summary(pushed.graphs, language)]
    return Outcome(agreement.as_text(pushed.graphs, language), remarks, 0 if pushed.is_right else 1)


def verify_endpoint(stored: Stored, form: str, progress: Progress, language: str) -> Outcome:
    """Compare what a store holds with the release; the status is 1 where a graph is not the release's to the letter."""
    try:
        agreements = endpointcheck.compare(stored.site, _address(stored), stored.base, progress)
    finally:
        progress("nothing")
    remarks, status = [*agreement.summary(agreements, language)], 0 if all(one.is_exact for one in agreements) else 1
    if form == "json":
        return Outcome(remarks=remarks, exit_code=status, document=plain_json(agreement.as_json(agreements)))
    return Outcome(agreement.as_text(agreements, language), remarks, status)


def _address(stored: Stored) -> Address:
    return Address(stored.address, os.environ, stored.kind or "")


def serve(order: server.Order, say: Callable[[str], None], language: str) -> Outcome:
    """Serve a published site until a signal stops it; *say* is told, in words, what whoever started it wants to know."""
    heard = server.Heard(
        ready=lambda url: say(text(language, "serve.ready", folder=printable(str(order.folder)), url=url, process=os.getpid())),
        renewed=lambda: say(text(language, "serve.renewed")),
        same=lambda: say(text(language, "serve.same")),
        kept=lambda mistake: say(printable(text(language, "serve.kept", reason=text(language, f"mistake.{mistake.name}", **mistake.values)))),
    )
    server.serve(order, heard)
    return Outcome([text(language, "serve.stopped")])
