"""How much of an exchange's text a log held, which every later step must answer for."""

from enum import IntEnum


class ContentState(IntEnum):
    """What was left of the text when we read it. Stored as int8 beside each exchange."""

    ABSENT = 0
    """No text and no digest of it: only metadata can speak."""

    HASHED = 1
    """The log held digests in place of texts: equal texts can be seen, alike ones cannot."""

    FULL = 2
    """The log held the text; what travels on are keyed digests and sketches of it."""

    @property
    def label(self) -> str:
        """The state as it is written in reports and tables."""
        return self.name.lower()
