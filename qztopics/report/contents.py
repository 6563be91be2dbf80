"""What a report says, as frozen dataclasses: numbers and names, no sentences and no markup.

Shares, probabilities, purities and scores are in [0, 1]; lengths are characters without spaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from qztopics.policy.highlight import pieces
from qztopics.topics.stability import STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qztopics.evaluation.evaluate import Evaluation
    from qztopics.evaluation.intervals import Interval
    from qztopics.policy.highlight import Mark
    from qztopics.records import PolicyShares, Rejection, Span
    from qztopics.report.attention_part import Attention
    from qztopics.report.dictionary_part import DictionaryPart
    from qztopics.report.map_part import MapPart
    from qztopics.report.terms_part import PolicyTerms
    from qztopics.topics.guided import SeedCheck

Verdict = Literal["review", "often_wrong", "shared", "usable", "few_labels", "absent"]
"""What the labels say of a keyword, the worst first."""

Badge = Literal["reliable", "fair", "weak", "unmeasured"]
"""How well a policy topic agrees with the reference labels, in a word."""

RELIABLE_FROM = 0.7
"""A policy topic whose F1 has its whole interval at or above this agrees reliably."""

WEAK_BELOW = 0.6
"""A policy topic whose F1 has its whole interval below this agrees weakly."""


class Named(Protocol):
    """Whatever carries the name of a policy topic."""

    @property
    def name(self) -> str:
        """In Chinese."""

    @property
    def name_en(self) -> str:
        """In English; the same as in Chinese where the classes come without a taxonomy file."""


@dataclass(frozen=True, slots=True)
class Example:
    """A passage shown to the reader, with its place. `is_cut` is True where `text` is only the beginning.

    `marks` are the places of `text` where terms stand that spoke for `nearest`.
    """

    passage_id: str
    source: str
    spans: tuple[Span, ...]
    text: str
    is_cut: bool
    nearest: str | None
    probability: float | None
    runner_up: str | None
    runner_up_probability: float | None
    marks: tuple[Mark, ...] = ()

    def pieces(self) -> Iterator[tuple[str, float]]:
        """Yield the text in pieces: (piece, value of the term that stands there, or 0)."""
        return pieces(self.text, self.marks)


@dataclass(frozen=True, slots=True)
class Funnel:
    """From files to answers; `n_passages` = furniture + duplicates + unjudged + judged where rows and summary agree.

    Parameters
    ----------
    n_furniture
        Passages that are no body text: headlines, bylines, captions and the like.
    n_duplicates
        Body passages of a second printing.
    n_body
        Body passages of first printings.
    n_judged
        Those of `n_body` for which the model names a nearest policy topic.
    n_answered
        Those of `n_judged` on which it does not abstain.
    """

    n_documents: int
    n_rejected: int
    n_articles: int
    n_paragraphs: int
    n_passages: int
    n_furniture: int
    n_duplicates: int
    n_body: int
    n_judged: int
    n_answered: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What the report rests on.

    Parameters
    ----------
    first_date, last_date
        Earliest and latest `date` of the metadata as YYYY-MM-DD, or None where no row has one.
    n_undated
        Documents without such a date.
    is_calibrated
        Whether hand labels set the scale of the probabilities; None without a classifier.
    notes
        Sentences of the caller, shown as they are.
    """

    first_date: str | None
    last_date: str | None
    n_undated: int
    n_labels: int
    n_unmatched_labels: int
    n_contested_labels: int
    is_calibrated: bool | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A topic or cluster that the policy topic at hand has the share `purity` of."""

    number: int
    name: str
    purity: float


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy topic.

    Parameters
    ----------
    number
        Class number in the taxonomy.
    n_passages, n_characters
        Judged passages answered with this code, and their length.
    share
        `n_characters` over the length of all judged passages, abstained ones included.
    nearest
        Length of all judged passages whose nearest code this is, abstained ones included, over the length of all; None
        where shares were not stored.
    corrected
        `nearest` corrected for the classifier's known errors; None where that cannot be done.
    mean_probability
        Over `n_passages`; None for none.
    n_abstained
        Judged passages on which the tool abstained and whose nearest code is this one.
    n_labels, f1, f1_interval
        Labelled passages scored and their F1; None without an evaluation, F1 also where it is not measured.
    seed_terms
        Seed terms with the number of answered passages that hold them, commonest first.
    terms
        Frequent and distinctive terms; None where the terms of the passages were not counted.
    """

    number: int
    code: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    n_passages: int
    n_characters: int
    share: float
    nearest: Interval | None
    corrected: Interval | None
    mean_probability: float | None
    n_abstained: int
    n_labels: int | None
    f1: float | None
    f1_interval: Interval | None
    seed_terms: tuple[tuple[str, int], ...]
    topics: tuple[Link, ...]
    clusters: tuple[Link, ...]
    typical: tuple[Example, ...]
    borderline: Example | None
    terms: PolicyTerms | None = None

    @property
    def badge(self) -> Badge:
        """Agreement in a word, judged by the bounds of F1's interval."""
        if self.f1_interval is None:
            return "unmeasured"
        if self.f1_interval.low >= RELIABLE_FROM:
            return "reliable"
        return "weak" if self.f1_interval.high < WEAK_BELOW else "fair"


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Passages on which the tool abstained for one reason; shares are of judged passages (None for duplicates)."""

    reason: str
    n_passages: int
    n_characters: int
    share: float | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """The policy topics, largest share (the corrected one, if any) first, and what was left unanswered.

    `shares` is as `train` stored it, or None.
    """

    lines: tuple[PolicyLine, ...]
    shares: PolicyShares | None
    n_characters: int
    n_abstained: int
    abstained_passage_share: float
    abstained_share: float
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One LDA topic; `n_passages` have it as their heaviest, `share` is of all passages that have topics.

    `id` is the permanent one, None where it is the number; `parts` are the ids of topics that people merged into it.
    `stability` is None where it was not measured; `code` and names are of the policy topic whose seed terms guided it.
    """

    number: int
    name: str
    terms: tuple[str, ...]
    n_passages: int
    share: float
    npmi: float | None
    c_v: float | None
    policy_name: str | None
    policy_name_en: str | None
    purity: float | None
    typical: tuple[Example, ...]
    id: int | None = None
    parts: tuple[int, ...] = ()
    note: str = ""
    stability: float | None = None
    code: str = ""
    guide_name: str = ""
    guide_name_en: str = ""

    @property
    def is_stable(self) -> bool:
        """Whether about half of its ten first words come back when articles are drawn again."""
        return self.stability is not None and self.stability >= STABLE


