"""
Smart links and shortened links.
"""

import re
from typing import Any

import httpx
import pytest

from tests.simulators.webex_connect.driver import NUMBER, Simulator

OTHER = "+436761234568"
SHORTEN = {"shortenLinks": "true", "trackClicks": "true", "domain": "https://s.example"}


def smart(text: str, *links: dict[str, Any]) -> dict[str, Any]:
    return {"sms": {"text": text}, "smartlinks": list(links)}


def texts(simulator: Simulator) -> dict[str, str]:
    """What the last message became, by recipient."""
    return dict(simulator.messages()[-1]["facts"].get("texts", {}))


def follow(simulator: Simulator, url: str) -> httpx.Response:
    assert url.startswith(simulator.url)
    return simulator.http.get(url, headers={"User-Agent": "browser"})


@pytest.mark.parametrize("linkid", [5, "5"])
def test_smart(simulator: Simulator, linkid: Any) -> None:
    """
    The token becomes a short link of each recipient's own, which leads to the long URL and tells nobody.
    """
    channels = smart("see {{link_5}} now", {"linkid": linkid, "validity": 30})
    simulator.send("sms", NUMBER, OTHER, channels=channels)
    found = {number: re.fullmatch(r"see (http\S+/s/\S+) now", text) for number, text in texts(simulator).items()}
    urls = {number: match[1] for number, match in found.items() if match}
    assert set(urls) == {NUMBER, OTHER}
    assert urls[NUMBER] != urls[OTHER]
    answer = follow(simulator, urls[NUMBER])
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/offers")
    assert {each["deliveryInfo"]["deliveryStatus"] for each in simulator.receipts()} == {"Submitted", "Delivered"}


@pytest.mark.parametrize("link", [{"linkid": "404", "validity": 30}, {"validity": 30}, {"linkid": 5, "validity": "x"}])
def test_bad_smart(simulator: Simulator, link: dict[str, Any]) -> None:
    """
    An unknown or missing id and a validity that is no number are refused.
    """
    assert simulator.send(channels=smart("{{link_5}}", link))["code"] in {"7003", "7004"}


def test_token_alone(simulator: Simulator) -> None:
    """
    Without its definition a token stays as it is.
    """
    simulator.send(channels={"sms": {"text": "see {{link_5}}"}})
    assert texts(simulator) == {}


def test_over(simulator: Simulator) -> None:
    """
    After its minutes a link leads to the page for expired ones.
    """
    simulator.send(channels=smart("{{link_7}}", {"linkid": 7, "validity": 0}))
    assert follow(simulator, texts(simulator)[NUMBER]).headers["location"] == "https://example.com/over"


def test_unknown_link(simulator: Simulator) -> None:
    """
    A link that was never made is 404.
    """
    assert simulator.http.get("/s/nothing").status_code == 404


@pytest.mark.parametrize("channel", ["fb", "whatsapp", "appmessaging"])
def test_other_channels(simulator: Simulator, channel: str) -> None:
    """
    The text of the other channels has smart links too.
    """
    blocks: dict[str, dict[str, Any]] = {
        "fb": {"OTT-Messaging": {"fb": {"text": "{{link_5}}"}}},
        "whatsapp": {"OTT-Messaging": {"wa": {"type": "text", "text": {"body": "{{link_5}}"}}}},
        "appmessaging": {"appmessaging": {"thread_id": "t", "message": {"text": "{{link_5}}"}}},
    }
    simulator.send(channel, channels=blocks[channel] | {"smartlinks": [{"linkid": 5}]})
    assert "/s/" in next(iter(texts(simulator).values()))


def test_shortened(simulator: Simulator) -> None:
    """
    A shortened link that is followed brings a Clicked with the URL, the address and the browser.
    """
    body: dict[str, Any] = {
        "content": {"type": "text", "text": "go to https://example.com/a?b=c now"},
        "options": SHORTEN,
    }
    simulator.send_v2(**body)
    simulator.settle()
    short = texts(simulator)[NUMBER].split()[2]
    assert follow(simulator, short).headers["location"] == "https://example.com/a?b=c"
    clicked = simulator.receipts()[-1]["deliveryInfo"]
    assert (clicked["code"], clicked["Description"]) == ("7528", "https://example.com/a?b=c|127.0.0.1")
    assert clicked["additionalInfo"] == "browser"


def test_untracked(simulator: Simulator) -> None:
    """
    Without trackClicks a link is shortened and a click tells nobody.
    """
    body: dict[str, Any] = {
        "content": {"type": "text", "text": "https://example.com/a"},
        "options": SHORTEN | {"trackClicks": False},
    }
    simulator.send_v2(**body)
    follow(simulator, texts(simulator)[NUMBER])
    assert "Clicked" not in [each["deliveryInfo"]["deliveryStatus"] for each in simulator.receipts()]


def test_smart_in_v2(simulator: Simulator) -> None:
    """
    v2 calls them smartlinkId and {{smartlink_5}}, and only SMS has them.
    """
    links = [{"smartlinkId": "5", "validity": "30"}]
    content = {"type": "text", "text": "{{smartlink_5}}"}
    assert simulator.send_v2(content=content, smartlinks=links).status_code == 201
    assert "/s/" in texts(simulator)[NUMBER]
    unknown = [{"smartlinkId": "404"}]
    assert simulator.send_v2(content=content, smartlinks=unknown).json()["code"] == "7004"


def test_domain(simulator: Simulator) -> None:
    """
    Short links begin with a domain of the settings if there is one.
    """
    simulator.change(link_domain="https://s.example")
    simulator.send(channels=smart("{{link_5}}", {"linkid": 5}))
    assert texts(simulator)[NUMBER].startswith("https://s.example/s/")


def test_both(simulator: Simulator) -> None:
    """
    A smart link is not shortened once more.
    """
    simulator.change(link_domain="https://s.example")
    text = "{{link_5}} https://example.com/a"
    simulator.send(channels=smart(text, {"linkid": 5}), options=SHORTEN)
    ours = texts(simulator)[NUMBER].split()
    targets = [simulator.http.get(link.removeprefix("https://s.example")).headers["location"] for link in ours]
    assert targets == ["https://example.com/offers", "https://example.com/a"]
