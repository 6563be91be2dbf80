"""The front page: title, what the report rests on, findings, what not to conclude, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.policy.taxonomy import RESIDUAL
from qztopics.report.numbers import decimal, integer, interval, percent
from qztopics.report.words.en import abstained, agreement, attention, groups, labels, numbers, policy, quality
from qztopics.report.words.english import count, listed

if TYPE_CHECKING:
    from qztopics.evaluation.evaluate import Baseline, Evaluation
    from qztopics.report.contents import PolicyPart, Report

FOOTER = "Made by qztopics. This page is one file; it can be read offline and printed as it is."

FINDINGS_MAX = 5


def title(report: Report) -> str:
    """Write the title of the page."""
    return f"{'Policy topics' if report.policy else 'Topics'}: {report.name}"


def subtitle(report: Report) -> str:
    """Say in one line what was analysed."""
    funnel = report.funnel
    counts = f"{count(funnel.n_documents, 'file')}, {count(funnel.n_articles, 'article')}"
    judged = f", {count(report.policy.n_characters, 'character')} judged" if report.policy else ""
    return f"{counts}, {count(funnel.n_body, 'body passage')}{judged}"


def basis(report: Report) -> tuple[tuple[str, str], ...]:
    """Say what the report rests on, as (label, sentence) pairs."""
    found = report.basis
    pairs = [(labels.TEXT["scope"], f"{subtitle(report)}."), (labels.TEXT["dates"], _dates(report))]
    pairs += [(labels.TEXT["model"], report.name), (labels.TEXT["model_version"], report.version)]
    if report.policy:
        pairs.append((labels.TEXT["labels"], _labels(report)))
        if found.is_calibrated is not None:
            words = (
                "Calibrated with the reference labels."
                if found.is_calibrated
                else "Not calibrated, for want of reference labels; compare them, but do not read them as accuracy."
            )
            pairs.append((labels.TEXT["probability_scale"], words))
    return tuple(pairs)


def _dates(report: Report) -> str:
    found = report.basis
    if found.first_date is None:
        return "The material carries no dates."
    same = found.first_date == found.last_date
    words = f"{found.first_date}" if same else f"{found.first_date} to {found.last_date}"
    return f"{words} ({count(found.n_undated, 'file')} undated)." if found.n_undated else f"{words}."


def _labels(report: Report) -> str:
    found = report.basis
    if not found.n_labels:
        return "None. Classification rests on the seed terms of the taxonomy alone; its accuracy is untested."
    words = count(found.n_labels, "passage")
    lost = [
        f"{integer(n)} {what}"
        for n, what in (
            (found.n_unmatched_labels, "that matched no passage"),
            (found.n_contested_labels, "that contradict each other"),
        )
        if n
    ]
    return f"{words}; not used: {listed(lost)}." if lost else f"{words}."


def funnel(report: Report) -> tuple[tuple[str, str, str], ...]:
    """Give the steps from files to results as (label, number, remark)."""
    found = report.funnel
    steps = [
        ("Files", found.n_documents, f"{integer(found.n_rejected)} more not read" if found.n_rejected else "all read"),
        ("Articles", found.n_articles, ""),
        ("Paragraphs", found.n_paragraphs, ""),
        ("Passages", found.n_passages, "the unit judged"),
        ("Page furniture", found.n_furniture, "headlines, bylines, captions; not judged"),
        ("Repeated passages", found.n_duplicates, "reprints, counted once"),
        ("Body passages", found.n_body, "without the two before"),
    ]
    if report.policy:
        unjudged = found.n_body - found.n_judged
        steps += [
            ("Judged", found.n_judged, f"{integer(unjudged)} not judged" if unjudged else ""),
            ("Answered", found.n_answered, f"the other {integer(found.n_judged - found.n_answered)} unanswered"),
        ]
    return tuple((label, integer(number), remark) for label, number, remark in steps)


def findings(report: Report) -> tuple[str, ...]:
    """Write at most five sentences that a reader should take away, the weightiest first."""
    if not report.funnel.n_body:
        return (
            "There was no body passage to analyse; the tables below are empty.",
            quality.sentence(report.quality),
        )
    found: list[str] = []
    if report.policy:
        largest = _largest_corrected if any(line.corrected for line in report.policy.lines) else _largest
        found.append(largest(report.policy))
        if report.attention:
            parts = (report.attention.time, report.attention.place)
            found += [attention.finding(part) for part in parts if part.is_shown and part.is_compared]
        found.append(_score(report.agreement.evaluation) if report.agreement else _no_score(report))
        found.append(abstained.sentence(report.policy))
    found.append(_topics_sentence(report))
    if not report.policy:
        found.append(_coherence_sentence(report))
    return tuple([*found, quality.sentence(report.quality)][:FINDINGS_MAX])


def _largest(part: PolicyPart) -> str:
    named = [line for line in part.lines if line.code != RESIDUAL and line.n_passages][:3]
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.n_passages), None)
    tail = f"; {percent(rest.share)} were judged “{rest.name_en}”" if rest else ""
    if not named:
        return f"No passage fell into a substantive policy topic{tail}."
    largest = listed(f"“{line.name_en}” ({percent(line.share)})" for line in named)
    verb = "topics by characters are" if len(named) > 1 else "topic by characters is"
    return f"The largest policy {verb} {largest}{tail}."


def _largest_corrected(part: PolicyPart) -> str:
    named = [line for line in part.lines if line.code != RESIDUAL and line.corrected and line.corrected.value > 0][:3]
    rest = next((line for line in part.lines if line.code == RESIDUAL and line.corrected), None)
    tail = f" Another part is “{rest.name_en}” ({policy.share(rest)})." if rest else ""
    if not named:
        return f"No substantive policy topic takes up any of the text.{tail}"
    first, *others = named
    found = f"“{first.name_en}” takes up about {policy.share_beside_count(first)}"
    if not others:
        return f"{found}.{tail}"
    following = listed(f"“{line.name_en}” ({policy.share(line)})" for line in others)
    second = others[0]
    close = (
        " The intervals of the first two overlap, so it cannot be said which has more."
        if first.corrected and second.corrected and first.corrected.low <= second.corrected.high
        else ""
    )
    return f"{found}. Next {'come' if len(others) > 1 else 'comes'} {following}.{close}{tail}"


def _score(evaluation: Evaluation) -> str:
    figure = evaluation.macro_f1
    start = (
        f"On {count(evaluation.n_passages, 'labelled passage')} accuracy is {percent(evaluation.accuracy.value)} "
        f"(95% interval {interval(evaluation.accuracy, 'percent')}) and macro-F1 {decimal(figure.value)} "
        f"(95% interval {interval(figure)})"
    )
    best = max(evaluation.baselines, key=lambda baseline: baseline.macro_f1, default=None)
    caution = (
        ""
        if evaluation.out_of_fold
        else " The model may have been trained on these passages; the scores are likely too high."
    )
    return f"{start}{_compared(best)}.{caution}"


def _compared(best: Baseline | None) -> str:
    """Compare with the best baseline, claiming a difference only where its interval leaves out 0."""
    if best is None:
        return ""
    start = (
        f"; the best of the simple methods is “{agreement.baseline_name(best.name)}” with macro-F1 "
        f"{decimal(best.macro_f1)}"
    )
    span = f"paired 95% interval {numbers.signed_interval(best.gain)}"
    if best.gain.low > 0:
        return f"{start}, and the model is {best.gain.value:.3f} higher ({span}, without 0)"
    if best.gain.high < 0:
        return f"{start}, and the model is {-best.gain.value:.3f} lower ({span}, without 0): worse than this method"
    return f"{start}, and the difference may be chance ({span}, with 0): the model cannot be called better"


def _no_score(report: Report) -> str:
    why = (
        "Nothing was scored against the reference labels" if report.basis.n_labels else "There are no reference labels"
    )
    return f"{why}, so accuracy was not measured, and shares are no more than hints."


def _topics_sentence(report: Report) -> str:
    n_topics, n_clusters = len(report.topics), len(report.clusters)
    start = f"{count(n_topics, 'word topic')} and {count(n_clusters, 'cluster')} were found without labels"
    top = max(report.topics, key=lambda line: line.n_passages, default=None)
    if top is None or not top.n_passages:
        return f"{start}."
    name = f" ({top.name})" if top.name else ""
    return (
        f"{start}; the largest is word topic {top.number}{name}, the main one of {percent(top.share)} of the passages."
    )


def _coherence_sentence(report: Report) -> str:
    start = (
        f"The diversity of the ten words of each topic is {decimal(report.topic_diversity)} (1: no word comes twice)"
    )
    known = sorted((line for line in report.topics if line.npmi is not None), key=lambda line: -(line.npmi or 0.0))
    if not known:
        return f"{start}."
    best, worst = (f"{groups.link(line.number, line.name)} ({decimal(line.npmi)})" for line in (known[0], known[-1]))
    return f"{start}; the most coherent topic (highest NPMI) is {best}, the least coherent {worst}."


def cautions(report: Report) -> tuple[str, ...]:
    """Say what must not be concluded."""
    found = []
    if report.policy:
        accuracy = report.agreement.evaluation.accuracy if report.agreement else None
        known = (
            f"accuracy on the reference labels is {percent(accuracy.value)} "
            f"(95% interval {interval(accuracy, 'percent')})"
            if accuracy
            else "accuracy was not measured"
        )
        corrected = any(line.corrected for line in report.policy.lines)
        found = [
            "“Share of characters” and “nearest-topic share” count what the classifier said, errors and all; to "
            f"compare topics, use the “corrected share”; {known}. "
            "Where intervals overlap, it cannot be said which topic has more."
            if corrected
            else f"Shares count what the classifier said, errors and all; {known}. Of two topics a few percentage "
            "points apart, it cannot be said which has more.",
            "A share is space on the page, not effort, spending or success; little written does not mean little done.",
            (
                f"Topics with fewer than {MEASURED_MIN} labels have no score (“not measured”): they may be judged well "
                "or badly."
            ),
        ]
        if corrected:
            found.append(
                "The correction trusts the reference labels and takes texts of one topic to be written alike inside "
                "and outside them; subjects that the labels have never seen cannot be corrected for."
            )
        if report.basis.n_labels:
            found.append(
                "Labelled passages were judged by a classifier that had not learnt the labels of their article; even "
                "so a mean probability is no accuracy: for that see “Agreement with the reference labels”."
            )
        if report.basis.is_calibrated is False:
            found.append("Probabilities are not calibrated: 0.9 does not mean nine times out of ten.")
    found += [
        (
            "Word topics and clusters are found by the program; their numbers have no order, their names are hints, "
            "and they do not match policy topics one to one."
        ),
        "The conclusions hold for this material only, not for dates, pages or newspapers that were not read.",
    ]
    return tuple(found)
