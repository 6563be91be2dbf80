"""Shares of the policy topics and the keyword audit in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qztopics.cli.output import lines
from qztopics.cli.terminal import shown, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qztopics.policy.audit import KeywordAudit
    from qztopics.records import PolicyShares, Uncorrected

NAMED = 5
"""Most terms that the line on keywords names."""

WHY: Mapping[Uncorrected, str] = {
    "nothing_judged": "nothing was judged",
    "few_labels": "under 30 hand labels do not show the classifier's errors",
    "one_class": "all hand labels are of one class",
}


def print_shares(shares: PolicyShares | None) -> None:
    """Print a table of shares, the largest first; nothing for a model without policy topics."""
    if shares is None:
        return
    rows = [
        (
            line.code,
            _percent(line.raw, line.raw_interval),
            "-" if line.corrected is None or line.interval is None else _percent(line.corrected, line.interval),
        )
        for line in sorted(shares.lines, key=lambda line: -(line.raw if line.corrected is None else line.corrected))
    ]
    title = f"shares of the training text: {shares.n_characters} characters in {shares.n_articles} articles"
    if shares.reason is not None:
        title += f"; not corrected, for {WHY[shares.reason]}"
    columns = ("code", "% by nearest code (95 %)", "% corrected for known errors (95 %)")
    table(title, columns, rows, numeric=(1, 2))


def _percent(share: float, interval: tuple[float, float]) -> str:
    return f"{100 * share:.1f} ({100 * interval[0]:.1f}-{100 * interval[1]:.1f})"


def print_audit(audit: KeywordAudit | None) -> None:
    """Print a line on the keyword rules; nothing without any."""
    if audit is None:
        return
    hurting = ", ".join(f"{term.term} ({term.code})" for term in audit.hurting[:NAMED])
    more = ", …" if len(audit.hurting) > NAMED else ""
    words = (
        f"keywords: {len(audit.terms)}, of which {len(audit.absent)} never occur and {len(audit.shared)} are of "
        f"several policy topics; to review: {hurting + more if hurting else 'none'}"
    )
    lines(shown(words) + "\n")