@dataclass(frozen=True, slots=True)
class ClusterCode:
    """A policy topic by name, and its share of a cluster's training passages."""

    name: str
    name_en: str
    share: float


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One cluster; `topics` are its commonest heaviest topics as (number, passages), `policies` what it is about."""

    number: int
    n_passages: int
    share: float
    policy_name: str | None
    policy_name_en: str | None
    purity: float | None
    topics: tuple[tuple[int, int], ...]
    typical: tuple[Example, ...]
    name: str = ""
    policies: tuple[ClusterCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cluster that may be about something the taxonomy has no code for.

    Parameters
    ----------
    n_unplaced
        Passages that the tool did not place, or placed under `other`.
    purity
        Share of the passages whose nearest code is the commonest one.
    cohesion
        Mean cosine of two passages of the cluster in the latent space, over the training passages.
    terms
        Most distinctive first.
    """

    number: int
    name: str
    n_passages: int
    n_unplaced: int
    purity: float
    cohesion: float
    terms: tuple[str, ...]
    examples: tuple[Example, ...]

    @property
    def unplaced_share(self) -> float:
        """Share of the passages that were not placed."""
        return self.n_unplaced / self.n_passages


@dataclass(frozen=True, slots=True)
class Confused:
    """A pair of codes that were taken for each other, by name."""

    hand: str
    hand_en: str
    predicted: str
    predicted_en: str
    count: int


@dataclass(frozen=True, slots=True)
class BreakdownLine:
    """Scores of the labelled passages of one newspaper, genre or the like; None where they are too few to measure."""

    value: str
    n_passages: int
    accuracy: Interval | None
    macro_f1: float | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Scores by one kind of metadata, most passages first. `lines` may be cut; `n_values` never is."""

    by: str
    lines: tuple[BreakdownLine, ...]
    n_values: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The evaluation and what the page adds to it.

    Parameters
    ----------
    names, names_en
        Names of the evaluation's codes, in the same order.
    confused
        Commonest confusions, commonest first.
    breakdowns
        Scores by source, genre and the like; empty where the texts carry no such metadata.
    is_measured
        Whether there are enough labelled passages for curves.
    """

    evaluation: Evaluation
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    confused: tuple[Confused, ...]
    breakdowns: tuple[Breakdown, ...]
    is_measured: bool


