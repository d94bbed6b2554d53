"""
Deciding how a request will be sent, and refusing what cannot be, before anything is stored.

The plan names the account, the sender and the rendered content of every recipient; the adapter of the
account has checked each one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from herald.aws.registry import Registry
from herald.content import BinaryContent, Content, TextContent
from herald.errors import InvalidMessage
from herald.identifier import reference
from herald.models import Account, Address, Channel, Lane, OutboundMessage, Recipient, SendRequest
from herald.provider import adapter_class
from herald.rendering import render
from herald.segment import Segments, count, count_binary

DEFAULT_VALIDITY = 86_400
"""Seconds after which a message that could not be sent is given up, when the request does not say."""

LONGEST_AHEAD = 180 * 86_400_000
"""Milliseconds that a message may be scheduled ahead."""

LATE = 300_000
"""Milliseconds that `send_at` may lie in the past: clocks differ, requests wait in queues."""

type MediaCheck = Callable[[str, Content, Channel], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One request, decided. Times in milliseconds; `contents` has one entry per recipient, the very same object
    where nothing differs.
    """

    tenant: str
    request: SendRequest
    account: Account
    sender: str
    recipients: tuple[Recipient, ...]
    contents: tuple[Content, ...]
    lane: Lane
    not_before: int
    expires: int

    @property
    def is_request(self) -> bool:
        """Whether this came as a list of recipients, be it of one."""
        return self.request.recipients is not None


class Planner:
    """Plans requests of tenants. `check_media` refuses media that the tenant does not have."""

    def __init__(self, registry: Registry, check_media: MediaCheck) -> None:
        self._registry = registry
        self._check_media = check_media

    def plan(self, tenant: str, request: SendRequest, now: int) -> Plan:
        """Raises InvalidMessage with the field that is wrong."""
        account = choose_account(self._registry, tenant, request.channel, request.account)
        sender = _sender(account, request)
        recipients = _recipients(request)
        contents = _contents(request, recipients)
        not_before = _start(request, now)
        plan = Plan(
            tenant=tenant,
            request=request,
            account=account,
            sender=sender,
            recipients=recipients,
            contents=contents,
            lane=request.lane or (Lane.BULK if len(recipients) > 1 else Lane.TRANSACTIONAL),
            not_before=not_before,
            expires=not_before + (request.options.validity_seconds or DEFAULT_VALIDITY) * 1000,
        )
        self._check(plan)
        return plan

    def _check(self, plan: Plan) -> None:
        adapter = adapter_class(plan.account.provider)(plan.account, {})
        adapter.facts(plan.request.channel)
        seen: dict[int, Content] = {}
        for position, (recipient, content) in enumerate(zip(plan.recipients, plan.contents, strict=True)):
            try:
                if id(content) not in seen:
                    seen[id(content)] = content
                    adapter.check(self.sample(plan, recipient.to, content))
                    self._check_media(plan.tenant, content, plan.request.channel)
                adapter.check_address(plan.request.channel, recipient.to)
            except InvalidMessage as error:
                if plan.is_request and (error.field or "").split(".")[0] in ("to", "variables"):
                    error.field = f"recipients[{position}].{error.field}"
                raise

    @staticmethod
    def sample(plan: Plan, to: Address, content: Content) -> OutboundMessage:
        """The message as an adapter will see it, with a reference of full length and media not yet at hand."""
        return OutboundMessage(
            reference=reference("a" * 26, 0),
            channel=plan.request.channel,
            recipients=(to,),
            sender=plan.sender,
            content=content,
            options=plan.request.options,
        )


def choose_account(registry: Registry, tenant: str, channel: Channel, wanted: str | None) -> Account:
    """The account asked for, or the first usable one of the tenant's route. Not telling whose it is."""
    if wanted is not None:
        found = registry.account(wanted)
        if found is None or tenant not in found.tenants or found.disabled:
            raise InvalidMessage(
                "there is no such account", field="account", hint="GET /v1/accounts lists what this key may use"
            )
        return found
    for name in registry.route(tenant, channel):
        account = registry.account(name)
        if account is not None and tenant in account.tenants and not account.disabled:
            return account
    raise InvalidMessage(
        f"no account is routed for {channel}",
        field="channel",
        hint="name an account, or have an operator set a route",
    )


def _sender(account: Account, request: SendRequest) -> str:
    """The sender asked for if the account has it, else the account's first of this channel."""
    found = account.sender(request.channel, request.sender)
    if found is not None:
        return found.id
    if any(sender.channel is request.channel for sender in account.senders):
        raise InvalidMessage(
            f"account {account.name} has no such sender for {request.channel}",
            field="from",
            hint="GET /v1/accounts lists the senders; without `from` the first one is used",
        )
    return request.sender or ""


def _recipients(request: SendRequest) -> tuple[Recipient, ...]:
    """Who gets it. Raises InvalidMessage when somebody is named twice: which variables should win?"""
    if request.to is not None:
        return (Recipient(to=request.to, variables=request.variables or {}),)
    recipients = request.recipients or ()
    first: dict[str, int] = {}
    for position, recipient in enumerate(recipients):
        earlier = first.setdefault(str(recipient.to), position)
        if earlier != position:
            raise InvalidMessage(
                f"the same recipient is given at position {earlier}",
                field=f"recipients[{position}].to",
                hint="name every recipient once",
            )
    return recipients


def _contents(request: SendRequest, recipients: Sequence[Recipient]) -> tuple[Content, ...]:
    contents: list[Content] = []
    for position, recipient in enumerate(recipients):
        try:
            contents.append(render(request.content, recipient.variables))
        except InvalidMessage as error:
            if request.recipients is not None and error.field == "variables":
                error.field = f"recipients[{position}].variables"
            raise
    return tuple(contents)


def _start(request: SendRequest, now: int) -> int:
    """When to send, in milliseconds."""
    if request.send_at is None:
        return now
    at = int(request.send_at.timestamp() * 1000)
    if at < now - LATE:
        raise InvalidMessage("send_at lies in the past", field="send_at", hint="leave it out to send now")
    if at > now + LONGEST_AHEAD:
        raise InvalidMessage("send_at is too far ahead", field="send_at", hint="at most 180 days")
    return max(at, now)


def segments_of(request: SendRequest) -> Segments | None:
    """How many SMS each recipient will get, at most; None for other channels."""
    if request.channel is not Channel.SMS:
        return None
    contents = _contents(request, _recipients(request))
    return max((_segments(content) for content in contents), key=lambda counted: counted.segments)


def _segments(content: Content) -> Segments:
    if isinstance(content, BinaryContent):
        return count_binary(content)
    return count(content.text if isinstance(content, TextContent) else "")
