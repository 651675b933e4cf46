"""Keys and signatures of OpenSSH, made by the real ssh-keygen, and some that it would never make."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import new, sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519, P256 = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
"""The kinds of keys that security keys have."""
APPLICATION = b"ssh:"
TOUCHED = b"\x01" + (7).to_bytes(4)
"""What a security key says beside: that somebody touched it, and that this is its seventh signature."""


def ssh_keygen() -> str:
    """The path of ssh-keygen; where it is not installed the test is skipped, saying so, and fails where CI is set."""
    found = shutil.which("ssh-keygen")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("ssh-keygen is not installed: apt-get install openssh-client")
    return found


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair in files, as ssh-keygen makes it: the private key, its public half beside it, whose it is."""

    file: Path
    name: str

    @property
    def public(self) -> Path:
        return self.file.with_name(f"{self.file.name}.pub")

    @property
    def line(self) -> str:
        """Kind and key, as files of signers have them."""
        return " ".join(self.public.read_text().split()[:2])

    def allowed(self, options: str = "") -> str:
        """The line of a file of allowed signers."""
        return " ".join(part for part in (self.name, options, self.line) if part) + "\n"


def make_key(folder: Path, name: str, *kind: str) -> Key:
    """Make a key: *kind* is what ssh-keygen is told, such as ``-t rsa -b 2048``; else Ed25519."""
    file = folder / name.partition("@")[0]
    subprocess.run([ssh_keygen(), "-q", "-N", "", "-C", name, "-f", file, *(kind or ("-t", "ed25519"))], check=True, stdin=subprocess.DEVNULL)
    return Key(file, name)


def sign(key: Key, file: Path, namespace: str = "bynet") -> Path:
    """Sign *file* as a publisher does, and return the file of the signature."""
    signature = file.with_name(f"{file.name}.sig")
    signature.unlink(missing_ok=True)
    subprocess.run([ssh_keygen(), "-q", "-Y", "sign", "-n", namespace, "-f", key.file, file], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return signature


def is_good_to_ssh_keygen(file: Path, signature: Path, signers: Path, name: str) -> bool:
    """Whether ``ssh-keygen -Y verify`` takes *signature* over *file* for that of *name*, one of *signers*."""
    command = [ssh_keygen(), "-Y", "verify", "-n", "bynet", "-I", name, "-f", str(signers), "-s", str(signature)]
    return subprocess.run(command, input=file.read_bytes(), check=False, capture_output=True).returncode == 0


def wired(*fields: bytes) -> bytes:
    """Strings as SSH writes them."""
    return b"".join(len(field).to_bytes(4) + field for field in fields)


def armour(content: bytes) -> bytes:
    lines = b64encode(content).decode()
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *(lines[at : at + 70] for at in range(0, len(lines), 70)), "-----END SSH SIGNATURE-----", ""]).encode()


def unarmoured(signature: bytes) -> bytes:
    return b64decode(b"".join(signature.splitlines()[1:-1]))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a signature is made of, each part as it stands there."""

    key: bytes
    made: bytes
    namespace: bytes = b"bynet"
    reserved: bytes = b""
    hash: bytes = b"sha512"
    version: int = 1

    @property
    def content(self) -> bytes:
        return b"SSHSIG" + self.version.to_bytes(4) + wired(self.key, self.namespace, self.reserved, self.hash, self.made)


def signed(content: bytes, digest: str = "sha512", namespace: bytes = b"bynet") -> bytes:
    """What a key signs for a signature over *content*."""
    return b"SSHSIG" + wired(namespace, b"", digest.encode(), new(digest, content).digest())


def public_key(blob: bytes, kind: str) -> str:
    """A public key as a line of a file has it."""
    return f"{kind} {b64encode(blob).decode()}"


def of_security_key(kind: str, content: bytes, seen: bytes = TOUCHED) -> tuple[str, bytes]:
    """The line of a public key, and a signature over *content*, as a security key makes them: none is at hand, but PROTOCOL.u2f says what it does."""
    message = sha256(APPLICATION).digest() + seen + sha256(signed(content)).digest()
    if kind == ED25519:
        key = Ed25519PrivateKey.generate()
        blob = wired(kind.encode(), key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), APPLICATION)
        made = key.sign(message)
    else:
        curve = ec.generate_private_key(ec.SECP256R1())
        blob = wired(kind.encode(), b"nistp256", curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), APPLICATION)
        made = wired(*map(integer, decode_dss_signature(curve.sign(message, ec.ECDSA(hashes.SHA256())))))
    return public_key(blob, kind), armour(Parts(blob, wired(kind.encode(), made) + seen).content)


def integer(value: int) -> bytes:
    """A whole number as SSH writes it, without its length."""
    return value.to_bytes(value.bit_length() // 8 + 1)
