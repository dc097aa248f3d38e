"""The campaign archetypes: one file each, named for what they do."""

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.campaigns.clean_and_judge_pipeline import CleanAndJudgePipeline
from stillwatch.range.campaigns.fixed_prompt_cot_tags import FixedPromptCotTags
from stillwatch.range.campaigns.hydra_api_load_balanced import HydraApiLoadBalanced
from stillwatch.range.campaigns.hydra_reseller_mixed import HydraResellerMixed
from stillwatch.range.campaigns.live_relay import LiveRelay
from stillwatch.range.campaigns.multilingual_trace_coercion import MultilingualTraceCoercion

ARCHETYPES: tuple[Archetype, ...] = (
    HydraApiLoadBalanced(),
    HydraResellerMixed(),
    FixedPromptCotTags(),
    LiveRelay(),
    CleanAndJudgePipeline(),
    MultilingualTraceCoercion(),
)

__all__ = ["ARCHETYPES", "Archetype", "Campaign"]
