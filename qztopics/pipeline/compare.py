"""Two models side by side: what they rest on and how they score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.pipeline.evaluate import evaluate_training

if TYPE_CHECKING:
    from qztopics.model import Model


def compare(first: Model, second: Model) -> list[tuple[str, str, str]]:
    """Rows of (what, first, second) as words."""
    return [(name, a, b) for (name, a), (_, b) in zip(_describe(first), _describe(second), strict=True)]


def _describe(model: Model) -> list[tuple[str, str]]:
    facts = model.facts
    scores = evaluate_training(model) if model.out_of_fold is not None else None
    return [
        ("documents", str(facts.n_documents)),
        ("passages", str(facts.n_passages)),
        ("hand labels", str(facts.n_labels)),
        ("policy topics", str(len(model.taxonomy.codes)) if model.taxonomy else "none"),
        ("terms", str(len(model.vocabulary))),
        ("topics", str(len(model.topics.doc_topic_prior))),
        ("clusters", str(len(model.clusters.centres))),
        ("accuracy out of fold", f"{scores.accuracy.value:.3f}" if scores else "-"),
        ("macro-F1 out of fold", f"{scores.macro_f1.value:.3f}" if scores else "-"),
        ("keyword vote, same passages", f"{scores.baselines[1].accuracy:.3f}" if scores else "-"),
        ("coverage", f"{scores.coverage:.3f}" if scores else "-"),
    ]
