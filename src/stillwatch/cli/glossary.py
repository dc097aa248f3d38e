"""What the words and the rules of a report mean, for whoever reads one without having read the manual."""

from typing import Final

from stillwatch.facts.campaign import Tier
from stillwatch.facts.token import Family

TIER_WORDS: Final = {
    Tier.ACT: "Two independent families of evidence or more go beyond chance, one of them hand-offs or rhythm, and no "
    "honest explanation accounts for them. A person decides what follows.",
    Tier.REVIEW: "Enough for a person to look into, and not enough to limit anybody: for instance, owners and "
    "registered use could not be looked up, hand-offs or a scheduler are all that is left, or words alone are and all "
    "of them are drawn from one list.",
    Tier.WATCH: "Too little to look into by itself, or an account that may be a victim: a stolen key's owner, a "
    "relay's customer. Nothing should happen to these accounts for it.",
}

FAMILY_WORDS: Final = {
    Family.THINGS: "payment instruments, sign-up devices, addresses and credentials that several accounts hold",
    Family.WORDS: "rare prompt templates, near-duplicates, slices of one work list and texts of requests that were "
    "tried again elsewhere, compared as digests",
    Family.HAND_OFFS: "what passes from one account to another: retries, answers that come back elsewhere, "
    "replayed signatures",
    Family.RHYTHM: "one scheduler behind many accounts: a pool, where the end of one request starts the next "
    "elsewhere, at once or after a pause, and machines that go on and off together",
}

GLOSSARY: Final = (
    (
        "Account",
        "Who is billed, as the operator chose. It says nothing about who the person is.",
    ),
    (
        "Campaign",
        "A group of accounts that acts as one hand. It is a finding about traffic, and not a verdict on anybody.",
    ),
    (
        "Bits",
        "How surprising the evidence is among strangers. Each bit halves the odds: 20 bits are about one in a million.",
    ),
    (
        "Expected by chance",
        "How many groups at least this strong honest traffic of this size would show. It does not say what they did.",
    ),
    (
        "Beyond chance",
        "The evidence of one family still stands after correction for every group that was tried.",
    ),
    (
        "Neutralised",
        "An honest explanation accounts for this evidence, so it does not count towards a tier. It is shown hatched.",
    ),
    (
        "Confidence",
        "How sure it is that an account belongs to its group: of accounts given 0.9, about nine in ten do.",
    ),
    ("Tier: act", TIER_WORDS[Tier.ACT]),
    ("Tier: review", TIER_WORDS[Tier.REVIEW]),
    ("Tier: watch", TIER_WORDS[Tier.WATCH]),
    (
        "Set aside",
        "A group that acts alike and has an honest explanation. It is listed so that nobody has to find it twice.",
    ),
)

LAWS: Final = (
    "Nothing is enforced by this report. A person decides, and every measure can be appealed and undone.",
    "No measure rests on one family of evidence: two independent ones, each beyond chance, are the least.",
    "Nationality, language and geography are never evidence.",
    "Authorised use comes first: registered evaluators, researchers and contract customers are named and exempt.",
    "Every finding carries its reasons, what would clear it, and its limits.",
    "Victims are not culprits: the owner of a stolen key and a relay's unwitting users are to be restored.",
    "No customer's text is kept: only digests and sketches, under a secret that stays with the operator.",
)
