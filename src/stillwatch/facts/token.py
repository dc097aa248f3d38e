"""Tokens: what an account holds together with others, and the family of evidence each kind belongs to."""

from enum import Enum, IntEnum


class Family(Enum):
    """The four families of evidence. Two of them, each beyond chance, are needed before anything is enforced."""

    THINGS = "shared things"
    WORDS = "shared words"
    HAND_OFFS = "hand-offs"
    RHYTHM = "shared rhythm"


class TokenKind(IntEnum):
    """One kind of thing that accounts can hold together. Order is stable: kinds are stored by number."""

    PAYMENT = 1
    SIGNUP_DEVICE = 2
    SIGNUP_ADDRESS = 3
    SIGNUP_BURST = 4
    CLIENT_ADDRESS = 5
    CLIENT_BLOCK = 6
    CREDENTIAL = 7
    EMAIL_DOMAIN = 8
    SYSTEM_PROMPT = 20
    TEMPLATE = 21
    WORK_ITEM = 22
    SETTINGS = 23
    TRIED_TEXT = 24

    @property
    def family(self) -> Family:
        """The family of evidence that this kind speaks for."""
        return Family.WORDS if self >= TokenKind.SYSTEM_PROMPT else Family.THINGS

    @property
    def words(self) -> str:
        """How a report names one token of this kind."""
        return _WORDS[self]


_WORDS = {
    TokenKind.PAYMENT: "payment instrument",
    TokenKind.SIGNUP_DEVICE: "sign-up device",
    TokenKind.SIGNUP_ADDRESS: "sign-up address",
    TokenKind.SIGNUP_BURST: "burst of sign-ups",
    TokenKind.CLIENT_ADDRESS: "client address",
    TokenKind.CLIENT_BLOCK: "address block",
    TokenKind.CREDENTIAL: "credential",
    TokenKind.EMAIL_DOMAIN: "e-mail domain",
    TokenKind.SYSTEM_PROMPT: "system prompt",
    TokenKind.TEMPLATE: "prompt template",
    TokenKind.WORK_ITEM: "work-list item",
    TokenKind.SETTINGS: "set of request parameters",
    TokenKind.TRIED_TEXT: "text of requests tried again elsewhere",
}
