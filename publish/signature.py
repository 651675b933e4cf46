"""A signature of SSH, in a file beside what it signs: as ``ssh-keygen -Y sign`` writes it (PROTOCOL.sshsig of OpenSSH).

Of each signature there is one spelling: what `ssh-keygen` would not write is none, also where it would read it. A signature is made for
a purpose, its namespace; one that was made for another (a commit, a letter) proves nothing here.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import new

from publish.sshkeys import PublicKey, Unreadable, Wire, is_signed, read_key

NAMESPACE = "bynet"
"""What a MANIFEST is signed for: ``ssh-keygen -Y sign -n bynet``."""
LONGEST = 64 * 1024
"""The most bytes of a signature; one of RSA with 16,384 bits takes 6,000."""

_ARMOUR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END SSH SIGNATURE-----(?:\r?\n)?")
_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = ("sha256", "sha512")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature: the key that it says it was made with, its namespace, the hash of what it signs, and what the key made of that."""

    key: PublicKey
    namespace: str
    hash: str
    made: bytes

    def is_of(self, content: bytes) -> bool:
        """Return whether its key signed *content*, for its namespace. Raises `Unreadable` and `Weak` as `sshkeys.is_signed` does."""
        fields = (self.namespace.encode("ascii"), b"", self.hash.encode("ascii"), new(self.hash, content).digest())
        return is_signed(self.key, self.made, _MAGIC + b"".join(len(field).to_bytes(4) + field for field in fields))


def read_signature(content: bytes) -> Signature:
    """Return the signature in *content*. Raises `Unreadable` where it is none."""
    armour = _ARMOUR.fullmatch(content) if len(content) <= LONGEST else None
    if armour is None:
        raise Unreadable
    fields = Wire(_decoded(b"".join(armour[1].split())))
    if fields.take(len(_MAGIC)) != _MAGIC or fields.number() != _VERSION:
        raise Unreadable
    key, namespace, reserved, digest, made = read_key(fields.string()), fields.name(), fields.string(), fields.name(), fields.string()
    fields.end()
    if reserved or not namespace or digest not in _HASHES:
        raise Unreadable
    return Signature(key, namespace, digest, made)


def _decoded(text: bytes) -> bytes:
    """The bytes of base64 (RFC 4648, 4) in its one spelling."""
    try:
        content = b64decode(text, validate=True)
    except ValueError as error:
        raise Unreadable from error
    if b64encode(content) != text:  # bits that nobody reads
        raise Unreadable
    return content
