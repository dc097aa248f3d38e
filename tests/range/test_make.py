"""Making a range: the contract, repeatability, and what is refused."""

import hashlib
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import StopError
from stillwatch.range import Proportions, Service, make_range
from stillwatch.range.campaigns.live_relay import LiveRelay
from stillwatch.range.customs import Customs
from stillwatch.range.honest.people import Offices
from stillwatch.range.make import STARTS_AT
from stillwatch.range.manners import Manners
from stillwatch.range.plan import plan_range
from stillwatch.range.skill import Skill
from stillwatch.range.tables import ACCOUNTS, EXCHANGES, TRUTH
from tests.range.conftest import Made

SMALL: dict[str, Any] = {
    "scale": 0.00003,
    "campaigns": ["hydra_api_load_balanced", "live_relay"],
    "honest": ["individual_developer", "contract_synthetic_data", "relay_customer"],
}


def digest(folder: Path) -> str:
    """Return one digest over every file below a folder."""
    sums = hashlib.sha256()
    for path in sorted(folder.rglob("*.parquet")):
        sums.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return sums.hexdigest()


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """The same arguments give the same bytes, and another seed gives others of about the same number."""
    first = make_range(tmp_path / "a", seed=1, level=2, **SMALL)
    make_range(tmp_path / "b", seed=1, level=2, **SMALL)
    third = make_range(tmp_path / "c", seed=2, level=2, **SMALL)

    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")
    assert third.exchanges == pytest.approx(first.exchanges, rel=0.35)


def test_leaving_somebody_out_changes_nobody_else(tmp_path: Path) -> None:
    """A population's accounts are the same whoever else takes part."""
    make_range(tmp_path / "both", seed=1, **SMALL)
    make_range(tmp_path / "alone", seed=1, **(SMALL | {"campaigns": ["hydra_api_load_balanced"], "honest": []}))

    both, alone = (pq.read_table(tmp_path / name / "truth.parquet").to_pylist() for name in ("both", "alone"))
    assert [row for row in both if row["kind"] == "hydra_api_load_balanced"] == alone


