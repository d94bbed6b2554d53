"""
Who may call.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.webex_connect.driver import V2, Simulator, envelope, token

BASIC_OBJECT = {"code", "description", "transid"}


def refusal(simulator: Simulator, headers: dict[str, str]) -> dict[str, Any]:
    answer = simulator.post(envelope(), headers=headers)
    assert answer.status_code == 200
    response = answer.json()["response"]
    assert isinstance(response, dict)
    assert set(response) == BASIC_OBJECT
    return response


def code_for(simulator: Simulator, headers: dict[str, str]) -> str:
    response = simulator.post(envelope(), headers=headers).json()["response"]
    return str(response[0]["code"] if isinstance(response, list) else response["code"])


def test_key(simulator: Simulator) -> None:
    """
    The service key opens; a wrong one is 7001, none 7002, that of an inactive service 7007, each with a transid.
    """
    assert code_for(simulator, {"key": "sim-key"}) == "1001"
    assert refusal(simulator, {"key": "other"})["description"] == "Authentication failed."
    assert refusal(simulator, {})["code"] == "7002"
    assert refusal(simulator, {"key": "sim-inactive"})["code"] == "7007"


def test_token(simulator: Simulator) -> None:
    """
    A JWT over the decoded secret opens for sixty minutes from its `iat`, whichever word writes the scheme.
    """
    assert code_for(simulator, {"Authorization": f"Bearer {token()}"}) == "1001"
    almost = token(iat=int(time.time()) - 3590)
    assert code_for(simulator, {"Authorization": f"bearer {almost}"}) == "1001"


@pytest.mark.parametrize(
    "bad",
    [
        token(iat=int(time.time()) - 3601),
        token(iat=int(time.time()) + 3600),
        token(iat=str(int(time.time()))),
        token(iss="ELSE"),
        token(secret=b"c2ltLXNlY3JldC1vZi10aGUtc2VydmljZQ=="),
        token(algorithm="none"),
        token(header=[]),
        "a.b.c",
        "no-token",
        "....",
        token() + "=",
        token()[:-4],
    ],
)
def test_bad_token(simulator: Simulator, bad: str) -> None:
    """
    An old, early, foreign, undecoded-secret, unsigned or mangled JWT is 7001.
    """
    assert code_for(simulator, {"Authorization": f"Bearer {bad}"}) == "7001"


def test_token_wins(simulator: Simulator) -> None:
    """
    With both, the JWT counts: a bad one is refused beside a good key, a good one accepted beside a bad key.
    """
    assert code_for(simulator, {"Authorization": "Bearer a.b.c", "key": "sim-key"}) == "7001"
    assert code_for(simulator, {"Authorization": f"Bearer {token()}", "key": "other"}) == "1001"


def test_address(start: Callable[..., Simulator]) -> None:
    """
    An address outside the allowed ones is 7010 even with good credentials; inside it may come in.
    """
    simulator = start(allowed_addresses=["10.0.0.0/8"])
    assert code_for(simulator, {"key": "sim-key"}) == "7010"
    simulator.change(allowed_addresses=["10.0.0.0/8", "127.0.0.1"])
    assert code_for(simulator, {"key": "sim-key"}) == "1001"


def test_http_status(simulator: Simulator) -> None:
    """
    HTTP 400 beside 7001, which some pages print, is a setting.
    """
    simulator.change(refused_http={"7001": 400})
    assert simulator.post(envelope(), headers={"key": "other"}).status_code == 400
    assert simulator.post(envelope(), headers={}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"key": "other"}, {"Authorization": "Bearer a.b.c", "key": "sim-key"}])
def test_v2_unauthorized(simulator: Simulator, headers: dict[str, str]) -> None:
    """
    v2 says 401 without a body, whatever is wrong, for sending and asking alike.
    """
    sent, asked = simulator.post({}, V2, headers), simulator.http.get(f"{V2}/x", headers=headers)
    assert [(answer.status_code, answer.content) for answer in (sent, asked)] == [(401, b""), (401, b"")]


def test_v2_inactive(simulator: Simulator) -> None:
    """
    An inactive service is 400 with 7007 in v2.
    """
    answer = simulator.post({"channel": "sms"}, V2, {"key": "sim-inactive"})
    assert (answer.status_code, answer.json()["code"]) == (400, "7007")


def test_secrets_are_not_shown(simulator: Simulator) -> None:
    """
    No record shows a key or a token.
    """
    simulator.post(envelope(), headers={"key": "sim-key", "Authorization": f"Bearer {token()}"})
    assert not {"key", "authorization"} & set(simulator.messages()[0]["headers"])
