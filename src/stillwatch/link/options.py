"""Every option of the step, by the file that owns it, and how sure a group must be before it is kept."""

from dataclasses import dataclass, field

from stillwatch.facts.token import Family
from stillwatch.link.bystanders import MixtureOptions
from stillwatch.link.candidates import CandidateOptions
from stillwatch.link.company import CompanyOptions
from stillwatch.link.hand_offs import HandOffOptions
from stillwatch.link.milieu import MilieuOptions
from stillwatch.link.pace_circles import PaceOptions
from stillwatch.link.passes import PassOptions
from stillwatch.link.pools import PoolOptions
from stillwatch.link.rhythm import RhythmOptions
from stillwatch.link.shared_things import ThingOptions
from stillwatch.link.shared_words import WordOptions
from stillwatch.link.speaking import SpeakingOptions
from stillwatch.link.ties import JoinOptions
from stillwatch.link.tried_texts import TriedTextOptions
from stillwatch.link.work_lists import ListOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkOptions:
    """Every option of the step, by the file that owns it, and how sure a group must be before it is kept."""

    things: ThingOptions = field(default_factory=ThingOptions)
    words: WordOptions = field(default_factory=WordOptions)
    hand_offs: HandOffOptions = field(default_factory=HandOffOptions)
    tried_texts: TriedTextOptions = field(default_factory=TriedTextOptions)
    candidates: CandidateOptions = field(default_factory=CandidateOptions)
    mixture: MixtureOptions = field(default_factory=MixtureOptions)
    milieu: MilieuOptions = field(default_factory=MilieuOptions)
    passes: PassOptions = field(default_factory=PassOptions)
    rhythm: RhythmOptions = field(default_factory=RhythmOptions)
    pace: PaceOptions = field(default_factory=PaceOptions)
    families: frozenset[Family] = frozenset(Family)
    """The families of evidence that are looked for: all of them, but where the worth of each is measured."""
    alpha: float = 1e-3
    """A family is beyond chance when all groups tried would show its evidence less often than this, together."""
    lone_bits: float = 10.0
    """Hand-offs or rhythm that exceed what one family needs by this much are worth a person's look by themselves
    (bits): a thousand to one beyond what all groups tried show by chance. Nothing is enforced on one family (law 1)."""
    quoted_bits: float = 10.0
    """Hand-offs that are quotations only must exceed what a second family needs by this much (bits): who works on the
    same public texts sends much the same and finds the answers of others in them."""
    belongs: float = 0.5
    """An account is a member when it belongs more likely than not."""
    rhythm_tests: int = 250
    """Candidates without another tie that are tested for a scheduler, largest traffic first (bounds the time)."""
    overlap: float = 0.5
    """A candidate of which this share is in one confirmed group already needs no test for a scheduler: of one that is
    in several, which may be pieces of it, it tells whether they are one."""
    join: JoinOptions = field(default_factory=JoinOptions)
    pools: PoolOptions = field(default_factory=PoolOptions)
    company: CompanyOptions = field(default_factory=CompanyOptions)
    speaking: SpeakingOptions = field(default_factory=SpeakingOptions)
    own_kinds: int = 2
    """Two accounts that share this many kinds of things with nobody else are one customer's: what passes between them
    says nothing of others."""
    most_unnamed: int = 4
    """So many accounts on one card that name no organisation, or with one mail domain and a thing of their own, are
    taken for one customer's keys; published campaigns have 5 to 30 accounts on a card."""
    most_named: int = 8
    """... and so many that name one organisation, one of which writes from a domain of its own, at least, or of one
    organisation and card, half of which do: what passes between them is their own. In an honest log that others
    composed three firms with three such accounts each, which pass their answers on within each firm and use one tool,
    were one group at act."""
    lists: ListOptions = field(default_factory=ListOptions)
    most_of_one_customer: float = 0.8
    """Where one customer has at most this share of a group, its accounts are moved together in the scheduler test, so
    that what its own jobs do is no evidence against other customers."""
    least_member_bits: float = 3.0
    """A member needs this much evidence of its own beside what proposed the group: knowing nothing ties nobody."""
