"""
Deciding how a request will be sent, and refusing what cannot be, before anything is stored.

The plan names the account, the sender and the rendered content of every recipient; the adapter of the
account has checked each one.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from herald import overriding
from herald.aws.registry import Registry
from herald.content import BinaryContent, Content, TextContent
from herald.degrading import ladder
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.identifier import reference
from herald.models import Account, Address, AddressType, Channel, Lane, OutboundMessage, SendRequest
from herald.provider import ChannelFacts, Provider, Reports, adapter_class, exists
from herald.rendering import render
from herald.retention import Retention
from herald.segment import Segments, count, count_binary
from herald.status import Status
from herald.stored import Body, placeholders
from herald.tenancy import base_of

DEFAULT_VALIDITY = 86_400
"""Seconds after which a message that could not be sent is given up, when the request does not say."""

LONGEST_AHEAD = 180 * 86_400_000
"""Milliseconds that a message may be scheduled ahead."""

LATE = 300_000
"""Milliseconds that `send_at` may lie in the past: clocks differ, requests wait in queues."""

type MediaCheck = Callable[[str, Content, ChannelFacts], None]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody a message goes to: the address that is used, and what fills the content's placeholders."""

    to: Address
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One request, decided. Times in milliseconds.

    `content` is what is said, placeholders open, simplified where `lost` says so; `contents` is that for each
    recipient, the very same object where nothing differs. `kept`: what is kept of it once it is over.
    """

    tenant: str
    request: SendRequest
    account: Account
    sender: str
    recipients: tuple[Receiver, ...]
    content: Content
    contents: tuple[Content, ...]
    lost: str | None
    lane: Lane
    not_before: int
    expires: int
    kept: Retention = Retention.KEEP

    @property
    def is_request(self) -> bool:
        """Whether this came as a list of recipients, be it of one."""
        return self.request.recipients is not None

    def body(self, content: Content) -> Body:
        """What is stored of it, with this content."""
        return Body(content, self.request.options, self.request.raw)


class Planner:
    """Plans requests of tenants. `check_media` refuses media that the tenant does not have."""

    def __init__(self, registry: Registry, check_media: MediaCheck) -> None:
        self._registry = registry
        self._check_media = check_media

    def plan(self, tenant: str, request: SendRequest, now: int) -> Plan:
        """Raises InvalidMessage with the field that is wrong."""
        account = choose_account(self._registry, tenant, request.channel, request.account)
        adapter = adapter_class(account.provider)(account, {})
        facts = adapter.facts(request.channel)
        _check_success(account, facts, request)
        _check_raw(adapter, request)
        sender = _sender(account, tenant, request)
        recipients = _recipients(adapter, request)
        not_before = _start(request, now)
        _check_options(account, facts, request, now)
        plan = Plan(
            tenant=tenant,
            request=request,
            account=account,
            sender=sender,
            recipients=recipients,
            content=request.content,
            contents=_contents(request, request.content, recipients),
            lost=None,
            lane=request.lane or (Lane.BULK if len(recipients) > 1 else Lane.TRANSACTIONAL),
            not_before=not_before,
            expires=not_before + (request.options.validity_seconds or DEFAULT_VALIDITY) * 1000,
            kept=self._registry.content(tenant),
        )
        plan = self._fitting(adapter, plan)
        for content in {id(content): content for content in plan.contents}.values():
            self._check_media(tenant, content, facts)
        return plan

    def _fitting(self, adapter: Provider, plan: Plan) -> Plan:
        """The plan with its content as simple as it has to be. Raises the refusal of the content as it was written."""
        try:
            self._check(adapter, plan)
        except UnsupportedFeature as refusal:
            if plan.request.strict or not (refusal.field or "").startswith("content"):
                raise
            for rung in ladder(plan.content):
                with suppress(InvalidMessage):  # be it the provider's refusal, or too long once it is filled
                    contents = _contents(plan.request, rung.content, plan.recipients)
                    simpler = replace(plan, content=rung.content, contents=contents, lost=rung.lost)
                    self._check(adapter, simpler)
                    return simpler
            raise
        return plan

    def _check(self, adapter: Provider, plan: Plan) -> None:
        seen: set[tuple[int, AddressType]] = set()
        for position, (recipient, content) in enumerate(zip(plan.recipients, plan.contents, strict=True)):
            try:
                if (id(content), recipient.to.type) not in seen:
                    seen.add((id(content), recipient.to.type))
                    adapter.check(self.sample(plan, recipient.to, content))
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
    tenant = base_of(tenant)
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


def _sender(account: Account, tenant: str, request: SendRequest) -> str:
    """The sender asked for if the account has it for this tenant, else the first of this channel that it has."""
    found = account.sender(request.channel, request.sender, tenant)
    if found is not None:
        return found.id
    if any(sender.channel is request.channel for sender in account.senders):
        raise InvalidMessage(
            f"account {account.name} has no such sender for {request.channel}",
            field="from",
            hint="GET /v1/accounts lists the senders; without `from` the first one is used",
        )
    return request.sender or ""


def _check_success(account: Account, facts: ChannelFacts, request: SendRequest) -> None:
    """Refuse to wait for what never comes: a status that this provider does not report."""
    if request.success in (None, "sent"):  # that a provider took it, its answer says
        return
    if facts.reports is Reports.NONE or Status(request.success) not in facts.tells:
        tells = sorted(facts.tells) if facts.reports is not Reports.NONE else ["nothing"]
        raise UnsupportedFeature(
            f"account {account.name} never reports a message over {request.channel} as {request.success}",
            field="success",
            hint=f"it reports {', '.join(tells)}",
        )


def _check_raw(adapter: Provider, request: SendRequest) -> None:
    """Refuse an override that nobody will read, or that says what is not its sender's to say."""
    for name in request.raw:
        if not exists(name):
            raise InvalidMessage("there is no such provider", field=f"raw.{name}", hint="name it as its accounts do")
    overriding.check(adapter, request.raw.get(adapter.account.provider, {}))


