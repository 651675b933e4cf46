"""Signatures of SSH: what ssh-keygen verifies is verified, what it refuses is refused, and what an enemy writes is no more than one line."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key
from hypothesis import given
from hypothesis import strategies as some
from signing import ED25519, P256, Key, Parts, armour, integer, is_good_to_ssh_keygen, make_key, of_security_key, sign, signed, unarmoured, wired
from workbench import bynet, write_files

from publish.contents import Fault
from publish.errors import Mistake
from publish.signature import LONGEST, read_signature
from publish.signers import Signer, read_signers
from publish.sshkeys import Unreadable, Wire

Figure = Callable[[str, int], None]

MANIFEST = b"".join(b"%064x  id/%d.ttl\n" % (number**9, number) for number in range(12))
NAME = "anna@example.org"
NOW = datetime.now(UTC)
KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
    "rsa-2048": ("-t", "rsa", "-b", "2048"),
    "rsa-3072": ("-t", "rsa", "-b", "3072"),
}
WEAK = {"rsa-1024": ("-t", "rsa", "-b", "1024"), "dsa": ("-t", "dsa")}
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point of Ed25519 (RFC 8032, 5.1)."""


@pytest.fixture(scope="module")
def anna(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return make_key(tmp_path_factory.mktemp("anna"), NAME)


@pytest.fixture(scope="module")
def signature(anna: Key) -> bytes:
    """Anna's signature over MANIFEST."""
    (anna.file.parent / "MANIFEST").write_bytes(MANIFEST)
    return sign(anna, anna.file.parent / "MANIFEST").read_bytes()


def told(signers: Path, signature: bytes, content: bytes = MANIFEST, now: datetime = NOW) -> str:
    """The name of who signed *content*, or of the rule by which *signature* proves nothing."""
    answer = read_signers(signers).signer_of(content, signature, now)
    return answer.rule if isinstance(answer, Fault) else answer.name


@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_is_verified_and_nothing_that_differs_from_it(tmp_path: Path, kind: str, figure: Figure) -> None:
    key = make_key(tmp_path, NAME, *KINDS[kind])
    file, signers = tmp_path / "MANIFEST", tmp_path / "signers"
    file.write_bytes(MANIFEST)
    signers.write_text(key.allowed())
    signature = sign(key, file)
    assert told(signers, signature.read_bytes()) == NAME
    assert told(key.public, signature.read_bytes()) == NAME
    assert is_good_to_ssh_keygen(file, signature, signers, NAME)
    file.write_bytes(MANIFEST + b"\n")
    assert told(signers, signature.read_bytes(), MANIFEST + b"\n") == "signature-differs"
    assert not is_good_to_ssh_keygen(file, signature, signers, NAME)
    figure("kinds of keys", 1)


@pytest.mark.parametrize("kind", WEAK)
def test_weak_keys_are_refused_that_ssh_keygen_would_take(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path, NAME, *WEAK[kind])
    (tmp_path / "MANIFEST").write_bytes(MANIFEST)
    assert told(key.public, sign(key, tmp_path / "MANIFEST").read_bytes()) == "signature-weak"


@pytest.mark.parametrize("kind", [ED25519, P256])
def test_a_security_key_signs_as_any_other(tmp_path: Path, kind: str, figure: Figure) -> None:
    line, signature = of_security_key(kind, MANIFEST)
    write_files(tmp_path, {"MANIFEST": MANIFEST, "MANIFEST.sig": signature, "signers": f"{NAME} {line}\n"})
    assert is_good_to_ssh_keygen(tmp_path / "MANIFEST", tmp_path / "MANIFEST.sig", tmp_path / "signers", NAME)
    assert told(tmp_path / "signers", signature) == NAME
    content = bytearray(unarmoured(signature))
    content[-1] ^= 1  # another count than the one that was signed
    assert told(tmp_path / "signers", armour(bytes(content))) == "signature-differs"
    figure("kinds of keys", 1)


def _day(days: int) -> str:
    return (NOW + timedelta(days)).strftime("%Y%m%d")


SIGNERS = {
    "a line": "{name} {key}\n",
    "comments and blank lines": "# who may sign\n\n  \n{name} {key} Anna's\n",
    "tabs": "{name}\t{key}\n",
    "several names": "bo@example.org,{name} {key}\n",
    "names in quotes": '"{name},bo@example.org" {key}\n',
    "any name": "* {key}\n",
    "this namespace": '{name} namespaces="bynet" {key}\n',
    "a pattern of it": '{name} namespaces="git,by*" {key}\n',
    "a pattern with a question mark": '{name} namespaces="byne?" {key}\n',
    "options in capitals": '{name} NAMESPACES="bynet",Valid-After="20200101Z" {key}\n',
    "from yesterday until tomorrow": f'{{name}} valid-after="{_day(-1)}",valid-before="{_day(2)}" {{key}}\n',
    "until an hour of tomorrow, in UTC": f'{{name}} valid-before="{_day(2)}1200Z" {{key}}\n',
    "to the second": f'{{name}} valid-after="{_day(-2)}120000" {{key}}\n',
    "a second line for the same key": '{name} namespaces="git" {key}\n{name} {key}\n',
}
NO_SIGNERS = {
    "another's key": ("{name} {other}\n", "signature-stranger"),
    "another namespace": ('{name} namespaces="git" {key}\n', "signer-namespace"),
    "any namespace but this": ('{name} namespaces="*,!bynet" {key}\n', "signer-namespace"),
    "a part of the namespace": ('{name} namespaces="byn" {key}\n', "signer-namespace"),
    "not yet": (f'{{name}} valid-after="{_day(2)}" {{key}}\n', "signer-early"),
    "no more": (f'{{name}} valid-before="{_day(-1)}" {{key}}\n', "signer-late"),
    "no more, to the second": ('{name} valid-before="20260101000000Z" {key}\n', "signer-late"),
    "an authority for certificates, whose key is no signer's": ("{name} cert-authority {key}\n{name} {other}\n", "signature-stranger"),
}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return make_key(tmp_path_factory.mktemp("other"), "bo@example.org")


def allowed(tmp_path: Path, line: str, anna: Key, other: Key) -> Path:
    return write_files(tmp_path, {"signers": line.format(name=NAME, key=anna.line, other=other.line)}) / "signers"


@pytest.mark.parametrize("line", SIGNERS)
def test_who_may_sign_by_a_file_of_ssh_keygen_may_sign(tmp_path: Path, anna: Key, other: Key, signature: bytes, line: str) -> None:
    signers = allowed(tmp_path, SIGNERS[line], anna, other)
    assert is_good_to_ssh_keygen(anna.file.parent / "MANIFEST", anna.file.parent / "MANIFEST.sig", signers, NAME)
    answer = read_signers(signers).signer_of(MANIFEST, signature, NOW)
    assert isinstance(answer, Signer)


@pytest.mark.parametrize("line", NO_SIGNERS)
def test_who_may_not_sign_by_a_file_of_ssh_keygen_may_not_sign(tmp_path: Path, anna: Key, other: Key, signature: bytes, line: str) -> None:
    words, rule = NO_SIGNERS[line]
    signers = allowed(tmp_path, words, anna, other)
    assert not is_good_to_ssh_keygen(anna.file.parent / "MANIFEST", anna.file.parent / "MANIFEST.sig", signers, NAME)
    assert told(signers, signature) == rule


def test_a_key_counts_until_its_last_second(tmp_path: Path, anna: Key, other: Key, signature: bytes) -> None:
    signers = allowed(tmp_path, '{name} valid-after="20260101120000Z",valid-before="20260102120000Z" {key}\n', anna, other)
    first, last = (datetime(2026, 1, day, 12, tzinfo=UTC) for day in (1, 2))
    second = timedelta(seconds=1)
    answers = [told(signers, signature, now=moment) for moment in (first - second, first, last, last + second)]
    assert answers == ["signer-early", NAME, NAME, "signer-late"]


BAD_LINES = {
    "a name alone": "anna@example.org\n",
    "no key": "anna@example.org ssh-ed25519\n",
    "no base64": "anna@example.org ssh-ed25519 AAAA*\n",
    "half a key": "anna@example.org ssh-ed25519 AAAAC3Nz\n",
    "another kind than the key's": "anna@example.org ssh-rsa {key}\n",
    "an option that is none": "anna@example.org verify-required ssh-ed25519 {key}\n",
    "an option twice": 'anna@example.org namespaces="a",namespaces="b" ssh-ed25519 {key}\n',
    "no value": "anna@example.org namespaces ssh-ed25519 {key}\n",
    "an empty value": 'anna@example.org namespaces="" ssh-ed25519 {key}\n',
    "a day that is none": 'anna@example.org valid-before="20260231" ssh-ed25519 {key}\n',
    "a time of another form": 'anna@example.org valid-before="2026-01-01" ssh-ed25519 {key}\n',
    "quotes that stay open": '"anna@example.org ssh-ed25519 {key}\n',
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "HTML": "<!DOCTYPE html>\n",
}


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_names_no_signer_is_named_with_its_number(tmp_path: Path, anna: Key, line: str) -> None:
    write_files(tmp_path, {"signers": "# signers\n" + BAD_LINES[line].format(key=anna.line.split()[1])})
    with pytest.raises(Mistake) as raised:
        read_signers(tmp_path / "signers")
    assert (raised.value.name, raised.value.values["line"]) == ("signers-line", 2)


@pytest.mark.parametrize("words", ["", "# nobody\n", "anna@example.org cert-authority {line}\n"])
def test_a_file_that_names_nobody_is_a_mistake(tmp_path: Path, anna: Key, words: str) -> None:
    write_files(tmp_path, {"signers": words.format(line=anna.line), "site/MANIFEST": MANIFEST})
    ended = bynet("verify", tmp_path / "site", "--signers", tmp_path / "signers")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "names nobody who may sign" in ended.err


def test_a_file_of_signers_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    write_files(tmp_path, {"signers": b"\xff\xfe", "site/MANIFEST": MANIFEST})
    ended = bynet("verify", tmp_path / "site", "--signers", tmp_path / "signers")
    assert (ended.code, len(ended.err.splitlines()), "Traceback" in ended.err) == (2, 1, False)


def parts_of(signature: bytes) -> Parts:
    fields = Wire(unarmoured(signature)[10:])
    key, namespace, reserved, digest, made = (fields.string() for _part in range(5))
    return Parts(key, made, namespace, reserved, digest)


def raw_of(parts: Parts) -> bytes:
    """The bytes that Ed25519 made."""
    return parts.made[-64:]


def odd_files(good: bytes) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "ten megabytes", b"-----BEGIN SSH SIGNATURE-----\n" + b"QUFB\n" * 2_000_000 + b"-----END SSH SIGNATURE-----\n"
    yield "as large as may be", armour(replace(parts_of(good), made=bytes(LONGEST)).content)
    yield "binary", bytes(range(256)) * 16
    yield "zeros", bytes(4096)
    yield "a signature in a signature", armour(good)
    yield "two signatures", good + good
    yield "words before", b"Signed by Anna\n" + good
    yield "words after", good + b"Anna\n"
    yield "half of it", good[: len(good) // 2]
    yield "without its last line", b"".join(good.splitlines(keepends=True)[:-1])
    yield "blank lines", good.replace(b"\n", b"\n\n")
    yield "blanks", good.replace(b"\n", b" \n")
    yield "no base64", good.replace(b"U1NI", b"U1*I")
    yield "base64 without its padding", good.replace(b"==\n", b"\n")
    yield "base64 with half its padding", good.replace(b"==\n", b"=\n")
    yield "base64 with bits that nobody reads", good.replace(b"==\n", b"/==\n") if b"/==" in good else re.sub(rb".==\n", b"/==\n", good)


def odd_fields(good: bytes) -> Iterator[tuple[str, bytes]]:
    parts = parts_of(good)
    yield "another magic", armour(b"SSHSIC" + parts.content[6:])
    yield "another version", armour(replace(parts, version=2).content)
    yield "something after it", armour(parts.content + b"\0")
    yield "something reserved", armour(replace(parts, reserved=b"x").content)
    yield "a hash that is weak", armour(replace(parts, hash=b"md5").content)
    yield "a hash that is none", armour(replace(parts, hash=b"shake_256").content)
    yield "no namespace", armour(replace(parts, namespace=b"").content)
    yield "another namespace", armour(replace(parts, namespace=b"file").content)
    yield "a namespace that steers a terminal", armour(replace(parts, namespace=b"\x1b[2Jbynet").content)
    yield "a namespace that is no ASCII", armour(replace(parts, namespace="byn\u00e9t".encode()).content)
    yield "a long namespace", armour(replace(parts, namespace=b"n" * 40_000).content)
    for number in (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, len(parts.content), 0):
        for at in (10, 10 + 4 + len(parts.key)):
            yield f"a length of {number} at {at}", armour(parts.content[:at] + struct.pack(">L", number) + parts.content[at + 4 :])


def odd_keys(good: bytes) -> Iterator[tuple[str, bytes]]:
    parts, kind = parts_of(good), b"ssh-ed25519"
    raw = raw_of(parts)
    again = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
    for what, made in (("in another spelling (S + L)", again), ("too short", raw[:-1]), ("too long", raw + b"\0"), ("of zeros", bytes(64))):
        yield f"Ed25519 {what}", armour(replace(parts, made=wired(kind, made)).content)
    yield "something after the signature itself", armour(replace(parts, made=parts.made + wired(b"x")).content)
    yield "another algorithm than the key's", armour(replace(parts, made=wired(b"rsa-sha2-512", raw)).content)
    yield "an algorithm with SHA-1", armour(replace(parts, made=wired(b"ssh-rsa", raw)).content)
    yield "no algorithm", armour(replace(parts, made=b"").content)
    yield "a key with something after it", armour(replace(parts, key=parts.key + wired(b"x")).content)
    yield "no key", armour(replace(parts, key=b"").content)
    yield "a key of a small order", armour(Parts(wired(kind, b"\x01" + bytes(31)), wired(kind, b"\x01" + bytes(63))).content)
    yield "a key that is no point", armour(replace(parts, key=wired(kind, b"\xff" * 32)).content)
    for exponent, modulus in ((1, 2**2047 + 1), (3, 15), (65537, 2**511 + 1), (65537, 2**130_000 + 1), (2, 2**2047 + 1)):
        key = wired(b"ssh-rsa", integer(exponent), integer(modulus))
        made = wired(b"rsa-sha2-512", signed(MANIFEST)[-64:].rjust(256, b"\0"))
        yield f"RSA with e = {exponent} and {modulus.bit_length()} bits", armour(Parts(key, made).content)
    yield "a certificate", armour(Parts(wired(b"ssh-ed25519-cert-v01@openssh.com", bytes(32)), parts.made).content)
    yield "a kind of key that is none", armour(replace(parts, key=wired(b"ssh-mcdonald", bytes(32))).content)


def other_meanings(anna: Key, good: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what a stranger signed, and what Anna did sign, but not as a MANIFEST."""
    parts, kind = parts_of(good), b"ssh-ed25519"
    own, stranger = load_ssh_private_key(anna.file.read_bytes(), None), Ed25519PrivateKey.generate()
    assert isinstance(own, Ed25519PrivateKey)
    yield "a stranger's", armour(Parts(wired(kind, stranger.public_key().public_bytes_raw()), wired(kind, stranger.sign(signed(MANIFEST)))).content)
    yield "a stranger's with Anna's key", armour(replace(parts, made=wired(kind, stranger.sign(signed(MANIFEST)))).content)
    yield "over the file and not its hash", armour(replace(parts, made=wired(kind, own.sign(MANIFEST))).content)
    git = wired(kind, own.sign(signed(MANIFEST, namespace=b"git")))
    yield "for another namespace", armour(replace(parts, made=git).content)
    yield "for another namespace, and saying so", armour(replace(parts, namespace=b"git", made=git).content)
    for digest in ("sha1", "sha256"):
        yield f"over {digest}, and saying sha512", armour(replace(parts, made=wired(kind, own.sign(signed(MANIFEST, digest)))).content)
    yield "over SHA-1, and saying so", armour(replace(parts, hash=b"sha1", made=wired(kind, own.sign(signed(MANIFEST, "sha1")))).content)


def hostile(anna: Key, good: bytes) -> dict[str, bytes]:
    """What an enemy could put in the place of *good*, a signature by *anna*: none of it proves anything."""
    assert armour(parts_of(good).content) == good
    return {**dict(odd_files(good)), **dict(odd_fields(good)), **dict(odd_keys(good)), **dict(other_meanings(anna, good))}


def test_no_signature_of_an_enemy_proves_anything(anna: Key, signature: bytes, figure: Figure) -> None:
    assert told(anna.public, signature) == NAME
    files = hostile(anna, signature)
    for what, content in files.items():
        begun = monotonic()
        assert told(anna.public, content) in {"signature-form", "signature-weak", "signature-stranger", "signature-differs", "signature-namespace"}, what
        assert monotonic() - begun < 2, what
    assert len(files) > 50
    figure("hostile signatures", len(files))


@pytest.mark.parametrize("what", ["ten megabytes", "binary", "a namespace that steers a terminal", "a long namespace", "a kind of key that is none"])
def test_the_command_says_one_line_of_each(tmp_path: Path, anna: Key, signature: bytes, what: str) -> None:
    write_files(tmp_path, {"MANIFEST": MANIFEST, "MANIFEST.sig": hostile(anna, signature)[what]})
    ended = bynet("verify", tmp_path, "--signers", anna.public)
    assert (ended.code, len(ended.out.splitlines()), len(ended.err.splitlines())) == (1, 1, 1), ended.err
    assert ended.out.startswith("MANIFEST.sig: ")
    assert len(ended.out) < 400
    assert ended.out.strip().isprintable()


def test_any_byte_that_is_another_in_the_signature_is_refused(anna: Key, signature: bytes, figure: Figure) -> None:
    signers, tried = read_signers(anna.public), 0
    assert isinstance(signers.signer_of(MANIFEST, signature, NOW), Signer)
    for at, byte in enumerate(signature):
        for other in {*range(256)} - {byte}:
            assert isinstance(signers.signer_of(MANIFEST, signature[:at] + bytes([other]) + signature[at + 1 :], NOW), Fault)
            tried += 1
    figure("changed bytes", tried)


def test_any_bit_that_is_another_in_manifest_is_refused(anna: Key, signature: bytes, figure: Figure) -> None:
    signers = read_signers(anna.public)
    for at in range(len(MANIFEST) * 8):
        changed = bytearray(MANIFEST)
        changed[at // 8] ^= 1 << at % 8
        assert isinstance(signers.signer_of(bytes(changed), signature, NOW), Fault)
    figure("changed bytes", len(MANIFEST) * 8)


@given(some.binary(max_size=300))
def test_bytes_that_are_no_signature_are_told_from_one(content: bytes) -> None:
    for file in (content, armour(content), armour(b"SSHSIG\0\0\0\1" + content)):
        with pytest.raises(Unreadable):
            read_signature(file)


def test_a_signature_with_the_line_ends_of_windows_is_the_same(anna: Key, signature: bytes) -> None:
    assert told(anna.public, signature.replace(b"\n", b"\r\n")) == NAME
    assert told(anna.public, signature.rstrip(b"\n")) == NAME


@pytest.mark.parametrize("module", ["publish.commands", "publish.online"])
def test_only_a_check_of_a_signature_loads_what_that_needs(module: str) -> None:
    code = f"import sys, {module}; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
