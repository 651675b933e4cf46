"""Who asks a store: from the environment or a netrc file, never from a command line; shown nowhere, sent to nobody but that store."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from netrc import NetrcParseError, netrc
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, Request, parse_http_list, parse_keqv_list

from publish.errors import Mistake

USER, PASSWORD, TOKEN = "BYNET_STORE_USER", "BYNET_STORE_PASSWORD", "BYNET_STORE_TOKEN"
UNPROTECTED = "BYNET_STORE_UNPROTECTED"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_QUOTED = re.compile(r"[ !#-\[\]-~]*")
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1", re.IGNORECASE)
_PARAMETER = re.compile(r'[\w-]+=(?:"[^"]*"|[^"\s]+)')
_SHORT = 4


class BadCredentials(Mistake):
    """Credentials that are none, or that would travel in the open. No value of them is ever part of it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name with its password, or a bearer token (RFC 6750). *is_open* says that others can read on the way what is sent as it is."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    is_open: bool = False

    @property
    def basic(self) -> str:
        """Name and password as Basic writes them (RFC 7617)."""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def hidden(self, words: str) -> str:
        """Return *words*, which came from outside, without anything secret that was sent there."""
        forms = {self.token, self.password, self.basic, quote(self.password, safe=""), quote(self.token, safe="")}
        for form in sorted((form for form in forms if len(form) >= _SHORT), key=len, reverse=True):
            words = words.replace(form, "…")
        return words


def credentials_for(address: str, environment: Mapping[str, str]) -> Credentials | None:
    """Return whom to be at *address*: what the environment says, else what the netrc file has for its host, else nobody.

    Raises `BadCredentials` where they can't be sent, or the netrc file can't be read.
    """
    parts = urlsplit(address)
    is_open = parts.scheme != "https" and not _LOOPBACK.fullmatch(parts.hostname or "") and environment.get(UNPROTECTED) != "yes"
    user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
    if token:
        if not _TOKEN.fullmatch(token):
            raise BadCredentials("store-bad-token", variable=TOKEN)
        return Credentials(token=token, is_open=is_open)
    if bool(user) != bool(password):
        raise BadCredentials("store-half-credentials", variable=USER if user else PASSWORD)
    if not user:
        user, password = _from_netrc(parts.hostname or "", environment)
    if _CONTROL.search(user + password) or ":" in user:
        raise BadCredentials("store-bad-credentials")
    return Credentials(user, password, is_open=is_open) if user else None


def _from_netrc(host: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Name and password of the entry for *host*; one for all other hosts is not taken: it was meant for others."""
    file = Path(environment.get("NETRC") or Path.home() / ".netrc")
    if not file.is_file():
        return "", ""
    if "NETRC" not in environment and file.stat().st_mode & 0o077:
        raise BadCredentials("store-netrc-open", file=file)
    entries, line = _entries(file)
    if entries is None:
        raise BadCredentials("store-netrc", file=file, line=line)
    entry = entries.get(host)
    return (entry[0], entry[2] or "") if entry else ("", "")


def _entries(file: Path) -> tuple[Mapping[str, tuple[str, str | None, str | None]] | None, int]:
    """The entries of a netrc file, or the line where it is none; the words of the error can hold a password, so they go no further."""
    try:
        return netrc(file).hosts, 0
    except NetrcParseError as error:
        return None, error.lineno or 0
    except UnicodeDecodeError:
        return None, 1


class Authorization:
    """What says to one store who asks: a token with each request, a name when it is asked for, by Digest (RFC 7616) rather than by Basic (RFC 7617).

    Digest's answers are the standard library's.
    """

    def __init__(self, credentials: Credentials | None, origin: str) -> None:
        self._credentials = credentials or Credentials()
        self._origin = origin
        self._basic = False
        self._challenge: Mapping[str, str] = {}
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, origin, self._credentials.user, self._credentials.password)  # of any realm
        self._digest = HTTPDigestAuthHandler(passwords)

    @property
    def is_known(self) -> bool:
        """Whether anybody is there to be named."""
        return bool(self._credentials.user or self._credentials.token)

    def headers(self, method: str, address: str) -> Mapping[str, str]:
        """Return the header of a request that says who asks; none before it is asked for. Raises `BadCredentials`."""
        if self._credentials.token:
            return {"Authorization": f"Bearer {self._in_the_open(self._credentials.token)}"}
        if self._challenge:
            answer = self._digest.get_authorization(Request(address, method=method), self._challenge)  # noqa: S310  # nothing is opened
            return {"Authorization": f"Digest {answer}"}
        return {"Authorization": f"Basic {self._in_the_open(self._credentials.basic)}"} if self._basic else {}

    def accept(self, challenges: str) -> bool:
        """Take the value of WWW-Authenticate; whether a request that is sent again can answer it. Raises `BadCredentials` where no password like this can."""
        if not self._credentials.user:
            return False
        offered = dict(_challenges(challenges))
        if "digest" in offered and _QUOTED.fullmatch(self._credentials.user):
            self._challenge, self._basic = offered["digest"], False
            if self._can_answer():
                return True
            if "basic" not in offered and not self._credentials.password.isascii():
                raise BadCredentials("store-not-ascii")
        self._challenge, self._basic = {}, "basic" in offered
        return self._basic

    def hidden(self, words: str) -> str:
        """Return *words*, which came from the store, without anything secret that was sent there."""
        return self._credentials.hidden(words)

    def _can_answer(self) -> bool:
        try:
            return self._digest.get_authorization(Request(self._origin), self._challenge) is not None  # noqa: S310  # nothing is opened
        except (ValueError, OSError):  # an algorithm or a quality of protection that there is not
            return False

    def _in_the_open(self, secret: str) -> str:
        if self._credentials.is_open:
            raise BadCredentials("store-unprotected", variable=UNPROTECTED)
        return secret


def _challenges(value: str) -> list[tuple[str, dict[str, str]]]:
    """The schemes that a value of WWW-Authenticate offers, in small letters, each with its parameters; the last ones first."""
    found: list[tuple[str, list[str]]] = []
    for item in parse_http_list(_CONTROL.sub(" ", value)):
        scheme, _space, rest = item.partition(" ")
        if "=" not in scheme:
            found.append((scheme.lower(), [rest] if rest else []))
        elif found:
            found[-1][1].append(item)
    return [(scheme, parse_keqv_list([item for item in items if _PARAMETER.fullmatch(item)])) for scheme, items in reversed(found)]
