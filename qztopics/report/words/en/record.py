"""Facts for the record, and the glossary."""

from __future__ import annotations

from qztopics.evaluation.evaluate import MEASURED_MIN
from qztopics.report.contents import RELIABLE_FROM, WEAK_BELOW
from qztopics.topics.stability import STABLE

LEAD = "For the archive and for whoever checks this report."

FACTS = {
    "corpus_digest": "Digest of the training corpus (hash)",
    "n_documents": "Training files",
    "n_articles": "Training articles",
    "n_passages": "Training passages",
    "n_tokens": "Word tokens",
    "n_terms": "Words in the vocabulary",
    "n_topics": "Word topics",
    "n_clusters": "Clusters",
    "n_labels": "Reference labels",
}

GLOSSARY = (
    ("Article", "The text under one headline; a page may hold several articles."),
    ("Paragraph", "A paragraph of an article. Lines broken by columns or jumps have been joined again."),
    (
        "Passage",
        "The unit that is judged. A shorter paragraph is one passage; a longer one is cut at sentence ends.",
    ),
    (
        "Page furniture",
        "Headlines, bylines, captions, slogans, jump lines and the like: not body text, and not judged.",
    ),
    (
        "Policy topic",
        (
            "A class of the taxonomy, such as “Education”. “No policy content” is a class too: it is an answer, "
            "not an abstention."
        ),
    ),
    (
        "Word topic (LDA)",
        "A group of words found by which words occur together. Its number has no order, its name is only a hint.",
    ),
    ("Cluster", "A group of passages with similar content, found without labels."),
    (
        "Reference label",
        (
            "The policy topic that a coder (a person or a model, see the notes of the overview) gave to a passage; "
            "used for training and for checking."
        ),
    ),
    ("Seed term", "A word that the taxonomy lists as a hint for a policy topic; weak evidence."),
    ("Probability", "How sure the model is of its answer, between 0 and 1."),
    (
        "Unanswered, abstention",
        "Where a passage is too short, has no known words or leaves the model unsure, it gives no answer and says why.",
    ),
    (
        "Share of characters",
        (
            "Characters of the passages answered with a policy topic over those of all judged passages "
            "(unanswered ones included, spaces not)."
        ),
    ),
    (
        "Nearest-topic share",
        (
            "Every passage, answered or not, counts for its most probable topic, by characters; the interval covers "
            "only the sampling of articles."
        ),
    ),
    (
        "Corrected share",
        (
            "The share corrected for what the classifier takes for what, as estimated from the reference labels; "
            "passages that carry a reference label count by it."
        ),
    ),
    (
        "Agreement badge",
        (
            f"Judged by the F1 of a policy topic and its 95% interval: “reliable” if the lower bound is at least "
            f"{RELIABLE_FROM:.2f}, “weak” if the upper bound is below {WEAK_BELOW:.2f}, otherwise “fair”; “not "
            f"measured” with fewer than {MEASURED_MIN} reference labels."
        ),
    ),
    (
        "Hit rate",
        (
            "Of the labelled passages that hold a keyword, the share whose label (or secondary label) is the keyword's "
            "policy topic."
        ),
    ),
    ("Outvoted", "The passage holds the word, but another policy topic has more votes when keywords vote."),
    (
        "Purity",
        (
            "Of the training passages of a word topic or cluster, the share that belong to its commonest policy topic; "
            "below a half it is marked “mixed”."
        ),
    ),
    (
        "Precision, recall, F1",
        (
            "Of the passages given a class, the share that belong to it; of the passages of a class, the share that "
            "were found; the harmonic mean of the two."
        ),
    ),
    ("Macro-F1", "The plain mean of the F1 of all classes: small classes count as much as large ones."),
    (
        "95% interval",
        (
            "The range found by resampling the articles a thousand times; the wider, the less certain the figure. "
            "The calibration chart, the hit rates of keywords, and precision and recall of fewer than 30 passages have "
            "Wilson intervals."
        ),
    ),
    (
        "Paired interval",
        (
            "The 95% interval of the difference of two methods on the same resampled articles; if it leaves out 0, the "
            "difference is unlikely to be chance."
        ),
    ),
    (
        "Cross-validation",
        (
            "The labels are dealt into parts by article, and each part is judged by a classifier that has not learnt "
            "from it, so the score is not that of an exam whose questions were known."
        ),
    ),
    (
        "Stability badge",
        (
            "Articles are drawn again with replacement three times, topics learned each time and matched one to one "
            "with these; stability is the mean overlap of the ten first words (same words over all words of both, 0 to "
            f"1). From {STABLE:.2f} (about half of the words the same) a topic is called stable. With much material "
            "the three use an even sample of the articles, so the figure is on the low side; topics split or merged by "
            "hand have none."
        ),
    ),
    ("NPMI, c_v", "Two measures of how often the words of a word topic occur together; higher is more coherent."),
    (
        "Brier score",
        "The mean of the sum of squared differences between probabilities and facts, between 0 and 2; lower is better.",
    ),
    (
        "Expected calibration error (ECE)",
        (
            "Passages are grouped by probability; the mean distance, weighted by passages, between mean probability "
            "and share correct. 0 means that what is said to be eighty per cent sure is correct in eighty per cent."
        ),
    ),
    (
        "NMI, ARI, V",
        (
            "How far two groupings agree; 1 is full agreement. ARI takes off agreement by chance; NMI does not and "
            "tends to rise with the number of groups. V is the harmonic mean of homogeneity (does a group hold one "
            "class only) and completeness (is a class in one group), and equals NMI."
        ),
    ),
    (
        "Character positions",
        (
            "First and last character of a passage in its file, counted from 0, the first included and the last not; "
            "with them the source can be looked up."
        ),
    ),
)
