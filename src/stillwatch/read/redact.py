"""Where text ends: a raw batch goes in, digests and sketches under the deployment's secret come out."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec
import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import EXCHANGE, MIX_WIDTH
from stillwatch.read.nets import client_nets
from stillwatch.read.purposes import CueTable, compile_cues
from stillwatch.stats.shingles_kernel import MAX_SHINGLES, add_to_mix, find_cues, hash_words, keep_shingles
from stillwatch.stats.siphash import Words, digest_strings, sip13, sip_pair, string_buffers, trim

SYSTEM, USER, ASSISTANT = 1, 2, 3
_ROLES: Final = {
    "system": SYSTEM,
    "developer": SYSTEM,
    "assistant": ASSISTANT,
    "model": ASSISTANT,
    "ai": ASSISTANT,
}
_DIGEST_PREFIX: Final = np.frombuffer(b"sha256:", dtype=np.uint8)
_DIGEST_LENGTH: Final = 71
_REFUSALS: Final = pa.array(
    ["refusal", "content_filter", "content-filter", "safety", "blocked", "guardrail_intervened"]
)
_LEAST_TURN: Final = 128
"""A turn of a conversation that is shorter (bytes) is nobody's own: a greeting, and thanks for it. Two digests
in place of texts are longer."""
_LONGEST_PARAMS: Final = 65_536
"""Parameters longer than this are compared as they are written (characters): tools with schemas are shorter."""
_ABSENT, _HASHED, _FULL = int(ContentState.ABSENT), int(ContentState.HASHED), int(ContentState.FULL)


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactOptions:
    """How densely texts are sampled. Denser sees shorter templates and costs memory."""

    prompt_rate: int = 4
    """One shingle in this many is kept of what was asked: a fixed text of 20 words is missed once in 100 times."""
    asked_rate: int = 4
    """Of one of these in this many it is kept when it was asked, no denser than `prompt_rate` and no sparser than
    `answer_rate`: a request tried again in other words around a text of 15 words is seen 19 times in 20."""
    answer_rate: int = 32
    """One in this many of what was answered: enough to see a copied paragraph (100 words) 19 times in 20."""

    def __post_init__(self) -> None:
        """Refuse rates of which one sample would not lie within the other."""
        if not 1 <= self.prompt_rate <= self.asked_rate <= self.answer_rate:
            raise ValueError(
                f"one shingle in {self.prompt_rate} asked, {self.asked_rate} timed and {self.answer_rate} answered: "
                "give rates of at least 1 that rise in this order"
            )


@dataclass(frozen=True, slots=True)
class Redactor:
    """Redacts batches under one deployment's key, so that equal texts meet and nobody else can test a guess."""

    key: tuple[int, int]
    cues: CueTable
    options: RedactOptions

    @classmethod
    def of(cls, secret: bytes, options: RedactOptions | None = None) -> "Redactor":
        """Make a redactor from a secret of at least 16 bytes."""
        key = (int.from_bytes(secret[:8], "little"), int.from_bytes(secret[8:16], "little"))
        return cls(key, compile_cues(key), options or RedactOptions())

    def redact(self, raw: pa.RecordBatch) -> pa.RecordBatch:
        """Digest one batch of schema RAW into one of schema EXCHANGE, row for row."""
        n = raw.num_rows
        texts = self._sketch(raw)
        user_agent = digest_strings(raw.column("user_agent"), self.key)
        fingerprint = digest_strings(raw.column("tls_fingerprint"), self.key)
        client = user_agent * np.uint64(0x9E3779B97F4A7C15) ^ fingerprint
        tokens = pc.add(pc.fill_null(raw.column("input_tokens"), 0), pc.fill_null(raw.column("output_tokens"), 0))
        refused = pc.fill_null(pc.is_in(pc.utf8_lower(raw.column("finish_reason")), value_set=_REFUSALS), False)  # noqa: FBT003 - Arrow takes it by position
        columns = {
            "exchange_key": pa.array(self._exchange_keys(raw)),
            "account_id": raw.column("account_id"),
            "account_key": pa.array(digest_strings(raw.column("account_id"), self.key)),
            "started_at": raw.column("started_at"),
            "ended_at": raw.column("ended_at"),
            "model": raw.column("model"),
            "credential_key": _nullable(digest_strings(raw.column("credential_id"), self.key)),
            "end_user_key": _nullable(digest_strings(raw.column("end_user_id"), self.key)),
            "client_net": client_nets(raw.column("client_ip")),
            "client_key": _nullable(client),
            "settings_key": self._settings(raw.column("request_params")),
            "status": raw.column("status"),
            "refused": refused,
            "tokens": tokens,
            "mix": pa.FixedSizeListArray.from_arrays(pa.array(texts.mix.reshape(-1)), MIX_WIDTH),
            "content_state": pa.array(texts.state),
            "system_key": pa.array(texts.keys[0]),
            "prompt_key": pa.array(texts.keys[1]),
            "request_key": pa.array(texts.keys[2]),
            "history_key": pa.array(texts.keys[3]),
            "closing_key": pa.array(texts.keys[4]),
            "turn_key": pa.array(texts.keys[5]),
            "earlier_key": pa.array(texts.keys[6]),
            "prompt_shingles": pa.ListArray.from_arrays(texts.prompt_offsets, texts.prompt_shingles),
            "answer_shingles": pa.ListArray.from_arrays(texts.answer_offsets, texts.answer_shingles),
            "purpose_marks": pa.array(texts.marks),
            "signatures_in": self._signatures(raw.column("reasoning_signatures"), n),
            "signature_out": pa.array(digest_strings(raw.column("output_signature"), self.key)),
        }
        return pa.RecordBatch.from_arrays([columns[field.name] for field in EXCHANGE], schema=EXCHANGE)

    def _exchange_keys(self, raw: pa.RecordBatch) -> Words:
        """The same (source, exchange_id) is the same exchange (contract; CloudEvents rule)."""
        source = digest_strings(raw.column("source"), self.key)
        own = digest_strings(raw.column("exchange_id"), self.key)
        folded: Words = _fold_pairs(source, own, np.uint64(self.key[0]), np.uint64(self.key[1]))
        return folded

    def _settings(self, params: pa.StringArray) -> pa.Array:
        """Equal parameters are equal settings, in whatever order they are written; a seed of chance is none of them."""
        encoded = params.dictionary_encode()
        written = pa.array([_canonical(text) for text in encoded.dictionary.to_pylist()], type=pa.string())
        return _nullable(digest_strings(written, self.key)).take(encoded.indices)

    def _signatures(self, column: pa.ListArray, n: int) -> pa.ListArray:
        if column.null_count == n:
            return pa.ListArray.from_arrays(np.zeros(n + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))
        filled = pc.fill_null(column, []) if column.null_count else column
        offsets = np.asarray(filled.offsets)
        values = filled.values.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))
        return pa.ListArray.from_arrays((offsets - offsets[0]).astype(np.int32), digest_strings(values, self.key))

    def _sketch(self, raw: pa.RecordBatch) -> "_Texts":
        n = raw.num_rows
        messages = raw.column("input_messages")
        bounds = np.asarray(messages.offsets, dtype=np.int32)
        structs = messages.values
        roles = _role_codes(structs.field("role"))
        data, offsets, present = string_buffers(structs.field("text"))
        out_data, out_offsets, out_present = string_buffers(raw.column("output_text"))
        listed = (
            np.ones(n, dtype=np.bool_)
            if messages.null_count == 0
            else messages.is_valid().to_numpy(zero_copy_only=False)
        )
        texts = _Texts.empty(n, int(bounds[-1] - bounds[0]), data.size + out_data.size)
        while True:
            used = _sketch_rows(
                bounds, listed, roles, data, offsets, present, out_data, out_offsets, out_present,
                np.uint64(self.key[0]), np.uint64(self.key[1]),
                _bound(self.options.prompt_rate), _bound(self.options.answer_rate),
                self.cues.phrases, self.cues.bits, self.cues.last_words,
                texts.keys, texts.state, texts.marks, texts.mix,
                texts.prompt_offsets, texts.prompt_shingles, texts.answer_offsets, texts.answer_shingles,
            )  # fmt: skip
            if used >= 0:
                texts.prompt_shingles = texts.prompt_shingles[: texts.prompt_offsets[-1]]
                texts.answer_shingles = texts.answer_shingles[: texts.answer_offsets[-1]]
                return texts
            texts = _Texts.empty(n, 0, 4 * (texts.prompt_shingles.size + texts.answer_shingles.size) * 8)


