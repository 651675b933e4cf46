"""The public keys of OpenSSH, and whether a signature was made with one.

What they look like is in RFC 4253, 6.6 (RSA, with RFC 8332), RFC 5656, 3.1 (ECDSA), RFC 8709, 4 and 6 (Ed25519), and OpenSSH's
PROTOCOL.u2f (security keys). What is weak is no signature here: DSA, SHA-1, RSA of less than 2,048 bits.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LEAST_RSA_BITS = 2048
_MOST_RSA_BITS = 16384
_LENGTH = 4
_SEEN = 1 + 4  # bytes: what a security key saw, and how often it has signed


class Unreadable(ValueError):
    """Bytes that are not what SSH writes."""


class Weak(ValueError):
    """A kind of key or of signature that proves nothing, or that is not known here."""


class Wire:
    """Bytes as SSH writes them (RFC 4251, 5), read from their beginning. Raises `Unreadable` where they are no such bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next *count* bytes."""
        taken = self._content[self._at : self._at + count]
        if len(taken) != count:
            raise Unreadable
        self._at += count
        return taken

    def number(self) -> int:
        """Return the next uint32."""
        return int.from_bytes(self.take(_LENGTH))

    def string(self) -> bytes:
        """Return the next string, which is of any bytes."""
        return self.take(self.number())

    def name(self) -> str:
        """Return the next string, which is of printable ASCII characters."""
        content = self.string()
        if not content.isascii() or not content.decode("ascii").isprintable():
            raise Unreadable
        return content.decode("ascii")

    def integer(self) -> int:
        """Return the next mpint, which is greater than 0 and as short as it can be."""
        content = self.string()
        value = int.from_bytes(content, signed=True)
        if value <= 0 or len(content) != value.bit_length() // 8 + 1:
            raise Unreadable
        return value

    def end(self) -> None:
        """Say that nothing may follow."""
        if self._at != len(self._content):
            raise Unreadable


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its kind as OpenSSH names it, and the key in SSH's own form, which begins with the kind."""

    kind: str
    content: bytes

    @property
    def fingerprint(self) -> str:
        """What people compare, as ``ssh-keygen -l`` shows it."""
        return "SHA256:" + b64encode(sha256(self.content).digest()).decode().rstrip("=")


def read_key(content: bytes) -> PublicKey:
    """Return the key in *content*. Raises `Unreadable` where it begins with no kind; what follows is read when something is held against the key."""
    return PublicKey(Wire(content).name(), content)


def is_signed(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Return whether *signature* was made with *key* over *message*.

    Raises `Unreadable` where the key or the signature is none, and `Weak` where one of them is of a kind that proves nothing.
    """
    told = Wire(signature)
    named = told.name()
    algorithm = _ALGORITHMS.get((key.kind, named))
    if algorithm is None:
        raise Weak(named if key.kind in KINDS else key.kind)
    fields = Wire(key.content)
    if fields.name() != key.kind or (algorithm.curve and fields.name() != algorithm.curve):
        raise Unreadable
    try:
        algorithm.verify(fields, told, message)
    except InvalidSignature:
        return False
    return True


def _ed25519(public: bytes, made: bytes, message: bytes) -> None:
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(public)
    except ValueError as error:
        raise Unreadable from error
    key.verify(made, message)


def _ecdsa(curve: ec.EllipticCurve, digest: hashes.HashAlgorithm, public: bytes, made: bytes, message: bytes) -> None:
    pair = Wire(made)
    der = encode_dss_signature(pair.integer(), pair.integer())
    pair.end()
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, public)
    except ValueError as error:
        raise Unreadable from error
    key.verify(der, message, ec.ECDSA(digest))


def _rsa(digest: hashes.HashAlgorithm, key: Wire, signature: Wire, message: bytes) -> None:
    exponent, modulus = key.integer(), key.integer()
    key.end()
    made = signature.string()
    signature.end()
    if not LEAST_RSA_BITS <= modulus.bit_length() <= _MOST_RSA_BITS:
        raise Weak(f"RSA-{modulus.bit_length()}")
    try:
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise Unreadable from error
    public.verify(made, message, padding.PKCS1v15(), digest)


def _plain(verify: Callable[[bytes, bytes, bytes], None], key: Wire, signature: Wire, message: bytes) -> None:
    """Hold a signature against a key that a computer has."""
    public, made = key.string(), signature.string()
    key.end()
    signature.end()
    verify(public, made, message)


def _device(verify: Callable[[bytes, bytes, bytes], None], key: Wire, signature: Wire, message: bytes) -> None:
    """Hold a signature against the key of a device, which signs what it saw and its counter beside the message.

    That somebody touched it is not asked for, as ``ssh-keygen -Y verify`` doesn't: whether it wants to be touched was settled when the key was made.
    """
    public, application = key.string(), key.string()
    key.end()
    made, seen = signature.string(), signature.take(_SEEN)
    signature.end()
    verify(public, made, sha256(application).digest() + seen + sha256(message).digest())


@dataclass(frozen=True, slots=True)
class _Algorithm:
    """How a signature is held against a key: *verify* reads the rest of both and raises `InvalidSignature` where that one did not make this one.

    *curve* is the name that stands before the rest of the key, where one does.
    """

    verify: Callable[[Wire, Wire, bytes], None]
    curve: str = ""


_P256 = partial(_ecdsa, ec.SECP256R1(), hashes.SHA256())
_P384 = partial(_ecdsa, ec.SECP384R1(), hashes.SHA384())
_P521 = partial(_ecdsa, ec.SECP521R1(), hashes.SHA512())
_ALGORITHMS: Mapping[tuple[str, str], _Algorithm] = {
    ("ssh-ed25519", "ssh-ed25519"): _Algorithm(partial(_plain, _ed25519)),
    ("ssh-rsa", "rsa-sha2-256"): _Algorithm(partial(_rsa, hashes.SHA256())),
    ("ssh-rsa", "rsa-sha2-512"): _Algorithm(partial(_rsa, hashes.SHA512())),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"): _Algorithm(partial(_plain, _P256), "nistp256"),
    ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"): _Algorithm(partial(_plain, _P384), "nistp384"),
    ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"): _Algorithm(partial(_plain, _P521), "nistp521"),
    ("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com"): _Algorithm(partial(_device, _ed25519)),
    ("sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"): _Algorithm(partial(_device, _P256), "nistp256"),
}
"""By the kind of the key and the name of the signature's algorithm."""
KINDS = frozenset(kind for kind, _named in _ALGORITHMS)
"""The kinds of keys that are taken."""
