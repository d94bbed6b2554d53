"""
Every HTTP status that the API may answer, with the body that goes with it.
"""

import json
from typing import Any

import httpx
import pytest

from local.simulators.smsglobal.magic import number_for
from tests.simulators.smsglobal.driver import CAPABILITY, INCOMING, NUMBER, OPT_IN, OUTGOING, TEXT, Simulator


def posts(number: str) -> list[tuple[str, dict[str, Any]]]:
    """
    The three calls that name a number.
    """
    return [
        (OUTGOING, {"to": [NUMBER, number], "message": json.dumps(TEXT)}),
        (CAPABILITY, {"numbers": [NUMBER, number]}),
        (OPT_IN, {"opt-in": [{"number": NUMBER}, {"number": number}]}),
    ]


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (402, {"message": "Payment Required"}),
        (404, {"message": "Not Found"}),
        (415, {"message": "Unsupported Media Type"}),
        (429, {"message": "Too Many Requests"}),
        (500, {"message": "Internal Server Error"}),
        (599, {"message": "Error"}),
        (401, {"error": "Unknown Authentication Error"}),
    ],
)
def test_magic_status(simulator: Simulator, status: int, document: dict[str, Any]) -> None:
    """
    A magic number among others makes any call that names it fail so, and nothing is done.
    """
    for path, body in posts(number_for(status)):
        answer = simulator.call("POST", path, body)
        assert (answer.status_code, answer.json()) == (status, document)
    assert simulator.list() == []
    assert simulator.call("GET", OPT_IN).json() == {"optIn": []}


def test_magic_400(simulator: Simulator) -> None:
    """
    400 names the field that the number came in.
    """
    answers = [simulator.call("POST", path, body).json() for path, body in posts(number_for(400))]
    assert answers == [{"errors": {field: {"errors": ["is not valid"]}}} for field in ("to", "numbers", "opt-in")]


def test_magic_403(simulator: Simulator) -> None:
    """
    403 is plain text.
    """
    answer = simulator.send(to=number_for(403))
    assert (answer.status_code, answer.text) == (403, "Unknown Authentication Error")


def test_out_of_credit(simulator: Simulator) -> None:
    """
    An account without credit is answered 402 to every message, and to nothing else.
    """
    simulator.change(out_of_credit=True)
    assert simulator.send().status_code == 402
    assert simulator.call("POST", CAPABILITY, {"numbers": [NUMBER]}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v2/whatsapp", "/v1/whatsapp/message", OUTGOING + "/", "/v2/whatsapp/sent"])
def test_unknown_path(simulator: Simulator, path: str) -> None:
    """
    An unknown path is 404 in JSON; a slash too many is one too, not a redirect.
    """
    answer = simulator.call("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("path", [INCOMING, OUTGOING])
@pytest.mark.parametrize("unknown", ["1", "6359736682344313", "abc", "-1", "²"])
def test_unknown_id(simulator: Simulator, path: str, unknown: str) -> None:
    """
    An id that nothing has is 404 in JSON.
    """
    answer = simulator.call("GET", str(httpx.URL(f"{path}/{unknown}").raw_path, "ascii"))
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", CAPABILITY, {"POST"}),
        ("POST", INCOMING, {"GET"}),
        ("POST", f"{INCOMING}/1", {"GET"}),
        ("DELETE", OUTGOING, {"GET", "POST"}),
        ("POST", f"{OUTGOING}/1", {"GET"}),
        ("PUT", OPT_IN, {"GET", "POST"}),
    ],
)
def test_wrong_method(simulator: Simulator, method: str, path: str, allowed: set[str]) -> None:
    """
    Another method is 405, and Allow has all that are right; OPTIONS tells them too.
    """
    answer = simulator.call(method, path)
    assert (answer.status_code, answer.json()) == (405, {"message": "Method Not Allowed"})
    assert set(answer.headers["allow"].split(", ")) == allowed
    options = simulator.http.options(path)
    assert (options.status_code, set(options.headers["allow"].split(", "))) == (200, allowed)


@pytest.mark.parametrize("accept", ["application/xml", "text/html, image/*", "application/jsonp"])
def test_not_acceptable(simulator: Simulator, accept: str) -> None:
    """
    Who does not take JSON gets 406.
    """
    answer = simulator.call("GET", OUTGOING, headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (406, {"message": "Not Acceptable"})


@pytest.mark.parametrize("accept", ["*/*", "application/*;q=0.8", "text/html, Application/JSON; charset=utf-8", ""])
def test_acceptable(simulator: Simulator, accept: str) -> None:
    """
    Any Accept that JSON fits is fine, and so is none.
    """
    assert simulator.call("GET", OUTGOING, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "application/jsonp", ""])
def test_unsupported_media_type(simulator: Simulator, content_type: str) -> None:
    """
    A body that is not called JSON is 415, whatever it is.
    """
    answer = simulator.call("POST", OUTGOING, {}, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (415, {"message": "Unsupported Media Type"})


def test_supported_media_type(simulator: Simulator) -> None:
    """
    JSON may name its charset.
    """
    answer = simulator.call("POST", OUTGOING, {}, headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert answer.status_code == 400


def test_code_in_the_body(simulator: Simulator) -> None:
    """
    Where it is set, the body repeats the status as `code`.
    """
    simulator.change(error_code=True)
    documents = [simulator.call("GET", path).json() for path in ("/v2/none", f"{OUTGOING}/1")]
    assert documents == [{"message": "Not Found", "code": 404}] * 2
    assert simulator.send(to=number_for(500)).json()["code"] == 500


def test_authentication_comes_first(simulator: Simulator) -> None:
    """
    Who is not let in does not learn what else is wrong.
    """
    assert simulator.http.post(OUTGOING, content=b"{", headers={"Accept": "text/html"}).status_code == 403