@dataclass(slots=True)
class _Texts:
    """What the kernel fills for a batch of n rows."""

    keys: Words
    state: np.ndarray[tuple[int], np.dtype[np.int8]]
    marks: np.ndarray[tuple[int], np.dtype[np.uint32]]
    mix: np.ndarray[tuple[int, int], np.dtype[np.int8]]
    prompt_offsets: np.ndarray[tuple[int], np.dtype[np.int32]]
    prompt_shingles: Words
    answer_offsets: np.ndarray[tuple[int], np.dtype[np.int32]]
    answer_shingles: Words

    @classmethod
    def empty(cls, n: int, messages: int, size: int) -> "_Texts":
        """Room for n rows; the shingle buffers are guessed from the bytes of text and grow if they are too small."""
        room = 1024 + 2 * n + messages + size // 16
        return cls(
            np.zeros((7, n), dtype=np.uint64),
            np.zeros(n, dtype=np.int8),
            np.zeros(n, dtype=np.uint32),
            np.zeros((n, MIX_WIDTH), dtype=np.int8),
            np.zeros(n + 1, dtype=np.int32),
            np.zeros(room, dtype=np.uint64),
            np.zeros(n + 1, dtype=np.int32),
            np.zeros(room, dtype=np.uint64),
        )


@nb.njit(cache=True, nogil=True)
def _is_digest(data, start, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    if end - start != _DIGEST_LENGTH:
        return False
    for j in range(len(_DIGEST_PREFIX)):  # noqa: SIM110 - a loop compiles, a generator does not
        if data[start + j] != _DIGEST_PREFIX[j]:
            return False
    return True


@nb.njit(cache=True, nogil=True)
def _sketch_rows(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901, PLR0912, PLR0913, PLR0915 - one pass over the batch
    bounds, listed, roles, data, offsets, present, out_data, out_offsets, out_present,  # noqa: ANN001 - numba infers
    k0, k1, prompt_bound, answer_bound, cues, cue_bits, last_words,  # noqa: ANN001
    keys, state, marks, mix, prompt_offsets, prompt_shingles, answer_offsets, answer_shingles,  # noqa: ANN001
):  # fmt: skip
    """Fill the outputs row by row; return 0, or -1 when a shingle buffer is too small."""
    longest = 0
    for m in range(len(offsets) - 1):
        longest = max(longest, offsets[m + 1] - offsets[m])
    for i in range(len(out_offsets) - 1):
        longest = max(longest, out_offsets[i + 1] - out_offsets[i])
    words = np.empty(longest + 2, dtype=np.uint64)
    found = np.empty(longest + 2, dtype=np.uint64)
    kept = np.empty(MAX_SHINGLES, dtype=np.uint64)
    p = 0
    a = 0
    for i in range(len(bounds) - 1):
        prompt_offsets[i] = p
        answer_offsets[i] = a
        full = False
        hashed = False
        chain = np.uint64(0)
        prompt = -1
        prompt_digest = np.uint64(0)
        turn = np.uint64(0)
        turn_bytes = 0
        answering = False
        first = bounds[i] if listed[i] else bounds[i + 1]
        for m in range(first, bounds[i + 1]):
            if not present[m]:
                continue
            start, end = trim(data, offsets[m], offsets[m + 1])
            if end == start:
                continue
            digest = sip13(data, start, end, k0, k1)
            chain = sip_pair(chain + np.uint64(roles[m]), digest, k0, k1)
            if _is_digest(data, start, end):
                hashed = True
            else:
                full = True
            if roles[m] == ASSISTANT:
                keys[3, i] = chain
                if not answering:
                    keys[6, i] = turn if turn_bytes >= _LEAST_TURN else np.uint64(0)
                    turn = np.uint64(0)
                    turn_bytes = 0
                answering = True
                turn = sip_pair(turn + np.uint64(ASSISTANT), digest, k0, k1)
                turn_bytes += end - start
            elif roles[m] == SYSTEM:
                keys[0, i] = digest if keys[0, i] == 0 else sip_pair(keys[0, i], digest, k0, k1)
                if not _is_digest(data, start, end):
                    n = hash_words(data, start, end, k0, k1, words)
                    count = keep_shingles(words, n, prompt_bound, found, kept)
                    marks[i] |= find_cues(words, n, cues, cue_bits, last_words)
                    if p + count > len(prompt_shingles):
                        return -1
                    prompt_shingles[p : p + count] = kept[:count]
                    p += count
            else:
                prompt = m
                prompt_digest = digest
                answering = False
                if turn != 0:
                    turn = sip_pair(turn + np.uint64(USER), digest, k0, k1)
                    turn_bytes += end - start
        keys[2, i] = chain
        if not answering and turn_bytes >= _LEAST_TURN:
            keys[5, i] = turn
        if prompt >= 0:
            start, end = trim(data, offsets[prompt], offsets[prompt + 1])
            keys[1, i] = prompt_digest
            if not _is_digest(data, start, end):
                n = hash_words(data, start, end, k0, k1, words)
                count = keep_shingles(words, n, prompt_bound, found, kept)
                marks[i] |= find_cues(words, n, cues, cue_bits, last_words)
                add_to_mix(words, n, mix[i])
                if p + count > len(prompt_shingles):
                    return -1
                prompt_shingles[p : p + count] = kept[:count]
                p += count
        if out_present[i]:
            start, end = trim(out_data, out_offsets[i], out_offsets[i + 1])
            if end > start:
                digest = sip13(out_data, start, end, k0, k1)
                if chain != 0:
                    keys[4, i] = sip_pair(chain + np.uint64(ASSISTANT), digest, k0, k1)
                if _is_digest(out_data, start, end):
                    hashed = True
                else:
                    full = True
                    n = hash_words(out_data, start, end, k0, k1, words)
                    count = keep_shingles(words, n, answer_bound, found, kept)
                    if a + count > len(answer_shingles):
                        return -1
                    answer_shingles[a : a + count] = kept[:count]
                    a += count
        state[i] = _FULL if full else (_HASHED if hashed else _ABSENT)
    prompt_offsets[len(bounds) - 1] = p
    answer_offsets[len(bounds) - 1] = a
    return 0


@nb.njit(cache=True, nogil=True)
def _fold_pairs(a, b, k0, k1):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers
    out = np.empty(len(a), dtype=np.uint64)
    for i in range(len(a)):
        out[i] = sip_pair(a[i], b[i], k0, k1)
    return out


def _role_codes(roles: pa.StringArray) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """SYSTEM, USER or ASSISTANT by message; a role we do not know speaks as a user."""
    encoded = pc.fill_null(roles, "user").dictionary_encode()
    codes = np.array([_ROLES.get(str(name).lower(), USER) for name in encoded.dictionary.to_pylist()], dtype=np.int8)
    return codes[encoded.indices.to_numpy(zero_copy_only=False)] if len(codes) else np.zeros(0, dtype=np.int8)


def _bound(rate: int) -> np.uint64:
    """The bound under which one hash in `rate` falls."""
    return np.uint64(min(2**64 // rate, 2**64 - 1))


def _nullable(digests: Words) -> pa.Array:
    return pa.array(digests, mask=digests == 0)


@lru_cache(maxsize=1 << 12)
def _canonical(params: str) -> str | None:
    """Parameters as one spelling; text that is no JSON object stands for itself, no parameters for nothing."""
    try:
        read = msgspec.json.decode(params) if len(params) <= _LONGEST_PARAMS else params
    except (msgspec.DecodeError, RecursionError):
        return params
    if not isinstance(read, dict):
        return params
    kept = {name: value for name, value in read.items() if name != "seed" and value is not None}
    return msgspec.json.encode(kept, order="deterministic").decode() if kept else None
