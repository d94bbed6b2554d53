"""
Test messages: answered here instead of by a provider.

A test message is planned, stored, put on its lane and claimed like any other; then the end of its recipient's
address decides what becomes of it (docs/testing-your-integration.md). This is the one place that knows.

    …0001   rejected: an invalid recipient
    …0002   sent, then reported as failed
    …0003   unclear, once: ends as its policy says when the grace time is over
    …0004   throttled at the first try, then as any other
    …0005   sent, and never reported on
    any other   sent, delivered, and read

Of reports only those come that the account's channel brings. Pure: no call, no secret, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from herald.aws import keys
from herald.errors import ConfigurationError, OutcomeUnknown, ProviderRejected, ProviderThrottled, Reason
from herald.identifier import reference
from herald.models import Account, Channel, Limits, Receipt, StatusUpdate
from herald.outcome import Outcome, again, refused, taken, unclear
from herald.provider import ChannelFacts, Provider, Reports, adapter_class
from herald.status import Status, mark_name
from herald.tenancy import base_of, is_test, sandbox_of

type Item = Mapping[str, Any]


class Fate(StrEnum):
    """What becomes of a test message, by the last four characters of its recipient's address."""

    REJECTED = "0001"
    FAILED = "0002"
    UNCLEAR = "0003"
    THROTTLED = "0004"
    SILENT = "0005"


PAUSE = 1.0
"""Seconds for which a throttled test message is asked to wait."""


def fate_of(address: str) -> Fate | None:
    """What an address stands for; None: all goes well."""
    return next((fate for fate in Fate if address.endswith(fate)), None)


def account_name(item: Item) -> str:
    """The account that a message or a request goes by: of a test one, the account's sandbox."""
    name: str = item["account"]
    return sandbox_of(name) if is_test(item["tenant"]) else name


def account_of(account: Account) -> Account:
    """The account as test messages know it: with its senders, settings and batches, without its rate."""
    return replace(account, name=sandbox_of(account.name), limits=Limits(batch=account.limits.batch))


def adapter_of(account: Account) -> Provider:
    """The account's adapter without a secret. Raises ConfigurationError when the account is disabled or gone."""
    if account.disabled:
        raise ConfigurationError(f"account {base_of(account.name)} is disabled or gone")
    return adapter_class(account.provider)(account, {})


def outcome_of(item: Item, *, now: int, grace: int, dice: float) -> Outcome:
    """
    How the attempt that this message was claimed for has ended.

    `now` and `grace` in milliseconds, `dice` in 0..1.
    """
    fate = fate_of(item["to"])
    code = f"test-{fate}"
    if fate is Fate.REJECTED:
        return refused(ProviderRejected("a test", reason=Reason.INVALID_RECIPIENT, provider_code=code))
    if fate is Fate.UNCLEAR and not item.get("doubts"):
        return unclear(OutcomeUnknown("a test", provider_code=code), now, grace)
    if fate is Fate.THROTTLED and item["tries"] == 1:
        error = ProviderThrottled("a test", provider_code=code, retry_after=PAUSE)
        return again(error, now, item["tries"], dice)
    return taken(Receipt(f"test-{keys.id_of(item)}{f'-{fate}' if fate else ''}"))


def reports_of(item: Item, facts: ChannelFacts, now: int) -> Iterator[StatusUpdate]:
    """
    The reports of a test message that was sent, as far as it does not have them yet, in their order.

    Its fate stands at the end of the provider's id: of the address no more may have been kept than its own end.
    """
    fate = fate_of(item.get("provider_id", ""))
    if fate is Fate.SILENT or facts.reports is Reports.NONE:
        return
    for status in (Status.FAILED,) if fate is Fate.FAILED else (Status.DELIVERED, Status.READ):
        if status in facts.tells and mark_name(item["step"], status) not in item["marks"]:
            yield StatusUpdate(
                provider_status=f"test-{status}",
                status=status,
                reference=reference(keys.id_of(item), item["step"]),
                provider_message_id=item.get("provider_id"),
                at=now,
                reason=Reason.UNDELIVERABLE if status is Status.FAILED else None,
                event_id=f"test-{status}",
            )


def facts_of(account: Account, item: Item) -> ChannelFacts:
    """What the account's channel brings."""
    return adapter_class(account.provider)(account, {}).facts(Channel(item["channel"]))


def words_of(address: str, facts: ChannelFacts) -> tuple[str, ...]:
    """What a recipient can receive: all that the channel carries, or nothing."""
    return () if fate_of(address) is Fate.REJECTED else tuple(sorted(facts.contents))
