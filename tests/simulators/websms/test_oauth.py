"""
The token endpoint and what a token opens.
"""

import pytest

from tests.simulators.websms.driver import RECIPIENT, Simulator

FORM = {"grant_type": "client_credentials", "scope": "messaging:whatsapp"}


def test_token(simulator: Simulator) -> None:
    """
    A token answer is the documents': like a JWT, `bearer` in lower case, 300 seconds.
    """
    answer = simulator.ask_token(FORM)
    document = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert document.pop("access_token").startswith("eyJhbGciO")
    assert document == {"token_type": "bearer", "expires_in": 300}


@pytest.mark.parametrize(
    ("change", "auth", "status", "error"),
    [
        ({}, ("sim-client", "wrong"), 401, "invalid_client"),
        ({}, None, 401, "invalid_client"),
        ({"grant_type": "password"}, ("sim-client", "sim-secret"), 400, "unsupported_grant_type"),
        ({"scope": "messaging:smoke"}, ("sim-client", "sim-secret"), 400, "invalid_scope"),
        ({"scope": ""}, ("sim-client", "sim-secret"), 400, "invalid_scope"),
    ],
)
def test_token_errors(
    simulator: Simulator, change: dict[str, str], auth: tuple[str, str] | None, status: int, error: str
) -> None:
    """
    A token is refused in the words of RFC 6749 5.2.
    """
    answer = simulator.ask_token(FORM | change, auth)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_token_needs_a_form(simulator: Simulator) -> None:
    """
    JSON is no token request.
    """
    answer = simulator.http.post("/oauth/token", json=FORM, auth=("sim-client", "sim-secret"))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_calls_are_counted(simulator: Simulator) -> None:
    """
    Every token call counts for its client, a refused one for `?`.
    """
    simulator.token()
    simulator.token()
    simulator.ask_token(FORM, ("sim-client", "wrong"))
    assert simulator.control("GET", "token-calls") == {"total": 3, "by_client": {"sim-client": 2, "?": 1}}


def test_no_token(simulator: Simulator) -> None:
    """
    Without a token, or with a made-up one, the Messaging API answers 401 with RFC 6750's challenge.
    """
    answer = simulator.http.post("/messaging/whatsapp/send_text", json={})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    answer = simulator.text(token="made-up")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_scope(simulator: Simulator) -> None:
    """
    A token opens only what its scopes name.
    """
    answer = simulator.text(token=simulator.token("messaging:rcs media:read"))
    assert answer.status_code == 403
    assert answer.json() == {"error": "insufficient_scope", "scope": "messaging:whatsapp"}


def test_expire_now(simulator: Simulator) -> None:
    """
    Expiring all tokens ends a live one; a new one works.
    """
    token = simulator.token()
    assert simulator.text(token=token).status_code == 200
    assert simulator.control("POST", "expire-tokens") == {"expired": 1}
    assert simulator.text(token=token).status_code == 401
    assert simulator.text(RECIPIENT).status_code == 200


def test_time_to_live(simulator: Simulator) -> None:
    """
    The time to live is a setting; one of 0 seconds is over at once.
    """
    simulator.control("PATCH", "settings", {"token_seconds": 0})
    assert simulator.text().status_code == 401
