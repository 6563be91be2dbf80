"""The shipped taxonomy reads; faults name file, key and remedy."""

from pathlib import Path

import pytest

from qztopics.errors import InputMissingError, SettingsError
from qztopics.policy.taxonomy import read_taxonomy, taxonomy_from_labels

SHIPPED = Path(__file__).parents[2] / "seeds" / "taxonomy.toml"

SMALL = """
[meta]
name = "t"
version = "1"
[rules.tie_break_order]
order = ["health", "other"]
[[group]]
code = "g"
zh = "组"
en = "group"
topics = ["health", "other"]
[[topic]]
code = "health"
zh = "卫生"
en = "Health"
group = "g"
definition_zh = "医院。"
seed_terms = ["医院", "门诊"]
[[topic]]
code = "other"
zh = "其他"
en = "Other"
group = "g"
definition_zh = "其他。"
seed_terms = ["记者"]
"""


def read(folder: Path, text: str):
    path = folder / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    return read_taxonomy(path)


def test_the_shipped_taxonomy():
    taxonomy = read_taxonomy(SHIPPED)
    assert len(taxonomy.codes) == 16
    assert taxonomy.codes[taxonomy.residual] == "other"
    assert set(taxonomy.tie_break) == set(taxonomy.codes)
    assert taxonomy.voting_terms()[taxonomy.residual] == ()


def test_small(tmp_path):
    taxonomy = read(tmp_path, SMALL)
    assert taxonomy.codes == ("health", "other")
    assert taxonomy.voting_terms() == (("医院", "门诊"), ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ('seed_terms = ["医院"', 'seed_term = ["医院"'),
            'unknown key "topic.0.seed_term"; did you mean "seed_terms"?',
        ),
        (('definition_zh = "医院。"', ""), 'the key "topic.0.definition_zh" is missing'),
        (('code = "other"', 'code = "health"'), 'the code "health" is given to two topics'),
        (('["记者"]', '["医院"]'), 'the seed term "医院" belongs to "health" and "other"'),
        (('order = ["health"', 'order = ["helth"'), 'names "helth", which is no topic code'),
        (('group = "g"', 'group = "h"'), 'is in the group "h", which no [[group]] defines'),
        (("[meta]", "[meta"), "not a UTF-8 TOML file"),
        (('code = "health"', 'code = "He alth"'), 'key "topic.0.code"'),
    ],
)
def test_faults(tmp_path, change, expected):
    with pytest.raises(SettingsError) as error:
        read(tmp_path, SMALL.replace(*change, 1))
    assert expected in str(error.value)
    assert "taxonomy.toml" in str(error.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputMissingError, match="--taxonomy none"):
        read_taxonomy(tmp_path / "t.toml")


def test_classes_of_a_label_column_are_their_own_seeds():
    taxonomy = taxonomy_from_labels(["财经", "体育", "财经"])
    assert taxonomy.codes == ("体育", "财经")
    assert taxonomy.residual == -1
    assert taxonomy.voting_terms() == (("体育",), ("财经",))
