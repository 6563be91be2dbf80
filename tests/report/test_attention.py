from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from qztopics.evaluation.intervals import Interval
from qztopics.report import figures_attention as drawn
from qztopics.report.attention_part import CELLS_MAX, Attention, AttentionPart, attention
from qztopics.report.contents import Figures
from qztopics.report.dates import day_of, month_of, step_for, step_name, step_number
from qztopics.report.page import render
from qztopics.report.prepare import prepare
from qztopics.report.tables import attention_tables
from qztopics.report.words.en import attention as en
from qztopics.report.words.zh import attention as zh

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report
    from qztopics.rows import Row

PLACES = (("望潮市", ""), ("青螺区", "望潮市"), ("星渚区", "望潮市"), ("云帆镇", "星渚区"))


def rows_of(
    fakes: SimpleNamespace, *given: tuple[str, int, str, dict[str, str]], text: str = "十个字的片段在这里。"
) -> list[Row]:
    """One row each of (nearest code, article, text or nothing, metadata)."""
    return [
        fakes.row(n, nearest=code, policy_topic=None, abstain_reason="low_probability", article_id=f"d/a{article}",
                  text=words or text, meta=meta)
        for n, (code, article, words, meta) in enumerate(given)
    ]  # fmt: skip


def found_in(fakes: SimpleNamespace, rows: list[Row]) -> Attention:
    return attention(rows, fakes.model().taxonomy, PLACES, seed=1)


def trending(fakes: SimpleNamespace, n: int = 60) -> list[Row]:
    """Articles over six months: the later ones of `urban`, the earlier ones of `rural`, each fourth of `health`."""
    return rows_of(
        fakes,
        *(
            (
                "health" if k % 4 == 0 else "urban" if k >= n // 2 else "rural",
                k,
                "",
                {"date": f"2030-{1 + 6 * k // n:02d}-03", "source": ("甲报", "乙报", "丙报")[k % 3], "place": "青螺区"},
            )
            for k in range(n)
        ),
    )


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2025-03-18", "2025-03-18"), ("2025.3.8", "2025-03-08"), ("2025/12/01 早", "2025-12-01"), ("20250318", "2025-03-18"),
        ("2025年3月18日", "2025-03-18"), ("2025-02-30", None), ("202503181", None), ("9999-01-01", None), ("三月", None), ("", None),
    ],
)  # fmt: skip
def test_dates(date: str, day: str | None) -> None:
    assert (str(day_of(date)) if day_of(date) else None) == day


def test_steps_follow_the_span() -> None:
    first = month_of("2020-11-01")
    assert first is not None
    assert step_for([first, first + 35]) == "month"
    assert step_for([first, first + 36]) == "quarter"
    assert step_for([first, first + 120]) == "year"
    assert step_for([]) == "month"
    assert [step_name(step_number(first, step), step) for step in ("month", "quarter", "year")] == [
        "2020-11", "2020 Q4", "2020",
    ]  # fmt: skip


def test_months_by_hand(fakes: SimpleNamespace) -> None:
    rows = rows_of(
        fakes,
        ("urban", 1, "一二三四五六", {"date": "2030-01-05"}),
        ("rural", 1, "一 二", {"date": "2030-01-06"}),
        ("rural", 2, "一二三", {"date": "2030-03-06"}),
        ("rural", 3, "一二三", {}),
    )
    rows.append(replace(rows[0], kind="headline"))
    rows.append(replace(rows[0], abstain_reason="duplicate"))
    part = found_in(fakes, rows).time
    assert [(c.name, c.n_articles, c.n_passages, c.n_characters) for c in part.cells] == [
        ("2030-01", 1, 2, 8), ("2030-02", 0, 0, 0), ("2030-03", 1, 1, 3),
    ]  # fmt: skip
    urban, rural = part.lines[1], part.lines[2]
    assert [share and share.value for share in urban.shares] == [0.75, None, 0.0]
    assert [share and share.value for share in rural.shares] == [0.25, None, 1.0]
    assert rural.counts == (1, 0, 1)
    assert (part.n_judged, part.n_missing, part.cut, part.is_compared) == (4, 1, None, False)
    assert all(cell.is_thin for cell in part.cells)


