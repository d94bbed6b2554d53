"""
A call's way in: the doors it has to pass, then its body and the numbers in it.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from local.simulators.kit import Denied, digits
from local.simulators.smsglobal.account import Call
from local.simulators.smsglobal.answers import (
    error_answer,
    errors_answer,
    message_answer,
    status_answer,
    unauthorized_answer,
)
from local.simulators.smsglobal.findings import Findings
from local.simulators.smsglobal.mac import NotAuthentic, Signed
from local.simulators.smsglobal.magic import forced_status
from local.simulators.smsglobal.operations import POSTS
from local.simulators.smsglobal.settings import Settings

_JSON = "application/json"
_ACCEPTED = frozenset({"", "*/*", "application/*", _JSON})
_PORT = re.compile(r"[0-9]{1,5}")
_NUMBER = re.compile(r"[0-9]{5,15}")
_WRITTEN = re.compile(r"\+?[0-9 ()-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def pass_doors(call: Call) -> None:
    """Authentication, then Accept, then Content-Type; raises Denied with 401 or 403, 406, 415."""
    _authenticate(call)
    code = call.state.settings.error_code
    accepted = {part.partition(";")[0].strip() for part in call.request.headers.get("accept", "").lower().split(",")}
    if not accepted & _ACCEPTED:
        raise Denied(message_answer(406, code=code))
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.operation in POSTS and content_type != _JSON:
        raise Denied(message_answer(415, code=code))


def _authenticate(call: Call) -> None:
    settings, request = call.state.settings, call.request
    query = request.scope["query_string"]
    uri = request.scope["raw_path"] + (b"?" + query if query else b"")
    try:
        key = call.state.gate.check(
            request.headers.get("authorization", ""),
            Signed(request.method, uri.decode("latin-1")),
            keys=settings.keys,
            addresses=_addresses(request, settings),
            now=time.time(),
            tolerance=settings.ts_tolerance,
        )
    except NotAuthentic as reason:
        call.facts["denied"] = str(reason)
        raise Denied(unauthorized_answer(settings.unauthorized_status)) from reason
    call.facts["key"] = key


def _addresses(request: Request, settings: Settings) -> Iterator[tuple[str, int]]:
    """The hosts and ports that may have been signed (`mac.py`); strict, it is one pair."""
    whole = request.headers.get("host", "")
    host, _, explicit = whole.partition(":")
    port = int(explicit) if _PORT.fullmatch(explicit) else _DEFAULT_PORTS[request.scope["scheme"]]
    if settings.strict:
        yield settings.signed_address or (host, port)
        return
    for name in {whole, host, settings.public_host}:
        for number in {port, *_DEFAULT_PORTS.values()}:
            yield name, number


def read_body(call: Call, members: set[str]) -> tuple[dict[str, Any], Findings]:
    """The body and what is odd about it so far; raises Denied with 400 where it is no JSON object."""
    findings = Findings(call.remarks, strict=call.state.settings.strict)
    if not isinstance(call.document, dict):
        raise Denied(error_answer("The body must be a JSON object"))
    for name in sorted(call.document.keys() - members):
        findings.odd(name, "unknown member")
    return call.document, findings


def read_number(value: object, field: str, findings: Findings) -> str:
    """One number in digits; integers, `+` and the like are odd."""
    if type(value) is int:
        findings.odd(field, f"{value} is an integer")
        value = str(value)
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value) or not _NUMBER.fullmatch(digits(value)):
        findings.wrong(field, "must be a number of 5 to 15 digits")
        return ""
    if value != digits(value):
        findings.odd(field, f"{value} has more than digits")
    return digits(value)


def read_numbers(value: object, field: str, findings: Findings, settings: Settings) -> list[str]:
    """An array of numbers, in digits."""
    if not isinstance(value, list) or not value:
        findings.wrong(field, "must be an array of numbers")
        return []
    if settings.numbers_max and len(value) > settings.numbers_max:
        findings.wrong(field, f"must name {settings.numbers_max} numbers at most")
    return [read_number(one, field, findings) for one in value]


def refuse_errors(findings: Findings) -> None:
    """Raises Denied with 400 and every error, if there are any."""
    if findings.errors:
        raise Denied(errors_answer(findings.errors))


def refuse_magic(call: Call, numbers: list[str], field: str) -> None:
    """Raises Denied with the HTTP error that a magic number asks for."""
    status = forced_status(numbers)
    if status is not None:
        raise Denied(status_answer(status, code=call.state.settings.error_code, field=field))
