"""Labels of columns, headings and buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.report.numbers import integer
from qztopics.report.words.english import count

if TYPE_CHECKING:
    from qztopics.report.contents import Badge, Named

LANGUAGE = "en"
LANGUAGES = (("zh-CN", "中文"), ("en", "English"))
"""Each by its code and its own name."""

TEXT = {
    "contents": "Contents",
    "skip": "Skip to the text",
    "language": "Language",
    "filter": "Filter",
    "filter_hint": "Show rows that contain …",
    "filter_none": "No row contains this.",
    # sections
    "front": "Overview",
    "policy": "Policy topics",
    "cards": "Policy topics one by one",
    "topics": "Word topics (LDA)",
    "clusters": "Clusters",
    "agreement": "Agreement with the reference labels",
    "keywords": "Audit of the keywords",
    "abstained": "Passages left unanswered",
    "quality": "Data quality",
    "record": "Settings, versions and glossary",
    # front
    "basis": "What this report rests on",
    "findings": "Main findings",
    "cautions": "What not to conclude",
    "funnel": "From files to results",
    "model": "Model",
    "model_version": "Model version",
    "scope": "Material",
    "dates": "Dates",
    "labels": "Reference labels",
    "probability_scale": "Probabilities",
    # columns
    "policy_name": "Policy topic",
    "passages": "Passages",
    "share_characters": "Share of characters",
    "share_passages": "Share of passages",
    "nearest_share": "Nearest-topic share (95% interval)",
    "corrected_share": "Corrected share (95% interval)",
    "mean_probability": "Mean probability",
    "abstained_here": "Unanswered, nearest to this topic",
    "n_labels": "Reference labels",
    "f1": "F1",
    "number": "No.",
    "terms": "Ten most probable words",
    "npmi": "NPMI",
    "c_v": "c_v",
    "stability": "Stability",
    "best_policy": "Commonest policy topic",
    "purity": "Purity",
    "typical": "Typical passages",
    "leading_topics": "Frequent word topics",
    "method": "Method",
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "gain": "Gain of this model (macro-F1)",
    "support": "Reference labels",
    "predicted": "Predicted",
    "precision": "Precision",
    "recall": "Recall",
    "hand": "Reference label",
    "times": "Times",
    "predicted_as": "Predicted as",
    "reason": "Reason",
    "meaning": "Meaning",
    "characters": "Characters (without spaces)",
    "source": "File",
    "all_characters": "Characters (with spaces)",
    "encoding": "Encoding",
    "body_passages": "Body passages",
    "furniture_passages": "Page furniture",
    "duplicate_passages": "Repeated passages",
    "kind": "Kind",
    "code_short": "Code",
    "setting": "Setting",
    "value": "Value",
    "package": "Software",
    "package_version": "Version",
    "total": "Total",
    "abstained_row": "Unanswered",
    # cards
    "two_typical": "Typical passages (highest probability)",
    "borderline": "Borderline passage (answered, but closest to its second choice)",
    "linked_topics": "Related word topics",
    "linked_clusters": "Related clusters",
    "seed_terms": "Seed terms found most often",
    "show_typical": "Show typical passages",
    "show_examples": "Show examples",
    "show_counts": "Show the counts of the confusion matrix",
    "show_curves": "Show the figures behind both charts",
    # agreement
    "by_class": "Scores of each policy topic",
    "baselines": "Compared with simple methods",
    "this_model": "This model",
    "confusions": "Commonest confusions",
    "confusion_figure": "Confusion matrix",
    "curves": "Can probabilities be trusted, and does abstaining help?",
    "calibration_figure": "Calibration",
    "coverage_figure": "Answering only when sure",
    "share_right": "Share correct",
    "coverage": "Share answered (surest first)",
    "lowest_probability": "Lowest probability among them",
    "n_short": "Passages",
    "groupings": "Clusters and word topics against the reference labels",
    "grouping": "Grouping",
    "nmi": "NMI",
    "ari": "ARI",
    "homogeneity": "Homogeneity",
    "completeness": "Completeness",
    "v_measure": "V",
    "shares_figure": "Share of characters of each policy topic",
    "corrected_figure": "Corrected share of each policy topic",
    "corrected_dot": "Corrected share (95% interval)",
    "nearest_dot": "Direct count (nearest-topic share)",
    # keywords
    "keyword": "Keyword",
    "keyword_policy": "Policy topic",
    "keyword_passages": "Passages with it",
    "outvoted": "Outvoted",
    "keyword_labelled": "Labelled passages",
    "hit_rate": "Hit rate (95% interval)",
    "gain_without": "More correct without it",
    "verdict": "Verdict",
    "show_keywords": "Show the other keywords that occur",
    "show_absent": "Show the keywords that never occur",
    # quality
    "documents": "How each file was read",
    "kinds": "Kinds of passages",
    "rejections": "Inputs that were not read",
    "uncertain": "inferred",
    # record
    "facts": "Model and corpus",
    "settings": "Training settings",
    "made_with": "Software versions",
    "glossary": "Glossary",
    "automatic": "automatic",
    "unmeasured": "not measured",
    "mixed": "mixed",
    # how pages were read
    "inspection": "How the pages were read",
    "inspection_lead": (
        "Left the source, in the middle the passages made of it, right the decision and why. "
        "Spot-check that broken lines were joined rightly and that headlines and bylines were recognised."
    ),
    "before": "Source",
    "after": "As read",
    "decision": "Decision",
    "doubtful": "inferred",
    "second_printing": "Printed before:",
    "rejected": "Inputs that were not read",
    "no_headline": "(no headline)",
    "near_copies": "Passages that say nearly the same",
    "first_copy": "First",
    "second_copy": "Second",
    "similarity": "Similarity",
    "other_notices": "Other remarks",
}

KINDS = {
    "body": "body text",
    "headline": "headline",
    "subhead": "subheading",
    "byline": "byline",
    "caption": "caption",
    "slogan": "slogan",
    "jump": "jump line",
    "note": "note",
}

BADGES: dict[Badge, str] = {
    "reliable": "reliable",
    "fair": "fair",
    "weak": "weak",
    "unmeasured": "not measured",
}

NO_ROWS = "Nothing to show."


def name(item: Named) -> str:
    """Name a policy topic."""
    return item.name_en


def kind_name(kind: str) -> str:
    """Name a kind of paragraph."""
    return KINDS.get(kind, kind)


def shown(n_shown: int, n_all: int, *, unsure_first: bool = False) -> str:
    """Say that a table was cut; empty where it was not."""
    if n_shown >= n_all:
        return ""
    order = ", those with an inferred encoding first" if unsure_first else ""
    return f"{count(n_all, 'row')} in all; {integer(n_shown)} shown here{order}."


def fold(title: str, n: int) -> str:
    """Head a folded list with its number of entries.

    Examples
    --------
    >>> fold("Show examples", 1234)
    'Show examples (1,234)'
    """
    return f"{title} ({integer(n)})"
