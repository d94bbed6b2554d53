"""
Capability and opt-in: what the account knows of a number (SMSGlobal REST API v2, WhatsApp).

The request says `opt-in` and the answer `optIn`; both show the same objects as the capability check.
"""

from typing import Any

from starlette.responses import Response

from local.simulators.kit import json_answer
from local.simulators.smsglobal.account import Call
from local.simulators.smsglobal.content import is_text
from local.simulators.smsglobal.findings import Findings
from local.simulators.smsglobal.reading import (
    pass_doors,
    read_body,
    read_number,
    read_numbers,
    refuse_errors,
    refuse_magic,
)

_OPT_IN = "opt-in"


async def check_capability(call: Call) -> Response:
    pass_doors(call)
    body, findings = read_body(call, {"numbers"})
    numbers = read_numbers(body.get("numbers"), "numbers", findings, call.state.settings)
    refuse_errors(findings)
    refuse_magic(call, numbers, "numbers")
    call.accepted = True
    return json_answer({"capabilities": [call.state.shown_number(number) for number in numbers]})


async def list_opt_in(call: Call) -> Response:
    pass_doors(call)
    call.accepted = True
    return json_answer({"optIn": [call.state.shown_number(number) for number in call.state.store.names]})


async def opt_in(call: Call) -> Response:
    """The whole list is refused where one entry is bad; a number that opted in before is ignored."""
    pass_doors(call)
    body, findings = read_body(call, {_OPT_IN})
    entries = body.get(_OPT_IN)
    if not isinstance(entries, list) or not entries:
        findings.wrong(_OPT_IN, "must be an array of objects")
        entries = []
    given = dict(_read_entry(entry, findings) for entry in entries)
    refuse_errors(findings)
    refuse_magic(call, list(given), _OPT_IN)
    store, settings = call.state.store, call.state.settings
    for number, name in given.items():
        store.opt_in(number, name)
    call.accepted = True
    answered = given if settings.opt_in_answer == "given" else store.names
    return json_answer({"optIn": [call.state.shown_number(number) for number in answered]})


def _read_entry(entry: Any, findings: Findings) -> tuple[str, str]:
    """The number, in digits, and the name, empty where there is none."""
    if not isinstance(entry, dict):
        findings.wrong(_OPT_IN, "must be an array of objects")
        return "", ""
    for member in sorted(entry.keys() - {"name", "number"}):
        findings.odd(_OPT_IN, f"unknown member {member}")
    name = entry.get("name")
    if name is None and "name" in entry:
        findings.odd(_OPT_IN, "name is null")
    if name is not None and not is_text(name) and name != "":
        findings.wrong(_OPT_IN, "name must be a string")
    return read_number(entry.get("number"), _OPT_IN, findings), name or ""
