"""
What a person said: the `message` of an incoming entry, which is a string.

Whether it is the text itself or an object in JSON is not documented. Objects are those of the API that SMSGlobal's
was built upon (Sinch WhatsApp API, "Inbound message callback"), which prints a place in two spellings.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from herald.answer import read
from herald.content import Latitude, Longitude

type Said = Mapping[str, object]


class _Text(BaseModel):
    type: Literal["text"]
    text: str = Field(validation_alias=AliasChoices("body", "text"))

    @property
    def said(self) -> Said:
        return {"type": "text", "text": self.text}


class _Place(BaseModel):
    type: Literal["location"]
    latitude: Latitude = Field(validation_alias=AliasChoices("latitude", "lat"))
    longitude: Longitude = Field(validation_alias=AliasChoices("longitude", "lng"))
    name: str | None = None
    address: str | None = None

    @property
    def said(self) -> Said:
        return self.model_dump(exclude_none=True)


class _Tapped(BaseModel):
    type: Literal["button"]
    label: str = Field("", alias="text")
    data: str | None = Field(None, alias="payload")

    @property
    def said(self) -> Said:
        return {"type": "reply", **self.model_dump(include={"label", "data"}, exclude_none=True)}


class _Media(BaseModel):
    type: Literal["image", "video", "audio", "voice", "document"]
    url: str
    caption: str | None = None
    filename: str | None = None

    @property
    def said(self) -> Said:
        kind = "audio" if self.type == "voice" else self.type
        named = self.model_dump(include={"caption", "filename"}, exclude_none=True)
        return {"type": "media", "kind": kind, "media": {"url": self.url}} | named


class _Other(BaseModel):
    """An object of another type."""

    model_config = ConfigDict(extra="allow")

    type: str

    @property
    def said(self) -> Said:
        return {"type": "unsupported", "kind": self.type, **({"fields": self.model_extra} if self.model_extra else {})}


class _Sticker(BaseModel):
    type: Literal["sticker"]
    url: str

    @property
    def said(self) -> Said:
        return {"type": "sticker", "media": {"url": self.url}}


_OBJECT: TypeAdapter[_Text | _Place | _Tapped | _Media | _Sticker] = TypeAdapter(
    Annotated[_Text | _Place | _Tapped | _Media | _Sticker, Field(discriminator="type")]
)


def said(message: str | dict[str, object], *, objects: bool) -> Said:
    """
    The content; what is none of the known shapes is text as it stands. `objects`: look for one.

    A string that only looks like an object may have been typed by a person, an object itself cannot have been.
    """
    text = message if isinstance(message, str) else json.dumps(message)
    if not objects:
        return {"type": "text", "text": text}
    try:
        return _OBJECT.validate_json(text).said
    except ValidationError:
        other = None if isinstance(message, str) else read(_Other, text.encode())
        return other.said if other else {"type": "text", "text": text}
