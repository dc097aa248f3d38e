"""The campaign archetypes: one file each, named for what they do."""

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.campaigns.bulk_premium_subscription_share import BulkPremiumSubscriptionShare
from stillwatch.range.campaigns.clean_and_judge_pipeline import CleanAndJudgePipeline
from stillwatch.range.campaigns.countermeasure_probe import CountermeasureProbe
from stillwatch.range.campaigns.credential_rotation_multichannel import CredentialRotationMultichannel
from stillwatch.range.campaigns.elicitation_probe_then_scale import ElicitationProbeThenScale
from stillwatch.range.campaigns.fixed_prompt_cot_tags import FixedPromptCotTags
from stillwatch.range.campaigns.hydra_api_load_balanced import HydraApiLoadBalanced
from stillwatch.range.campaigns.hydra_reseller_mixed import HydraResellerMixed
from stillwatch.range.campaigns.live_relay import LiveRelay
from stillwatch.range.campaigns.multi_pathway_mixed_accounts import MultiPathwayMixedAccounts
from stillwatch.range.campaigns.multilingual_trace_coercion import MultilingualTraceCoercion
from stillwatch.range.campaigns.new_model_pivot import NewModelPivot
from stillwatch.range.campaigns.shell_company_reseller import ShellCompanyReseller
from stillwatch.range.campaigns.store_then_replay import StoreThenReplay
from stillwatch.range.campaigns.transcripts_bought import TranscriptsBought

ARCHETYPES: tuple[Archetype, ...] = (
    HydraApiLoadBalanced(),  # C1
    MultiPathwayMixedAccounts(),  # C2
    NewModelPivot(),  # C3
    HydraResellerMixed(),  # C4
    FixedPromptCotTags(),  # C7
    LiveRelay(),  # C8
    CleanAndJudgePipeline(),  # C10
    StoreThenReplay(),  # C11
    TranscriptsBought(),  # C12
    ShellCompanyReseller(),  # C13
    ElicitationProbeThenScale(),  # C14
    MultilingualTraceCoercion(),  # C15
    CredentialRotationMultichannel(),  # C16
    BulkPremiumSubscriptionShare(),  # C17
    CountermeasureProbe(),  # C17
)

__all__ = ["ARCHETYPES", "Archetype", "Campaign"]
