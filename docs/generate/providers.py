"""
The matrix of providers, made from what their adapters declare and from what they make of one message of each type.
"""

import re
from collections.abc import Iterator, Sequence
from pkgutil import iter_modules

from docs.generate.samples import ADDRESSES, CONTENTS, OPTIONS
from herald import providers
from herald.content import Content
from herald.degrading import Rung, ladder
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.identifier import reference
from herald.models import Account, AddressType, Channel, Options, OutboundMessage
from herald.provider import ChannelFacts, Provider, Reports, adapter_class

NAMES = tuple(sorted(module.name for module in iter_modules(providers.__path__)))

_MATRIX = re.compile(r"(<!-- matrix -->\n).*(<!-- /matrix -->)", re.DOTALL)

_KNOWN = tuple(AddressType)

_OWN = {Channel.APPLE: AddressType.APPLE, Channel.MESSENGER: AddressType.MESSENGER}
"""Channels whose people are known by the channel's own names before any other."""


def outbound(adapter: Provider, channel: Channel, content: Content) -> OutboundMessage:
    """This content as a message that the provider may take, to the first kind of address that it reaches."""
    reached = adapter.facts(channel).addresses
    own = _OWN.get(channel) if content.type != "invitation" else None
    kind = own if own in reached else min(reached, key=_KNOWN.index)
    return OutboundMessage(
        reference("a" * 26, 0), channel, (ADDRESSES[kind],), "sender", content, OPTIONS.get(channel, Options())
    )


def said(adapter: Provider, channel: Channel, content: Content) -> Rung | None:
    """How this content is said: as it is (a rung that loses nothing), more simply, or None for not at all."""
    for rung in (Rung(content.type, content, ""), *ladder(content)):
        try:
            adapter.check(outbound(adapter, channel, rung.content))
        except UnsupportedFeature:
            continue
        except InvalidMessage:
            if not rung.lost:
                raise
            continue
        return rung
    return None


def adapters() -> Iterator[Provider]:
    """Every provider, with an account that has no settings."""
    for name in NAMES:
        yield adapter_class(name)(Account(name, name, ("acme",)), {})


def page(text: str) -> str:
    """The page with its matrix made anew."""
    return _MATRIX.sub(lambda found: f"{found[1]}{_matrix()}{found[2]}", text)


def _matrix() -> str:
    facts = [_facts(adapter, channel) for adapter in adapters() for channel in adapter.channels]
    contents = [_contents(adapter, channel) for adapter in adapters() for channel in adapter.channels]
    head = ("provider", "channel", "reports", "tells", "our reference", "recipients a call", "media", "asks", "reaches")
    return f"{_table(head, facts)}\n{_table(('provider', 'channel', *CONTENTS), contents)}"


def _facts(adapter: Provider, channel: Channel) -> Sequence[str]:
    facts = adapter.facts(channel)
    return (
        f"`{adapter.account.provider}`",
        channel,
        facts.reports,
        ", ".join(sorted(facts.tells)) if facts.reports is not Reports.NONE else "",
        "comes back" if facts.echo else "theirs is kept",
        str(facts.batch),
        _media(facts),
        "yes" if facts.capability else "",
        ", ".join(sorted(facts.addresses, key=_KNOWN.index)),
    )


def _media(facts: ChannelFacts) -> str:
    if not facts.media:
        return "uploaded" if facts.uploads else "by link"
    limits = ", ".join(f"{kind} {rule.size // 1000:,} kB" for kind, rule in facts.media.items())
    return f"{'uploaded' if facts.uploads else 'by link'}: {limits}"


def _contents(adapter: Provider, channel: Channel) -> Sequence[str]:
    cells = [_cell(said(adapter, channel, content)) for content in CONTENTS.values()]
    return (f"`{adapter.account.provider}`", channel, *cells)


def _cell(rung: Rung | None) -> str:
    if rung is None:
        return ""
    return f"as {rung.content.type}" if rung.lost else "✓"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
