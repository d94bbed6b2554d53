"""
What a v2 request says: sender, content, times, options and recipients (Webex Connect Messaging API v2).
"""

import re
from datetime import UTC, datetime

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Channel, Refused
from local.simulators.webex_connect.content import rcs, sms, voice
from local.simulators.webex_connect.content.checked import Checked
from local.simulators.webex_connect.destinations import Destination, addresses_of, correlation_of, well_formed
from local.simulators.webex_connect.envelope import Links, read_callback, read_options, read_policy, read_smart_links
from local.simulators.webex_connect.identifiers import parse_moment
from local.simulators.webex_connect.lives import normal
from local.simulators.webex_connect.sending import Order
from local.simulators.webex_connect.settings import Settings

TEXT_MAX = {Channel.SMS: sms.TEXT_MAX_V2, Channel.RCS: rcs.TEXT_MAX, Channel.VOICE: 2000}
_SMS_VALIDITY_MAX = 72 * 3600
_PLACEHOLDER = re.compile(r"\$\(([^()]+)\)")
_RECEIPTS = {
    Channel.SMS: {"submitted", "delivered", "clicked", "failed"},
    Channel.RCS: {"submitted", "delivered", "read", "clicked", "failed"},
    Channel.VOICE: {"offered", "accepted", "answered", "released", "rejected", "disconnected", "dropped"},
}
_RCS_OPTIONS = ("smsFallback", "smsSenderId", "text", "carrierId", "trackOpens", "fromName")


def _read_sender(body: Members, channel: Channel, settings: Settings) -> str:
    sender = body.text("from", required=True)
    if channel is Channel.RCS:
        if settings.apps and sender not in settings.apps:
            raise Refused("7104")
        return sender
    return sms.known_sender(sender, settings.senders)


def _read_content(body: Members, channel: Channel, settings: Settings) -> tuple[Checked, str]:
    """The content, or the template's id; both at once are refused."""
    content, template = body.inner("content"), body.inner("template")
    if content and template:
        raise Refused("7004", "content")
    if template:
        identifier = template.text("id", required=True)
        template.close()
        if settings.templates and identifier not in settings.templates:
            raise Refused("7108")
        return Checked("template"), identifier
    if content is None:
        raise Refused("7003", "content")
    checks = {Channel.SMS: sms.check_sms_v2, Channel.RCS: rcs.check_rcs, Channel.VOICE: voice.check_voice_v2}
    return checks[channel](content), ""


def substitutions(members: Members) -> dict[str, str]:
    given = members.inner("substitutions")
    return {name: given.text(name) for name in given.document} if given else {}


def read_recipient(members: Members, settings: Settings) -> Destination:
    """One entry of `to`; a number that is none is a refusal of this entry alone."""
    correlation, addresses = correlation_of(members, "correlationId"), addresses_of(members, "msisdn")
    fit = all(well_formed("msisdn", address, plus=settings.plus_required) for address in addresses)
    return Destination("msisdn", addresses, correlation, refusal=None if fit else Refused("7102"))


def _read_moment(body: Members, name: str, settings: Settings) -> datetime | None:
    """A time at most seven days ahead."""
    text = body.text(name)
    if not text:
        return None
    moment = parse_moment(text)
    if moment is None or (moment - datetime.now(UTC)).total_seconds() > settings.schedule_seconds:
        raise Refused("7004", name)
    return moment


def _read_times(body: Members, channel: Channel, settings: Settings) -> float:
    """How many seconds from now it is sent; `expireAt` and `validity` exclude each other."""
    send_at, expire_at = _read_moment(body, "sendAt", settings), _read_moment(body, "expireAt", settings)
    longest = _SMS_VALIDITY_MAX if channel is Channel.SMS else 10**9
    validity = body.number("validity", 1, longest)
    if expire_at and validity is not None:
        raise Refused("7004", "validity")
    now = datetime.now(UTC)
    if expire_at and expire_at <= now:
        raise Refused("7005")
    if send_at and expire_at and expire_at <= send_at:
        raise Refused("7004", "expireAt")
    return max(0.0, (send_at - now).total_seconds()) if send_at else 0


def _read_wanted(body: Members, channel: Channel) -> frozenset[str] | None:
    words = body.array("requestedReceipts")
    wanted = {normal(str(word)) for word in words}
    if not wanted <= _RECEIPTS[channel]:
        raise Refused("7004", "requestedReceipts")
    return frozenset(wanted) if words else None


def _read_options(body: Members, channel: Channel) -> tuple[bool, bool]:
    if channel is not Channel.RCS:
        return read_options(body)
    options = body.inner("options")
    if options and options.flag("smsFallback"):
        options.text("smsSenderId", required=True)
        options.text("text", required=True, longest=rcs.TEXT_MAX)
    return read_options(body, *_RCS_OPTIONS)


def read_order(body: Members, channel: Channel, settings: Settings) -> Order:
    checked, template = _read_content(body, channel, settings)
    checked.sender = _read_sender(body, channel, settings)
    smart = read_smart_links(body, settings, "smartlinkId", "{{{{smartlink_{}}}}}") if channel is Channel.SMS else []
    return Order(
        channel,
        checked,
        read_callback(body, "notifyUrl", "notifyUrlAuthId"),
        Links(smart, *_read_options(body, channel)),
        read_policy(body, settings),
        template,
        wanted=_read_wanted(body, channel),
        after=_read_times(body, channel, settings),
    )


def filled(order: Order, values: dict[str, str], settings: Settings) -> str:
    """The text with `$(name)` replaced, 7107 if it is too long then; a template lacks no parameter, or 7003."""
    for name in settings.templates.get(order.template, ()):
        if not values.get(name):
            raise Refused("7003", name)
    text = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), order.checked.text)
    if len(text) > TEXT_MAX[order.channel]:
        raise Refused("7107")
    return text
