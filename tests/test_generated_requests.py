"""
Requests made from the API's description, good ones and bad ones: no server error, every refusal a problem document.

    pytest tests/test_generated_requests.py                         as many as every run can afford
    HERALD_REQUESTS=200 pytest tests/test_generated_requests.py     200 good and 200 bad ones an operation

One that fails is shrunk to the smallest request that fails alike.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from docs.generate import openapi
from tests import contract, webhooks
from tests.conftest import Show
from tests.world import Answer, World

pytestmark = [pytest.mark.goal("G26"), pytest.mark.feature("F33")]

REQUESTS = int(os.environ.get("HERALD_REQUESTS", "25"))
"""Requests of either kind for each operation."""

type Made = Case[Any]


def _good(found: Any) -> Any:
    """An operation whose description can be read, as all can."""
    return found.ok()


DESCRIPTION = schemathesis.openapi.from_dict(openapi.document())
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (_good(found) for found in DESCRIPTION.get_all_operations())
}


def carrier(request: httpx.Request) -> httpx.Response:
    """A provider that takes and knows everything."""
    if request.url.path == "/oauth/token":
        return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 300})
    return httpx.Response(200, json={"statusCode": 2000, "transferId": "t-1", "smsCount": 1, "capabilities": ["chat"]})


SMS = {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@dataclass(frozen=True, slots=True)
class Known:
    """What no generator would guess, by the route's path: real path parameters, and members of bodies and queries."""

    world: World
    paths: Mapping[str, Mapping[str, str]]
    members: Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    """One world for all: whatever was accepted before must not matter to what comes."""
    with World.of_acme() as world:
        world.provider = carrier
        message = world.post("/v1/messages", SMS).json["id"]
        webhooks.tell(world, webhooks.SMS, "inbound", webhooks.sms())
        headers = {"authorization": f"Bearer {world.key}", "content-type": "image/png"}
        medium = world.call("POST", "/v1/media", headers, PNG).json["id"]
        link = world.assembly("media").shelf.link("", "acme", medium, "image/png").rpartition("/")[2]
        address = webhooks.path(webhooks.SMS, "status").split("/")[3]
        paths = {
            "/v1/messages/{id}": {"id": message},
            "/v1/messages/{id}/cancel": {"id": message},
            "/v1/inbound/{id}": {"id": webhooks.inbounds(world)[0]["pk"][2:]},
            "/v1/media/{id}": {"id": medium},
            "/v1/media/{id}/{signature}": {"id": medium, "signature": link},
            "/v1/webhooks/{account}/{kind}": {"account": address, "kind": "status"},
        }
        unsaid = dict.fromkeys(("recipients", "account", "from", "variables", "send_at", "success"))
        members: dict[str, dict[str, object]] = {
            "/v1/messages": {"channel": "sms", "to": SMS["to"], "options": {}, "raw": {}, **unsaid},
            "/v1/media/uploads": {"content_type": "image/png"},
            "/v1/capabilities": {"channel": "rcs", "recipient": SMS["to"], "account": "acme-websms"},
        }
        members["/v1/messages/validate"] = members["/v1/messages"]
        yield Known(world, paths, members)


def answered(known: Known, case: Made, *, real: bool) -> Answer:
    """
    The case as API Gateway would hand it over, with a key that may do everything.

    If `real`, with what is known in the places of ids, so that the rest of the request comes to matter.
    """
    headers = {f"{name}": _latin(value) for name, value in (case.headers or {}).items()}
    headers["authorization"] = f"Bearer {known.world.key}"
    if case.media_type:
        headers["content-type"] = case.media_type
    members = known.members.get(case.path, {}) if real else {}
    query = urlencode(_plain({**(case.query or {}), **(members if case.method == "GET" else {})}), doseq=True)
    parts = {name: quote(f"{value}", safe="") for name, value in (case.path_parameters or {}).items()}
    if real:
        parts |= known.paths.get(case.path, {})
    path = case.path.format(**parts)
    body = _body(case, members)
    return known.world.call(case.method, f"{path}?{query}" if query else path, headers, body)


def _latin(value: object) -> str:
    """A header as it can come over the wire."""
    return f"{value}".encode("latin-1", "replace").decode("latin-1")


def _plain(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else f"{value}" for name, value in query.items()}


def _body(case: Made, real: Mapping[str, object]) -> bytes:
    body = {**case.body, **real} if isinstance(case.body, dict) else case.body
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, str) and case.media_type != "application/json":
        return body.encode("utf-8", "surrogatepass")
    return b"" if type(body).__name__ == "NotSet" else json.dumps(body).encode()


MODES = [
    (route, mode)
    for route, operation in OPERATIONS.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE
    or operation.definition.raw.get("x-scope")  # where nothing is asked for, all is fine
]


@pytest.mark.parametrize(("route", "mode"), MODES, ids=[f"{route}, {mode.value}" for route, mode in MODES])
def test_generated_requests(known: Known, route: str, mode: GenerationMode, figure: Show) -> None:
    """No server error; a refusal is a problem document with all that is described of it."""
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=True,
    )
    @given(OPERATIONS[route].as_strategy(generation_mode=mode), st.booleans())
    def ask(case: Made, real: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        answer = answered(known, case, real=real)
        statuses[int(answer.status)] += 1
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert case.method == "HEAD" or contract.fits("Problem", answer.json), answer.body

    ask()
    told = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    figure("G26", f"{route}, {mode.value}: answers", told)