def test_tables_keep_the_contract(careless: Made) -> None:
    """Every table has the contract's columns and types, ids are unique, and time runs forward."""
    assert careless.exchanges.schema.equals(EXCHANGES)
    assert careless.accounts.schema.equals(ACCOUNTS)
    assert careless.truth.schema.equals(TRUTH)
    ids = careless.exchanges["exchange_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    started = careless.exchanges["started_at"].cast(pa.int64()).to_numpy()
    ended = careless.exchanges["ended_at"].cast(pa.int64()).to_numpy()
    assert (started[1:] >= started[:-1]).all()
    assert (ended > started).all()
    assert started[0] >= STARTS_AT.timestamp() * 1e6
    assert set(careless.exchanges["account_id"].to_pylist()) <= set(careless.account)
    assert set(careless.account) == set(careless.kind)


def test_tokens_follow_the_texts(careless: Made) -> None:
    """Input tokens grow with the text, the cached part is never larger, and failures write nothing."""
    for row in careless.rows:
        text = sum(len(message["text"].encode()) for message in row["input_messages"])
        assert row["input_tokens"] >= text / 4
        assert 0 <= row["cached_input_tokens"] <= row["input_tokens"]
        assert (row["output_text"] is None) == (row["status"] != 200)
        assert row["output_tokens"] >= row["reasoning_tokens"]


class Refused(NamedTuple):
    """Arguments that cannot be met, and what the error must say."""

    arguments: dict[str, Any]
    says: str


REFUSED = {
    "campaign": Refused({"campaigns": ["hydra"]}, "hydra_api_load_balanced"),
    "class": Refused({"honest": ["nobody"]}, "individual_developer"),
    "level": Refused({"level": 5}, "0 (careless) to 4"),
    "scale of nothing": Refused({"scale": 0.0}, "0 to 1"),
    "scale above one": Refused({"scale": 2.0}, "0 to 1"),
    "nobody": Refused({"campaigns": [], "honest": []}, "at least one"),
    "parameter": Refused({"parameters": {"live_relay": {"speed": 1}}}, "sticky"),
    "parameter of everybody": Refused({"parameters": {"manners": {"haste": 1}}}, "think_s"),
    "parameter of nobody": Refused({"parameters": {"nobody": {}}}, "neither"),
}


def test_whatever_the_catalogue_names_can_be_varied() -> None:
    """A caller may change a campaign's number, a class's, and one that holds for everybody."""
    plan = plan_range(
        scale=0.0001,
        level=3,
        campaigns=["live_relay"],
        honest=["office_nat"],
        proportions=Proportions(),
        service=Service(),
        parameters={
            "live_relay": {"session_share": 0.5},
            "office_nat": {"own_share": 0.6},
            "proportions": {"shortest_days": 9.0},
            "service": {"release_at": 0.2},
            "skill": {"cover_share": 0.1},
            "manners": {"think_s": 60.0},
        },
    )

    assert plan.campaigns[0].archetype == LiveRelay(session_share=0.5)
    assert plan.honest[0][0] == Offices(own_share=0.6)
    assert plan.days == 9.0
    assert plan.service == Service(release_at=0.2)
    assert plan.customs == Customs(skill=Skill(level=3, cover_share=0.1), manners=Manners(think_s=60.0))


def test_a_changed_assumption_changes_the_log(tmp_path: Path) -> None:
    """A number of everybody's that is varied shows in what is written: here, nobody sends a session id."""
    varied = {"sign_up": {"names_sessions_share": 0.0, "plans": (("payg", 1.0),)}}

    make_range(tmp_path, scale=0.0001, seed=5, campaigns=[], honest=["popular_harness"], parameters=varied)

    log = pq.read_table(tmp_path / "exchanges", columns=["session_id", "channel"])
    assert log.num_rows > 100
    assert log["session_id"].null_count == log.num_rows
    assert "subscription" not in log["channel"].to_pylist()


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_made_is_refused_in_words(tmp_path: Path, case: Refused) -> None:
    """Unknown names and impossible sizes stop before anything is written, and say what is possible."""
    with pytest.raises(StopError) as stopped:
        make_range(tmp_path / "out", **case.arguments)

    assert case.says in str(stopped.value)
    assert not (tmp_path / "out").exists()


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    """An output folder with something in it is refused and kept."""
    (tmp_path / "mine.txt").write_text("keep")

    with pytest.raises(StopError, match="not an empty folder"):
        make_range(tmp_path)

    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_a_range_too_large_for_the_disk_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scale that would not fit says how much it needs and how much there is."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6))

    with pytest.raises(StopError, match=r"needs about .* GB"):
        make_range(tmp_path / "out", scale=0.01)

    assert not (tmp_path / "out").exists()


def test_corpora_without_the_columns_are_refused(tmp_path: Path) -> None:
    """A folder without usable corpora, or no folder, says which columns are needed."""
    pq.write_table(pa.table({"words": ["a"]}), tmp_path / "other.parquet")

    with pytest.raises(StopError, match="row_id"):
        make_range(tmp_path / "out", corpora=tmp_path)
    with pytest.raises(StopError, match="does not exist"):
        make_range(tmp_path / "out", corpora=tmp_path / "nowhere")


def test_any_corpus_in_the_schema_will_do(tmp_path: Path) -> None:
    """A folder with one small corpus of a language nobody expected still makes a range."""
    texts = [f"Frage {k}: Wie spät ist es in Ort Nummer {k}?" if k % 2 == 0 else "Es ist Mittag." for k in range(60)]
    table = pa.table(
        {
            "corpus": ["eigen"] * 60,
            "row_id": [str(k // 2) for k in range(60)],
            "turn": [k % 2 for k in range(60)],
            "role": ["user", "assistant"] * 30,
            "text": texts,
            "lang": ["xx"] * 60,
            "label": ["human"] * 60,
        }
    )
    (tmp_path / "corpora").mkdir()
    pq.write_table(table, tmp_path / "corpora" / "eigen.parquet")

    made = make_range(tmp_path / "out", corpora=tmp_path / "corpora", **(SMALL | {"scale": 0.00001}))

    assert made.exchanges > 100


def test_bought_transcripts_leave_no_trace(tmp_path: Path) -> None:
    """The negative control makes no traffic and no accounts of its own."""
    made = make_range(tmp_path / "out", scale=0.00001, campaigns=["transcripts_bought"], honest=["nightly_eval_suite"])

    assert made.campaigns == 1
    assert set(pq.read_table(tmp_path / "out" / "truth.parquet")["campaign_id"].to_pylist()) == {None}
