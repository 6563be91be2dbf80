from __future__ import annotations

import csv
import io
import warnings
from typing import TYPE_CHECKING

import pytest
from matplotlib.font_manager import FontProperties

from qztopics.report.tables import clusters_csv, policy_csv, topics_csv
from qztopics.report.write import write_report

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace

    from qztopics.report.contents import Report

WRITTEN = [
    "attention_place.csv",
    "attention_time.csv",
    "attention_trend.csv",
    "calibration.svg",
    "clusters.csv",
    "confusion.svg",
    "coverage.svg",
    "index.html",
    "policy_topics.csv",
    "policy_topics.svg",
    "report.xlsx",
    "topics.csv",
]


PICTURES = {"calibration", "confusion", "coverage", "policy_topics"}


@pytest.fixture(autouse=True)
def _without_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written does not hang on the fonts of this machine."""
    monkeypatch.setattr("qztopics.report.write.font_holding", lambda _: None)


def write(fakes: SimpleNamespace, folder: Path) -> Path:
    rows = fakes.rows()
    return write_report(
        folder,
        rows,
        fakes.model(),
        fakes.summary(rows),
        fakes.evaluation(),
        name="default",
        version="v1",
        notes=["说明。"],
    )


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_files_and_equal_bytes(fakes: SimpleNamespace, tmp_path: Path) -> None:
    page = write(fakes, tmp_path / "一" / "default")
    assert page == tmp_path / "一" / "default" / "index.html"
    assert sorted(path.name for path in page.parent.iterdir()) == WRITTEN
    write(fakes, tmp_path / "b")
    for name in WRITTEN:
        assert (page.parent / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert "说明。" in page.read_text(encoding="utf-8")


def test_figures_of_an_earlier_training_do_not_stay(fakes: SimpleNamespace, tmp_path: Path) -> None:
    write(fakes, tmp_path)
    rows = fakes.rows()
    write_report(tmp_path, rows, fakes.model(), fakes.summary(rows), None, name="default", version="v1")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == set(WRITTEN) - {"calibration.svg", "confusion.svg", "coverage.svg"}


def test_other_files_stay(fakes: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"rows")
    (tmp_path / "笔记.txt").write_text("记", encoding="utf-8")
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    write(fakes, tmp_path)
    assert (tmp_path / "rows.parquet").read_bytes() == b"rows"
    assert (tmp_path / "笔记.txt").read_text(encoding="utf-8") == "记"
    assert (tmp_path / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_tables_hold_the_numbers(report: Report) -> None:
    assert report.policy is not None
    policy = table(policy_csv(report.policy.lines))
    assert [line["code"] for line in policy] == [line.code for line in report.policy.lines]
    assert float(policy[0]["share_of_characters"]) == pytest.approx(report.policy.lines[0].share, abs=1e-6)
    assert policy[1]["f1"] == ""
    topics = table(topics_csv(report.topics))
    assert topics[0]["terms"].split()[:2] == ["招商", "产业链"]
    assert topics[5]["npmi"] == ""
    assert topics[4]["npmi"] == "-0.03"
    assert [(t["stability"], t["badge"]) for t in topics[2:]] == [
        ("0.38", "stable"),
        ("0.32", "stable"),
        ("0.26", "unstable"),
        ("", ""),
    ]
    assert {t["guided_by"] for t in topics} == {""}
    clusters = table(clusters_csv(report.clusters))
    assert clusters[4]["topics"] == "4:5 5:5"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@x", " =1", "\u3000＝1", "-2"])
def test_formulas_are_guarded(report: Report, text: str) -> None:
    from dataclasses import replace

    assert report.policy is not None
    line = replace(report.policy.lines[0], code=text, name=text)
    assert table(policy_csv([line]))[0]["code"] == "'" + text
    topic = replace(report.topics[0], name=text, terms=(text,))
    written = table(topics_csv([topic]))[0]
    assert (written["name"], written["terms"]) == ("'" + text, "'" + text)


def test_a_lone_surrogate_is_written_as_an_escape(report: Report) -> None:
    from dataclasses import replace

    assert table(topics_csv([replace(report.topics[0], name="\ud800")]))[0]["name"] == "\\ud800"


@pytest.mark.slow
def test_twenty_thousand_rows_stay_under_five_megabytes(fakes: SimpleNamespace, tmp_path: Path) -> None:
    from qztopics.records import CorpusSummary

    codes = [topic.code for topic in fakes.model().taxonomy.topics]
    rows = [
        fakes.row(
            i, source=f"记录{i}", document_id=f"r{i}", passage_id=f"r{i}", text=f"{i}港口" * 80, nearest=codes[i % 6],
            policy_topic=codes[i % 6], topics=((i % 300, 0.5 + i % 7 / 100),), cluster=i % 300,
        )
        for i in range(20_000)
    ]  # fmt: skip
    summary = CorpusSummary(
        tuple((f"记录{i}", "utf-8", True, 320) for i in range(20_000)),
        (),
        20_000,
        20_000,
        20_000,
        0,
        0,
        (20_000,) + (0,) * 7,
    )
    page = write_report(
        tmp_path, rows, fakes.model(n_topics=300, n_clusters=300), summary, fakes.evaluation(), name="n", version="v"
    )
    assert page.stat().st_size < 5_000_000


def test_what_cannot_be_made_is_told_in_a_sentence_and_old_files_go(
    fakes: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QZTOPICS_CHROMIUM", "/nowhere/chromium")
    for name in ("report.pdf", "coverage.png"):
        (tmp_path / name).write_bytes(b"old")
    rows, told = fakes.rows(), []
    summary, scores = fakes.summary(rows), fakes.evaluation()
    write_report(tmp_path, rows, fakes.model(), summary, scores, name="n", version="v", tell=told.append)
    assert len(told) == 2
    assert "no PNG figures" in told[0]
    assert "no report.pdf" in told[1]
    assert not {path.suffix for path in tmp_path.iterdir()} & {".png", ".pdf"}


def test_each_svg_has_a_png_where_a_font_holds_its_characters(
    fakes: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def font(characters: str) -> FontProperties:
        asked.append(characters)
        return FontProperties(family="DejaVu Sans")

    monkeypatch.setattr("qztopics.report.write.font_holding", font)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the stand-in is no Chinese font
        write(fakes, tmp_path)
    assert {path.stem for path in tmp_path.glob("*.png")} == PICTURES
    assert set("产业发展与招商引资0123456789%") <= set(asked[0])
