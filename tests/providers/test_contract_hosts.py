"""
Credentials go to the provider and to nobody else, whatever a webhook names as the media to fetch.
"""

from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest

from herald.errors import HeraldError
from herald.provider import Request
from herald.providers.webex_connect.media import HOSTS
from tests.conftest import Show
from tests.providers.harness import Download, Table, Wire
from tests.providers.tables import TOKEN, tables

pytestmark = [pytest.mark.goal("G21"), pytest.mark.feature("F21")]

EVIL = "evil.example"

OWN: Mapping[str, tuple[str, ...]] = {
    "pigeon": ("api.pigeon.example",),
    "webex_connect": tuple(HOSTS.split(",")),
    "websms": ("api.websms.com",),
}
"""The domains where each provider keeps what people send; a bucket in S3 has none below it."""


def shown(table: Table) -> Iterator[Download]:
    """Downloads as they should be, of accounts that say nothing of hosts."""
    for case in table.cases:
        if isinstance(case, Download) and isinstance(case.wire, Wire) and not case.settings:
            yield case


def confusing(host: str) -> list[str]:
    """Names of media that lead elsewhere, or seem to, for one reader of addresses or another."""
    return [
        *(f"https://{EVIL}/1", f"//{EVIL}/1", f"https:{EVIL}/1", f"https:///{EVIL}/1", f"http://{EVIL}/1"),
        *(
            f"http://{host}/1",
            f"ftp://{host}/1",
            f"https://{host}:8443/1",
            f"https://{host}:80/1",
            f"https://{host}:/1",
        ),
        *(f"https://{host}@{EVIL}/1", f"https://{EVIL}@{host}/1", f"https://{host}:443@{EVIL}/1", f"https://@{host}/1"),
        *(
            f"https://{host}.{EVIL}/1",
            f"https://{EVIL}.{host}.{EVIL}/1",
            f"https://evil{host}/1",
            f"https://{host}evil/1",
        ),
        *(f"https://{EVIL}/{host}", f"https://{EVIL}?{host}", f"https://{EVIL}#{host}", f"https://{EVIL}#@{host}/1"),
        *(f"https://{EVIL}?@{host}/1", f"https://{EVIL}\\@{host}/1", f"https://{host}\\@{EVIL}/1"),
        *(f"https://{EVIL}\\.{host}/1", f"https://{EVIL}%2f.{host}/1", f"https://{EVIL}%00.{host}/1"),
        *(
            f"https://{EVIL};.{host}/1",
            f"https://{EVIL},{host}/1",
            f"https://{EVIL} .{host}/1",
            f"https://{EVIL}\t.{host}/1",
        ),
        *(
            f"https://{EVIL}\r\n.{host}/1",
            f"https://{host}\r\nHost: {EVIL}/1",
            f"https://{host}./1",
            f"https://.{host}/1",
        ),
        *(f"https://{host.replace('.', '\u3002')}/1", f"https://{host.replace('e', '\u0435')}/1"),
        *(
            f"https://{host.replace('o', '\uff4f')}/1",
            f"https://{EVIL}\uff0f.{host}/1",
            f"https://{EVIL}\uff20{host}/1",
        ),
        *("https://127.0.0.1/1", "https://[::1]/1", "https://169.254.169.254/latest", "https://2130706433/1"),
        *("file:///etc/passwd", "javascript:alert(1)", "data:,x", "", "/", "..", "../..", "%2e%2e", "%2e%2e%2f"),
        *(f"@{EVIL}/1", f":443@{EVIL}/1", f".{EVIL}/1", f"\\\\{EVIL}\\1", f"?@{EVIL}", f"#@{EVIL}", f"../../@{EVIL}"),
        *(f"x\r\nHost: {EVIL}", "x\r\n\r\nGET / HTTP/1.1", "x?y=z", "x#y", "x/../../token", "\x00", "a" * 5000),
    ]


def is_own(request: Request, hosts: Sequence[str]) -> bool:
    """Whether this is https to one of the hosts or below it, as the library reads it that would make the call."""
    url = httpx.URL(request.url)
    below = any(url.host == host or ("amazonaws" not in host and url.host.endswith(f".{host}")) for host in hosts)
    return below and url.scheme == "https" and url.port is None and not url.userinfo and not url.fragment


@pytest.mark.parametrize("table", tables(lambda table: any(shown(table))))
def test_media_is_fetched_from_the_provider_only(table: Table, figure: Show) -> None:
    """However a webhook names media, what is asked for it is the provider's own host, or nobody."""
    cases, hosts = list(shown(table)), OWN[table.name]
    names = [name for host in hosts for name in confusing(host)]
    for case in cases:
        for name in names:
            try:
                request = table.adapter(case).build_download(name, TOKEN)
            except HeraldError:
                continue
            assert is_own(request, hosts), (name, request.url)
            assert "\r" not in request.url
            assert "\n" not in request.url
    figure("G21", f"confusing names of media that {table.name} is asked for: led elsewhere", f"{len(names)}: 0")
