"""The honest classes: customers that resemble a campaign in something, and are not one."""

from stillwatch.range.honest.honest_class import HonestClass
from stillwatch.range.honest.machines import AgentFleets, BuildAgents, NightlySuites
from stillwatch.range.honest.people import (
    HarnessUsers,
    IndividualDevelopers,
    Offices,
    OtherLanguages,
    PrivacyUsers,
    UniversityClasses,
)
from stillwatch.range.honest.products import Gateways, JudgeProducts, RetrievalBackfill
from stillwatch.range.honest.trusted import Agencies, ContractDistillers, Evaluators

CLASSES: tuple[HonestClass, ...] = (
    IndividualDevelopers(),
    Offices(),
    UniversityClasses(),
    HarnessUsers(),
    PrivacyUsers(),
    OtherLanguages(),
    RetrievalBackfill(),
    JudgeProducts(),
    Gateways(),
    NightlySuites(),
    AgentFleets(),
    BuildAgents(),
    Agencies(),
    Evaluators(),
    ContractDistillers(),
)

__all__ = ["CLASSES", "HonestClass"]
