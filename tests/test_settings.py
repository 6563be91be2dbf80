"""Settings files and their faults."""

import pytest

from qztopics.errors import InputMissingError, SettingsError
from qztopics.settings import Settings, read_settings


def test_defaults_without_a_file(tmp_path):
    assert read_settings(tmp_path / "none.toml", required=False) == Settings()
    with pytest.raises(InputMissingError, match="no such settings file"):
        read_settings(tmp_path / "none.toml")


def test_values_are_taken(tmp_path):
    path = tmp_path / "s.toml"
    path.write_bytes("\ufeffseed = 7\n[topics]\nn_topics = 12\nengine = 'gensim'\n".encode())
    found = read_settings(path)
    assert (found.seed, found.topics.n_topics, found.topics.engine) == (7, 12, "gensim")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[topic]\n", 'unknown key "topic"; did you mean "topics"?'),
        ("[topics]\nsweep = 3\n", 'unknown key "topics.sweep"; did you mean "sweeps"?'),
        ("[topics]\nzzz = 3\n", "known keys are engine, guided, n_clusters"),
        ("seed = -1\n", 'key "seed" is -1, but'),
        ("[topics]\nengine = 'mallet'\n", "key \"topics.engine\" is 'mallet', but"),
        ("seed = \n", "not a UTF-8 TOML file"),
    ],
)
def test_faults(tmp_path, content, expected):
    path = tmp_path / "s.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_settings(path)
    assert expected in str(error.value)
    assert str(path) in str(error.value)
