"""
One good message of each content type, in its plainest form: what the matrix of providers is made with, and tests too.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from herald.content import (
    BinaryContent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Contact,
    ContactPhone,
    ContactsContent,
    Content,
    InvitationContent,
    ListContent,
    ListRow,
    ListSection,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenUrl,
    PushContent,
    Reply,
    StickerContent,
    TemplateContent,
    TextContent,
    TimePickerContent,
    TimeSlot,
    VoiceContent,
)
from herald.models import Address, AddressType, Channel, Options

PICTURE = Media(url="https://example.com/croissant.jpg")
_CARD, _OTHER = (
    Card(
        title=title,
        description="Fresh from the oven",
        media=PICTURE,
        suggestions=(OpenUrl(label="Look", url="https://example.com", data=title),),
    )
    for title in ("Croissant", "Baguette")
)
_ROWS = (ListRow(data="butter", title="Butter"), ListRow(data="plain", title="Plain"))

CONTENTS: Mapping[str, Content] = {
    "text": TextContent(text="Fresh croissants"),
    "media": MediaContent(media=PICTURE, kind=MediaKind.IMAGE, caption="Fresh croissants"),
    "sticker": StickerContent(media=Media(url="https://example.com/croissant.webp")),
    "location": LocationContent(latitude=48.2, longitude=16.37, name="Bakery", address="Graben 1, Vienna"),
    "contacts": ContactsContent(
        contacts=(Contact(name="Ada Baker", given_name="Ada", phones=(ContactPhone(phone="+4312345678"),)),)
    ),
    "card": CardContent(card=_CARD),
    "carousel": CarouselContent(cards=(_CARD, _OTHER)),
    "list": ListContent(text="Which one?", button="Choose", sections=(ListSection(title="Croissants", rows=_ROWS),)),
    "buttons": ButtonsContent(
        text="A croissant?", buttons=(Reply(label="Yes", data="yes"), Reply(label="No", data="no"))
    ),
    "template": TemplateContent(name="order_ready", language="en", parameters=("Ada", "4711")),
    "binary": BinaryContent(segments=("BQAD/AEBSGk=",), user_data_header=True),
    "voice": VoiceContent(text="Your croissants are ready"),
    "push": PushContent(title="Bakery", body="Fresh croissants"),
    "time_picker": TimePickerContent(
        text="When do you come?",
        slots=(TimeSlot(data="ten", starts=datetime(2026, 12, 1, 10, tzinfo=UTC), minutes=15),),
    ),
    "invitation": InvitationContent(brand="Bakery"),
}

ADDRESSES: Mapping[AddressType, Address] = {
    AddressType.PHONE: Address(value="+436601234567"),
    AddressType.EMAIL: Address(type=AddressType.EMAIL, value="ada@example.com"),
    AddressType.APPLE: Address(type=AddressType.APPLE, value="urn:mbid:AQAAY3ada"),
} | {
    kind: Address(type=kind, value="1234567890")
    for kind in AddressType
    if kind not in (AddressType.PHONE, AddressType.EMAIL, AddressType.APPLE)
}

OPTIONS: Mapping[Channel, Options] = {Channel.IN_APP: Options(thread="thread-1")}
"""Options without which a channel sends nothing."""
