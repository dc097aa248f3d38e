"""The honest classes: customers that resemble a campaign in something, and are not one."""

from stillwatch.range.honest.honest_class import HonestClass
from stillwatch.range.honest.machines import (
    AgentFleets,
    BuildAgents,
    CompactingAgents,
    DriftMonitors,
    FallbackRouters,
    KeyMigrations,
    NightlySuites,
    ReleaseDayBenchmarkers,
    SharedTeamKeys,
)
from stillwatch.range.honest.people import (
    HarnessUsers,
    IndividualDevelopers,
    Offices,
    OtherLanguages,
    PrivacyUsers,
    UniversityClasses,
)
from stillwatch.range.honest.products import (
    AuditCaptures,
    Gateways,
    JudgeProducts,
    RetrievalBackfill,
    TutoringProducts,
    ViralLaunches,
)
from stillwatch.range.honest.trusted import (
    Agencies,
    ContractDistillers,
    Evaluators,
    RelayCustomers,
    StolenKeyVictims,
)

CLASSES: tuple[HonestClass, ...] = (
    IndividualDevelopers(),
    NightlySuites(),  # B1
    ContractDistillers(),  # B2
    BuildAgents(),  # B3
    RetrievalBackfill(),  # B4
    FallbackRouters(),  # B5
    DriftMonitors(),  # B6
    SharedTeamKeys(),  # B7
    Gateways(),  # B8
    ReleaseDayBenchmarkers(),  # B9
    AuditCaptures(),  # B10
    JudgeProducts(),  # B11
    Evaluators(),  # B12
    UniversityClasses(),  # B13
    AgentFleets(),  # B14
    Offices(),  # B15
    PrivacyUsers(),  # B15
    HarnessUsers(),  # B16
    OtherLanguages(),  # B17
    KeyMigrations(),  # B18
    ViralLaunches(),  # B19
    StolenKeyVictims(),  # B20
    RelayCustomers(),  # B21
    Agencies(),  # B22
    CompactingAgents(),  # B23
    TutoringProducts(),  # B24
)

__all__ = ["CLASSES", "HonestClass"]
