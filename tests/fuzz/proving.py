"""What proves a copy of a site, or says what is wrong with one: signatures, who may sign, until when it is valid, and whatever its files hold."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache, partial

from fuzz import corpus
from fuzz.readers import SYNTAX_WORDS
from fuzz.target import Target, written
from publish.addresses import Layout
from publish.contents import feed_faults, json_faults, link_faults, page_links, sums_faults
from publish.errors import Mistake
from publish.graphfaults import Sums, graph_faults
from publish.signers import Signer, read_signers
from publish.texts import LANGUAGES, text
from publish.validity import as_json, read_validity

SIGNED = b"0" * 64 + b"  index.html\n"
"""A MANIFEST that somebody has signed: the corpus has the signatures, and the file that allows them, with keys that are nowhere else."""
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LAYOUT = Layout("https://example.org/", "https://example.org/", ("da", "en"), frozenset(("index.html", "feed.trig", "feed/1.trig", "release/1/SHA256SUMS")))
_PATHS = ("index.html", "a.ttl", "a.jsonld", "a.rdf", "a.nt", "all.nq", "a.trig", "all.nq.gz", "a.json", "release/1/SHA256SUMS", "feed.trig", "feed/1.trig")


def signature(content: bytes) -> None:
    """A signature proves nothing, with a reason that can be shown, unless it is the one that was made."""
    signers = read_signers(written("signers", corpus.read(TARGETS[1])["allowed"]))
    armoured = content if content.startswith(b"-----BEGIN") else _armoured(content)
    found = signers.signer_of(SIGNED, armoured, _NOW)
    if isinstance(found, Signer):
        assert not isinstance(signers.signer_of(SIGNED + b"\n", armoured, _NOW), Signer), "it is taken for the signature of something else"
        assert armoured.replace(b"\r\n", b"\n").strip() in _made(), "it is not what the key made"
    else:
        assert all(text(language, f"verify.{found.rule}", **found.values).isprintable() for language in LANGUAGES)


@cache
def _made() -> frozenset[bytes]:
    """The signatures that were made with the keys: those of the corpus whose names say so."""
    return frozenset(content.strip() for name, content in corpus.read(TARGETS[0]).items() if name.startswith("made-"))


def _armoured(content: bytes) -> bytes:
    """Bytes as the file of a signature has them."""
    coded = b64encode(content)
    lines = [coded[start : start + 70] for start in range(0, len(coded), 70)]
    return b"\n".join((b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""))


def signers(content: bytes) -> None:
    """A file says who may sign, or is told to be wrong with the line."""
    try:
        listed = read_signers(written("signers", content)).listed
    except Mistake as mistake:
        _told(mistake, content)
    else:
        assert all(signer.name and signer.key.kind for signer in listed)


def _told(mistake: Mistake, content: bytes) -> None:
    assert all(text(language, f"mistake.{mistake.name}", **mistake.values) for language in LANGUAGES)
    assert 1 <= int(str(mistake.values.get("line", 1))) <= len(content.decode(errors="replace").splitlines()) + 1


def validity(content: bytes) -> None:
    """What a site says of its validity is refused, or is read the same when it is written again, and says whether it is over."""
    with suppress(ValueError):
        read = read_validity(content)
        read.is_over(date(2026, 1, 1))
        assert read.dataset
        assert read_validity(as_json(read).encode()) == read


def file(content: bytes) -> None:
    """Whatever stands in the files of a site, it is told what is wrong with them."""
    for path in _PATHS:
        faults = [*graph_faults(_LAYOUT, path, content, {}), *json_faults(path, content), *link_faults(_LAYOUT, path, page_links(content))]
        faults += sums_faults("release/1/SHA256SUMS", content, {"release/1/a": "0" * 64})
        faults += feed_faults(_LAYOUT, lambda _path: content)
        assert all(text(language, f"verify.{fault.rule}", **fault.values) for fault in faults for language in LANGUAGES)
        json.dumps([dict(fault.values) for fault in faults])


def packed(content: bytes, form: str) -> None:
    """What stands in a compressed file is taken for what it is unpacked: it says the same, or is wrong in the same way."""
    plain, compressed = f"download/all.{form}", f"download/all.{form}.gz"
    cut = len(content) // 2
    sums: Sums = {}
    members = gzip.compress(content[:cut], 1) + gzip.compress(content[cut:], 1)
    rules = [[fault.rule for fault in graph_faults(_LAYOUT, path, data, sums)] for path, data in ((plain, content), (compressed, members))]
    assert rules[0] == rules[1]
    assert sums.get(plain) == sums.get(compressed)


TARGETS = (
    Target("signature", signature, "signature"),
    Target("signers", signers, "signers"),
    Target("validity", validity, "json"),
    Target("file", file, "html", examples=30),
    *(Target(f"packed-{form}", partial(packed, form=form), words, corpus=f"gate-{form}", examples=30) for form, words in SYNTAX_WORDS.items()),
)
