from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qztopics.model import GroupMap
from qztopics.report.candidate_part import candidates

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.rows import Row


@pytest.fixture
def model(fakes: SimpleNamespace) -> SimpleNamespace:
    """Five clusters of ten passages: the first three are dense, the others loose; none has topics in its centre."""
    model = fakes.model()
    centres = np.zeros((5, 2 + 6))
    centres[:, 0] = (0.9, 0.8, 0.7, 0.1, 0.1)
    model.clusters.centres = centres
    counts = np.full((5, len(model.taxonomy.codes)), 2)
    model.cluster_map = GroupMap(counts, np.zeros(5, dtype=np.int64), np.full(5, 0.2))
    model.facts = replace(model.facts, cluster_names=tuple(f"名{k}" for k in range(5)))
    return model


def members(row: Row, cluster: int, n: int, n_unplaced: int, **changes: object) -> list[Row]:
    placed = replace(row, cluster=cluster, policy_topic=row.nearest, abstain_reason=None)
    rows = [
        replace(placed, text=f"{chr(0x4E00 + 40 * cluster + i) * 9}", article_id=f"{cluster}-{i}") for i in range(n)
    ]
    lost = {"policy_topic": None, "abstain_reason": "low_probability", **changes}
    return [replace(row, **lost) if i < n_unplaced else row for i, row in enumerate(rows)]


@pytest.fixture
def row(fakes: SimpleNamespace) -> Row:
    return next(row for row in fakes.rows() if row.kind == "body" and row.policy_topic is not None)


def test_dense_clusters_that_no_code_fits_are_found(model: SimpleNamespace, row: Row) -> None:
    rows = members(row, 0, 10, 5) + members(row, 1, 10, 4) + members(row, 2, 10, 9) + members(row, 3, 10, 10)
    rows += members(row, 4, 10, 0)
    found = candidates(rows, model)
    assert [(line.number, line.name, line.n_unplaced) for line in found] == [(2, "名2", 9), (0, "名0", 5)]
    assert found[0].unplaced_share == pytest.approx(0.9)
    assert found[1].cohesion == pytest.approx((12 * 0.81 - 1) / 11)
    assert [len(line.examples) for line in found] == [3, 3]
    assert found[0].terms


def test_other_counts_as_unplaced_and_too_short_does_not(model: SimpleNamespace, row: Row) -> None:
    rows = members(row, 0, 10, 6, policy_topic="other", abstain_reason=None)
    rows += members(row, 1, 10, 6, abstain_reason="too_short")
    assert [line.number for line in candidates(rows, model)] == [0]


@pytest.mark.parametrize(("probability", "found"), [(0.4, [(0, 0.2)]), (0.9, [])])
def test_unsure_codes_that_share_a_cluster_evenly_do_not_fit_it(
    model: SimpleNamespace, row: Row, probability: float, found: list[tuple[int, float]]
) -> None:
    codes = model.taxonomy.codes
    rows = [replace(row, nearest=codes[i % 5], probability=probability) for i, row in enumerate(members(row, 0, 10, 0))]
    assert [(line.number, line.purity) for line in candidates(rows, model)] == found


def test_small_clusters_and_models_without_codes_have_none(model: SimpleNamespace, row: Row) -> None:
    assert candidates(members(row, 0, 4, 4), model) == ()
    model.taxonomy = None
    assert candidates(members(row, 0, 10, 10), model) == ()
