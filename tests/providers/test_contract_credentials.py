"""
What all providers do alike with credentials: they are renewed, signed with, and never told to anybody.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest

from herald.errors import ConfigurationError, CredentialsRefused
from herald.provider import Response, Stamp
from tests.providers.harness import Send, Table, json_response
from tests.providers.tables import STAMP, TOKEN, awkward, failures, first_call, parsers, requests, tables, told_by

LATER = Stamp(STAMP.now + 61_000, STAMP.nonce[::-1])


def other(secrets: dict[str, str]) -> dict[str, str]:
    """Credentials of the same shape that are different ones."""
    return {name: value[1:] + value[:1] for name, value in secrets.items()}


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", ["", "{}", None], ids=["empty", "object", "yes"])
def test_a_401_is_about_the_credentials_whatever_its_body_says(table: Table, body: str | None) -> None:
    """Nothing was sent: they are read again, the token is renewed, and the same message goes out once more."""
    answer = Response(401, {}, table.accepted.body if body is None else body.encode())
    with pytest.raises(CredentialsRefused):
        table.adapter().parse_receipts(answer, table.hello)


@pytest.mark.parametrize("table", tables())
def test_after_a_renewal_only_the_credentials_differ(table: Table) -> None:
    """The same message to the same people under the same reference, whatever was rotated in between."""
    before, after = table.adapter(), table.adapter_with(secrets=other(dict(table.secrets)))
    messages = [case.message for case in table.cases if isinstance(case, Send) and not (case.settings or case.secrets)]
    for message in [table.hello, *messages]:
        first = before.sign(before.build_request(message, "token-1"), STAMP)
        second = after.sign(after.build_request(message, "token-2"), STAMP)
        assert (first.method, first.url, first.body) == (second.method, second.url, second.body)
        assert set(first.headers) == set(second.headers)
        assert first.headers != second.headers


@pytest.mark.parametrize("table", tables())
def test_no_attempt_is_signed_like_another(table: Table) -> None:
    """A signature is of its attempt and of nothing else; what was built stays as it is for the next one."""
    for _, adapter, request in requests(table):
        kept = replace(request, headers=dict(request.headers))
        first, again, later = (adapter.sign(request, stamp) for stamp in (STAMP, STAMP, LATER))
        assert request == kept
        assert first == again
        assert (later.method, later.url) == (request.method, request.url)
        if first.headers != request.headers:
            assert later.headers != first.headers
            assert set(request.headers) - {"Authorization"} <= set(later.headers)


@pytest.mark.parametrize("table", tables())
def test_what_is_signed_is_what_is_sent(table: Table) -> None:
    """The wire changes nothing of the address: a signature over another one would be refused."""
    adapter = table.adapter()
    built = [request for _, _, request in requests(table)]
    for direction in adapter.polls:
        built += [adapter.build_list(awkward(direction), TOKEN), adapter.build_lookup(direction, "a /?%ü", TOKEN)]
    for request in built:
        assert str(httpx.Request(request.method, request.url).url) == request.url


@pytest.mark.parametrize("table", tables())
def test_a_secret_that_was_never_given_is_said_so(table: Table) -> None:
    """Without credentials the account is not configured; nothing is sent without them."""
    with pytest.raises(ConfigurationError):
        first_call(table.adapter_with(secrets={}), table)


@pytest.mark.parametrize("table", tables())
def test_no_secret_stands_in_an_address(table: Table) -> None:
    """Addresses end in logs: credentials go into headers, unless an account's own setting wants it otherwise."""
    secrets = [TOKEN, *table.secrets.values()]
    for case, _, request in requests(table):
        if not case.settings and not case.secrets:
            assert not [secret for secret in secrets if secret in request.url], case.name


def echoes(table: Table) -> Iterator[Response]:
    """Answers that repeat all that must not be repeated, in every place where a provider could."""
    echo = " ".join([TOKEN, *table.secrets.values(), table.hello.recipient.value])
    for status in (200, 400, 401, 404, 429, 500):
        yield json_response(status, {"statusMessage": echo, "error": echo, "message": echo, "errors": {"to": [echo]}})
        for answer in (table.accepted, *table.refusals.values()):
            yield json_response(status, _repeating(json.loads(answer.body), echo))


def _repeating(document: object, echo: str) -> object:
    """The document with every text that is no code replaced."""
    if isinstance(document, dict):
        return {name: _repeating(value, echo) for name, value in document.items()}
    if isinstance(document, list):
        return [_repeating(value, echo) for value in document]
    return echo if isinstance(document, str) and not document.isdecimal() else document


@pytest.mark.parametrize("table", tables())
def test_no_secret_ever_stands_in_an_error(table: Table) -> None:
    """Whatever fails, neither its sentence nor its hint nor its code holds a credential, a token or the recipient."""
    adapter, message = table.adapter(), table.hello
    answers = [Response(status) for status in range(100, 600)]
    answers += [*table.refusals.values(), *echoes(table)]
    readers: list[Callable[[Response], object]] = [lambda answer: adapter.parse_receipts(answer, message)]
    readers += parsers(adapter, table).values()
    for answer in answers:
        for error in failures(readers, answer):
            said = told_by(error)
            for secret in [TOKEN, *table.secrets.values(), message.recipient.value]:
                assert secret not in said