def test_places_come_from_metadata_or_else_from_the_text(fakes: SimpleNamespace) -> None:
    rows = rows_of(
        fakes,
        ("urban", 1, "青螺区修路", {"place": "星渚区"}),
        ("urban", 1, "青螺区修路", {"place": "云帆镇"}),
        ("rural", 2, "云帆镇与青螺区结对", {}),
        ("rural", 2, "望潮市开会", {"place": " "}),
        ("rural", 3, "海岛", {"place": "外县"}),
    )
    part = found_in(fakes, rows).place
    assert {cell.name: cell.n_passages for cell in part.cells} == {"星渚区": 3, "青螺区": 1, "外县": 1}
    assert (part.n_missing, part.n_several, part.n_from_text) == (1, 1, 1)
    assert "1 个片段，其中 1 个提到不止一地，各地都计入一次" in zh.lead(part)
    assert "1 of which name several and count for each" in en.lead(part)


def test_the_smallest_newspapers_are_counted_together(fakes: SimpleNamespace) -> None:
    sizes = [30 - k for k in range(CELLS_MAX + 3)]
    rows = rows_of(fakes, *(("urban", k, "", {"source": f"报{k:02d}"}) for k, n in enumerate(sizes) for _ in range(n)))
    part = found_in(fakes, rows).source
    assert [cell.name for cell in part.cells] == [f"报{k:02d}" for k in range(CELLS_MAX - 1)] + [""]
    assert part.n_others == 4
    assert part.cells[-1].n_passages == sum(sizes[CELLS_MAX - 1 :])
    assert zh.name(part, part.cells[-1]) == "其余各报"
    assert "最小的 4 个" in zh.lead(part)


def test_a_planted_trend_is_said_and_the_rest_is_not(fakes: SimpleNamespace) -> None:
    found = found_in(fakes, trending(fakes))
    assert found.time.cut == 3
    assert {line.code: change.difference.value > 0 for line, _, change in found.time.clear} == {
        "urban": True,
        "rural": False,
    }
    said = zh.finding(found.time)
    assert "前段（2030-01 至 2030-03）和后段（2030-04 至 2030-06）" in said
    assert "明显上升的是“城乡建设、住房与交通”" in said
    assert "明显下降的是“乡村振兴与农业”" in said
    assert "其余 4 个主题的升降分辨不出来" in said
    assert "“urban” (0.0% →" in en.finding(found.time)
    assert "6 个差别" in zh.caution(found.time)
    assert "没有一项的差别超出偶然" in zh.finding(found.source)
    assert found.source.n_comparisons == 18


def test_of_two_newspapers_one_is_compared_with_the_other(fakes: SimpleNamespace) -> None:
    rows = [replace(row, meta={"source": "甲报" if n % 2 else "乙报"}) for n, row in enumerate(trending(fakes))]
    part = found_in(fakes, rows).source
    assert part.n_comparisons == 6
    assert [(part.cells[k].name, line.code) for line, k, _ in part.clear] == [("乙报", "health")]
    assert "“乙报”的“医疗卫生”偏高（50.0%，其余 0.0%" in zh.finding(part)
    assert "“health” is higher in “乙报” (50.0%, elsewhere 0.0%" in en.finding(part)


def test_no_trend_is_claimed_where_topics_only_alternate(fakes: SimpleNamespace) -> None:
    rows = rows_of(
        fakes,
        *((("urban", "rural", "health")[k % 3], k, "", {"date": f"2030-{1 + k // 10:02d}-03"}) for k in range(60)),
    )
    part = found_in(fakes, rows).time
    assert part.is_compared
    assert not part.clear
    assert "6 个主题的升降都分辨不出来" in zh.finding(part)
    assert "none of the 6 topics" in en.finding(part)


