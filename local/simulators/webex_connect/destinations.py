"""
The recipients of a v1 envelope: one identifier a destination, with its values (Webex Connect Messaging API v1).

What is wrong with one destination refuses its item and not the others.
"""

import re
from dataclasses import dataclass
from typing import Any

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Channel, Refused
from local.simulators.webex_connect.settings import Settings

CORRELATION_MAX_BYTES = 50
ADDRESSES_MAX = 1000
_PUSH_IDS = ("android_pushid", "hms_pushid", "ios_pushid", "chrome_pushid", "firefox_pushid", "safari_pushid")
_FITTING: dict[Channel, tuple[str, ...]] = {
    Channel.SMS: ("msisdn",),
    Channel.VOICE: ("msisdn",),
    Channel.IN_APP: ("userid",),
    Channel.PUSH: ("userid", *_PUSH_IDS),
    Channel.MESSENGER: ("psid",),
    Channel.WHATSAPP: ("waid", "bsuid"),
    Channel.APPLE: ("abcUserId",),
}
IDENTIFIERS = ("msisdn", "customerid", "email", "userid", *_PUSH_IDS, "psid", "waid", "bsuid", "abcUserId")
_NUMBER = re.compile(r"\+?[1-9][0-9]{4,14}")
_SHAPES = {
    "msisdn": _NUMBER,
    "waid": re.compile(rf"{_NUMBER.pattern}|[A-Z]{{2}}\.[0-9]+"),
    "bsuid": re.compile(r"[A-Z]{2}\.[A-Za-z0-9]+"),
    "psid": re.compile(r"[0-9]{5,20}"),
    "abcUserId": re.compile(r"urn:mbid:\S+"),
}
_ANY = re.compile(r"\S.{0,4095}")


@dataclass(frozen=True)
class Destination:
    """`kind` is the identifier's name; `bsuid` stands beside a waid; a `refusal` concerns this destination alone."""

    kind: str
    addresses: tuple[str, ...]
    correlation: str = ""
    bsuid: str = ""
    refusal: Refused | None = None


def well_formed(kind: str, address: str, *, plus: bool) -> bool:
    """Whether the value can be such an identifier; `plus` demands the + of phone numbers."""
    if plus and kind == "msisdn" and not address.startswith("+"):
        return False
    return bool(_SHAPES.get(kind, _ANY).fullmatch(address))


def correlation_of(members: Members, name: str) -> str:
    """A reference of at most 50 bytes."""
    value = members.text(name)
    if len(value.encode()) > CORRELATION_MAX_BYTES:
        raise Refused("7004", name)
    return value


def addresses_of(members: Members, kind: str) -> tuple[str, ...]:
    """The values of one identifier; a bare text in the place of an array is a remark."""
    value = members.take(kind, required=True)
    if isinstance(value, str):
        members.remark(kind, "is not an array")
        value = [value]
    if not isinstance(value, list) or not value:
        raise Refused("7004", kind)
    for each in value:
        if type(each) is int:
            members.remark(kind, "holds a number")
        elif not isinstance(each, str):
            raise Refused("7102", kind)
    return tuple(str(each) for each in value)


def _kind_of(members: Members, channel: Channel, *, invited: bool) -> str:
    fitting = (*(("msisdn",) if invited else _FITTING[channel]), "customerid")
    given = [name for name in IDENTIFIERS if name in members.document]
    if not given:
        raise Refused("7003", "destination")
    if [name for name in given if name not in fitting] or (len(given) > 1 and given != ["waid", "bsuid"]):
        raise Refused("7004", given[0] if given[0] not in fitting else given[-1])
    return given[0]


def _read(members: Members, channel: Channel, settings: Settings, *, invited: bool) -> Destination:
    kind = _kind_of(members, channel, invited=invited)
    correlation = correlation_of(members, "correlationid")
    addresses = addresses_of(members, kind)
    beside = addresses_of(members, "bsuid")[0] if kind == "waid" and "bsuid" in members.document else ""
    members.close()
    if not all(well_formed(kind, address, plus=settings.plus_required) for address in addresses):
        return Destination(kind, addresses, correlation, refusal=Refused("7102"))
    return Destination(kind, addresses, correlation, beside)


def _guess(document: Any) -> tuple[tuple[str, ...], str]:
    """Addresses and reference of a destination that cannot be read properly."""
    members = document if isinstance(document, dict) else {}
    values = [value for name, value in members.items() if name in IDENTIFIERS]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    reference = members.get("correlationid")
    return tuple(str(each) for each in flat), reference if isinstance(reference, str) else ""


def guess_destinations(document: Any, name: str) -> list[tuple[tuple[str, ...], str]]:
    """Addresses and references before anything is checked; `name` is that of the array."""
    found = document.get(name) if isinstance(document, dict) else None
    return [_guess(each) for each in found] if isinstance(found, list) else []


def read_destinations(
    envelope: Members, channel: Channel, settings: Settings, *, invited: bool = False
) -> list[Destination]:
    """All destinations; 7003 or 7004 where there is no array of them. `invited`: an Apple invitation has numbers."""
    read = []
    for document in envelope.array("destination", required=True, least=1):
        try:
            members = Members(document, "destination", envelope.remarks, strict=envelope.strict)
            read.append(_read(members, channel, settings, invited=invited))
        except Refused as refused:
            addresses, reference = _guess(document)
            read.append(Destination("", addresses, reference, refusal=refused))
    return read
