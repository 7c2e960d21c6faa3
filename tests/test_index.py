"""The index as a library: exact, the same whatever the order, and silent about nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import index
from index import (
    BadQuery,
    BadVectors,
    Filter,
    HashEmbedder,
    Index,
    Item,
    ModelUnavailable,
    Passage,
    Policy,
    StoreDamaged,
    WrongWeights,
    cosine,
    expression,
    open_embedder,
    reciprocal_rank,
)  # fmt: skip
from index.fixed import SCALE, to_fixed, unpack
from index.lexical import contains_phrase
from index.stamped import Stamped
from index.vectors import best_of_items, faiss, nearest
from index.words import words
from tests.fakes_index import CountingEmbedder, answers, item, items, naive_bm25, naive_dense, open_index


def test_the_front_door_is_what_is_public():
    public = {name for name, value in vars(index).items() if not name.startswith("_")}
    modules = {name for name, value in vars(index).items() if isinstance(value, ModuleType)}
    assert set(index.__all__) == public - modules


def test_every_error_names_its_family():
    errors = [
        value
        for name in index.__all__
        if isinstance(value := getattr(index, name), type) and issubclass(value, Exception)
    ]
    kinds = [error.kind for error in errors]
    assert len(set(kinds)) == len(kinds) == 7


# --- words and scores against naive loops -----------------------------------------------------------------------------


def test_bm25_equals_the_naive_loop(tmp_path: Path):
    found = items(25)
    made = open_index(tmp_path)
    made.add(found)
    for query in ("kafka pipelines", "the icu team with parents parents", "nothing here", "audits lead"):
        expected = naive_bm25(found, query)
        pool = made.pool()
        for name, score in zip(pool.ids, pool.lexical(query), strict=True):
            assert score == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("top", [1, 3])
def test_dense_scores_equal_integer_loops_exactly(tmp_path: Path, top: int):
    found = items(20)
    made = open_index(tmp_path)
    made.add(found)
    pool = made.pool()
    queries = pool.embed(["kafka spark lineage", "ventilator wards", "reading"])
    expected = naive_dense(found, {name: pool.vectors(name) for name in pool.ids}, queries, top)
    got = pool.dense(queries, top)
    assert {name: row.tolist() for name, row in zip(pool.ids, got, strict=True)} == expected


def test_faiss_finds_the_passages_and_scores_of_brute_force():
    draw = np.random.default_rng(3)
    rows = to_fixed(_unit(draw, 500)).astype(np.float32)
    queries = to_fixed(_unit(draw, 18)).astype(np.float32)
    matrix = index.vectors.Matrix(rows, np.arange(501))
    products, places = nearest(matrix, queries, 40)
    exact = queries.astype(np.int64) @ rows.astype(np.int64).T
    order = np.argsort(-exact, axis=1, kind="stable")[:, :40]
    assert (products == np.take_along_axis(exact, order, axis=1)).all()
    assert (np.take_along_axis(exact, places, axis=1) == products).all()
    assert all(len(set(row)) == 40 for row in places.tolist())


def test_batches_are_scanned_as_one_product():
    faiss_module = faiss()
    assert faiss_module.cvar.distance_compute_blas_threshold == 1


def test_similarities_are_exact_integers_whatever_the_shape_of_the_product():
    draw = np.random.default_rng(5)
    rows, queries = to_fixed(_unit(draw, 300, 384)), to_fixed(_unit(draw, 20, 384))
    exact = rows.astype(np.int64) @ queries.astype(np.int64).T
    for wide in (1, 3, 20):
        product = rows.astype(np.float32) @ queries[:wide].astype(np.float32).T
        assert (product.astype(np.int64) == exact[:, :wide]).all()
    assert (rows[:1].astype(np.float32) @ queries.astype(np.float32).T == exact[:1]).all()


def test_the_largest_sums_stay_below_what_float32_counts_exactly():
    for dimension in (2, 384, 1024, 3072):
        flat = np.full((1, dimension), 1 / np.sqrt(dimension), dtype=np.float32)
        fixed = to_fixed(flat).astype(np.int64)
        assert int((fixed * fixed).sum()) < 2**24


def test_fixed_point_changes_a_cosine_by_less_than_a_thousandth():
    draw = np.random.default_rng(7)
    rows = _unit(draw, 200, 384)
    assert np.abs(cosine(to_fixed(rows), to_fixed(rows)) - rows @ rows.T).max() < 1e-3


def test_an_item_is_averaged_over_the_passages_it_has():
    rows = np.array([[SCALE, 0], [0, SCALE], [SCALE, 0]], dtype=np.float32)
    matrix = index.vectors.Matrix(rows, np.array([0, 1, 1, 3]))
    scores = best_of_items(matrix, np.array([[SCALE, 0]], dtype=np.float32))
    assert scores[:, 0].tolist() == [1.0, 0.0, 0.5]


def test_fused_ranks_equal_the_naive_loop():
    lists = [np.array([3.0, 1.0, 3.0, -np.inf]), np.array([0.1, 0.9, 0.5, 0.5])]
    expected = []
    for place in range(4):
        total = 0.0
        for scores in lists:
            if scores[place] != -np.inf:
                total += 1 / (60 + 1 + sum(other > scores[place] for other in scores))
        expected.append(total)
    assert reciprocal_rank(lists).tolist() == pytest.approx(expected, abs=1e-15)


def test_words_fold_case_and_plurals_and_keep_language_names():
    assert words("Nurses' DUTIES: C++, C#, .NET; Buses glass Écoles") == [
        "nurse", "duty", "c++", "c#", ".net", "buse", "glass", "école",
    ]  # fmt: skip


# --- the same answers whatever the way --------------------------------------------------------------------------------


def test_answers_do_not_depend_on_the_order_of_insertion(tmp_path: Path):
    found = items(40)
    first, second = open_index(tmp_path / "a"), open_index(tmp_path / "b")
    first.add(found)
    for one in reversed(found):
        second.add([one])
    assert answers(first) == answers(second)


def test_a_filtered_pool_answers_as_an_index_of_only_these(tmp_path: Path):
    found = items(30)
    whole, part = open_index(tmp_path / "a"), open_index(tmp_path / "b")
    whole.add(found)
    part.add(found[::3])
    pool, alone = whole.pool(Filter(ids=[one.id for one in found[::3]])), part.pool()
    query = "ventilator handover kafka"
    assert pool.ids == alone.ids
    assert pool.lexical(query).tolist() == alone.lexical(query).tolist()
    assert pool.dense(pool.embed([query])).tolist() == alone.dense(alone.embed([query])).tolist()
    assert pool.find(pool.embed([query]), 7).tolist() == alone.find(alone.embed([query]), 7).tolist()


def test_deleted_and_replaced_items_leave_no_trace_in_answers(tmp_path: Path):
    changed, fresh = open_index(tmp_path / "a"), open_index(tmp_path / "b")
    changed.add(items(30))
    answers(changed)
    changed.delete(["item:0003", "item:0004", "nobody"])
    changed.add([item(5, seed=9), item(77)])
    fresh.add(
        [
            item(5, seed=9),
            item(77),
            *(one for one in items(30) if one.id not in {"item:0003", "item:0004", "item:0005"}),
        ]
    )
    assert answers(changed) == answers(fresh)
    assert (
        changed.pool().find(changed.queries(["kafka"]), 9).tolist()
        == fresh.pool().find(fresh.queries(["kafka"]), 9).tolist()
    )


def test_found_passages_are_those_of_the_full_scan(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(60))
    pool = made.pool()
    queries = pool.embed(["kafka airflow team", "freight customs"])
    full = pool.dense(queries, top=1)
    found = pool.find(queries, 25)
    seen = np.isfinite(found)
    assert 0 < seen.sum() < seen.size
    assert (found[seen] == full[seen]).all()
    for query in range(2):
        assert found[:, query][seen[:, query]].min() >= full[:, query][~seen[:, query]].max()


def test_only_new_texts_go_through_the_model(tmp_path: Path):
    model = CountingEmbedder()
    made = Index(sqlite3.connect(tmp_path / "x.db", isolation_level=None), tmp_path, model)
    made.add(items(10))
    asked = len(model.asked)
    assert made.add(items(10)) == 0
    assert len(model.asked) == asked
    old = item(3)
    longer = Item(old.id, (*old.passages, Passage((("L99", "one new passage about lineage"),))), language="en")
    assert made.add([longer]) == 1
    assert model.asked[asked:] == ["one new passage about lineage"]


def test_a_query_that_was_asked_before_needs_no_model(tmp_path: Path):
    model = CountingEmbedder()
    made = Index(sqlite3.connect(tmp_path / "x.db", isolation_level=None), tmp_path, model)
    made.queries(["kafka"])
    made.queries(["a name somebody typed"], keep=False)
    model.asked.clear()
    made.queries(["kafka"])
    assert model.asked == []
    made.queries(["a name somebody typed"])
    assert model.asked == ["a name somebody typed"]


def test_another_model_makes_its_own_vectors_and_never_mixes(tmp_path: Path):
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    first = Index(connection, tmp_path, CountingEmbedder(64, "one"))
    first.add(items(6))
    second = Index(connection, tmp_path, CountingEmbedder(32, "two"))
    assert second.info().waiting == 6
    assert second.pool().vectors("item:0000").shape[1] == 32
    assert second.info().waiting == 0
    assert first.pool().vectors("item:0000").shape[1] == 64
    second.compact()
    assert connection.execute("SELECT count(*) FROM ix_vector").fetchone()[0] == 6


def test_an_index_joins_the_transaction_of_its_caller(tmp_path: Path):
    made = open_index(tmp_path)
    connection = made._store.connection
    connection.execute("BEGIN IMMEDIATE")
    made.add(items(3))
    connection.execute("ROLLBACK")
    assert len(made) == 0
    connection.execute("BEGIN IMMEDIATE")
    made.add(items(3))
    connection.execute("COMMIT")
    assert len(made) == 3


def test_facets_filter_by_id_language_place_tag_and_day(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(
        [*items(12), Item("other", (Passage((("L1", "kafka"),)),), language="de", location="Köln", added="2025-01-01")]
    )
    ids = lambda **kinds: set(made.pool(Filter(**kinds)).ids)  # noqa: E731
    assert ids(languages=["DE"]) == {"other"}
    assert ids(location="KÖLN") == {"other"}
    assert ids(tags=["data"]) == {f"item:{n:04d}" for n in (0, 4, 8)}
    assert ids(added_since="2026-05-01", tags=["data"]) == {"item:0004", "item:0008"}
    assert ids(ids=["other", "item:0001", "nobody"]) == {"other", "item:0001"}
    assert ids(ids=[]) == set()


# --- expressions ------------------------------------------------------------------------------------------------------


def test_expressions_select_what_a_naive_reading_selects(tmp_path: Path):
    found = items(40)
    made = open_index(tmp_path)
    made.add(found)
    pool = made.pool()
    texts = {one.id: words("\n".join(p.text for p in one.passages)) for one in found}
    has = lambda t, *w: contains_phrase(t, w)  # noqa: E731
    cases = {
        "kafka AND sql": lambda t: has(t, "kafka") and has(t, "sql"),
        "lineage AND NOT (airflow OR kafka)": lambda t: (
            has(t, "lineage") and not (has(t, "airflow") or has(t, "kafka"))
        ),
        "icu OR (forecast AND audit)": lambda t: has(t, "icu") or (has(t, "forecast") and has(t, "audit")),
        '"led team" OR "team led"': lambda t: has(t, "led", "team") or has(t, "team", "led"),
        "NOT NOT kafka": lambda t: has(t, "kafka"),
    }
    for text, naive in cases.items():
        expected = [naive(texts[name]) for name in pool.ids]
        assert pool.matching(expression(text)).tolist() == expected, text
        assert 0 < sum(expected) < 40, text
    assert pool.matching(expression("kafka sql")).all()


@pytest.mark.parametrize("text", ['"open', "(kafka", "kafka)", "AND kafka", "kafka OR", "NOT", "()", '"!"', "(" * 90])
def test_an_expression_that_cannot_be_read_is_refused(text: str):
    with pytest.raises(BadQuery):
        expression(text)


def test_negated_words_are_not_wanted():
    assert expression("kafka AND NOT spark").words == "kafka"


# --- models -----------------------------------------------------------------------------------------------------------


class _Broken(HashEmbedder):
    def __init__(self, change):
        super().__init__(16)
        self.change = change

    def embed(self, texts, *, role):
        return self.change(super().embed(texts, role=role))


@pytest.mark.parametrize(
    "change",
    [lambda v: v * np.nan, lambda v: v * 2, lambda v: v[:, :8], lambda v: v[:-1], lambda v: v * 0],
    ids=["nan", "not unit", "wrong length", "one missing", "zero"],
)
def test_vectors_that_cannot_be_trusted_are_not_stored(tmp_path: Path, change):
    made = Index(sqlite3.connect(tmp_path / "x.db", isolation_level=None), tmp_path, _Broken(change))
    with pytest.raises(BadVectors):
        made.add(items(3))
    assert len(made) == 0


def test_changed_vectors_in_the_store_are_noticed(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(3))
    blob = bytearray(made._store.connection.execute("SELECT body FROM ix_vector WHERE row = 2").fetchone()[0])
    blob[7] ^= 16
    made._store.connection.execute("UPDATE ix_vector SET body = ? WHERE row = 2", (bytes(blob),))
    with pytest.raises(StoreDamaged):
        made.pool()
    with pytest.raises(StoreDamaged):
        unpack(b"abc", 64)


def test_tables_of_another_version_are_refused(tmp_path: Path):
    made = open_index(tmp_path)
    made._store.connection.execute("UPDATE ix_state SET value = 99 WHERE key = 'schema'")
    with pytest.raises(StoreDamaged, match="version 99"):
        open_index(tmp_path)


@pytest.mark.parametrize("spec", ["st:", "openai:x", "word2vec", "st:/no/such/folder/at/all", "hash:9"])
def test_an_embedder_that_is_not_there_is_said_in_one_sentence(tmp_path: Path, spec: str):
    with pytest.raises(ModelUnavailable):
        open_embedder(spec, cache=tmp_path)


def test_other_precisions_are_refused(tmp_path: Path):
    with pytest.raises(ModelUnavailable, match="int8"):
        open_embedder("minilm", cache=tmp_path, precision="int8")


def test_a_model_with_pickled_weights_or_foreign_modules_is_not_loaded(tmp_path: Path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelUnavailable, match="pickle"):
        open_embedder(f"st:{tmp_path}", cache=tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x")
    (tmp_path / "modules.json").write_text('[{"idx": 0, "type": "evil.module.Thing"}]')
    with pytest.raises(ModelUnavailable, match=r"evil\.module"):
        open_embedder(f"st:{tmp_path}", cache=tmp_path)


def test_a_remote_model_is_reached_through_the_given_call(tmp_path: Path):
    asked = []

    def call(model, texts):
        asked.append((model, tuple(texts)))
        return [[3.0, 4.0] for _ in texts]

    embedder = open_embedder("openai:some-model", cache=tmp_path, embed=call)
    assert embedder.embed(["a", "b"], role="query").round(4).tolist() == [[np.float32(0.6), np.float32(0.8)]] * 2
    assert embedder.dimension == 2
    assert embedder.fingerprint == "openai:some-model"
    assert asked == [("some-model", ("a", "b"))]
    bad = open_embedder("openai:some-model", cache=tmp_path, embed=lambda model, texts: [[1.0, 0.0]])
    with pytest.raises(BadVectors):
        bad.embed(["a", "b"], role="query")


def test_wrong_weights_are_refused_before_anything_is_read_from_them(tmp_path: Path):
    from index import minilm

    source = minilm.folder() / "model.safetensors"
    changed = bytearray(source.read_bytes())
    changed[50_000_000] ^= 1
    (tmp_path / "model.safetensors").write_bytes(bytes(changed))
    with pytest.raises(WrongWeights, match="SHA-256"):
        minilm.read_weights(tmp_path / "model.safetensors")


def test_the_packaged_model_gives_the_reference_vectors_one_text_at_a_time(tmp_path: Path):
    from index import minilm
    from index.embedding import agrees_with_reference

    embedder = open_embedder("minilm", cache=tmp_path)
    assert isinstance(embedder, minilm.MiniLM)
    assert agrees_with_reference(embedder)
    texts = ["Registered nurse", "a " * 90 + "long one", "C++", "Led a team of twelve people", ""]
    together = to_fixed(embedder.embed(texts, role="document"))
    alone = [to_fixed(embedder.embed([text], role="document"))[0] for text in texts]
    assert (together == np.stack(alone)).all()
    assert not agrees_with_reference(_Broken(lambda v: v))


# --- policy -----------------------------------------------------------------------------------------------------------


def test_info_says_which_search_and_why(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(5))
    said = made.info()
    assert (said.items, said.method, said.waiting) == (5, "exact", 0)
    assert "5 items are within the limit" in said.reason


def test_beyond_the_limit_the_search_is_approximate_guarded_and_scored_exactly(tmp_path: Path):
    made = open_index(tmp_path, Policy(exact_limit=50, cache_from=1))
    made.add(items(300))
    said = made.info()
    assert "IVF" in said.method
    assert "recall" in said.reason
    approximate, exact = made.pool(), made.pool(exact=True)
    assert "approximately" in approximate.method
    assert "exactly" in exact.method
    queries = made.queries(["kafka airflow", "icu wards"])
    assert approximate.dense(queries).tolist() == exact.dense(queries).tolist()
    some = np.array([250, 3, 77])
    assert approximate.dense(queries, among=some).tolist() == exact.dense(queries)[some].tolist()


def test_where_no_number_of_probes_finds_enough_the_search_stays_exact(tmp_path: Path):
    made = open_index(tmp_path, Policy(exact_limit=50, cache_from=1, recall=1.01))
    made.add(items(120))
    said = made.info()
    assert said.method == "exact"
    assert "recall was too low" in said.reason
    assert made.pool().method == "Passages were searched exactly."


def test_compacting_removes_every_file_and_changes_no_answer(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(20))
    before = answers(made)
    files = list((tmp_path / "cache").rglob("*.ixc"))
    assert files
    made.compact()
    assert not list((tmp_path / "cache").rglob("*.ixc*"))
    assert answers(made) == before


def test_the_words_of_a_deleted_item_are_nowhere_after_compacting(tmp_path: Path):
    made = open_index(tmp_path)
    made._store.connection.execute("PRAGMA secure_delete = ON")
    made.add([*items(5), Item("gone", (Passage((("L1", "Zyxomma petiolatum survey"),)),))])
    answers(made)
    made.delete(["gone"])
    made.compact()
    made._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made._store.connection.execute("VACUUM")
    made._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    marks = [b"yxomma", np.uint64(index.terms.term_hash("zyxomma")).tobytes()]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not any(mark in path.read_bytes() for mark in marks), path


def test_files_are_read_only_if_the_store_knows_their_hash(tmp_path: Path):
    made = open_index(tmp_path)
    files = Stamped(tmp_path / "f", made._store)
    assert files.write("one", {"a": np.arange(5), "b": np.empty((0, 3), np.float32)})
    read = files.read("one")
    assert read is not None
    assert read["a"].tolist() == [0, 1, 2, 3, 4]
    assert read["b"].shape == (0, 3)
    assert files.read("two") is None
    (tmp_path / "f" / "two.ixc").write_bytes((tmp_path / "f" / "one.ixc").read_bytes())
    assert files.read("two") is None
    assert [path.name for path in (tmp_path / "f").glob("two*")] == ["two.ixc.aside1"]


def _unit(draw: np.random.Generator, count: int, dimension: int = 48) -> np.ndarray:
    rows = draw.normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