def test_too_little_text_is_not_compared(fakes: SimpleNamespace) -> None:
    rows = trending(fakes, n=16)
    part = found_in(fakes, rows).time
    assert part.cut is None
    assert zh.finding(part) == "前后两段的文章太少，不足以比较。"
    assert en.finding(part) == "There are too few articles to compare the earlier and the later part."
    assert zh.caution(part) == en.caution(part) == ""


@pytest.mark.parametrize(
    ("meta", "by", "said"),
    [
        ({}, "time", "材料没有可用的日期"),
        ({"date": "2030-02-03"}, "time", "都在 2030-02 这一个月内"),
        ({}, "source", "没有注明报纸"),
        ({"source": "甲报"}, "source", "都来自“甲报”"),
        ({}, "place", "没有提到地名表中的区县"),
        ({"place": "青螺区"}, "place", "都属“青螺区”"),
    ],
)
def test_nothing_to_show_is_one_sentence(fakes: SimpleNamespace, meta: dict[str, str], by: str, said: str) -> None:
    part: AttentionPart = getattr(found_in(fakes, rows_of(fakes, *[("urban", k, "", meta) for k in range(3)])), by)
    assert not part.is_shown
    assert said in zh.nothing(part)
    assert en.nothing(part).endswith(".")


def test_no_judged_rows_at_all(fakes: SimpleNamespace) -> None:
    found = found_in(fakes, [])
    assert not found.time.is_shown
    assert not found.place.is_shown
    assert not found.source.is_shown
    assert all(table is None for table in attention_tables(found).values())


def page_of(fakes: SimpleNamespace, rows: list[Row]) -> str:
    report = prepare(rows, fakes.model(), fakes.summary(rows), None, name="n", version="v", made_with={})
    return render(report, Figures())


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.DOTALL)
    assert found
    return found.group(0)


def test_the_page_has_both_sections_and_every_topic(fakes: SimpleNamespace) -> None:
    page = page_of(fakes, trending(fakes, n=120))
    time, place = section(page, "time"), section(page, "place")
    assert time.count('class="band"') == 6
    assert time.count("<polygon") == 6
    assert 'class="cut"' in time
    assert place.count('class="spread"') == 6  # newspapers alone: there is one district
    assert "有地区可循的材料都属“青螺区”" in place
    assert "All text with a place belongs to" in place
    assert page.index('<a href="#cards">') < page.index('<a href="#time">') < page.index('<a href="#agreement">')
    assert " style=" not in time + place


def test_nothing_to_show_leaves_no_picture(fakes: SimpleNamespace) -> None:
    page = page_of(fakes, rows_of(fakes, *[("urban", k, "", {}) for k in range(3)]))
    assert "<svg" not in section(page, "time")
    assert "<svg" not in section(page, "place")
    assert "各时段占比（最近主题）" not in page


def test_names_from_outside_are_text(fakes: SimpleNamespace) -> None:
    payload = '"><script>alert(1)</script>{{7*7}}甲\u202e乙'
    rows = [
        replace(row, meta=row.meta | {"source": payload + str(n % 2), "place": payload + str(n % 3)})
        for n, row in enumerate(trending(fakes))
    ]
    page = page_of(fakes, rows)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)" in section(page, "place")


def test_same_rows_same_bytes(fakes: SimpleNamespace) -> None:
    rows = trending(fakes)
    assert section(page_of(fakes, rows), "time") == section(page_of(fakes, rows), "time")
    assert attention_tables(found_in(fakes, rows)) == attention_tables(found_in(fakes, rows))


