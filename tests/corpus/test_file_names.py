import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qztopics.corpus.file_names import name_pattern, read_name
from qztopics.errors import SettingsError


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("{source}_{date}_{page}", "lgrb_20241212_02.txt", {"source": "lgrb", "date": "2024-12-12", "page": "02"}),
        ("{source}_{date}", "年鉴_2024-01-09.html", {"source": "年鉴", "date": "2024-01-09"}),
        ("{place}_{year}", "a/b/望海区_2026.txt", {"place": "望海区", "year": "2026"}),
        ("{source}/{date}", "in/日报/2024年1月9日.txt", {"source": "日报", "date": "2024-01-09"}),
        ("{source}{date}", "日报20240109.txt", {"source": "日报", "date": "2024-01-09"}),
        ("{date}{page}", "20240109A02.txt", {"date": "2024-01-09", "page": "A02"}),
        ("{*}_{place}", "x_望海.txt", {"place": "望海"}),
        ("第{page}版", "第3版.txt", {"page": "3"}),
        ("{source}_{date}", "lgrb_20241312.txt", None),
        ("{source}_{date}", "lgrb_20241212_02.txt", None),
        ("{source}_{page}", "_02.txt", None),
        ("{source}_{page}", "lgrb.txt", None),
        ("{a}/{b}", "b.txt", None),
    ],
)
def test_names(pattern, path, found):
    assert read_name(path, name_pattern(pattern)) == found


@pytest.mark.parametrize("pattern", ["", "plain", "{}", "{1a}", "{a}_{a}", "{a}{b}", "{a", "a}", "{a b}"])
def test_a_wrong_pattern_is_named(pattern):
    with pytest.raises(SettingsError, match="file_name_pattern"):
        name_pattern(pattern)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text("abc_2024-", min_size=1), min_size=1, max_size=30).map("_".join))
def test_fields_and_literals_give_the_name_back(name):
    found = read_name(name, name_pattern("{a}_{b}_{c}"))
    if found is not None:
        assert f"{found['a']}_{found['b']}_{found['c']}" == name
