"""
What v1 and v2 do alike with a destination: admit it, and let its messages live.
"""

import time
from dataclasses import dataclass, field, replace
from functools import partial

from local.simulators import kit
from local.simulators.kit import Notice, Result, digits, encode
from local.simulators.webex_connect import lives
from local.simulators.webex_connect.checks import is_url
from local.simulators.webex_connect.codes import QUEUED, REQUEST, Channel, Refused
from local.simulators.webex_connect.contact_policy import Policy
from local.simulators.webex_connect.content.checked import Checked
from local.simulators.webex_connect.destinations import Destination
from local.simulators.webex_connect.envelope import Callback, Links
from local.simulators.webex_connect.identifiers import timestamp
from local.simulators.webex_connect.links import replace_smart, shorten
from local.simulators.webex_connect.lives import Report
from local.simulators.webex_connect.magic import outcome_of
from local.simulators.webex_connect.messages import Message
from local.simulators.webex_connect.notifier import NOTIFY, WEBHOOK
from local.simulators.webex_connect.rate import Verdict
from local.simulators.webex_connect.receipt_codes import EXPIRED
from local.simulators.webex_connect.receipts import receipt
from local.simulators.webex_connect.state import State

type Call = kit.Call[State]

_WINDOWED = {Channel.WHATSAPP: "7710", Channel.MESSENGER: "7313"}


@dataclass
class Order:
    """What one request wants sent, to whomever; `after` is in seconds from now."""

    channel: Channel
    checked: Checked
    callback: Callback
    links: Links = field(default_factory=Links)
    policy: Policy | None = None
    template: str = ""
    expired: bool = False
    wanted: frozenset[str] | None = None
    after: float = 0


@dataclass(frozen=True)
class Decision:
    """What an item says of a destination."""

    code: str
    description: str

    @property
    def accepted(self) -> bool:
        return self.code == QUEUED


def _refusal_of(state: State, destination: Destination) -> Refused | None:
    if destination.refusal:
        return destination.refusal
    for address in destination.addresses:
        outcome = outcome_of(address)
        if outcome.refusal and (not outcome.once or state.refuse_once(address)):
            return Refused(outcome.refusal)
    return None


def decide(call: Call, destination: Destination) -> Decision:
    """Whether the destination is taken: first the rate, then the address, then what a magic one asks for."""
    state, settings = call.state, call.state.settings
    budget = settings.burst_seconds_a_day if settings.burst else 0
    verdict = state.rate.admit(time.time(), len(destination.addresses) or 1, settings.tps, budget)
    if verdict is Verdict.SURPLUS:
        return Decision("7020", REQUEST["7020"])
    refusal = _refusal_of(state, destination)
    return Decision(refusal.code, refusal.description) if refusal else Decision(QUEUED, verdict.value)


def note(call: Call, destination: Destination, decision: Decision, transid: str) -> None:
    """Write the verdict into the record, once for each address."""
    reference = destination.correlation or None
    for address in destination.addresses:
        call.results.append(Result(address, decision.accepted, decision.code, transid, reference))
    call.accepted = call.accepted or decision.accepted


class _Writer:
    """Writes the webhooks of one message, so that reports of one instant share their timestamp."""

    def __init__(self, state: State, message: Message) -> None:
        self.state = state
        self.message = message
        self.at = ""

    def __call__(self, report: Report) -> list[Notice]:
        settings, message = self.state.settings, self.message
        if not report.together or not self.at:
            self.at = timestamp(settings.timezone_minutes)
        body = encode(receipt(message, report, self.at, settings)).decode()
        notices = []
        if message.wanted is None or lives.normal(report.word) in message.wanted:
            url = self._allowed(message.url)
            notices = [Notice(kind=NOTIFY, url=url, body=body, headers=message.headers, retry=message.retry)]
        if self.state.urls.receipts:
            notices.append(Notice(kind=WEBHOOK, url=self._allowed(self.state.urls.receipts), body=body))
        return notices

    def _allowed(self, url: str) -> str:
        return "" if self.state.settings.https_only and not url.startswith("https://") else url


class Sending:
    """One order on its way; `base` is the simulator's own address, which short links begin with."""

    def __init__(self, call: Call, order: Order) -> None:
        self.call = call
        self.state = call.state
        self.order = order
        domain = self.state.settings.link_domain or str(call.request.base_url).rstrip("/")
        self.prefix = domain + self.state.settings.paths.link.replace("{token}", "")

    def start(self, destination: Destination, transid: str, doom: str = "", text: str | None = None) -> None:
        """A message for each address; `doom` lets it fail, `text` is the order's with substitutions filled in."""
        for address in destination.addresses:
            message = self._message(destination, address, transid)
            doomed = doom or self._doom(destination.kind, address)
            reports = lives.life(self.order.channel, outcome_of(address), doomed, self.state.settings)
            self._write_text(message, self.order.checked.text if text is None else text)
            self._follow(message, reports)

    def _message(self, destination: Destination, address: str, transid: str) -> Message:
        settings, callback = self.state.settings, self.order.callback
        suffix = "_0" if self.order.channel is Channel.WHATSAPP and settings.whatsapp_suffix else ""
        return Message(
            operation=self.call.operation,
            recipient=address,
            provider_id=transid if "_" in transid else transid + suffix,
            reference=destination.correlation or None,
            channel=self.order.channel,
            kind=destination.kind,
            checked=self.order.checked,
            url=callback.url or self.state.urls.notify,
            retry=not callback.url or is_url(callback.url),
            headers=dict(settings.authorizations.get(callback.auth, {})),
            callback_data=callback.data,
            bsuid=destination.bsuid,
            wanted=self.order.wanted,
            status_of=transid if transid in self.state.messages else "",
        )

    def _doom(self, kind: str, address: str) -> str:
        """The code with which the message fails whatever its recipient asks for, or empty."""
        order, settings = self.order, self.state.settings
        if order.expired:
            return EXPIRED[order.channel]
        if kind == "customerid" and settings.customers and address not in settings.customers:
            return "7105"
        if order.policy and (blocked := self.state.policies.check(order.policy, order.channel, address)):
            return blocked
        if order.channel in _WINDOWED and not order.template and not self.state.window_is_open(address):
            return _WINDOWED[order.channel]
        known, given = settings.identity_hashes.get(digits(address)), order.checked.identity_key_hash
        if known and given and known != given:
            return "7862"
        return order.checked.doom

    def _write_text(self, message: Message, text: str) -> None:
        """Links become short; the text is noted where it is no longer what the request says."""
        links = self.order.links
        written = replace_smart(text, links.smart, self.state.links, self.prefix)
        if links.shorten:
            written, made = shorten(written, self.state.links, self.prefix)
            for link in made if links.track else []:
                link.clicked = partial(self._clicked, message, link.url)
        if written != self.order.checked.text:
            self.call.facts.setdefault("texts", {})[message.recipient] = written

    def _clicked(self, message: Message, url: str, address: str, agent: str) -> None:
        report = replace(lives.clicked(url, address, agent), after=0.0)
        self.call.walker.start(message, [report], notice=_Writer(self.state, message))

    def _follow(self, message: Message, reports: list[Report]) -> None:
        if reports and self.order.after:
            reports = [replace(reports[0], after=self.order.after), *reports[1:]]

        def happen(report: Report) -> None:
            if shown := self.state.messages.get(message.status_of):
                shown["status"] = report.word

        self.call.follow(message, reports, notice=_Writer(self.state, message), happen=happen)
