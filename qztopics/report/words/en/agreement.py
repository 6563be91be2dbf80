"""Agreement with the reference labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.en import numbers
from qztopics.report.words.english import count, listed, listed_quoted

if TYPE_CHECKING:
    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.report.contents import Agreement, Breakdown, Confused, Report

BASELINES = {
    "majority class": ("Majority class", "always says the class with the most labels"),
    "keyword vote": ("Keyword vote", "says the class whose seed terms occur most often"),
    "plain TF-IDF + linear": (
        "Plain TF-IDF linear model",
        "looks at word frequencies only, trained on the same labels",
    ),
}
"""Simple methods: name and what they do."""

GROUPINGS = {
    "clusters": ("Clusters", ""),
    "topics": ("Word topics (LDA)", "each passage in the topic with its largest weight"),
}
"""Groupings that saw no label: name and remark."""

STRATA = {"source": "Source", "genre": "Genre"}

MODEL_ABOUT = "takes the most probable class, answered or not"

TOO_FEW = (
    f"There are fewer than {MEASURED_MIN} reference labels: whether probabilities can be trusted is not measured, "
    "and no chart is drawn."
)


def lead(agreement: Agreement) -> str:
    """Say on what the scores rest."""
    evaluation = agreement.evaluation
    n_articles = count(evaluation.n_articles, "article")
    start = f"The comparison is over {count(evaluation.n_passages, 'labelled passage')} of {n_articles}."
    if evaluation.out_of_fold:
        return (
            f"{start} Each passage was judged by a classifier that had not learnt the labels of its article "
            "(cross-validation)."
        )
    return (
        f"{start} Note that this is no cross-validation: the model may have seen these passages in training, and the "
        "scores are likely too high."
    )


def nothing(report: Report) -> str:
    """Say that nothing was measured."""
    if report.basis.n_labels:
        return "Nothing was scored against the reference labels this time, so nobody knows how accurate the result is."
    return (
        "There are no reference labels, so nobody knows how accurate the result is. Label one or two hundred passages "
        "and train again: accuracy, F1 and the confusion matrix will stand here."
    )


def baseline_name(name: str) -> str:
    """Name a simple method; an unknown one keeps its name."""
    return BASELINES.get(name, (name, ""))[0]


def baseline_about(name: str) -> str:
    """Say what a simple method does; empty for an unknown one."""
    return BASELINES.get(name, (name, ""))[1]


def grouping_name(name: str) -> str:
    """Name a grouping that saw no label; an unknown one keeps its name."""
    return GROUPINGS.get(name, (name, ""))[0]


def grouping_about(name: str) -> str:
    """Say how a grouping is taken; empty where there is nothing to say."""
    return GROUPINGS.get(name, (name, ""))[1]


def names(agreement: Agreement) -> tuple[str, ...]:
    """Name the classes of the evaluation."""
    return agreement.names_en


def hand(pair: Confused) -> str:
    """Name the reference label of a confusion."""
    return pair.hand_en


def predicted(pair: Confused) -> str:
    """Name what the model said instead."""
    return pair.predicted_en


def gains_sentence(evaluation: Evaluation) -> str:
    """Say which simple methods the model is better than, as far as the paired intervals allow."""
    better = [b for b in evaluation.baselines if b.gain.low > 0]
    worse = [b for b in evaluation.baselines if b.gain.high < 0]
    unsure = [b for b in evaluation.baselines if b.gain.low <= 0 <= b.gain.high]
    found = [
        f"Against {listed_quoted(baseline_name(b.name) for b in group)} {claim}."
        for group, claim in (
            (better, "the interval leaves out 0: the model is better"),
            (unsure, "the interval holds 0: it cannot be said which is better"),
            (worse, "the interval lies below 0: the model is worse"),
        )
        if group
    ]
    if not found:
        return ""
    return (
        "Small print gives 95% intervals; the last column compares on the same passages, with paired intervals. "
        + " ".join(found)
    )


def by_class_sentence(agreement: Agreement) -> str:
    """Say how many classes were measured, and name the best and the worst."""
    scores = zip(agreement.evaluation.per_class, agreement.names_en, strict=True)
    measured = [(score.f1, name) for score, name in scores if score.measured]
    n_codes = len(agreement.names_en)
    if len(measured) < n_codes:
        start = (
            f"{len(measured)} of {count(n_codes, 'class', 'classes')} {'has' if len(measured) == 1 else 'have'} at "
            f"least {MEASURED_MIN} reference labels; the others are not measured"
        )
    elif n_codes == 1:
        start = f"The one class has at least {MEASURED_MIN} reference labels"
    else:
        start = f"All {n_codes} classes have at least {MEASURED_MIN} reference labels"
    if len(measured) < 2:
        return f"{start}."
    best, worst = max(measured, key=lambda pair: pair[0].value), min(measured, key=lambda pair: pair[0].value)
    if best[0].value == worst[0].value:
        return f"{start}; F1 is the same for all."
    named = [f"“{name}” ({decimal(f1.value)}, interval {interval(f1)})" for f1, name in (best, worst)]
    return (
        f"{start}. F1 is highest for {named[0]} and lowest for {named[1]}. "
        "Classes with few labels have wide intervals, and their scores are rough."
    )


def kept_sentence(evaluation: Evaluation) -> str:
    """Say what abstaining buys."""
    if not evaluation.coverage:
        return "The model left all of these passages unanswered."
    gain = evaluation.accuracy_of_kept - evaluation.accuracy.value
    return (
        f"The model answers {percent(evaluation.coverage)} of these passages and is correct on "
        f"{percent(evaluation.accuracy_of_kept)} of what it answers, {_than('on all passages', gain)}."
    )


def _than(what: str, difference: float) -> str:
    """Compare with something; what rounds to nothing is no difference."""
    if abs(difference) < 0.0005:
        return f"the same as {what}"
    return f"{numbers.points(difference)} {'more' if difference > 0 else 'less'} than {what}"


def probability_sentence(evaluation: Evaluation) -> str:
    """Explain in plain words how far probabilities can be believed: calibration error and Brier score."""
    total = sum(b.n for b in evaluation.reliability)
    stated = sum(b.n * b.probability for b in evaluation.reliability) / total
    right = sum(b.n * b.right.value for b in evaluation.reliability) / total
    difference = stated - right
    tendency = (
        "the two agree"
        if abs(difference) < 0.0005
        else f"on the whole it {'over' if difference > 0 else 'under'}rates itself by {numbers.points(difference)}"
    )
    n_codes = len(evaluation.codes)
    even = f"; giving {n_codes} classes equal probabilities scores {decimal(1 - 1 / n_codes)}" if n_codes > 1 else ""
    return (
        f"The mean probability stated is {percent(stated)}, and {percent(right)} are correct: {tendency}. "
        f"With passages in {count(len(evaluation.reliability), 'bin')} from unsure to sure, probability and share "
        f"correct are {numbers.points(evaluation.calibration_error)} apart on average: the expected calibration error "
        f"(ECE), best at 0. The Brier score is {decimal(evaluation.brier)}, the mean squared distance of all "
        f"probabilities from the facts: 0 is best, 2 is worst{even}."
    )


def calibration_caption(evaluation: Evaluation) -> str:
    """Say what the calibration curve shows."""
    counts = [b.n for b in evaluation.reliability]
    size = integer(min(counts)) if min(counts) == max(counts) else f"{integer(min(counts))}–{integer(max(counts))}"
    return (
        f"Each dot is {size} passages of similar probability, with its 95% interval; above stands their number. "
        "On the dashed line probabilities can be taken at their word; below it the model overrates itself."
    )


def calibration_alt(evaluation: Evaluation) -> str:
    """Describe the calibration curve to somebody who cannot see it."""
    return "Calibration: " + "; ".join(
        f"{count(b.n, 'passage')} of mean probability {percent(b.probability)}, {percent(b.right.value)} correct"
        for b in evaluation.reliability
    )


def coverage_caption(evaluation: Evaluation) -> str:
    """Say what the coverage curve shows: accuracy at 80 % and at 100 %."""
    found = {point.coverage: point for point in evaluation.coverage_curve}
    start = "From left to right more passages are answered; upwards is the accuracy among them"
    if 0.8 not in found or 1.0 not in found:
        return f"{start}."
    some, every = found[0.8], found[1.0]
    return (
        f"{start}: {percent(some.accuracy)} when only the surest 80% are answered, {percent(every.accuracy)} when all "
        f"are, the former {_than('the latter', some.accuracy - every.accuracy)}."
    )


def coverage_alt(evaluation: Evaluation) -> str:
    """Describe the coverage curve to somebody who cannot see it."""
    return "Line chart: " + "; ".join(
        f"{point.coverage:.0%} answered, accuracy {percent(point.accuracy)}" for point in evaluation.coverage_curve
    )


def groupings_sentence(evaluation: Evaluation) -> str:
    """Say how far groupings that saw no label agree with the labels."""
    found = listed(f"{decimal(g.ari)} for {grouping_name(g.name).lower()}" for g in evaluation.groupings)
    return (
        "These groupings were found without the reference labels; the closer to 1, the better they agree with them. "
        f"ARI takes off agreement by chance (random groups are about 0); here it is {found}."
    )


def breakdown_title(breakdown: Breakdown) -> str:
    """Head the table of scores by one kind of metadata."""
    return f"By {STRATA[breakdown.by].lower() if breakdown.by in STRATA else breakdown.by}"


def breakdown_name(by: str) -> str:
    """Name the metadata that scores are broken down by; unknown ones keep their name."""
    return STRATA.get(by, by)


def breakdown_sentence(breakdown: Breakdown) -> str:
    """Say where the model does best and worst, as far as that can be told."""
    measured = [(line.accuracy, line.value) for line in breakdown.lines if line.accuracy]
    if not measured:
        return f"No row has {MEASURED_MIN} reference labels; nothing was measured."
    if len(measured) == 1:
        return f"Only “{measured[0][1]}” has at least {MEASURED_MIN} reference labels; there is nothing to compare."
    best, worst = max(measured, key=lambda pair: pair[0].value), min(measured, key=lambda pair: pair[0].value)
    if best[0].value == worst[0].value:
        return "Accuracy is the same in all rows."
    start = (
        f"Accuracy is highest for “{best[1]}” ({percent(best[0].value)}) and lowest for “{worst[1]}” "
        f"({percent(worst[0].value)})"
    )
    if worst[0].high < best[0].low:
        return f"{start}; the two intervals do not overlap, so this is hardly chance; the reason may be the subjects."
    return f"{start}; the two intervals overlap, so the difference may be chance."


def confusion_caption(agreement: Agreement) -> str:
    """Say what the confusion matrix shows."""
    start = (
        "Rows are reference labels, columns what the model said, numbered as the rows; cells count passages, and the "
        "diagonal is agreement. "
    )
    if not agreement.confused:
        return f"{start}There is no confusion."
    pair = agreement.confused[0]
    times = "once" if pair.count == 1 else f"{integer(pair.count)} times"
    return f"{start}The commonest confusion is “{pair.hand_en}” taken for “{pair.predicted_en}” ({times})."


def confusion_alt(agreement: Agreement) -> str:
    """Describe the confusion matrix to somebody who cannot see it."""
    n_codes = count(len(agreement.names_en), "class", "classes")
    return f"Confusion matrix of {n_codes}; the counts stand in the table below."
