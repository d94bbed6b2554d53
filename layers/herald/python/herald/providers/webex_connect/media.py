"""
Media that people sent: webhooks give its address, so which addresses are fetched is a setting.

Addresses may be short-lived, and where a tenant handles media securely they want its media key (Webex Connect,
"Tenant Settings").
"""

import re
from urllib.parse import SplitResult, urlsplit

from herald.answer import nothing_sent
from herald.errors import ConfigurationError, ProviderRejected, Reason
from herald.models import Account
from herald.provider import Request, Response, error_for_status

KEY_HEADER = "x-imi-connect-media-api-key"

HOSTS = "webexconnect.io,imiconnect.site,imiconnect.io,imi-wamedia-us.s3.amazonaws.com"
"""Those of the vendor's own samples; a domain stands for its subdomains too, a bucket in S3 for itself only."""

_HTTPS = 443
_HOST = re.compile(r"[a-z0-9.-]+")
"""Nothing of which another reader of the address could make another host."""


def allowed(url: str, account: Account) -> bool:
    """
    Whether media may be fetched from there: https on a host of setting `media_hosts`, or the account's own base_url.

    A webhook must not make us fetch anything else.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        return False
    if parts.username is not None or not parts.hostname or not url.isprintable():
        return False
    return _own(parts, account) or (parts.scheme == "https" and port == _HTTPS and _listed(parts.hostname, account))


def _own(parts: SplitResult, account: Account) -> bool:
    base = account.settings.get("base_url")
    if not isinstance(base, str):
        return False
    own = urlsplit(base)
    return (own.scheme, own.netloc) == (parts.scheme, parts.netloc)


def _listed(host: str, account: Account) -> bool:
    hosts = account.settings.get("media_hosts", HOSTS)
    if not isinstance(hosts, str):
        raise ConfigurationError(f"setting media_hosts of account {account.name} must be text")
    known = (name.strip().lower() for name in hosts.split(",") if name.strip())
    return _HOST.fullmatch(host) is not None and any(_covers(name, host) for name in known)


def _covers(name: str, host: str) -> bool:
    # Names of buckets may have dots: what stands before somebody's bucket is a bucket of somebody else's.
    return host == name or (host.endswith(f".{name}") and not name.endswith(".amazonaws.com"))


def download(url: str, account: Account, key: str | None) -> Request:
    """The call that fetches it. Raises ProviderRejected for an address that is not to be fetched."""
    if not allowed(url, account):
        raise ProviderRejected("media is not fetched from this address", reason=Reason.INVALID_MEDIA)
    return Request("GET", url, {KEY_HEADER: key} if key else {})


def downloaded(response: Response) -> tuple[bytes, str]:
    """The file and its declared content type. Raises a ProviderError; a download may always be repeated."""
    with nothing_sent():
        if error := error_for_status(response):
            raise error
    return response.body, response.headers.get("content-type", "application/octet-stream")
