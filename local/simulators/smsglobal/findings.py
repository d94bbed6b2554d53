"""
What is wrong with a request, field by field, and what is merely odd.

Lenient, an oddity is a remark on the record of the call (`GET /_control/messages`), so a test can demand that there are
none; strict, it is an error like any other.
"""


class Findings:
    """Collected while a request is read; `errors` is by field, as the 400's body shows them."""

    def __init__(self, remarks: list[str], *, strict: bool) -> None:
        self.errors: dict[str, list[str]] = {}
        self.remarks = remarks
        self.strict = strict

    def wrong(self, field: str, text: str) -> None:
        self.errors.setdefault(field, []).append(text)

    def odd(self, field: str, text: str) -> None:
        if self.strict:
            self.wrong(field, text)
        else:
            self.remarks.append(f"{field}: {text}")
