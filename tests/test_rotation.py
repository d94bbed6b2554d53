"""
Credentials change while workers are busy with the old ones: what is refused is sent with the new ones, nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType

import httpx
import pytest

from herald.assembly import WIDTH
from herald.models import Channel
from herald.status import State
from tests.carrier import Carrier, many, phone, send, sms
from tests.schedules.stage import Stage
from tests.world import LANES

type Figure = Callable[[str, str, object], None]

WORKERS = 4


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with Stage.ready() as stage:
        yield stage


@dataclass
class Fleet:
    """Several workers of deliver that take turns, and a provider that admits only those who know its secret."""

    stage: Stage
    carrier: Carrier = field(default_factory=Carrier)
    secret: str = "first"
    refused: Counter[int] = field(default_factory=Counter)
    turn: int = 0
    _workers: dict[int, ModuleType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage.reset()
        self.stage.provider = self.answer
        self.know()

    def know(self) -> None:
        """The secret that the provider has now is known here; workers may have the old one for some minutes."""
        self.stage.set_secret(self.secret)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """401 to the old secret, and to tokens that were given for it."""
        told = request.headers["authorization"]
        if request.url.path == "/oauth/token":
            if told != httpx.BasicAuth("id", self.secret)._auth_header:  # noqa: SLF001
                return httpx.Response(401, json={"error": "invalid_client"})
            answer = {"access_token": f"{self.secret}-token", "token_type": "bearer", "expires_in": 3600}
            return httpx.Response(200, json=answer)
        if not told.removeprefix("Bearer ").startswith(self.secret):
            self.refused[self.turn] += 1
            return httpx.Response(401)
        return self.carrier(request)

    def deliver(self) -> None:
        """The next worker takes what lies on the lanes, ten at most."""
        self.turn = (self.turn + 1) % WORKERS
        self.stage.kill("deliver")
        if self.turn in self._workers:
            self.stage.put_worker("deliver", self._workers[self.turn])
        self._workers[self.turn] = self.stage.function("deliver")
        records = [record for lane in LANES for record in self.stage.records(lane)]
        assert len(records) <= WIDTH
        assert not self.stage.invoke("deliver", {"Records": records})["batchItemFailures"]

    def states(self) -> Counter[str]:
        """How the messages have ended."""
        return Counter(row["state"] for row in self.stage.rows() if "to" in row)


@pytest.fixture
def fleet(shared: Stage) -> Fleet:
    return Fleet(shared)


@pytest.mark.goal("G18")
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.RCS], ids=["secret", "token"])
def test_rotated_under_load(fleet: Fleet, figure: Figure, channel: Channel) -> None:
    """
    The secret changes twice while four workers are busy: nothing is lost or sent twice, and a worker is refused only
    with the calls that it had prepared, never again afterwards.
    """
    for number in range(24):
        if number in (8, 16):
            fleet.secret = f"secret-{number}"
            fleet.know()
        for each in range(3):
            send(fleet.stage, sms(phone(3 * number + each), channel=channel))
        fleet.deliver()
    wrong = 72 - sum(times == 1 for times in fleet.carrier.sent.values())
    worst = max(fleet.refused.values())
    figure("G18", f"messages lost or sent twice in two rotations ({channel})", wrong)
    figure("G18", f"calls refused to a worker that makes three at once, in two rotations ({channel})", worst)
    assert fleet.states() == {State.SENT: 72}
    assert wrong == 0
    assert worst <= 2 * 3


@pytest.mark.goal("G18")
def test_one_at_a_time(fleet: Fleet, figure: Figure) -> None:
    """A worker with one message is refused once a rotation."""
    for number in range(12):
        if number == 4:
            fleet.secret = "second"
            fleet.know()
        send(fleet.stage, sms(phone(number)))
        fleet.deliver()
    figure("G18", "calls refused to a worker that makes one at a time, in a rotation", max(fleet.refused.values()))
    assert fleet.states() == {State.SENT: 12}
    assert fleet.refused == dict.fromkeys(range(WORKERS), 1)


@pytest.mark.goal("G18")
def test_a_long_request(fleet: Fleet, figure: Figure) -> None:
    """Rotated in the middle of a long request, its worker is refused with the calls of one slice, not with the rest."""
    rotated: list[int] = []

    def rotate(request: httpx.Request) -> httpx.Response:
        if len(fleet.carrier.payloads) == 5 and not rotated:
            rotated.append(1)
            fleet.secret = "second"
            fleet.know()
        return fleet.answer(request)

    fleet.stage.provider = rotate
    body = many(60, "{{x}}")
    for recipient in body["recipients"]:
        recipient["variables"] = {"x": recipient["to"]}
    send(fleet.stage, body)
    fleet.deliver()
    figure("G18", "calls refused in a request of 60 calls, ten at once, in a rotation", fleet.refused.total())
    assert fleet.states() == {State.SENT: 60}
    assert set(fleet.carrier.sent.values()) == {1}
    assert fleet.refused.total() <= WIDTH


@pytest.mark.goal("G18")
def test_the_new_secret_comes_late(fleet: Fleet) -> None:
    """While nobody here knows the new secret messages wait, unsent; then they go out, once each."""
    fleet.secret = "second"
    for number in range(3):
        send(fleet.stage, sms(phone(number)))
    fleet.deliver()
    assert fleet.states() == {State.RETRY: 3}
    fleet.know()
    fleet.stage.clock.now += 301_000
    fleet.deliver()
    assert fleet.states() == {State.SENT: 3}
    assert set(fleet.carrier.sent.values()) == {1}
