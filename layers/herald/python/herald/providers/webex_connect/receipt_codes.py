"""
Why a message was not delivered, by channel and code: the same number means other things on other channels.

Webex Connect, "Channel Specific Status Codes" and the pages on outbound webhooks. What all channels share stands in
`codes`; whether a message failed at all is told by the report's word, never by its code.
"""

from collections.abc import Iterable, Mapping

from herald.errors import Reason
from herald.models import Channel
from herald.providers.webex_connect.codes import COMMON, IN_APP


def _table(reasons: Mapping[Reason, Iterable[int]]) -> Mapping[int, Reason]:
    return {code: reason for reason, codes in reasons.items() for code in codes}


# In an answer 7010 is about our network address.
_REPORTED = _table(
    {
        Reason.EXPIRED: (7301,),
        Reason.PROVIDER_FAILURE: (7010, 7011),
        Reason.UNDELIVERABLE: (7307,),
        Reason.UNKNOWN: (7200, 7404, 7518),
    }
)

_SMS = _table(
    {
        Reason.EXPIRED: (7208,),
        Reason.INVALID_CONTENT: (7111, 7205),
        Reason.INVALID_RECIPIENT: (7203,),
        Reason.INVALID_SENDER: (7281,),
        Reason.NOT_CAPABLE: (7282, 7283, 7607),
        Reason.PROVIDER_FAILURE: (7202, 7210, 7211),
        Reason.RECIPIENT_BLOCKED: (7109, 7720),
        Reason.THROTTLED: (7302,),
        Reason.UNDELIVERABLE: (7201, 7204, 7206, 7207, 7209, 7280, 7284, 7513),
    }
)

_VOICE = _table(
    {
        Reason.EXPIRED: (7208,),
        Reason.UNDELIVERABLE: (7401, 7402, 7406),
    }
)

_IN_APP_REPORTED = _table(
    {
        Reason.CREDENTIALS_REFUSED: (7304, 7305),
        Reason.INVALID_RECIPIENT: (7309,),
        Reason.NOT_FOUND: (7308, 7310),
    }
)

_PUSH = _table(
    {
        Reason.ACCOUNT_DISABLED: (7546,),
        Reason.CREDENTIALS_REFUSED: (7504, 7514, 7515, 7544, 7545, 7566, 7569, 7570),
        Reason.EXPIRED: (7503, 7541),
        Reason.INVALID_CONTENT: (7505, 7510, 7540, 7543, 7548, 7884),
        Reason.INVALID_OPTION: (7506, 7511, 7539, 7542, 7550, 7560, 7886, 7887, 7889, 7892),
        Reason.INVALID_RECIPIENT: (7512, 7513, 7537, 7538, 7547, 7571, 7880, 7881, 7882, 7890, 7891),
        Reason.INVALID_SENDER: (7562, 7883),
        Reason.PROVIDER_FAILURE: (7508, 7517, 7551, 7565, 7577, 7578),
        Reason.THROTTLED: (7507, 7509, 7516, 7563, 7564, 7885),
        Reason.TOO_MANY_RECIPIENTS: (7549,),
    }
)

_MESSENGER = _table(
    {
        Reason.RECIPIENT_NOT_ALLOWED: (7526, 2018047, 2018336),
        Reason.UNDELIVERABLE: (7303,),
        Reason.WINDOW_CLOSED: (7313,),
    }
)

_WHATSAPP = _table(
    {
        Reason.ACCOUNT_DISABLED: (7703, 7803, 7835, 7837, 7840, 7842, 7860),
        Reason.CREDENTIALS_REFUSED: (7707, 7832, 7839),
        Reason.EXPIRED: (7704, 7705),
        Reason.INVALID_CONTENT: (7714, 7721, 7722, 7723, 7819, 7820, 7821, 7830, 7838, 7863),
        Reason.INVALID_MEDIA: (7701, 7717, 7727, 7861),
        Reason.INVALID_RECIPIENT: (7715, 7726, 7733, 7802, 7862),
        Reason.INVALID_SENDER: (7865,),
        Reason.INVALID_TEMPLATE: (
            *(7804, 7805, 7808, 7809, 7811, 7812, 7813, 7814, 7815, 7816),
            *(7849, 7868, 7869),
        ),
        Reason.PROVIDER_FAILURE: (7713, 7730, 7731, 7736, 7833),
        Reason.PROVIDER_UNAVAILABLE: (7729, 7834, 7846, 7854, 7870),
        Reason.RECIPIENT_NOT_ALLOWED: (7712, 7872),
        Reason.THROTTLED: (7706, 7711, 7836, 7845, 7874),
        Reason.UNDELIVERABLE: (7871,),
        Reason.WINDOW_CLOSED: (7710,),
    }
)

_APPLE = _table(
    {
        Reason.CREDENTIALS_REFUSED: (7317,),
        Reason.INVALID_CONTENT: (7722,),
        Reason.INVALID_MEDIA: (7738,),
        Reason.INVALID_SENDER: (7314, 7316),
    }
)

_RCS = _table(
    {
        Reason.CREDENTIALS_REFUSED: (7325,),
        Reason.INVALID_CONTENT: (7318, 7320, 7321),
        Reason.INVALID_MEDIA: (7740,),
        Reason.INVALID_SENDER: (7322,),
        Reason.NOT_CAPABLE: (7323, 7329),
        Reason.NOT_FOUND: (7319,),
        Reason.PROVIDER_FAILURE: (7326, 7327, 7328),
        Reason.THROTTLED: (7324, 7331),
        Reason.UNDELIVERABLE: (7330, 7334),
    }
)

_SHARED: Mapping[int, Reason] = {code: verdict.reason for code, verdict in COMMON.items()} | dict(_REPORTED)

REASONS: Mapping[Channel, Mapping[int, Reason]] = {
    Channel.SMS: {**_SHARED, **_SMS},
    Channel.VOICE: {**_SHARED, **_VOICE},
    Channel.IN_APP: {**_SHARED, **{code: verdict.reason for code, verdict in IN_APP.items()}, **_IN_APP_REPORTED},
    Channel.PUSH: {**_SHARED, **_PUSH},
    Channel.MESSENGER: {**_SHARED, **_MESSENGER},
    Channel.WHATSAPP: {**_SHARED, **_WHATSAPP},
    Channel.APPLE: {**_SHARED, **_APPLE},
    Channel.RCS: {**_SHARED, **_RCS},
}
"""Every documented code of a failed message."""


def reason_of(channel: Channel | None, code: str | None) -> Reason:
    """Why a message of this channel failed; UNDELIVERABLE when the code says nothing that is documented."""
    known = REASONS[channel] if channel else _SHARED
    number = int(code) if code and code.isascii() and code.isdigit() else 0
    return known.get(number, Reason.UNDELIVERABLE)
