from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from qztopics.errors import DataError
from qztopics.topics.guided import Guide, check_seeds, make_guide, order_groups
from qztopics.topics.lda import fit_lda

TERMS = [f"{name}{k}" for name in ("渔", "税", "校", "路") for k in range(5)]
SEEDS = [("school", ["校0", "校1"]), ("port", ["渔0"])]


def planted() -> csr_matrix:
    """Four topics of five private terms; one token in five is of another topic. The second topic is the largest."""
    rng = np.random.default_rng(0)
    counts = np.zeros((140, 20), dtype=np.int32)
    for passage in range(140):
        topic = (0, 1, 1, 1, 2, 3, 3)[passage % 7]
        for token in range(30):
            own = topic if token % 5 else rng.integers(4)
            counts[passage, own * 5 + rng.integers(5)] += 1
    return csr_matrix(counts)


def groups_of(phi: np.ndarray) -> list[int]:
    """Which planted topic each row is: that of its five commonest terms, -1 where they are of several."""
    tops = [set((np.argsort(-row)[:5] // 5).tolist()) for row in phi]
    return [next(iter(top)) if len(top) == 1 else -1 for top in tops]


def test_codes_keep_their_numbers_and_residual_topics_take_the_rest() -> None:
    counts = planted()
    guide = make_guide(SEEDS, TERMS, counts)
    for seed in (1, 2):
        model = fit_lda(counts, 4, sweeps=30, topic_term_prior=0.02, seed=seed, guide=guide)
        assert model.codes == ("school", "port")
        assert groups_of(model.topic_term_matrix) == [2, 0, 1, 3]


def test_seed_terms_bring_terms_together_that_the_text_keeps_apart() -> None:
    counts = planted()
    guide = make_guide([("both", ["渔0", "校0"])], TERMS, counts, seed_weight=20)
    free, model = (fit_lda(counts, 4, sweeps=30, topic_term_prior=0.02, seed=1, guide=g) for g in (None, guide))
    assert set(np.argsort(-model.topic_term_matrix[0])[:2].tolist()) == {0, 10}
    assert not any({0, 10} == set(np.argsort(-row)[:2].tolist()) for row in free.topic_term_matrix)


def test_several_topics_of_a_code_stand_side_by_side() -> None:
    counts = planted()
    guide = make_guide([("sea", ["渔0", "路0"]), ("school", ["校0"])], TERMS, counts, topics_per_code=2)
    model = fit_lda(counts, 4, sweeps=30, topic_term_prior=0.02, seed=1, guide=guide)
    assert model.codes == ("sea", "sea", "school", "school")
    assert sorted(groups_of(model.topic_term_matrix[:2])) == [0, 3]


def test_phi_is_counts_and_prior_with_the_boosts() -> None:
    """One topic: every count is known, so phi must be (n + beta + boost) over its sum."""
    counts = csr_matrix(np.array([[3, 1, 0]], dtype=np.int32))
    guide = make_guide([("a", ["x"])], ["x", "y", "z"], counts, seed_weight=2)
    model = fit_lda(counts, 1, sweeps=3, topic_term_prior=0.5, seed=1, guide=guide)
    np.testing.assert_allclose(model.topic_term_matrix, np.array([[9.5, 1.5, 0.5]]) / 11.5, rtol=1e-6)


def test_an_empty_guide_changes_no_byte() -> None:
    counts = planted()
    guide = Guide((), csr_matrix((20, 0)))
    free, guided = (fit_lda(counts, 4, sweeps=9, topic_term_prior=0.02, seed=1, guide=g) for g in (None, guide))
    assert free.topic_term_matrix.tobytes() == guided.topic_term_matrix.tobytes()
    assert guided.codes == ()


def test_bytes_do_not_depend_on_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    from qztopics.topics import lda

    monkeypatch.setattr(lda, "TOKENS_PER_PART", 500)
    counts = planted()
    guide = make_guide(SEEDS, TERMS, counts)
    seen = {
        fit_lda(counts, 5, sweeps=9, topic_term_prior=0.02, seed=1, guide=guide, jobs=jobs).topic_term_matrix.tobytes()
        for jobs in (1, 2, 3)
    }
    assert len(seen) == 1


def test_boosts_grow_with_the_corpus_and_are_shared_by_the_topics_of_a_code() -> None:
    counts = csr_matrix(np.array([[4, 1, 0], [2, 0, 1]], dtype=np.int32))
    guide = make_guide([("a", ["x", "gone"]), ("b", [])], ["x", "y", "z"], counts, topics_per_code=2, seed_weight=0.5)
    assert guide.codes == ("a", "a", "b", "b")
    assert guide.boosts.toarray().tolist() == [[1.5, 1.5, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_seed_term_of_two_codes_pulls_to_none() -> None:
    counts = csr_matrix(np.array([[4, 1]], dtype=np.int32))
    seeds = [("a", ["x", "y"]), ("b", ["x"])]
    assert make_guide(seeds, ["x", "y"], counts).boosts.toarray().tolist() == [[0, 0], [0.5, 0]]
    assert check_seeds(seeds, ["x", "y"], counts).shared == (("x", ("a", "b")),)


def test_the_check_counts_by_hand() -> None:
    counts = csr_matrix(np.array([[2, 1, 0, 1], [0, 0, 0, 4], [1, 0, 0, 1], [0, 3, 0, 0]], dtype=np.int32))
    check = check_seeds([("a", ["x", "y", "x"]), ("b", ["gone"])], ["x", "y", "z", "w"], counts)
    first, second = check.codes
    assert (first.n_terms, first.n_found, first.n_passages, first.absent) == (2, 2, 3, ())
    assert (second.n_terms, second.n_found, second.n_passages, second.absent) == (1, 0, 0, ("gone",))
    assert (check.passage_share, check.token_share, check.silent) == (0.75, 7 / 13, ("b",))
    assert check.lines()[1] == "seed terms: 1 never occur: gone (b); 1 codes without any: b"


def test_a_clean_check_says_so_and_a_long_one_is_cut() -> None:
    counts = csr_matrix(np.array([[1]], dtype=np.int32))
    assert check_seeds([("a", ["x"])], ["x"], counts).lines()[1] == "seed terms: nothing to mend"
    many = check_seeds([("a", ["x", *(f"t{k}" for k in range(9))])], ["x"], counts).lines()[1]
    assert many.endswith("t4 (a) and 4 more")
    nothing = check_seeds([("a", [])], ["x"], counts)
    assert (nothing.passage_share, nothing.token_share, nothing.silent) == (0.0, 0.0, ("a",))


def test_groups_richest_in_seed_terms_become_the_topics_of_the_code() -> None:
    counts = csr_matrix(np.array([[5, 0, 0], [0, 5, 1], [0, 0, 5], [0, 0, 0]], dtype=np.int32))
    guide = make_guide([("b", ["y"]), ("c", ["z"])], ["x", "y", "z"], counts)
    groups = np.array([0, 1, 2, -1], dtype=np.int32)
    assert order_groups(groups, counts, guide, 3).tolist() == [2, 0, 1, -1]


def test_what_does_not_fit_is_refused() -> None:
    counts = planted()
    guide = make_guide(SEEDS, TERMS, counts)
    with pytest.raises(DataError, match="guide has 2 topics over 20 terms, and 1 topics over 20 terms"):
        fit_lda(counts, 1, sweeps=5, topic_term_prior=0.02, seed=1, guide=guide)
    with pytest.raises(DataError, match="4 topics over 3 terms"):
        fit_lda(counts[:, :3], 4, sweeps=5, topic_term_prior=0.02, seed=1, guide=guide)
    with pytest.raises(DataError, match=r"found 0 and 0\.5"):
        make_guide(SEEDS, TERMS, counts, topics_per_code=0)
    with pytest.raises(DataError, match="found 1 and nan"):
        make_guide(SEEDS, TERMS, counts, seed_weight=float("nan"))
    for function in (check_seeds, make_guide):
        with pytest.raises(DataError, match="20 terms expected, one for each column, found 2"):
            function(SEEDS, TERMS[:2], counts)
