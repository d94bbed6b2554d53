"""
The MAC scheme of SMSGlobal's REST API: `Authorization: MAC id="…", ts="…", nonce="…", mac="…"`.

`mac` is the base64 of HMAC-SHA256, keyed by the secret, over seven parts with a line feed after each: ts, nonce,
method, request URI with its query, host, port, and nothing. The body is not signed.

Which host and port a client means when it does not speak to api.smsglobal.com is a matter of taste, as the published
clients show: npm 1.2.5 signs the host with its port and then 80 or 443, Go the same and always 443, PHP the public pair
whatever it calls, Java the plain host and the real port. So a set of candidates is tried.
"""

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NONCE_MAX = 32
_NONCES_KEPT = 200_000
_ATTRIBUTE = re.compile(r'\s*([a-z]+)="([^"]*)"\s*')
_SECONDS = re.compile(r"[0-9]{1,12}")


class NotAuthentic(Exception):
    """The reason, which the record keeps and the caller is not told."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The header's four attributes; `ts` in Unix seconds, in decimal digits as sent."""

    id: str
    ts: str
    nonce: str
    mac: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What of the request is signed; `uri` is path and query to the byte as sent."""

    method: str
    uri: str


def parse(header: str) -> Credentials:
    """
    The header's attributes in any order; the comma may lack its space, as in the vendor's own Python example.

    Raises NotAuthentic where one is missing, twice, or unknown.
    """
    scheme, _, rest = header.strip().partition(" ")
    if scheme != "MAC":
        raise NotAuthentic("no MAC header")
    found = [_ATTRIBUTE.fullmatch(part) for part in rest.split(",")]
    attributes = {each[1]: each[2] for each in found if each}
    if len(attributes) != len(found) or attributes.keys() != {"id", "ts", "nonce", "mac"}:
        raise NotAuthentic("the MAC header lacks an attribute, or has one too many")
    return Credentials(**attributes)


def expected_mac(secret: str, given: Credentials, signed: Signed, host: str, port: int) -> str:
    """The base64 text that a client with this secret would have sent."""
    parts = (given.ts, given.nonce, signed.method, signed.uri, host, str(port), "")
    text = "".join(f"{part}\n" for part in parts)
    return base64.b64encode(
        hmac.new(secret.encode(), text.encode("latin-1", "replace"), hashlib.sha256).digest()
    ).decode()


class Gate:
    """Lets each authentic request through once; it remembers the nonces, of which the oldest go first."""

    def __init__(self) -> None:
        self._used: OrderedDict[tuple[str, str], None] = OrderedDict()

    def check(  # noqa: PLR0913
        self,
        header: str,
        signed: Signed,
        *,
        keys: Mapping[str, str],
        addresses: Iterable[tuple[str, int]],
        now: float,
        tolerance: float,
    ) -> str:
        """
        The API key behind the request; `addresses` are the (host, port) pairs that may have been signed.

        Raises NotAuthentic. A nonce is used up by an authentic request only, so nobody can burn another's.
        """
        given = parse(header)
        secret = keys.get(given.id)
        if secret is None:
            raise NotAuthentic("unknown key")
        if not 1 <= len(given.nonce) <= NONCE_MAX:
            raise NotAuthentic(f"a nonce of {len(given.nonce)} characters")
        if not _SECONDS.fullmatch(given.ts) or abs(now - int(given.ts)) > tolerance:
            raise NotAuthentic("ts is too far from now")
        if given.mac not in {expected_mac(secret, given, signed, host, port) for host, port in addresses}:
            raise NotAuthentic("wrong mac")
        if (given.id, given.nonce) in self._used:
            raise NotAuthentic("the nonce was used before")
        self._remember(given)
        return given.id

    def _remember(self, given: Credentials) -> None:
        self._used[given.id, given.nonce] = None
        while len(self._used) > _NONCES_KEPT:
            self._used.popitem(last=False)
