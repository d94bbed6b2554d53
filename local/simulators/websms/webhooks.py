"""
What ends the retries of a webhook.

The documents: "Otherwise the websms| backend will continue to retry delivery unless the proper response is received."
Proper means HTTP 200 (not 201 or 204), a JSON object, and the integer 2000 as `statusCode`; which parts the real
backend checks is unknown, so all are, and the content type too when strict. The schedule is unknown: the settings have
one.
"""

from local.simulators.kit import Attempt, Policy, parse_json
from local.simulators.websms.state import State
from local.simulators.websms.statuses import OK


class Acknowledgement(Policy):
    """The exact answer; `"2000"`, 2000.0 and true are none."""

    def __init__(self, state: State) -> None:
        self.state = state

    def acknowledged(self, attempt: Attempt, content: bytes) -> bool:
        document = parse_json(content)
        code = document.get("statusCode") if isinstance(document, dict) else None
        proper = attempt.http_status == 200 and type(code) is int and code == OK  # noqa: PLR2004
        return proper and (not self.state.settings.strict or "json" in attempt.content_type)
