"""
Reading webhooks leniently: the vendor's pages disagree on cases and types, empty text stands for nothing, and JSON
stands inside of JSON.
"""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import from_json


def _scalar(value: object) -> object:
    """Text and numbers as text; anything else as if it were not there."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _inner(value: object) -> object:
    """A nested value, which comes as JSON text; empty text stands for nothing. Raises ValueError."""
    if not isinstance(value, str):
        return value
    return from_json(value, allow_inf_nan=False) if value.strip() else None


type Text = Annotated[str, BeforeValidator(_scalar)]
type Name = Annotated[Text, Field(max_length=512)]
"""What names somebody or something, and so becomes part of a key."""
type Nested[T] = Annotated[T | None, BeforeValidator(_inner)]


def letters(word: str) -> str:
    """A word without case and punctuation."""
    return re.sub(r"[^a-z]", "", word.lower())
