"""
Pigeon Post's simulator alone: it refuses what the provider would refuse, and tells what the provider would tell.
"""

import ast
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.pigeon.played import Played, played

FOLDER = Path(__file__).parent / "simulator"
KEY = {"Authorization": "Bearer sim-key"}
ANNA, BERT, NOBODY, LOST = "+436601234567", "+436601234568", "+436608884040", "+436608890001"


class Home:
    """Takes what is posted; answers what `answers` holds, then as it should."""

    def __init__(self) -> None:
        self.taken: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.taken.append(request)
        return self.answers.pop(0) if self.answers else httpx.Response(200, text="coo")

    def told(self, name: str) -> list[object]:
        """This member of each body."""
        return [json.loads(request.content)[name] for request in self.taken]


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def pigeon(home: Home) -> Iterator[Played]:
    with played(home, webhook_urls={"inbound": "http://home/inbound"}) as simulator:
        yield simulator


def flight(*to: str, **members: object) -> dict[str, object]:
    pigeons = [{"to": number, "ring": f"ring-{position}"} for position, number in enumerate(to)]
    return {"channel": "sms", "pigeons": pigeons, "text": "Coo", "tell": "http://home/status"} | members


def send(pigeon: Played, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    return pigeon.call(httpx.Request("POST", "http://pigeon/v1/flights", json=body, headers=headers or KEY))


def test_each_pigeon_has_a_code_of_its_own(pigeon: Played, home: Home) -> None:
    """Those that fly are told of until they land; the others are not."""
    answer = send(pigeon, flight(ANNA, NOBODY, "nobody"))
    assert answer.status_code == 202
    told = answer.json()["pigeons"]
    assert [(one["ring"], one["code"], "id" in one) for one in told] == [
        ("ring-0", 0, True),
        ("ring-1", 4040, False),
        ("ring-2", 4040, False),
    ]
    pigeon.settle()
    assert home.told("word") == ["released", "landed"]
    assert set(home.told("ring")) == {"ring-0"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"pigeons": []},
        {"pigeons": [{"to": ANNA, "ring": ""}]},
        {"pigeons": [{"to": ANNA, "ring": "1"}, {"to": BERT, "ring": "1"}]},
        {"pigeons": [{"to": ANNA, "ring": f"{number}"} for number in range(51)]},
        {"text": None},
        {"text": "x" * 301},
        {"picture": "https://media.example/cat.jpg"},
        {"channel": "whatsapp", "picture": "cat.jpg"},
        {"channel": "rcs"},
        {"wings": 2},
    ],
    ids=str,
)
def test_what_it_cannot_read_is_refused(pigeon: Played, wrong: dict[str, object]) -> None:
    """As a whole, and nothing flies."""
    answer = send(pigeon, flight(ANNA, **wrong))
    assert (answer.status_code, answer.json()) == (400, {"code": 4000})
    assert not pigeon.post.state.arrivals[0].accepted


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer other"}, {"X": "y"}])
def test_nobody_else_may_send_or_fetch(pigeon: Played, headers: dict[str, str]) -> None:
    """Without the key there is nothing."""
    assert send(pigeon, flight(ANNA), headers).json() == {"code": 4010}
    answer = pigeon.call(httpx.Request("GET", "http://pigeon/v1/pictures/pic-1", headers=headers))
    assert answer.status_code == 401


def test_an_unknown_loft_sends_nothing(pigeon: Played) -> None:
    """Each pigeon of it is refused."""
    assert send(pigeon, flight(ANNA, loft="Loft 8")).json() == {"pigeons": [{"ring": "ring-0", "code": 4041}]}


def test_a_strict_one_wants_the_plus(pigeon: Played) -> None:
    """A lenient reading takes the number without it too."""
    bare = flight(ANNA.removeprefix("+"))
    assert send(pigeon, bare).json()["pigeons"][0]["code"] == 0
    pigeon.control("PATCH", "settings", {"strict": True})
    assert send(pigeon, bare).json()["pigeons"][0]["code"] == 4040


def test_a_magic_number_forces_the_end(pigeon: Played, home: Home) -> None:
    """Whoever sends to it sees that end."""
    send(pigeon, flight(LOST))
    pigeon.settle()
    assert home.told("word") == ["released", "lost"]


def test_it_is_told_until_it_is_heard(pigeon: Played, home: Home) -> None:
    """Anything but a 200 with `coo` and it comes again, the same, under a seal."""
    home.answers = [httpx.Response(200, text="moo"), httpx.Response(500, text="coo")]
    send(pigeon, flight("+436608890002"))
    pigeon.settle()
    assert home.told("word") == ["shooed"] * 3
    assert len({request.content for request in home.taken}) == 1
    for request in home.taken:
        seal = hmac.new(b"sim-secret", request.content, "sha256").hexdigest()
        assert request.headers["X-Pigeon-Seal"] == seal


def test_a_note_comes_with_its_picture(pigeon: Played, home: Home) -> None:
    """Which can be fetched until everything is forgotten."""
    pigeon.control("POST", "inbound", {"sender": ANNA, "text": "Look", "picture": "AAEC"})
    pigeon.settle()
    (name,) = home.told("picture")
    asked = httpx.Request("GET", f"http://pigeon/v1/pictures/{name}", headers=KEY)
    assert pigeon.call(asked).content == b"\x00\x01\x02"
    pigeon.control("POST", "reset", {"everything": True})
    assert pigeon.call(asked).status_code == 404


def test_faults_speak_its_language(pigeon: Played) -> None:
    """A code in its own error document, a dead key, and a page of a proxy."""
    for kind, told in (
        ({"kind": "answer", "status": 503, "code": 5030}, (503, {"code": 5030})),
        ({"kind": "unauthorized"}, (401, {"code": 4010})),
    ):
        pigeon.control("POST", "faults", kind | {"times": 1})
        answer = send(pigeon, flight(ANNA))
        assert (answer.status_code, answer.json()) == told
    pigeon.control("POST", "faults", {"kind": "answer", "status": 502, "times": 1})
    assert send(pigeon, flight(ANNA)).headers["content-type"] == "text/html"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_it_is_a_reading_of_its_own(path: Path) -> None:
    """A simulator imports nothing of the product."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [f"{node.module}"] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.partition(".")[0] in {"herald", "functions", "cli"}]
