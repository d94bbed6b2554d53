"""
What fills the placeholders of a template. Webex Connect knows them by name only.

A content that gives them in order gets names by the account's setting `parameter_name`, in which `{n}` is the
position from 1.
"""

from collections.abc import Mapping

from herald.content import Parameter, TemplateContent, plain
from herald.errors import UnsupportedFeature


def numbered(pattern: str, position: int) -> str:
    """The name of what stands at this position, from 0."""
    return pattern.replace("{n}", str(position + 1))


def named(content: TemplateContent, pattern: str) -> Mapping[str, Parameter]:
    """Every parameter by its name."""
    if content.named:
        return content.named
    return {numbered(pattern, position): parameter for position, parameter in enumerate(content.parameters)}


def texts(content: TemplateContent, pattern: str) -> dict[str, str]:
    """Every parameter by its name, as text."""
    return {name: plain(parameter) for name, parameter in named(content, pattern).items()}


def check_text_only(content: TemplateContent) -> None:
    """Refuse what a template of text has no place for. Raises UnsupportedFeature."""
    for part in ("header", "buttons"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"the channel's templates have no {part}",
                field=f"content.{part}",
                hint="put all placeholders into parameters or named",
            )