def read(table: bytes | None) -> list[dict[str, Any]]:
    assert table is not None
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def test_tables_hold_the_numbers(fakes: SimpleNamespace) -> None:
    rows = [
        replace(row, meta=row.meta | {"source": "=甲报" if n % 2 else "乙报"}) for n, row in enumerate(trending(fakes))
    ]
    found = found_in(fakes, rows)
    tables = attention_tables(found)
    assert set(tables) == {f"attention_{by}.csv" for by in ("time", "trend", "place", "source")}
    assert tables["attention_place.csv"] is None
    months = read(tables["attention_time.csv"])
    assert len(months) == 6 * 6
    assert sum(float(m["share"]) for m in months if m["cell"] == "2030-01") == pytest.approx(1, abs=1e-5)
    assert sum(int(m["n_passages"]) for m in months) == 60
    trend = {line["code"]: line for line in read(tables["attention_trend.csv"])}
    assert (trend["urban"]["earlier_from"], trend["urban"]["later_to"]) == ("2030-01", "2030-06")
    assert (trend["urban"]["is_clear"], trend["health"]["is_clear"]) == ("1", "0")
    assert {line["cell"] for line in read(tables["attention_source.csv"])} == {"'=甲报", "乙报"}


def part_of(fakes: SimpleNamespace, shares: list[float | None], *, thin: int | None = None) -> AttentionPart:
    """One line over as many months, each ± .1."""
    part = found_in(fakes, trending(fakes)).time
    cells = tuple(
        replace(part.cells[k], is_thin=k == thin, n_passages=0 if s is None else 25) for k, s in enumerate(shares)
    )
    found = tuple(None if s is None else Interval(s, max(0.0, s - 0.1), min(1.0, s + 0.1)) for s in shares)
    line = replace(part.lines[0], shares=found, counts=(25,) * len(shares), changes=())
    return replace(part, cells=cells, lines=(line,), cut=None)


def test_a_band_breaks_at_empty_cells_and_leaves_thin_ones_out(fakes: SimpleNamespace) -> None:
    part = part_of(fakes, [0.1, 0.2, None, 0.9, 0.2, 0.1], thin=3)
    band = drawn.band(part, part.lines[0], drawn.top_of(part))
    assert [len(path.split()) for path in band.paths] == [2, 3]
    assert [len(area.split()) for area in band.areas] == [4, 4]
    assert [dot.is_thin for dot in band.dots] == [False, False, True, False, False]
    assert band.dots[2].title == "2030-04  90.0% (80.0%–100.0%)"
    heights = [dot.y for dot in band.dots]
    assert heights[2] == min(heights)
    assert heights[1] < heights[0]


def test_scales_end_above_what_is_shown(fakes: SimpleNamespace) -> None:
    assert drawn.top_of(part_of(fakes, [0.1, 0.2])) == 0.3
    assert drawn.top_of(part_of(fakes, [0.1, 0.7], thin=1)) == 0.8  # the share itself must fit, not its interval
    assert drawn.darkest_of(part_of(fakes, [0.1, 0.7], thin=1)) == 0.1


def test_strips_and_bars_are_in_proportion(fakes: SimpleNamespace) -> None:
    part = part_of(fakes, [0.4, 0.2, None, 0.0])
    shades = drawn.strip(part, part.lines[0], 0.4)
    assert [(s.x, s.opacity) for s in shades] == [(0, 1.0), (25, 0.5), (75, 0.0)]
    part = replace(part, lines=(replace(part.lines[0], changes=(None,) * 4),))
    bars = drawn.bars(part, part.lines[0], 0.5)
    assert [(b.length, b.low, b.high) for b in bars[:2]] == [(80, 60, 100), (40, 20, 60)]
    assert bars[2].share is None


def test_attention_is_part_of_the_report(report: Report) -> None:
    assert report.attention is not None
    assert [cell.name for cell in report.attention.time.cells] == [f"2031-0{k}" for k in range(1, 6)]
    for part in (report.attention.time, report.attention.place):
        for k, cell in enumerate(part.cells):
            assert sum(line.counts[k] for line in part.lines) == cell.n_passages
            assert sum(share.value for line in part.lines if (share := line.shares[k])) == pytest.approx(1)
