"""Batches of exchanges folded into one Traffic value."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.address import seat_of
from stillwatch.facts.holdings import Holdings
from stillwatch.facts.quotes import Quotes
from stillwatch.facts.traffic import Traffic
from stillwatch.profile.activity import activity_of
from stillwatch.profile.holdings import held_in_column, held_in_lists
from stillwatch.profile.quotes import quotes_in_lists
from stillwatch.profile.summary import merge_all
from stillwatch.profile.traces import traces_of
from stillwatch.stats.siphash import digest_strings

_PUBLIC_KEY = (0, 0)  # model names are no secret; they only need a number


def traffic_of(batch: pa.RecordBatch, answer_rate: int) -> Traffic:
    """Fold one batch of schema EXCHANGE; `answer_rate` is the sampling rate its answers were sketched at."""
    account = batch.column("account_key").to_numpy()
    start = batch.column("started_at").cast(pa.int64()).to_numpy()
    end = np.maximum(start, pc.fill_null(batch.column("ended_at").cast(pa.int64()), 0).to_numpy())
    model = digest_strings(batch.column("model"), _PUBLIC_KEY)
    signed = batch.column("signature_out").to_numpy()
    has_signature = signed != 0
    names = pc.unique(batch.column("model").drop_null())
    return Traffic(
        activity=activity_of(batch),
        traces=traces_of(batch),
        phrases=held_in_lists(batch.column("prompt_shingles"), account),
        prompts=held_in_column(batch.column("prompt_key"), account),
        systems=held_in_column(batch.column("system_key"), account),
        addresses=held_in_column(batch.column("client_net"), account),
        credentials=held_in_column(batch.column("credential_key"), account),
        tenants=held_in_column(batch.column("end_user_key"), account),
        settings=held_in_column(batch.column("settings_key"), account),
        seats=_seats(batch, "client_key", account),
        manners=_seats(batch, "settings_key", account),
        models=Holdings.of(model[model != 0], account[model != 0]),
        said=quotes_in_lists(batch.column("answer_shingles"), account, end),
        asked=quotes_in_lists(batch.column("prompt_shingles"), account, start, 2**64 // answer_rate),
        issued=Quotes.of(signed[has_signature], account[has_signature], end[has_signature]),
        replayed=quotes_in_lists(batch.column("signatures_in"), account, start),
        accounts=_names(batch),
        model_names=dict(zip(digest_strings(names, _PUBLIC_KEY).tolist(), names.to_pylist(), strict=True)),
    )


def fold(batches: Iterable[pa.RecordBatch], answer_rate: int) -> Traffic:
    """Fold batches of schema EXCHANGE into one summary."""
    return merge_all((traffic_of(batch, answer_rate) for batch in batches), Traffic.empty())


def _seats(batch: pa.RecordBatch, column: str, account: npt.NDArray[np.uint64]) -> Holdings:
    """A digest and the network block of each exchange that shows where it came from; no digest is one, too."""
    digest = batch.column(column).fill_null(0).to_numpy()
    net = batch.column("client_net").fill_null(0).to_numpy()
    shown = net != 0
    return Holdings.of(seat_of(digest[shown], net[shown]), account[shown])


def _names(batch: pa.RecordBatch) -> dict[int, str]:
    """The account ids of a batch by their keys."""
    encoded = batch.column("account_id").dictionary_encode()
    keys = batch.column("account_key").to_numpy()
    codes, first = np.unique(encoded.indices.to_numpy(), return_index=True)
    ids = encoded.dictionary.to_pylist()
    return {int(keys[row]): ids[code] for code, row in zip(codes.tolist(), first.tolist(), strict=True)}
