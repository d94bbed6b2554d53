"""
What all simulators share: import everything from here.

A simulator is a package `local/simulators/<name>/` with a class that derives `Provider`; the kit makes a server of it.

    class Settings(kit.Settings):                     # frozen; your paths, limits, credentials, tolerances
        send_path: str = "/messages"

    class State(kit.State[Settings]):                 # only if you remember something of your own; override `forget`
        ...

    class Call(kit.Call[State]):                      # @dataclass; only if a call carries more than the kit's
        ...

    class Acme(Provider[State, Call]):
        name, sends, call_type = "acme", frozenset({"sms.send"}), Call
        def endpoints(self): return [Endpoint("POST", self.state.settings.send_path, "sms.send", send)]
        def sniff(self, call): call.recipients = …; call.references = …      # unchecked, for faults and records
        def unauthorized(self, call): return json_answer({"error": "token"}, 401)
        def error(self, call, fault): return json_answer({"error": fault.code}, fault.status)

    async def send(call: Call) -> Response:           # call.document, .request, .body, .state.settings
        …                                             # raise Denied(response), or your own exception (see `handle`)
        call.accepted, call.provider_id = True, "their id"         # and .code, .results, .remarks, .facts
        taken = Taken(operation=call.operation, recipient=…, provider_id=…, reference=…)
        call.follow(taken, [Step("sent"), Step("delivered", after=2)], notice=lambda step: Notice(kind="status", …))
        return json_answer({...})

    def create_app(settings: Settings | None = None): return build_app(Acme(State(settings or Settings())))

`__main__.py` is `run("acme", Settings, create_app)`; a class in `local/providers/` starts it as a process.

What the kit does with it:

- every request is read, remembered (`sends` in `state.arrivals`, all others in `state.calls`, so that polls can be
  counted), spoiled by a fault if one matches, else handled; see `provider.py` for all that can be overridden
  (`parse` for forms and bytes, `handle`, `missing` for 404 and 405, `body_limit`, `fault_type`, `hidden_headers` …).
- one call with many recipients: put a `Result` for each into `call.results`, `accepted` if any was taken.
- `call.follow` walks through the statuses. With `notice` each is posted; with `happen` a function of yours is called
  instead or too (a provider that is only polled changes its state there). Webhook faults act on both. The pace is
  `settings.step_seconds` unless a step says `after`; derive `Step` where a report says more than a word.
- `Policy` (derive, return it from `policy()`) says which answers acknowledge a webhook, after which it is not retried,
  and what headers an attempt gets, such as signatures. The pauses are settings: 3 retries 60 s apart are
  `retry_seconds=60, retry_factor=1, retry_attempts=4`.
- webhook URLs: derive `WebhookUrls`, make it the default of `Settings.webhook_urls`; those in force are `state.urls`
  (annotate `urls: MyUrls` in your State). `state.tokens` and `state.token_calls` are for providers with tokens.
- `inbound_type` and `inbound(order)` are what `POST /_control/inbound` takes and does; `self.postman.send(notice,
  recipient, copies)` posts, `self.state.base_url` is for URLs to yourself. `raw_type` and `raw_notice` are the same for
  raw webhooks; `control_routes` adds routes of your own.
- paths beside the API (links to follow, files to fetch) are endpoints too, with an operation that is not in `sends`.
- `NumberPlan` reads and makes magic numbers; `plain` and `digits` compare recipients; `count_segments` counts SMS.

`control.py` lists the control API, `faults.py` what can go wrong. `tests/simulators/driver.py` runs an app in tests,
`tests/simulators/kit/acme.py` is a whole small simulator.
"""

from local.simulators.kit.app import build_app
from local.simulators.kit.bodies import JSON_TYPE, Malformed, encode, json_answer, parse_form, parse_json, read_body
from local.simulators.kit.call import Call, Denied, Endpoint
from local.simulators.kit.faults import Fault, FaultKind, Faults
from local.simulators.kit.main import run
from local.simulators.kit.postman import Policy, Postman
from local.simulators.kit.provider import ControlRoute, NoOrder, Provider, RawWebhook
from local.simulators.kit.recipients import NumberPlan, digits, plain
from local.simulators.kit.records import Arrival, Attempt, Notice, Result, Taken, Webhook, now
from local.simulators.kit.segments import Segments, count_segments
from local.simulators.kit.settings import Frozen, Settings, WebhookUrls
from local.simulators.kit.state import State
from local.simulators.kit.tokens import Token, Tokens
from local.simulators.kit.walking import Step, Walker

__all__ = [
    "JSON_TYPE",
    "Arrival",
    "Attempt",
    "Call",
    "ControlRoute",
    "Denied",
    "Endpoint",
    "Fault",
    "FaultKind",
    "Faults",
    "Frozen",
    "Malformed",
    "NoOrder",
    "Notice",
    "NumberPlan",
    "Policy",
    "Postman",
    "Provider",
    "RawWebhook",
    "Result",
    "Segments",
    "Settings",
    "State",
    "Step",
    "Taken",
    "Token",
    "Tokens",
    "Walker",
    "Webhook",
    "WebhookUrls",
    "build_app",
    "count_segments",
    "digits",
    "encode",
    "json_answer",
    "now",
    "parse_form",
    "parse_json",
    "plain",
    "read_body",
    "run",
]