def _check_options(account: Account, facts: ChannelFacts, request: SendRequest, now: int) -> None:
    """Refuse a time that the provider does not hold a message for, and if `strict` any option that it ignores."""
    at = request.options.provider_send_at
    if at is not None and facts.schedules and not 0 < at.timestamp() - now / 1000 <= facts.schedules:
        raise InvalidMessage(
            f"account {account.name} holds messages for up to {facts.schedules // 86_400} days",
            field="options.provider_send_at",
            hint="give a time in between, or leave it out",
        )
    if request.strict:
        ours = {"validity_seconds"}  # Herald gives a message up by itself
        for option in request.options.model_dump(exclude_defaults=True).keys() - facts.options - ours:
            raise UnsupportedFeature(
                f"account {account.name} does not honour {option} over {request.channel}", field=f"options.{option}"
            )


def _address(adapter: Provider, channel: Channel, known: Address | tuple[Address, ...]) -> Address:
    """The first address that the channel reaches, or the first of all, which is then refused."""
    if isinstance(known, Address):
        return known
    reached = adapter.facts(channel).addresses
    return next((address for address in known if address.type in reached), known[0])


def _recipients(adapter: Provider, request: SendRequest) -> tuple[Receiver, ...]:
    """Who gets it. Raises InvalidMessage when somebody is named twice: which variables should win?"""
    if request.to is not None:
        return (Receiver(_address(adapter, request.channel, request.to), request.variables or {}),)
    recipients = tuple(
        Receiver(_address(adapter, request.channel, recipient.to), recipient.variables)
        for recipient in request.recipients or ()
    )
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


def _contents(request: SendRequest, content: Content, recipients: Sequence[Receiver]) -> tuple[Content, ...]:
    """The content for each of them."""
    kept = placeholders(request.options)
    contents: list[Content] = []
    for position, recipient in enumerate(recipients):
        try:
            contents.append(render(content, recipient.variables, kept))
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


def rendered(request: SendRequest) -> tuple[Content, ...]:
    """What is said to each recipient as it was written, whatever becomes of it. Raises InvalidMessage."""
    filled = [recipient.variables for recipient in request.recipients or ()] or [request.variables or {}]
    return tuple(render(request.content, variables, placeholders(request.options)) for variables in filled)


def segments_of(channel: Channel, contents: Sequence[Content]) -> Segments | None:
    """How many SMS each recipient will get, at most; None for other channels, and for what is no SMS as it stands."""
    counted = [_segments(content) for content in contents] if channel is Channel.SMS else []
    return max((each for each in counted if each), key=lambda each: each.segments, default=None)


def _segments(content: Content) -> Segments | None:
    match content:
        case BinaryContent():
            return count_binary(content)
        case TextContent():
            return count(content.text)
        case _:
            return None
