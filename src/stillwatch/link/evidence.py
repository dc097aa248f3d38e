"""What accounts share, pass on and do, before any group is looked for."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family
from stillwatch.facts.traffic import Traffic
from stillwatch.link.customers import (
    between_customers,
    beyond_firms,
    customers,
    few_of_one_name,
    firms,
    houses,
    of_one_payer,
    own_pairs,
    payers,
    together,
)
from stillwatch.link.echoes import backwards
from stillwatch.link.hand_offs import HandOffs, TriedAgain, hand_offs
from stillwatch.link.options import LinkOptions
from stillwatch.link.shared_things import shared_things
from stillwatch.link.shared_words import shared_words
from stillwatch.link.timelines import Timelines
from stillwatch.link.tried_texts import tried_texts


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of one scan, by family."""

    traffic: Traffic
    roster: Roster
    incidences: list[Incidence]
    passed: HandOffs
    """Without what passes between the two accounts of one customer."""
    echoed: HandOffs
    """The same, of what passed the wrong way round (`echoes`)."""
    timelines: Timelines
    """With whom each request took something over from, which hand-offs speak of."""
    customer: Codes
    """(accounts,) a number for each account, the same for those that are one customer's."""

    @classmethod
    def of(cls, traffic: Traffic, roster: Roster, options: LinkOptions) -> Self:
        """Gather it from one scan, by the families that are looked for."""
        incidences = shared_things(traffic, roster, options.things) if Family.THINGS in options.families else []
        incidences += shared_words(traffic, roster, options.words) if Family.WORDS in options.families else []
        tried, passed, echoed = None, HandOffs.none(), HandOffs.none()
        timelines = Timelines(traffic, roster)
        if Family.HAND_OFFS in options.families:
            tried = TriedAgain.of(traffic, roster, options.hand_offs)
            passed, took_over = hand_offs(traffic, roster, options.hand_offs, tried)
            timelines = timelines.taking_over(*took_over)
            echoed = backwards(traffic, roster, options.hand_offs)
        payer = payers(incidences, len(roster))
        owner, domain = (_numbered(roster, column) for column in ("organisation", "email_domain"))
        house = houses(owner, domain, incidences)
        firm = firms((owner, domain), incidences, payer, options.most_unnamed)
        few = of_one_payer(owner, payer, house, options.most_named)
        firm = together(firm, few, few_of_one_name(owner, domain, incidences, options.most_named))
        customer = customers(payer, owner, firm, house, options.most_unnamed)
        own = own_pairs(incidences, payer, options.own_kinds)
        passed, echoed = (between_customers(some, own, firm, customer) for some in (passed, echoed))
        if tried is not None and Family.WORDS in options.families:
            tried = tried.among(passed)
            incidences.append(tried_texts(traffic, roster, tried, options.tried_texts, options.words))
        # What all of one declared customer's accounts hold ties them to nobody else, however many they are.
        declared = together(firm, of_one_payer(owner, payer, house, len(roster)))
        shared = [beyond_firms(one, declared) if one.kind.family is Family.THINGS else one for one in incidences]
        incidences = [one for one in shared if len(one.tokens)]
        return cls(traffic, roster, incidences, passed, echoed, timelines, customer)

    def among(self, chosen: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> Self:
        """What (accounts,) chosen accounts share with and pass to each other, as if no others `known` did anything."""
        incidences = [shared for one in self.incidences if len((shared := one.among(chosen, known)).tokens)]
        return replace(self, incidences=incidences, passed=self.passed.among(chosen), echoed=self.echoed.among(chosen))


def _numbered(roster: Roster, column: str) -> Codes:
    """(accounts,) a number for each value in a column of the accounts table, -1 for none."""
    numbers: Codes = roster.column(column).dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int32)
    return numbers
