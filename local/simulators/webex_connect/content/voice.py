"""
Voice: a call flow or a prompt (v1), a recording or text to speech (v2, "Make Voice Call").
"""

import re

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked

_CLI = re.compile(r"\+?[0-9]{3,15}")
_SPOKEN_MAX = 2000
_SPEECH = ("language", "voice", "region", "gender")


def check_voice(block: Members) -> Checked:
    """Exactly one of `callflowid`, `promptid` and the older `media`; `cli` is a number."""
    given = [name for name in ("callflowid", "promptid", "media") if block.text(name)]
    if not given:
        raise Refused("7003", "callflowid")
    if len(given) > 1:
        raise Refused("7004", given[-1])
    cli = block.text("cli")
    if cli and not _CLI.fullmatch(cli):
        raise Refused("7101", "cli")
    block.close()
    return Checked(given[0], cli)


def check_voice_v2(content: Members) -> Checked:
    """`media` by its id, or `TTS` with everything its engine needs."""
    kind = content.choice("type", {"media", "TTS"}, required=True)
    if kind == "media":
        content.text("mediaId", required=True)
        content.close()
        return Checked(kind)
    content.choice("ttsProcessor", {"Azure"}, required=True)
    content.choice("voiceType", {"Neural"}, required=True)
    for name in _SPEECH:
        content.text(name, required=True)
    text = content.text("text", required=True, longest=_SPOKEN_MAX)
    content.close()
    return Checked(kind, text=text)
