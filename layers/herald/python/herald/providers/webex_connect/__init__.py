"""
Webex Connect: Messaging API v1 for SMS, voice, in-app, push, Messenger, WhatsApp and Apple Messages, v2 for RCS.

v1 answers HTTP 200 to nearly everything: the code in the body decides, for each recipient where there are several.
SMS and voice go through v2 where the account says so. One service's key or JWT is for all channels.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

from herald.content import TemplateContent, TextContent
from herald.errors import ConfigurationError, InvalidMessage, ProviderError, UnsupportedFeature
from herald.models import Account, AddressType, Channel, Event, OutboundMessage, Receipt
from herald.provider import ChannelFacts, Provider, Request, Response, Stamp, Webhook, only
from herald.providers.webex_connect import (
    answers,
    apple,
    envelope,
    hosts,
    in_app,
    inbound,
    media,
    messenger,
    parameters,
    push,
    rcs,
    receipts,
    signature,
    sms,
    voice,
    whatsapp,
)
from herald.providers.webex_connect.envelope import Json, Terms
from herald.providers.webex_connect.facts import CHANNELS, SMS_V2, VOICE_V2

# Webex Connect Messaging API v1 and "Send Message v2": documented, all the same settings `path_<name>`.
PATHS: Mapping[str, str] = {"v1": "/resources/v1/messaging", "v2": "/v2/messages"}

# Webex Connect Messaging API v1, "Smart Links Support"; of v2 its page on SMS.
_LINKED = frozenset({Channel.SMS, Channel.IN_APP, Channel.MESSENGER, Channel.WHATSAPP})


class _Speaks(Protocol):
    """What the modules of the app channels have in common."""

    def check(self, message: OutboundMessage, provider: Provider, /) -> None: ...
    def block(self, message: OutboundMessage, provider: Provider, /) -> Mapping[str, object]: ...


_APP_MODULES: Mapping[Channel, _Speaks] = {
    Channel.IN_APP: in_app,
    Channel.PUSH: push,
    Channel.MESSENGER: messenger,
    Channel.APPLE: apple,
}


class Adapter(Provider):
    """
    A service of Webex Connect.

    Settings: region or base_url, `path_<name>` (PATHS), sms_api and voice_api (v1 | v2), recipient_format (plus |
    digits), email_profiles, contact_policy_group, contact_policy_consent, contact_policy_frequency_cap,
    contact_policy_place (channels | top), notify_auth_id, parameter_name and `template_<part>_name` (placeholders of
    templates), `tts_<part>` (the voice of v2), outcomes (`{"7006": "unclear"}`), media_hosts, signed_webhooks; those
    of a channel stand in its module (docs/providers.md). Secrets: service_key, or else
    service_id and service_secret; hub_secret for webhooks, media_key for media of people.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = CHANNELS
    secret_names: ClassVar[tuple[str, ...]] = ("service_key", "service_id", "service_secret", "hub_secret", "media_key")
    reserved: ClassVar[frozenset[str]] = frozenset(
        {
            # v1
            *("deliverychannel", "appid", "destination", "channels.sms.senderid", "channels.voice.cli"),
            *("correlationid", "callbackData", "notifyurl", "notifyurlAuthId", "channels.contactPolicy"),
            # v2
            *("channel", "from", "to", "correlationId", "notifyUrl", "notifyUrlAuthId", "contactPolicy"),
        }
    )
    webhooks: ClassVar[tuple[str, ...]] = ("status", "inbound")
    signs_webhooks: ClassVar[bool] = True
    proof_headers: ClassVar[frozenset[str]] = frozenset({signature.HEADER})
    read_headers: ClassVar[frozenset[str]] = frozenset({signature.HEADER})

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._codes = {channel: codes.of(account) for channel, codes in answers.CODES.items()}
        signature.demanded(self)

    def facts(self, channel: Channel) -> ChannelFacts:
        """
        The second version of the API says other things over SMS and voice.

        v1 lists e-mail addresses among its identifiers, but no channel for them: whether they name a profile is the
        account's experience.
        """
        facts = super().facts(channel)
        if self._is_v2(channel):
            return {Channel.SMS: SMS_V2, Channel.VOICE: VOICE_V2}.get(channel, facts)
        if self.switch("email_profiles", default=False):
            return replace(facts, addresses=facts.addresses | {AddressType.EMAIL})
        return facts

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what the API would refuse after it, or would silently do otherwise."""
        super().check(message)
        if not message.sender and (message.channel in envelope.APPS or self._is_v2(message.channel)):
            raise InvalidMessage(
                "the provider needs a sender here: the id of the app, or the number",
                field="from",
                hint="give from, or add a sender to the account",
            )
        self._check_links(message)
        self._check_content(message)
        self._terms()

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """One call for all recipients."""
        api, body = ("v2", self._v2(message)) if self._is_v2(message.channel) else ("v1", self._v1(message))
        url = hosts.base_url(self.account) + self.setting(f"path_{api}", PATHS[api])
        return Request.with_json("POST", url, body, self._credentials())

    def sign(self, request: Request, stamp: Stamp) -> Request:
        """
        The token of this attempt, and until when the message is to be kept. Media of people is fetched with neither.

        Webex Connect, "Using JWT for API Authentication": good for an hour from `iat`; it wins over a key.
        """
        if request.body is None:
            return request
        headers = dict(request.headers)
        if self._by_token():
            headers["Authorization"] = f"Bearer {self._token(stamp)}"
        return replace(request, headers=headers, body=envelope.dated(request.body, stamp.now))

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """The first recipient's result."""
        return only(self.parse_receipts(response, message))

    def parse_receipts(self, response: Response, message: OutboundMessage) -> Sequence[Receipt | ProviderError]:
        """One result for all, or one for each."""
        return answers.results(response, message, self._codes[message.channel])

    def build_download(self, provider_media_id: str, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """Media of people is named by its address."""
        return media.download(provider_media_id, self.account, self.secrets.get("media_key"))

    def parse_download(self, response: Response) -> tuple[bytes, str]:
        """The file itself."""
        return media.downloaded(response)

    def verify(self, webhook: Webhook) -> None:
        """The signature of an outbound webhook, where the account has a hub secret."""
        signature.verify(webhook, self)

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """A report, or something that a person did: the body says which, whatever address it came to."""
        reported = receipts.parse(webhook.body, taps=signature.vouches(webhook, self))
        return inbound.parse(webhook.body, self) if reported is None else reported

    def _is_v2(self, channel: Channel) -> bool:
        if channel in (Channel.SMS, Channel.VOICE):
            return self.choice(f"{channel}_api", "v1", "v2") == "v2"
        return channel is Channel.RCS

    def _check_links(self, message: OutboundMessage) -> None:
        if not message.options.smart_links:
            return
        if message.channel not in _LINKED or not isinstance(message.content, TextContent):
            raise UnsupportedFeature(
                "the provider has smart links in texts over sms, in-app, messenger and whatsapp",
                field="options.smart_links",
            )

    def _check_content(self, message: OutboundMessage) -> None:
        match message.channel:
            case Channel.SMS:
                (sms.check_v2 if self._is_v2(Channel.SMS) else sms.check)(message)
            case Channel.VOICE if self._is_v2(Channel.VOICE):
                voice.check_v2(message, self._speaker())
            case Channel.VOICE:
                voice.check(message)
            case Channel.WHATSAPP:
                whatsapp.check(message)
            case Channel.RCS:
                rcs.check(message)
            case _:
                _APP_MODULES[message.channel].check(message, self)

    def _v1(self, message: OutboundMessage) -> Json:
        return envelope.v1(message, self._block(message), self._template(message), self._terms())

    def _block(self, message: OutboundMessage) -> Mapping[str, object]:
        """What stands under `channels`."""
        match message.channel:
            case Channel.SMS:
                return sms.block(message)
            case Channel.VOICE:
                return voice.block(message)
            case Channel.WHATSAPP:
                return whatsapp.block(message)
            case _:
                return _APP_MODULES[message.channel].block(message, self)

    def _template(self, message: OutboundMessage) -> Json | None:
        """The `message` object of v1. Webex Connect Messaging API v1: names are those of the template's parameters."""
        content = message.content
        if not isinstance(content, TemplateContent):
            return None
        if message.channel is Channel.WHATSAPP:
            return whatsapp.template(message, content, self._names())
        return {"template": content.name, "parameters": parameters.texts(content, self._parameter_name())}

    def _v2(self, message: OutboundMessage) -> Json:
        match message.channel:
            case Channel.SMS:
                content = sms.content_v2(message, self._parameter_name())
            case Channel.VOICE:
                content = voice.content_v2(message, self._speaker())
            case _:
                content = rcs.content_v2(message, self._parameter_name())
        return envelope.v2(message, content, self._terms())

    def _parameter_name(self) -> str:
        return self.setting("parameter_name", "{n}")

    def _names(self) -> whatsapp.Names:
        return whatsapp.Names(
            parameter=self._parameter_name(),
            header=self.setting("template_header_name", "headerText"),
            url=self.setting("template_url_name", "url{n}"),
            reply=self.setting("template_reply_name", "Button {n}"),
        )

    def _speaker(self) -> voice.Speaker:
        return voice.Speaker(
            language=self.setting("tts_language", "en-US"),
            voice=self.setting("tts_voice", "GuyNeural"),
            region=self.setting("tts_region", "Canada"),
            gender=self.setting("tts_gender", "male"),
        )

    def _terms(self) -> Terms:
        return Terms(
            plus=self.choice("recipient_format", "plus", "digits") == "plus",
            contact_policy=self._contact_policy(),
            policy_on_top=self.choice("contact_policy_place", "channels", "top") == "top",
            notify_auth=self.setting("notify_auth_id", "") or None,
        )

    def _contact_policy(self) -> Json | None:
        """A group is only asked when one of the checks is wanted, and a check only of a group."""
        group = self.setting("contact_policy_group", "")
        consent = self.switch("contact_policy_consent", default=False)
        cap = self.switch("contact_policy_frequency_cap", default=False)
        if bool(group) != (consent or cap):
            raise ConfigurationError(
                f"account {self.account.name} needs contact_policy_group together with "
                "contact_policy_consent or contact_policy_frequency_cap"
            )
        if not group:
            return None
        return {"contactPolicyGroup": group, "channelCheckConsent": consent, "channelApplyFrequencyCap": cap}

    def _by_token(self) -> bool:
        return "service_id" in self.secrets and "service_secret" in self.secrets

    # Webex Connect, "API Authentication": the header `key`, or a bearer token, which is made for each attempt.
    def _credentials(self) -> dict[str, str]:
        if self._by_token():
            self._signing_key()
            return {}
        if "service_key" not in self.secrets:
            raise ConfigurationError(
                f"account {self.account.name} needs a service_key, or service_id and service_secret"
            )
        return {"key": self.secret("service_key")}

    def _token(self, stamp: Stamp) -> str:
        import jwt  # noqa: PLC0415 - webhooks and accounts with a key never need it

        return jwt.encode(
            {"iss": self.secret("service_id"), "iat": stamp.now // 1000}, self._signing_key(), algorithm="HS256"
        )

    def _signing_key(self) -> bytes:
        """The secret is given in base64 and signs decoded."""
        try:
            return base64.b64decode(self.secret("service_secret"), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigurationError(f"secret service_secret of account {self.account.name} must be base64") from None
