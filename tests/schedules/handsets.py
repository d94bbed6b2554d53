"""
Both APIs of websms, and the handsets behind them: what each got, and what is said of it.

    stage.provider = handsets = Handsets(stage)
    handsets.fates += [Fate.LOSE, Fate.REFUSE]        # what the next calls come to, one each; then all are taken

Whatever a call does, it is held against what stood in the table: a call for a message that is not being sent, that was
told to be cancelled, has expired or is known to have been sent is one of the `violations`.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from herald.aws.messages import EARLY
from herald.status import State
from tests import webhooks
from tests.carrier import said, throttled
from tests.schedules.stage import Stage


class Fate(StrEnum):
    """What becomes of one call."""

    TAKE = "take"
    LOSE = "lose"  # taken, no answer
    CUT = "cut"  # taken, 502
    GARBLE = "garble"  # taken, half an answer
    HANG = "hang"  # not taken, no answer
    FAIL = "fail"  # not taken, 500
    CLOSE = "close"  # no connection
    THROTTLE = "throttle"
    BUSY = "busy"  # declared as not sent
    FORBID = "forbid"  # 401 to good credentials
    REFUSE = "refuse"
    CHATTER = "chatter"  # taken, and its report comes before its answer


UNCLEAR = frozenset({Fate.LOSE, Fate.CUT, Fate.GARBLE, Fate.HANG, Fate.FAIL})
_TAKEN = frozenset({Fate.TAKE, Fate.LOSE, Fate.CUT, Fate.GARBLE, Fate.CHATTER})


@dataclass
class Wanted:
    """What was asked for one handset: not before `not_before` (ms); `accepted` and `cancelled` once the API said so."""

    phone: str
    channel: str
    policy: str
    not_before: int
    asked_to_stop: bool = False
    cancelled: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A handset's message as the provider knows it."""

    phone: str
    channel: str
    transfer: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A report that the provider has to get rid of."""

    account: str
    body: dict[str, object]
    phone: str
    word: str


@dataclass
class Handsets:
    """
    `wanted` by phone; `sent` in the order of taking; `doubted` are phones of whose call nobody may know.

    Of several that were `refused` together nobody knows whose fault it was: they may be called again, those
    `refused_alone` may not.
    """

    stage: Stage
    wanted: dict[str, Wanted] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    sent: list[Sent] = field(default_factory=list)
    doubted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    refused_alone: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    secret: str = "secret-0"
    tokens: int = 0
    tokens_from: int = 1
    tell: Callable[[Said], object] = print

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return self._token(request)
        phones, reference, channel = _who(json.loads(request.content))
        if not self._admits(request):
            return httpx.Response(401)
        fate = self.fates.pop(0) if self.fates else Fate.TAKE
        self.posts += 1
        for phone in phones:
            self._check(self.wanted[phone])
        if fate in UNCLEAR:
            self.doubted.update(phones)
        transfer = f"t-{self.posts}"
        if fate in _TAKEN:
            self.taken.update(phones)
            self.sent += [Sent(phone, channel, transfer, reference) for phone in phones]
        if fate is Fate.REFUSE:
            self.refused.update(phones)
            if len(phones) == 1:
                self.refused_alone.add(phones[0])
        if fate is Fate.CHATTER:
            for one in self.sent[-len(phones) :]:
                self.tell(report_of(one, "delivered"))
        return _answer(fate, transfer, request)

    def _admits(self, request: httpx.Request) -> bool:
        """Whether these are today's credentials."""
        told = request.headers["authorization"].removeprefix("Bearer ")
        if told.startswith("token-"):
            return int(told.removeprefix("token-")) >= self.tokens_from
        return bool(told == self.secret)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] != httpx.BasicAuth("id", self.secret)._auth_header:  # noqa: SLF001
            return httpx.Response(401, json={"error": "invalid_client"})
        self.tokens += 1
        answer = {"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 3600}
        return httpx.Response(200, json=answer)

    def _check(self, wanted: Wanted) -> None:
        """Whether what is known already speaks against this call; noted, for workers survive what is raised."""
        now, phone = self.stage.clock.now, wanted.phone
        row = self.stage.row_to(phone) or {}
        unclear, again = phone in self.doubted, wanted.policy == "at_least_once"
        objections = {
            f"while it is {row.get('state')}": row.get("state") != State.SENDING,
            "though it was reported on": row.get("marks"),
            "though its provider has named it": "provider_id" in row,
            "though it is cancelled": wanted.cancelled,
            "before its time": now < wanted.not_before - EARLY,
            "after its time": now >= row.get("expires", 0),
            "though it was refused": phone in self.refused_alone and not (unclear and again),
            "though it may have been sent": unclear and not again,
            "though it was taken": self.taken[phone] and not unclear,
        }
        self.violations += [f"{phone} is called {what}: {row}" for what, wrong in objections.items() if wrong]

    def forgotten(self) -> set[str]:
        """Phones whose messages are being sent though no worker is at it: nobody knows what happened to them."""
        return {row["to"] for row in self.stage.rows() if row["state"] == State.SENDING}


def report_of(sent: Sent, word: str) -> Said:
    """What is said of a message; of RCS by the provider's own id alone."""
    if sent.channel == "sms":
        body = webhooks.report(
            word, str(sent.reference), senderAddress=sent.phone.removeprefix("+"), transferId=sent.transfer
        )
        return Said("acme-sms", body | {"notificationId": f"n-{sent.phone}-{word}"}, sent.phone, word)
    return Said("acme-websms", webhooks.status(word, None, transferId=sent.transfer), sent.phone, word)


def _who(payload: dict[str, object]) -> tuple[Sequence[str], str | None, str]:
    """Whom a call is for, our reference in it, and the channel."""
    numbers = payload.get("recipientAddressList")
    if isinstance(numbers, list):
        return [f"+{number}" for number in numbers], str(payload["clientMessageId"]), "sms"
    text = json.dumps(payload)
    return [text[text.index("+") :].partition('"')[0]], None, "rcs"


def _answer(fate: Fate, transfer: str, request: httpx.Request) -> httpx.Response:
    if fate in (Fate.LOSE, Fate.HANG):
        raise httpx.ReadTimeout("no answer", request=request)
    if fate is Fate.CLOSE:
        raise httpx.ConnectError("refused", request=request)
    answers = {
        Fate.CUT: httpx.Response(502),
        Fate.FAIL: httpx.Response(500),
        Fate.GARBLE: httpx.Response(200, content=b'{"statusCode":20'),
        Fate.THROTTLE: throttled(5),
        Fate.BUSY: said(5003),
        Fate.FORBID: httpx.Response(401),
        Fate.REFUSE: httpx.Response(400),
    }
    good = {"statusCode": 2000, "transferId": transfer, "smsCount": 1}
    return answers.get(fate) or httpx.Response(200, json=good)
