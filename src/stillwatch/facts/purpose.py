"""What a campaign seems to want from the model: the published methods of extraction, by name."""

from enum import Enum


class Purpose(Enum):
    """A published method. Judged on the pooled traffic of a campaign, never on one prompt (DESIGN, evidence)."""

    REASONING_TRACES = "reasoning-trace exfiltration"
    TRACE_CLEANING = "trace critique and cleaning"
    GRADING = "automatic grading"
    TASK_GENERATION = "task generation for reinforcement learning"
    SYNTHETIC_DATA = "synthetic data generation"
    CENSORSHIP_REWRITES = "censorship-safe rewriting"
    TECHNIQUE_SWEEP = "technique sweep"
    RELAY = "live relay of another product's users"

    @property
    def bit(self) -> int:
        """This purpose's bit in an exchange's `purpose_marks`."""
        return 1 << list(Purpose).index(self)
