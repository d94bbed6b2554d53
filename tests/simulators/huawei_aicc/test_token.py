"""
tokenByAkSk, and what a send must show.
"""

import re
import time
from typing import Any

import pytest

from tests.simulators.huawei_aicc.driver import APP, SEND, TOKEN, Simulator, body


def test_token(simulator: Simulator) -> None:
    """
    The answer is documented to the member, and every value is a text, numbers too.
    """
    before = int(time.time())
    document = simulator.ask_token(**{"X-Token-Expire": "600"}).json()
    assert re.fullmatch(r"[0-9a-f]{32}", document.pop("AccessToken"))
    assert re.fullmatch(r"[0-9a-f]{32}", document.pop("Scope"))
    assert before <= int(document.pop("CreateTime")) <= time.time()
    assert document == {"ApplyType": "Bearer", "Expires": "600", "AppKey": "sim-app-key", "UserID": "Anonymous"}


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (APP | {"app_secret": "wrong"}, 401),
        (APP | {"app_key": "unknown"}, 401),
        (APP | {"app_secret": ["sim-app-secret"]}, 401),
        ({"app_key": "sim-app-key"}, 400),
        ({}, 400),
        ([], 400),
        (None, 400),
    ],
)
def test_wrong_credentials(simulator: Simulator, document: Any, status: int) -> None:
    """
    Wrong credentials are 401 and missing ones 400, with a small JSON document.
    """
    answer = simulator.ask_token(document)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, str(status))


@pytest.mark.parametrize("life", ["1", "3600"])
def test_life(simulator: Simulator, life: str) -> None:
    """
    A client chooses its token's life, from 1 to 3600 seconds.
    """
    assert simulator.ask_token(**{"X-Token-Expire": life}).json()["Expires"] == life


@pytest.mark.parametrize("life", ["0", "3601", "-1", "1.5", "soon", ""])
def test_wrong_life(simulator: Simulator, life: str) -> None:
    """
    Any other life is 400.
    """
    assert simulator.ask_token(**{"X-Token-Expire": life}).status_code == 400


@pytest.mark.parametrize(("life", "given"), [("0", "1"), ("86400", "3600"), ("600", "600")])
def test_clamped(simulator: Simulator, life: str, given: str) -> None:
    """
    By setting, the nearest permitted life is given instead; what is no integer stays 400.
    """
    simulator.change(clamp_token_seconds=True)
    assert simulator.ask_token(**{"X-Token-Expire": life}).json()["Expires"] == given
    assert simulator.ask_token(**{"X-Token-Expire": "soon"}).status_code == 400


def test_default_life(simulator: Simulator) -> None:
    """
    Without the header the setting decides; a life of 0 seconds is over at once.
    """
    assert simulator.ask_token().json()["Expires"] == "600"
    simulator.change(token_seconds=0)
    assert simulator.send().status_code == 401


def test_calls_are_counted(simulator: Simulator) -> None:
    """
    Every token call counts for its app, a refused one for `?`.
    """
    simulator.token()
    simulator.token()
    simulator.ask_token(APP | {"app_secret": "wrong"})
    assert simulator.control("GET", "token-calls") == {"total": 3, "by_client": {"sim-app-key": 2, "?": 1}}


def test_expire_now(simulator: Simulator) -> None:
    """
    Expiring all tokens ends a live one; a new one works.
    """
    token = simulator.token()
    assert simulator.post(body(), token).status_code == 200
    assert simulator.control("POST", "expire-tokens") == {"expired": 1}
    assert simulator.post(body(), token).status_code == 401
    assert simulator.send().status_code == 200


def test_an_older_token_lives_on(simulator: Simulator) -> None:
    """
    A new token does not end the one before.
    """
    token = simulator.token()
    simulator.token()
    assert simulator.post(body(), token).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Basic c2ltOnNpbQ=="},
        {"x-app-key": ""},
        {"x-app-key": "another"},
    ],
)
def test_unauthorized(simulator: Simulator, headers: dict[str, str]) -> None:
    """
    A send needs a live bearer and the x-app-key of its app; else it is 401 and nothing is taken.
    """
    answer = simulator.post(body(), **headers)
    assert answer.status_code == 401
    assert answer.json()["requestError"]["serviceException"]["messageId"] == "UNAUTHORIZED"
    assert simulator.sent() == {}


def test_token_alone(simulator: Simulator) -> None:
    """
    The space after Bearer is required.
    """
    token = simulator.token()
    assert simulator.post(body(), token, Authorization=f"Bearer{token}").status_code == 401


def test_bearer_to_the_letter(simulator: Simulator) -> None:
    """
    The scheme in another case passes, but not where the simulator is strict.
    """
    token = simulator.token()
    assert simulator.post(body(), token, Authorization=f"bearer {token}").status_code == 200
    simulator.change(strict=True)
    assert simulator.post(body(), token, Authorization=f"bearer {token}").status_code == 401


def test_x_app_key_of_its_own(simulator: Simulator) -> None:
    """
    The API Fabric may have another x-app-key than the app_key.
    """
    simulator.change(x_app_keys={"sim-app-key": "268e19b9"})
    assert simulator.send().status_code == 401
    assert simulator.post(body(), **{"x-app-key": "268e19b9"}).status_code == 200


def test_unlisted_address(simulator: Simulator) -> None:
    """
    A caller whose address is not listed gets a bare 403 page, wherever it calls.
    """
    simulator.change(ip_refused=True)
    for answer in (simulator.ask_token(), simulator.http.post(SEND, json=body())):
        assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html")
        assert "403 Forbidden" in answer.text


def test_strict_content_type(simulator: Simulator) -> None:
    """
    Strict, a token request must say that it is JSON.
    """
    document = b'{"app_key": "sim-app-key", "app_secret": "sim-app-secret"}'
    assert simulator.http.post(TOKEN, content=document).status_code == 200
    simulator.change(strict=True)
    assert simulator.http.post(TOKEN, content=document).status_code == 400