@dataclass(frozen=True, slots=True)
class KeywordLine:
    """One seed term of one policy topic.

    Parameters
    ----------
    code, name, name_en
        Its policy topic.
    also, also_en
        Names of the other policy topics that have the term.
    n_passages, n_outvoted
        Passages that hold it, and those of them where another policy topic wins the vote.
    n_labelled, accuracy
        Labelled passages that hold it, and the share of them that are of its policy topic; None for no passage.
    gain_without
        Labelled passages more that the vote gets right without the term.
    """

    term: str
    code: str
    name: str
    name_en: str
    also: tuple[str, ...]
    also_en: tuple[str, ...]
    n_passages: int
    n_outvoted: int
    n_labelled: int
    accuracy: Interval | None
    gain_without: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class KeywordPart:
    """The seed terms against the passages and the labels.

    Parameters
    ----------
    lines
        By verdict, the worst first; terms to review the most harmful first, others from the commonest to the rarest.
    n_passages, n_silent
        Passages, and those that hold no seed term.
    vote, vote_without
        Accuracy of the vote on `n_labelled` passages, with all terms and without those to review.
    """

    lines: tuple[KeywordLine, ...]
    n_passages: int
    n_silent: int
    n_labelled: int
    vote: Interval
    vote_without: Interval

    def of(self, *verdicts: Verdict) -> tuple[KeywordLine, ...]:
        """Lines with one of the verdicts."""
        return tuple(line for line in self.lines if line.verdict in verdicts)

    @property
    def absent(self) -> tuple[tuple[KeywordLine, ...], ...]:
        """Terms that no passage holds, in groups of one policy topic."""
        groups: dict[str, list[KeywordLine]] = {}
        for line in self.of("absent"):
            groups.setdefault(line.code, []).append(line)
        return tuple(tuple(lines) for lines in groups.values())


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """How one document was read, and what became of its passages."""

    source: str
    encoding: str
    is_certain: bool
    n_characters: int
    n_body: int
    n_furniture: int
    n_duplicates: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How the inputs were read. `documents` and `rejections` may be cut; the counts never are.

    Parameters
    ----------
    documents
        Those with an uncertain encoding first where not all are shown, otherwise in order.
    encodings
        (encoding, documents), commonest first.
    kinds
        (kind, passages) in the order of `records.KINDS`.
    """

    documents: tuple[DocumentLine, ...]
    n_documents: int
    n_uncertain: int
    n_characters: int
    encodings: tuple[tuple[str, int], ...]
    n_joins: int
    n_duplicate_articles: int
    kinds: tuple[tuple[str, int], ...]
    rejections: tuple[Rejection, ...]
    n_rejections: int


@dataclass(frozen=True, slots=True)
class Record:
    """For the record: (name, value) pairs of settings, of the model's facts and of versions."""

    facts: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    made_with: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page shows. `policy` is None for a plain topic modeller, `agreement` without an evaluation.

    `keywords` is None where the audit was not stored, `map` where the terms of the passages were not counted,
    `attention` without policy topics, `dictionary` where the wording was not stored, `seeds` where nothing guided the
    topics.
    """

    name: str
    version: str
    funnel: Funnel
    basis: Basis
    policy: PolicyPart | None
    topics: tuple[TopicLine, ...]
    topic_diversity: float
    clusters: tuple[ClusterLine, ...]
    agreement: Agreement | None
    keywords: KeywordPart | None
    quality: Quality
    record: Record
    map: MapPart | None = None
    attention: Attention | None = None
    dictionary: DictionaryPart | None = None
    candidates: tuple[Candidate, ...] = ()
    hidden: HiddenTopics | None = None
    seeds: SeedCheck | None = None

    @property
    def has_stability(self) -> bool:
        """Whether the stability of topics was measured."""
        return any(line.stability is not None for line in self.topics)

    def topic_name(self, number: int) -> str:
        """Name of a topic that is shown, or empty."""
        return next((line.name for line in self.topics if line.number == number), "")


@dataclass(frozen=True, slots=True)
class HiddenTopics:
    """Topics that people have hidden: how many, and the passages that have them as their heaviest."""

    n_topics: int
    n_passages: int
    share: float


@dataclass(frozen=True, slots=True)
class Figures:
    """SVG files of the report; None where there is nothing to draw. `corrected` takes the place of `shares`."""

    shares: bytes | None = None
    corrected: bytes | None = None
    confusion: bytes | None = None
    calibration: bytes | None = None
    coverage: bytes | None = None
