"""
`/simple`: no JSON, unless asked for.
"""

from urllib.parse import parse_qs

import pytest

from tests.simulators.websms.driver import Simulator

AUTH = ("sim-user", "sim-password")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_simple(simulator: Simulator, method: str) -> None:
    """
    Simple takes a query or a form, comma-joined recipients, and answers key=value text unless JSON is asked for.
    """
    pairs = {"recipientAddressList": "4366012345678, 4366012345679", "messageContent": "hi", "test": "1"}
    pairs |= {"maxSmsPerMessage": "2"}
    place = {"params": pairs} if method == "GET" else {"data": pairs}
    answer = simulator.http.request(method, "/rest/smsmessaging/simple", auth=AUTH, **place)  # type: ignore[arg-type]
    parsed = parse_qs(answer.text, keep_blank_values=True)
    assert (parsed["statusCode"], parsed["statusMessage"], parsed["clientMessageId"]) == (["2000"], ["OK"], [""])
    arrived = simulator.messages()[0]
    assert arrived["recipients"] == ["4366012345678", "4366012345679"]
    assert arrived["remarks"] == []


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("messageContent=gr%FC%DFe", {}),
        ("messageContent=gr%C3%BC%C3%9Fe", {}),
        ("messageContent=gr%FC%DFe", {"Content-Type": "application/x-www-form-urlencoded;charset=ISO-8859-1"}),
    ],
)
def test_simple_charsets(simulator: Simulator, query: str, headers: dict[str, str]) -> None:
    """
    Latin-1 and UTF-8 both arrive as the text they mean.
    """
    body = f"recipientAddressList=4366012345678&{query}"
    simulator.http.post("/rest/smsmessaging/simple", content=body, headers=headers, auth=AUTH)
    simulator.http.get(f"/rest/smsmessaging/simple?{body}", auth=AUTH)
    assert [message["body"]["messageContent"] for message in simulator.messages()] == ["grüße"] * 2


def test_simple_token_in_the_form(simulator: Simulator) -> None:
    """
    Simple takes the access token among the pairs too.
    """
    pairs = {"recipientAddressList": "4366012345678", "messageContent": "hi", "access_token": "sim-access-token"}
    answer = simulator.http.post("/rest/smsmessaging/simple", data=pairs, headers={"Accept": "application/json"})
    assert answer.json()["statusCode"] == 2000
