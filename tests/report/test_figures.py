from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from qztopics.report.contents import Figures
from qztopics.report.figures import draw, plot_bars, plot_confusion, to_png, to_svg
from qztopics.report.fonts import FAMILIES, font_holding

if TYPE_CHECKING:
    from types import SimpleNamespace

    from qztopics.report.contents import Report

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_bars_carry_names_and_percentages_as_text() -> None:
    svg = to_svg(plot_bars(["教育", "医疗卫生", "弃权"], [0.5, 0.25, 0.25], n_grey=1), "占比")
    assert texts(svg) == ["教育", "50.0%", "医疗卫生", "25.0%", "弃权", "25.0%"]
    assert svg.count(b"fill: #2b6a8f") == 2
    assert svg.count(b"fill: #b5bec7") == 1
    assert b"Noto Sans CJK SC" in svg


def test_bar_lengths_are_in_proportion() -> None:
    figure = plot_bars(["甲", "乙"], [0.6, 0.2])
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths[0] == pytest.approx(3 * widths[1])


def test_confusion_matrix_shows_counts_in_place() -> None:
    figure = plot_confusion(["甲", "乙"], [[7, 2], [0, 3]])
    axes = figure.axes[0]
    cells = {t.get_text(): t.get_position() for t in axes.texts}
    assert set(cells) == {"1 甲", "2 乙", "1", "2", "7", "3"} | {"2"}
    assert cells["7"][1] > cells["3"][1]  # the first hand label stands on top
    assert cells["7"][0] < cells["3"][0]
    assert texts(to_svg(figure, "混淆")).count("0") == 0


def test_equal_bytes_over_two_runs(report: Report) -> None:
    first, second = draw(report), draw(report)
    assert first == second
    assert first.shares
    assert first.confusion
    assert first.calibration
    assert first.coverage


@pytest.mark.slow
def test_equal_bytes_in_another_process_and_with_other_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    code = (
        "import sys; from qztopics.report.figures import plot_bars, to_svg;"
        "sys.stdout.buffer.write(to_svg(plot_bars(['教育', 'a$b$'], [0.5, 0.2]), 't'))"
    )
    folder = tmp_path_factory.mktemp("rc")
    (folder / "matplotlibrc").write_text("patch.facecolor: red\nfont.size: 30\nsvg.fonttype: path\n", encoding="utf-8")
    outputs = {
        subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, cwd=cwd).stdout
        for cwd in (None, folder)
    }
    assert len(outputs) == 1
    assert texts(outputs.pop())[2] == "a$b$"


def test_names_that_would_break_a_picture_stay_text() -> None:
    names = ["</text><script>1</script>", "$\\frac{1", "甲\u202e乙\x00", "很" * 50, "\ud800"]
    svg = to_svg(plot_bars(names, [0.2] * 5), "标题 <b>")
    found = texts(svg)
    assert found[0] == "</text><script>…"
    assert found[2] == "$\\frac{1"
    assert found[4] == "甲\\u202e乙\\u0000"
    assert len(found[6]) == 16
    assert b"<script" not in svg


def test_svg_holds_no_date_and_no_address_but_format_names(report: Report) -> None:
    figures = draw(report)
    for svg in (figures.shares, figures.confusion, figures.calibration, figures.coverage):
        assert svg is not None
        assert b"matplotlib.org" not in svg
        assert b"<dc:date" not in svg
        assert b"DOCTYPE" not in svg
        assert b'href="http' not in svg
        assert b"url(http" not in svg


def test_no_warning_and_no_talk_about_missing_fonts(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    to_svg(plot_bars(["教育𠮷"], [1.0]), "图")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_nothing_to_draw(fakes: SimpleNamespace) -> None:
    from qztopics.report.prepare import prepare

    empty = prepare([], fakes.model(), fakes.summary([]), None, name="n", version="v", made_with={})
    figures = draw(empty)
    assert figures == Figures()


def test_font_holding_needs_every_glyph() -> None:
    assert font_holding("\U000effff") is None
    found = font_holding("港口 教育")
    if found is not None:
        from matplotlib.font_manager import findfont, get_font

        assert get_font(findfont(found)).get_char_index(ord("港"))
    assert FAMILIES[-1] == "sans-serif"


def test_a_png_draws_no_boxes(recwarn: pytest.WarningsRecorder) -> None:
    font = font_holding("教育医疗卫生弃权0123456789.%")
    if font is None:
        pytest.skip("no Chinese font is installed")
    drawn = [to_png(plot_bars(["教育", "医疗卫生"], [0.5, 0.25]), "图", font=font) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith(b"\x89PNG")
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]
