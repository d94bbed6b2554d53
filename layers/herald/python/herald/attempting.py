"""
One attempt at a message: prepare, claim, call, record.

Everything that can fail without consequence (token, media, rendering) happens in `prepare`; between the claim
and the POST there is nothing but memory. What the POST came to is recorded in any case, and a worker that
dies before that leaves a lease behind which says that nobody knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from herald import sandbox
from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import Messages
from herald.aws.rendezvous import Rendezvous
from herald.aws.settings import Settings
from herald.aws.table import ConditionFailed
from herald.calling import Caller
from herald.clock import Time
from herald.errors import CredentialsRefused, HeraldError, ProviderError, ProviderRejected, Reason
from herald.identifier import batch_reference, random_id, reference, request_of
from herald.models import Account, Address, Channel, OutboundMessage, Receipt
from herald.outcome import Outcome, described, outcome_of, taken
from herald.overriding import overridden
from herald.provider import ChannelFacts, Provider, Request, may_resend
from herald.relaying import Relay
from herald.reporting import Reports
from herald.status import State
from herald.stored import Body
from herald.tenancy import is_test


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    Messages ready for their claim, one or a batch: only the claim and the POST can still go wrong.

    Test messages have no `request`: there is nothing that could be sent.
    """

    account: Account
    adapter: Provider
    token: str | None
    message: OutboundMessage
    raw: Mapping[str, object]
    request: Request | None

    @property
    def facts(self) -> ChannelFacts:
        """What the adapter declares for this channel."""
        return self.adapter.facts(self.message.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Attempts of one worker; every method may be called from several threads."""

    messages: Messages
    rendezvous: Rendezvous
    reports: Reports
    relay: Relay
    caller: Caller
    settings: Settings
    time: Time
    callback_url: Callable[[Account], str | None]

    def prepare(
        self,
        account: Account,
        credentials: tuple[Provider, str | None],
        items: Sequence[Item],
        body: Body,
    ) -> Prepared:
        """
        Everything before the claim, for one message or for members of a request that share their content.

        Raises InvalidMessage or ProviderRejected when it can never be sent, another HeraldError when not now.
        """
        adapter, token = credentials
        first = items[0]
        channel = Channel(first["channel"])
        if is_test(first["tenant"]):
            return _rehearsed(account, adapter, items, body)
        facts = adapter.facts(channel)
        message = OutboundMessage(
            reference=_reference(items),
            channel=channel,
            recipients=tuple(Address.parse(item["to"]) for item in items),
            sender=first.get("sender", ""),
            content=body.content,
            options=body.options,
            media=self.relay.prepare(first["tenant"], account, body.content, facts),
            callback_url=self.callback_url(account),
            references=_references(items),
        )
        raw = body.raw.get(account.provider, {})
        return Prepared(account, adapter, token, message, raw, build(adapter, message, token, raw))

    @staticmethod
    def narrow(prepared: Prepared, items: Sequence[Item]) -> Prepared:
        """The same for some of the members only; nothing but memory is touched."""
        recipients = tuple(Address.parse(item["to"]) for item in items)
        message = replace(
            prepared.message, reference=_reference(items), recipients=recipients, references=_references(items)
        )
        if prepared.request is None:
            return replace(prepared, message=message)
        request = build(prepared.adapter, message, prepared.token, prepared.raw)
        return replace(prepared, message=message, request=request)

    def claim(self, item: Item) -> Item | None:
        """Take a waiting message for one attempt; None when it is in other hands, or has moved."""
        now = self.time.now()
        message_id, attempt = keys.id_of(item), self.attempt_id()
        try:
            return self.messages.claim(message_id, item["step"], attempt, now, now + self.settings.lease)
        except ConditionFailed as found:
            return _if_mine(found.item, attempt)

    def claim_new(self, item: Item) -> Item | None:
        """Claim a member by writing its row for the first time; None when it has one."""
        now = self.time.now()
        claimed = item | {
            "state": State.SENDING,
            "attempt": self.attempt_id(),
            "lease": now + self.settings.lease,
            "tries": 1,
        }
        try:
            self.messages.insert_member(claimed)
        except ConditionFailed as found:
            return _if_mine(found.item, claimed["attempt"])
        return claimed

    @staticmethod
    def attempt_id() -> str:
        """Names one claim, so that a worker which lost it cannot write."""
        return random_id()[:10]

    def call(self, prepared: Prepared, claimed: Sequence[Item]) -> Sequence[Outcome]:
        """
        The one POST and where it leads each of those it was claimed for; one and the same when it is about the call.

        Credentials are renewed once, since a refusal sends nothing. Test messages are answered by the sandbox.
        """
        if is_test(claimed[0]["tenant"]):
            now, dice = self._moment()
            return [sandbox.outcome_of(item, now=now, grace=self.settings.grace, dice=dice) for item in claimed]
        try:
            return self._post(prepared, claimed)
        except CredentialsRefused:
            return self._call_again(prepared, claimed)
        except ProviderError as error:
            return self._whole(error, prepared, claimed)

    def _call_again(self, prepared: Prepared, claimed: Sequence[Item]) -> Sequence[Outcome]:
        try:
            adapter, token = self.caller.renew(prepared.account, prepared.token)
            request = build(adapter, prepared.message, token, prepared.raw)
            return self._post(replace(prepared, adapter=adapter, token=token, request=request), claimed)
        except HeraldError as error:
            return self._whole(error, prepared, claimed)

    def _post(self, prepared: Prepared, claimed: Sequence[Item]) -> Sequence[Outcome]:
        if prepared.request is None:
            raise AssertionError("a test message reaches no provider")
        answer = self.caller.send(prepared.adapter, prepared.request)
        results = prepared.adapter.parse_receipts(answer, prepared.message)
        moment = self._moment()
        return [
            taken(result) if isinstance(result, Receipt) else self._outcome(result, prepared, item, moment)
            for result, item in zip(results, claimed, strict=True)
        ]

    def _whole(self, error: HeraldError, prepared: Prepared, claimed: Sequence[Item]) -> Sequence[Outcome]:
        """One verdict for all of them; the very same object, by which it is known as one."""
        return [self._outcome(error, prepared, claimed[0], self._moment())] * len(claimed)

    def _moment(self) -> tuple[int, float]:
        """Time and dice of one call's outcomes: what has to be tried again of it is tried again together."""
        return self.time.now(), self.time.random()

    def _outcome(self, error: HeraldError, prepared: Prepared, item: Item, moment: tuple[int, float]) -> Outcome:
        """The table's outcome; media that the provider no longer knows is uploaded anew, once."""
        now, dice = moment
        lost_media = isinstance(error, ProviderRejected) and error.reason is Reason.INVALID_MEDIA
        if lost_media and self.relay.forget_refused(prepared.account, prepared.message.media):
            return Outcome(State.RETRY, reason=Reason.INVALID_MEDIA, code=described(error)[1], retry_at=now)
        facts = prepared.facts
        return outcome_of(
            error,
            repeatable=facts.dedupes and may_resend(facts, item.get("doubts", 0) + 1),
            now=now,
            grace=self.settings.grace,
            tries=item["tries"],
            dice=dice,
        )

    def settle(self, prepared: Prepared, claimed: Item, outcome: Outcome) -> None:
        """
        Record the outcome, and when a receipt that the sender asked for is overdue.

        Where reports do not carry our reference, the provider's id is tied to our message first: a crash
        after that leaves a message that its reports still find.
        """
        if is_test(claimed["tenant"]):
            self._settle_test(prepared, claimed, outcome)
            return
        meets = outcome.state is State.SENT and outcome.provider_id is not None and not prepared.facts.echo
        place = (prepared.account.name, outcome.provider_id or "", keys.id_of(claimed), claimed["step"])
        waiting = self.rendezvous.meet(*place, self.time.now()) if meets else []
        if outcome.state is State.SENT and "success" in claimed:
            outcome = replace(outcome, due=self.time.now() + self.settings.receipt)
        try:
            item = self.messages.record(claimed, outcome, self.time.now())
        except ConditionFailed:
            item = None
        self.reports.apply_waiting(*place, waiting)
        if item is not None:
            self.reports.list_if_bad(item)

    def _settle_test(self, prepared: Prepared, claimed: Item, outcome: Outcome) -> None:
        try:
            item = self.messages.record(claimed, outcome, self.time.now())
        except ConditionFailed as found:
            item = found.item or claimed
        self.report_test(item, prepared.facts)

    def report_test(self, item: Item, facts: ChannelFacts) -> None:
        """Merge the reports that a test message which was sent does not have yet, as if its provider had told them."""
        if State(item["state"]) is State.SENT:
            for report in sandbox.reports_of(item, facts, self.time.now()):
                self.reports.apply(item["account"], report)
            self.reports.list_if_bad(item)

    def run(self, prepared: Prepared, item: Item, claim: Callable[[Item], Item | None]) -> Outcome | None:
        """Claim one message, call and record. None when it is in other hands."""
        claimed = claim(item)
        if claimed is None:
            return None
        (outcome,) = self.call(prepared, [claimed])
        self.settle(prepared, claimed, outcome)
        return outcome


def _rehearsed(account: Account, adapter: Provider, items: Sequence[Item], body: Body) -> Prepared:
    """Test messages as they would be sent, but for their media, a token, and the request."""
    message = OutboundMessage(
        reference=_reference(items),
        channel=Channel(items[0]["channel"]),
        recipients=tuple(Address.parse(item["to"]) for item in items),
        sender=items[0].get("sender", ""),
        content=body.content,
        options=body.options,
        references=_references(items),
    )
    return Prepared(account, adapter, None, message, {}, None)


def build(adapter: Provider, message: OutboundMessage, token: str | None, raw: Mapping[str, object]) -> Request:
    """The request that says the message, with what its sender wants in it besides."""
    request = adapter.build_request(message, token)
    return overridden(request, raw) if raw else request


def _if_mine(item: Item | None, attempt: str) -> Item | None:
    """A write whose answer was lost is repeated by the client, and then finds itself in the way."""
    return item if item is not None and item.get("attempt") == attempt else None


def _references(items: Sequence[Item]) -> tuple[str, ...]:
    """Our name for each recipient's message."""
    return tuple(reference(keys.id_of(item), item["step"]) for item in items)


def _reference(items: Sequence[Item]) -> str:
    """Our name for this call: the message's, or for several members their request's."""
    message_id, step = keys.id_of(items[0]), items[0]["step"]
    request_id = request_of(message_id)
    return reference(message_id, step) if len(items) == 1 or request_id is None else batch_reference(request_id, step)
