"""Stretches of exchanges folded into one Traffic value."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.address import seat_of
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.traces import FAILED, WITHHELD
from stillwatch.facts.traffic import Traffic
from stillwatch.profile.activity import activity_of
from stillwatch.profile.holdings import held_in_column, held_in_lists
from stillwatch.profile.quotes import quotes_in_lists
from stillwatch.profile.stretch import Stretch
from stillwatch.profile.summary import merge_all
from stillwatch.profile.traces import traces_of
from stillwatch.stats.siphash import digest_strings

_PUBLIC_KEY = (0, 0)  # model names are no secret; they only need a number


def traffic_of(batches: Sequence[pa.RecordBatch], asked_rate: int) -> Traffic:
    """Fold batches of schema EXCHANGE; of one shingle of a prompt in `asked_rate` it is kept when it was asked."""
    stretch = Stretch.of(batches)
    names = stretch.column("model").dictionary_encode()
    digests = digest_strings(names.dictionary, _PUBLIC_KEY)
    known = names.is_valid().to_numpy(zero_copy_only=False)
    model = digests[names.indices.filter(pa.array(known)).to_numpy()]
    signed = stretch.digests("signature_out")
    has_signature = signed != 0
    bound = 2**64 // asked_rate
    traces = traces_of(stretch)
    failed = np.isin(traces.rows["outcome"], WITHHELD)
    return Traffic(
        activity=activity_of(stretch),
        traces=traces,
        phrases=held_in_lists(stretch, "prompt_shingles"),
        prompts=held_in_column(stretch, "prompt_key"),
        systems=held_in_column(stretch, "system_key"),
        addresses=held_in_column(stretch, "client_net"),
        credentials=held_in_column(stretch, "credential_key"),
        tenants=held_in_column(stretch, "end_user_key"),
        settings=held_in_column(stretch, "settings_key"),
        seats=_seats(stretch, "client_key"),
        manners=_seats(stretch, "settings_key"),
        models=Holdings.shown(model[model != 0], stretch.account[known][model != 0]),
        said=quotes_in_lists(stretch, "answer_shingles", stretch.end),
        asked=quotes_in_lists(stretch, "prompt_shingles", stretch.start, bound),
        failed=quotes_in_lists(stretch, "prompt_shingles", stretch.start, rows=failed),
        broken=quotes_in_lists(stretch, "prompt_shingles", stretch.start, rows=traces.rows["outcome"] == FAILED),
        issued=Quotes.of(signed[has_signature], stretch.account[has_signature], stretch.end[has_signature]),
        replayed=quotes_in_lists(stretch, "signatures_in", stretch.start),
        accounts=_names(stretch),
        model_names=dict(zip(digests.tolist(), names.dictionary.to_pylist(), strict=True)),
    )


def fold(batches: Iterable[pa.RecordBatch], asked_rate: int) -> Traffic:
    """Fold batches of schema EXCHANGE into one summary."""
    return merge_all((traffic_of([batch], asked_rate) for batch in batches), Traffic.empty())


def _seats(stretch: Stretch, column: str) -> Holdings:
    """A digest and the network block of each exchange that shows where it came from; no digest is one, too."""
    digest, net = stretch.digests(column), stretch.digests("client_net")
    shown = net != 0
    return Holdings.shown(seat_of(digest[shown], net[shown]), stretch.account[shown])


def _names(stretch: Stretch) -> dict[int, str]:
    """The account ids of a stretch by their keys."""
    ids = pc.take(stretch.column("account_id"), pa.array(stretch.first))
    return dict(zip(stretch.accounts.tolist(), ids.to_pylist(), strict=True))
