"""
Every code that the send APIs answer with on all channels, and those of in-app messages.

Webex Connect, "Channel Specific Status Codes" and "Custom Event v1" (7010, 7019). They come as text in an HTTP 200,
400 or 403. The codes of reports, by channel, stand in `receipt_codes`.
"""

from collections.abc import Mapping

from herald.answer import Outcome, Verdict
from herald.errors import Reason

QUEUED = 1001

_NO = Outcome.REJECTED
_AGAIN = Outcome.NOT_SENT

# "Common across Contact Policy-integrated channels"; they come in the answer or in a report, which is nowhere said.
CONTACT_POLICY: Mapping[int, Reason] = {
    9000: Reason.ACCOUNT_DISABLED,
    9001: Reason.INVALID_OPTION,
    9002: Reason.RECIPIENT_NOT_ALLOWED,
    9003: Reason.RECIPIENT_NOT_ALLOWED,
    9004: Reason.PROVIDER_UNAVAILABLE,
    9005: Reason.INVALID_OPTION,
    9006: Reason.RECIPIENT_NOT_ALLOWED,
    9007: Reason.INVALID_OPTION,
    9010: Reason.RECIPIENT_NOT_ALLOWED,
}

_POLICY_SAYS: Mapping[int, str] = {
    9000: "contact policies are not enabled at the provider",
    9001: "the provider misses a part of the contact policy",
    9002: "the recipient has not consented",
    9003: "the recipient is not in the contact policy's group",
    9004: "the provider cannot reach its contact policies",
    9005: "the provider does not know the contact policy's group for this channel",
    9006: "the recipient has had as many messages as the contact policy allows",
    9007: "the provider does not find the group whose frequency cap is to be applied",
    9010: "the recipient's consent has expired",
}

# Only 1001 is "Queued", so 7006, 7016 and 9004 are read as not sent; accounts may declare otherwise.
COMMON: Mapping[int, Verdict] = {
    7000: Verdict(_NO, Reason.INVALID_CONTENT, "the provider cannot read the request"),
    7001: Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider does not take our credentials"),
    7002: Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider misses the service key"),
    7003: Verdict(_NO, Reason.INVALID_OPTION, "the provider misses a parameter"),
    7004: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take one of the parameters"),
    7005: Verdict(_NO, Reason.EXPIRED, "the provider says that the request has expired"),
    7006: Verdict(_AGAIN, Reason.PROVIDER_FAILURE, "the provider reports an internal error"),
    7007: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the service is not active at the provider"),
    7009: Verdict(_NO, Reason.TOO_MANY_RECIPIENTS, "too many recipients for one request to the provider"),
    7010: Verdict(_NO, Reason.ADDRESS_NOT_ALLOWED, "the provider does not allow our network address"),
    7016: Verdict(_AGAIN, Reason.PROVIDER_FAILURE, "the provider reports an unknown exception"),
    7019: Verdict(_NO, Reason.EXPIRED, "the provider says that the request has expired"),
    7020: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "the provider's transaction limit is reached"),
    7022: Verdict(_NO, Reason.INVALID_CONTENT, "the request is too large for the provider"),
    7026: Verdict(_NO, Reason.INVALID_CONTENT, "the content is too large for the provider"),
    7034: Verdict(_NO, Reason.INVALID_CONTENT, "the content has too many elements for the provider"),
    7101: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not take this sender"),
    7102: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider says that the recipient's address is invalid"),
    7104: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not know the app"),
    7105: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider does not find the customer's profile"),
    7107: Verdict(_NO, Reason.INVALID_CONTENT, "the message is too long for the provider"),
    7108: Verdict(_NO, Reason.INVALID_TEMPLATE, "the provider does not know the template"),
    7126: Verdict(_NO, Reason.INVALID_CONTENT, "the provider does not take this type of content"),
    7127: Verdict(_NO, Reason.ADDRESS_NOT_ALLOWED, "the provider does not allow our network address"),
    7200: Verdict(Outcome.UNCLEAR, Reason.PROVIDER_FAILURE, "the provider does not know what became of the message"),
    8009: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider has no such customer profile"),
    **{
        code: Verdict(_AGAIN if reason is Reason.PROVIDER_UNAVAILABLE else _NO, reason, _POLICY_SAYS[code])
        for code, reason in CONTACT_POLICY.items()
    },
}

# Numbers that mean other things elsewhere.
IN_APP: Mapping[int, Verdict] = {
    7311: Verdict(_NO, Reason.INVALID_OPTION, "the provider misses the thread"),
    7312: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not know the thread"),
    7703: Verdict(_NO, Reason.INVALID_CONTENT, "the content has too many buttons for the provider"),
    7704: Verdict(_NO, Reason.INVALID_CONTENT, "the content names two choices alike"),
    7706: Verdict(_NO, Reason.INVALID_CONTENT, "the content has too many quick replies for the provider"),
    7708: Verdict(_NO, Reason.INVALID_CONTENT, "the content has too many images for the provider"),
}
