"""Who may sign a MANIFEST: OpenSSH's file of allowed signers (ssh-keygen(1), "ALLOWED SIGNERS"), or a public key alone.

Only the keys in that file are ever held against anything: a stranger's key, whatever it is, is compared and put aside. Certificates
are not taken; who has one has a key of their own, which can be listed.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from publish.contents import Fault
from publish.errors import Mistake
from publish.paths import SIGNATURE
from publish.signature import NAMESPACE, Signature, read_signature
from publish.sshkeys import KINDS, PublicKey, Unreadable, Weak, read_key

_KIND = r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)?"
_OPTION = r'[A-Za-z-]+(?:="(?:[^"\\]|\\.)*")?'
_KEY = rf"(?P<kind>{_KIND})[ \t]+(?P<key>[A-Za-z0-9+/]+={{0,2}})(?:[ \t]+(?P<comment>.*))?"
_PUBLIC = re.compile(_KEY)
_LINE = re.compile(rf'(?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s"]+))[ \t]+(?:(?P<options>{_OPTION}(?:,{_OPTION})*)[ \t]+)?{_KEY}')
_ONE_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?')
_TIME = re.compile(r"([0-9]{8}(?:[0-9]{4}(?:[0-9]{2})?)?)(Z|UTC)?")
_TIME_FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SHOWN = 60


class _Refused(Exception):
    """A signature that proves nothing: *fault* says why."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(rule)
        self.fault = Fault(rule, SIGNATURE, "", values)


@dataclass(frozen=True, slots=True)
class Signer:
    """One who may sign: their name, their key, for which namespaces (patterns; empty for all), from when and until when."""

    name: str
    key: PublicKey
    namespaces: str = ""
    after: datetime | None = None
    before: datetime | None = None

    def check(self, signature: Signature, content: bytes, now: datetime) -> None:
        """Raise `_Refused`, `Unreadable` or `Weak` where *signature* is not theirs over *content*, or they may not sign it *now*."""
        if self.namespaces and not _matches(NAMESPACE, self.namespaces):
            raise _Refused("signer-namespace", signer=self.name, namespaces=self.namespaces)
        if self.after and now < self.after:
            raise _Refused("signer-early", signer=self.name, time=_shown(self.after))
        if self.before and now > self.before:
            raise _Refused("signer-late", signer=self.name, time=_shown(self.before))
        if not signature.is_of(content):
            raise _Refused("signature-differs", signer=self.name)


@dataclass(frozen=True, slots=True)
class Signers:
    """Those whose signature is taken, and the file that names them."""

    file: str
    listed: tuple[Signer, ...] = field(repr=False)

    def signer_of(self, content: bytes, signed: bytes, now: datetime) -> Signer | Fault:
        """Return who made the signature in *signed* over *content*; why it proves nothing where none of those who may sign did."""
        try:
            return self._signer_of(content, signed, now)
        except _Refused as refused:
            return refused.fault
        except Unreadable:
            return Fault("signature-form", SIGNATURE, "")
        except Weak as weak:
            return Fault("signature-weak", SIGNATURE, "", {"kind": str(weak)[:_SHOWN]})

    def _signer_of(self, content: bytes, signed: bytes, now: datetime) -> Signer:
        signature = read_signature(signed)
        if signature.namespace != NAMESPACE:
            raise _Refused("signature-namespace", found=signature.namespace[:_SHOWN], expected=NAMESPACE)
        if signature.key.kind not in KINDS:
            raise Weak(signature.key.kind)
        refused = _Refused("signature-stranger", key=signature.key.fingerprint, kind=signature.key.kind, file=self.file)
        for signer in self.listed:
            if signer.key == signature.key:
                try:
                    signer.check(signature, content, now)
                except _Refused as reason:
                    refused = reason
                else:
                    return signer
        raise refused


def read_signers(file: Path) -> Signers:
    """Return those whom *file* allows to sign. Raises a `Mistake` that names the line where one can't be read, and where there are none."""
    try:
        lines = file.read_bytes().decode().splitlines()
    except UnicodeDecodeError as error:
        raise Mistake("not-utf-8", file=file) from error
    listed: list[Signer] = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith("#"):
            try:
                listed += _signers(line)
            except ValueError as error:
                raise Mistake("signers-line", file=file, line=number) from error
    if not listed:
        raise Mistake("signers-none", file=file)
    return Signers(str(file), tuple(listed))


def _signers(line: str) -> Iterator[Signer]:
    """The signer of one line: none where it names an authority for certificates. Raises `ValueError` where it is no line of such a file."""
    if public := _PUBLIC.fullmatch(line):
        yield Signer(public["comment"] or "-", _key(public))
        return
    told = _LINE.fullmatch(line)
    if told is None:
        raise ValueError(line)
    key, options = _key(told), _options(told["options"] or "")
    if "cert-authority" not in options:
        limits = {name: _time(options[f"valid-{name}"]) for name in ("after", "before") if f"valid-{name}" in options}
        yield Signer(told["quoted"] or told["plain"], key, options.get("namespaces", ""), **limits)


def _key(told: re.Match[str]) -> PublicKey:
    key = read_key(b64decode(told["key"], validate=True))
    if key.kind != told["kind"]:
        raise ValueError(told["kind"])
    return key


def _options(words: str) -> Mapping[str, str]:
    found = [(name.lower(), value) for name, value in _ONE_OPTION.findall(words)]
    options = dict(found)
    valued = {"namespaces", "valid-after", "valid-before"}
    if len(options) != len(found) or options.keys() - valued - {"cert-authority"} or any(bool(value) != (name in valued) for name, value in found):
        raise ValueError(words)
    return {name: re.sub(r'\\(["\\])', r"\1", value) for name, value in found}


def _time(words: str) -> datetime:
    """The moment that *words* are: in this machine's zone where they name none, as for OpenSSH."""
    told = _TIME.fullmatch(words)
    if told is None:
        raise ValueError(words)
    moment = datetime.strptime(told[1], _TIME_FORMATS[len(told[1])])  # the zone comes next
    return moment.replace(tzinfo=UTC) if told[2] else moment.astimezone()


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _matches(name: str, patterns: str) -> bool:
    """Whether *name* fits a list of patterns (ssh_config(5), "PATTERNS"): one at least, and none that begins with ``!``."""
    fitting = [pattern for pattern in patterns.split(",") if re.fullmatch(_expression(pattern.removeprefix("!")), name)]
    return bool(fitting) and not any(pattern.startswith("!") for pattern in fitting)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
