"""
What is left of a channel's block once it is checked.
"""

from dataclasses import dataclass, field


@dataclass
class Checked:
    """
    `text` is where links are replaced; `doom` is the receipt's code with which the message will fail although it is
    accepted; `press` is what a receipt says about a pressed button, empty where there is none.
    """

    kind: str = ""
    sender: str = ""
    text: str = ""
    segments: int = 1
    doom: str = ""
    identity_key_hash: str = ""
    press: dict[str, str] = field(default_factory=dict)
