"""Turn rows, model, corpus summary and evaluation into the numbers of a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qztopics.errors import DataError
from qztopics.model import as_shown
from qztopics.records import KINDS
from qztopics.report.agreement_part import agreement_part
from qztopics.report.attention_part import attention
from qztopics.report.candidate_part import candidates
from qztopics.report.contents import (
    Basis,
    DocumentLine,
    Funnel,
    Quality,
    Record,
    Report,
)
from qztopics.report.dates import day_of
from qztopics.report.dictionary_part import dictionary_part
from qztopics.report.group_part import cluster_lines, hidden_topics, topic_lines
from qztopics.report.keyword_part import keyword_part
from qztopics.report.map_part import map_part
from qztopics.report.passages import is_counted, is_duplicate, is_judged
from qztopics.report.policy_part import policy_part
from qztopics.report.terms_part import terms_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.model import Model
    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import CorpusSummary, PolicyShares
    from qztopics.report.passages import Count, Explain
    from qztopics.rows import Row
    from qztopics.text.findings import Wording

DOCUMENTS_SHOWN = 200
REJECTIONS_SHOWN = 200


def prepare(
    rows: Sequence[Row],
    model: Model,
    summary: CorpusSummary,
    evaluation: Evaluation | None,
    *,
    name: str,
    version: str,
    made_with: Mapping[str, str],
    notes: Sequence[str] = (),
    shares: PolicyShares | None = None,
    audit: KeywordAudit | None = None,
    wording: Wording | None = None,
    explain: Explain | None = None,
    count: Count | None = None,
) -> Report:
    """Count everything the report shows.

    Parameters
    ----------
    rows
        Every passage in input order, furniture (`kind` other than `body`) and duplicates (`abstain_reason` "duplicate")
        too.
    name, version
        Of the model.
    made_with
        Library to version.
    notes
        Sentences about the labels or the corpus, such as who coded them; shown as they are.
    shares, audit
        Of the policy topics and of the seed terms, where `train` stored them.
    wording
        Dictionary test, terms to decide on and set phrases, where `train` stored them.
    explain
        Gives the terms that decided on the nearest code of each row; without it no passage has marks.
    count
        Counts the model's terms in rows; without it there is no topic map, and policy topics have seed terms only.

    Raises
    ------
    DataError
        A row names a code, topic or cluster that the model does not have, or shares are of other codes.
    """
    _check(rows, model)
    model = as_shown(model, without_hidden=True)
    taxonomy = model.taxonomy
    if taxonomy and shares and shares.codes != taxonomy.codes:
        raise DataError("the stored shares are of other policy topics than the model's; train the model again")
    report = Report(
        name=name,
        version=version,
        funnel=_funnel(rows, summary),
        basis=_basis(rows, model, notes),
        policy=policy_part(rows, model, taxonomy, evaluation, shares, explain) if taxonomy else None,
        topics=topic_lines(rows, model),
        hidden=hidden_topics(rows, model),
        seeds=model.facts.seeds,
        topic_diversity=model.facts.topic_diversity,
        clusters=cluster_lines(rows, model),
        candidates=candidates(rows, model),
        agreement=None if evaluation is None else agreement_part(evaluation, taxonomy),
        keywords=keyword_part(audit, taxonomy) if audit and taxonomy else None,
        quality=_quality(rows, summary),
        dictionary=dictionary_part(wording, taxonomy) if wording else None,
        record=_record(model, made_with),
        attention=attention(rows, taxonomy, model.lexicon.places, seed=model.settings.seed) if taxonomy else None,
    )
    return report if count is None else _with_terms(report, rows, model, count)


def _with_terms(report: Report, rows: Sequence[Row], model: Model, count: Count) -> Report:
    """Add what is made from counting the terms of every passage."""
    counted = [row for row in rows if is_counted(row)]
    passage_term_matrix = count(counted)
    policy = report.policy
    if policy is not None and model.taxonomy is not None:
        found = terms_part(counted, passage_term_matrix, model.vocabulary.terms, model.taxonomy.codes)
        policy = replace(policy, lines=tuple(replace(line, terms=found[line.code]) for line in policy.lines))
    return replace(report, policy=policy, map=map_part(counted, passage_term_matrix, model))


def _check(rows: Sequence[Row], model: Model) -> None:
    codes = None if model.taxonomy is None else {None, *model.taxonomy.codes}
    n_topics, n_clusters = model.topics.topic_term_matrix.shape[0], model.clusters.centres.shape[0]
    for row in rows:
        unknown = [
            *(f'the code "{c}"' for c in (row.nearest, row.policy_topic) if codes is not None and c not in codes),
            *(f"topic {k}" for k, _ in row.topics or () if not 0 <= k < n_topics),
            *(f"cluster {k}" for k in (row.cluster,) if k is not None and not 0 <= k < n_clusters),
        ]
        if unknown:
            raise DataError(
                f"{row.passage_id or row.document_id}: the row names {unknown[0]}, which the model does not have; "
                "classify the text again with this model"
            )


def _funnel(rows: Sequence[Row], summary: CorpusSummary) -> Funnel:
    return Funnel(
        n_documents=len(summary.documents),
        n_rejected=len(summary.rejections),
        n_articles=summary.n_articles,
        n_paragraphs=summary.n_paragraphs,
        n_passages=summary.n_passages,
        n_furniture=sum(row.kind != "body" for row in rows),
        n_duplicates=sum(map(is_duplicate, rows)),
        n_body=sum(map(is_counted, rows)),
        n_judged=sum(map(is_judged, rows)),
        n_answered=sum(is_judged(row) and row.policy_topic is not None for row in rows),
    )


def _basis(rows: Sequence[Row], model: Model, notes: Sequence[str]) -> Basis:
    dates: dict[str, str | None] = {}
    for row in rows:
        found = day_of(row.meta.get("date", ""))
        dates[row.document_id] = dates.get(row.document_id) or (found.isoformat() if found else None)
    known = sorted(date for date in dates.values() if date)
    facts = model.facts
    return Basis(
        first_date=known[0] if known else None,
        last_date=known[-1] if known else None,
        n_undated=len(dates) - len(known),
        n_labels=facts.n_labels,
        n_unmatched_labels=facts.n_unmatched_labels,
        n_contested_labels=facts.n_contested_labels,
        is_calibrated=None if model.classifier is None else model.classifier.calibrated,
        notes=tuple(notes),
    )


def document_lines(rows: Sequence[Row], summary: CorpusSummary) -> list[DocumentLine]:
    """Count the passages of every document, in order."""
    body = Counter(row.source for row in rows if is_counted(row))
    furniture = Counter(row.source for row in rows if row.kind != "body")
    duplicates = Counter(row.source for row in rows if is_duplicate(row))
    return [
        DocumentLine(source, encoding, certain, n, body[source], furniture[source], duplicates[source])
        for source, encoding, certain, n in summary.documents
    ]


def _quality(rows: Sequence[Row], summary: CorpusSummary) -> Quality:
    lines = document_lines(rows, summary)
    if len(lines) > DOCUMENTS_SHOWN:
        lines.sort(key=lambda line: line.is_certain)
    encodings = Counter(encoding for _, encoding, _, _ in summary.documents)
    return Quality(
        documents=tuple(lines[:DOCUMENTS_SHOWN]),
        n_documents=len(lines),
        n_uncertain=sum(not line.is_certain for line in lines),
        n_characters=sum(line.n_characters for line in lines),
        encodings=tuple(sorted(encodings.items(), key=lambda pair: (-pair[1], pair[0]))),
        n_joins=summary.n_joins,
        n_duplicate_articles=summary.n_duplicate_articles,
        kinds=tuple(zip(KINDS, summary.kinds, strict=True)),
        rejections=summary.rejections[:REJECTIONS_SHOWN],
        n_rejections=len(summary.rejections),
    )


def _record(model: Model, made_with: Mapping[str, str]) -> Record:
    facts = model.facts
    counted: dict[str, object] = {
        "corpus_digest": facts.corpus_digest,
        "n_documents": facts.n_documents,
        "n_articles": facts.n_articles,
        "n_passages": facts.n_passages,
        "n_tokens": facts.n_tokens,
        "n_terms": len(model.vocabulary.terms),
        "n_topics": model.topics.topic_term_matrix.shape[0],
        "n_clusters": model.clusters.centres.shape[0],
        "n_labels": facts.n_labels,
    }
    return Record(
        facts=tuple((key, str(value)) for key, value in counted.items()),
        settings=tuple(_flat(model.settings.model_dump(mode="json"))),
        made_with=tuple((key, made_with[key]) for key in sorted(made_with)),
    )


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Settings as dotted keys, in file order."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, "" if value is None else str(value)
