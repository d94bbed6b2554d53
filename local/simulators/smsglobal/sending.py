"""
Sending, and what becomes of a message afterwards: its state changes by time, and only who asks is told.
"""

from typing import Any

from starlette.responses import Response

from local.simulators.kit import Denied, Result, Step, Taken, encode, json_answer
from local.simulators.smsglobal.account import Account, Call
from local.simulators.smsglobal.answers import message_answer
from local.simulators.smsglobal.content import check_message
from local.simulators.smsglobal.dates import now
from local.simulators.smsglobal.magic import FAILURES, REFUSALS, Fate, states_after
from local.simulators.smsglobal.media import has_file, is_good_file
from local.simulators.smsglobal.reading import pass_doors, read_body, read_numbers, refuse_errors, refuse_magic
from local.simulators.smsglobal.settings import ManyAnswer
from local.simulators.smsglobal.store import Outgoing


async def send(call: Call) -> Response:
    """One message to one destination or several, each with an id and a life of its own."""
    pass_doors(call)
    settings = call.state.settings
    body, findings = read_body(call, {"to", "message"})
    numbers = read_numbers(body.get("to"), "to", findings, settings)
    document = check_message(body.get("message"), settings, findings)
    refuse_errors(findings)
    refuse_magic(call, numbers, "to")
    if settings.out_of_credit:
        raise Denied(message_answer(402, code=settings.error_code))
    text = body["message"] if isinstance(body["message"], str) else encode(body["message"]).decode()
    messages = [_take(call, number, document, text) for number in numbers]
    call.accepted = True
    call.provider_id = str(messages[0].id)
    call.results = [Result(one.destination, accepted=True, provider_id=str(one.id)) for one in messages]
    return json_answer(_answer(call.state, messages))


def _answer(account: Account, messages: list[Outgoing]) -> Any:
    shown = [account.shown_outgoing(message) for message in messages]
    shape = account.settings.many_answer
    if len(shown) == 1 or shape is ManyAnswer.FIRST:
        return shown[0]
    return shown if shape is ManyAnswer.LIST else {"messages": shown}


def _take(call: Call, number: str, document: dict[str, Any], text: str) -> Outgoing:
    account = call.state
    message = Outgoing(account.store.next_id(), account.settings.sender, number, text, now())
    account.store.add_outgoing(message)
    states = _states(account, number, document["type"])
    if account.settings.refuse_at_once and REFUSALS.intersection(states):
        move(message, states[0])
    elif account.settings.check_media and has_file(document["type"]) and document.get("url"):
        account.spawn(_walk_if_good(call, message, states, document))
    else:
        _walk(call, message, states)
    return message


def _states(account: Account, number: str, kind: str) -> tuple[str, ...]:
    """
    The states to come. Who neither opted in nor wrote of late gets nothing, and outside the customer care window only
    templates go through, where the settings enforce that; either shows as `no_opt_in`.
    """
    settings, fate = account.settings, account.fate(number)
    if fate is None and (settings.enforce_opt_in or settings.enforce_window):
        in_window = account.store.wrote_within(number, settings.window_seconds)
        opted_in = in_window or number in account.store.names or not settings.enforce_opt_in
        sayable = in_window or kind == "template" or not settings.enforce_window
        fate = None if opted_in and sayable else Fate.NO_OPT_IN
    return states_after(fate, read=settings.read)


def move(message: Outgoing, state: str) -> None:
    """Let the message show this state, and the status that goes with it."""
    message.status, message.state = "failure" if state in FAILURES else "success", state


def _walk(call: Call, message: Outgoing, states: tuple[str, ...]) -> None:
    seconds = call.state.settings.state_seconds
    taken = Taken(operation=call.operation, recipient=message.destination, provider_id=str(message.id))
    steps = [Step(state, seconds.get(state)) for state in states]
    call.follow(taken, steps, happen=lambda step: move(message, step.word))


async def _walk_if_good(call: Call, message: Outgoing, states: tuple[str, ...], document: dict[str, Any]) -> None:
    good = await is_good_file(document["type"], document["url"], call.state.settings.media_timeout)
    _walk(call, message, states if good else ("failed",))
