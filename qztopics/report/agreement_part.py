"""Numbers of the agreement with hand labels that the evaluation does not hold: names, confusions, breakdowns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.report.contents import Agreement, Breakdown, BreakdownLine, Confused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qztopics.evaluation.evaluate import Evaluation, Stratum
    from qztopics.policy.taxonomy import Taxonomy

N_CONFUSED = 8
VALUES_SHOWN = 30


def agreement_part(evaluation: Evaluation, taxonomy: Taxonomy | None) -> Agreement:
    """Name the codes of an evaluation, find its commonest confusions and arrange its strata."""
    known = {topic.code: (topic.name_zh, topic.name_en) for topic in taxonomy.topics} if taxonomy else {}
    names = tuple(known.get(code, (code, code)) for code in evaluation.codes)
    pairs = [
        Confused(*names[i], *names[j], count)
        for i, line in enumerate(evaluation.confusion)
        for j, count in enumerate(line)
        if i != j and count
    ]
    return Agreement(
        evaluation=evaluation,
        names=tuple(chinese for chinese, _ in names),
        names_en=tuple(english for _, english in names),
        confused=tuple(sorted(pairs, key=lambda pair: -pair.count)[:N_CONFUSED]),
        breakdowns=_breakdowns(evaluation.strata),
        is_measured=evaluation.n_passages >= MEASURED_MIN,
    )


def _breakdowns(strata: Iterable[Stratum]) -> tuple[Breakdown, ...]:
    groups: dict[str, list[Stratum]] = {}
    for stratum in strata:
        groups.setdefault(stratum.by, []).append(stratum)
    found = []
    for by, members in groups.items():
        largest = sorted(members, key=lambda stratum: (-stratum.n_passages, stratum.value))
        found.append(Breakdown(by, tuple(map(_breakdown_line, largest[:VALUES_SHOWN])), len(members)))
    return tuple(found)


def _breakdown_line(stratum: Stratum) -> BreakdownLine:
    """Leave the scores of a thin stratum out: they would only be read."""
    if stratum.n_passages < MEASURED_MIN:
        return BreakdownLine(stratum.value, stratum.n_passages, None, None)
    return BreakdownLine(stratum.value, stratum.n_passages, stratum.accuracy, stratum.macro_f1)
