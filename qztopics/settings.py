"""One frozen settings class per stage, read from `qztopics.toml`; an unknown key names its nearest known one."""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from qztopics.errors import InputMissingError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path


class _Stage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class CorpusSettings(_Stage):
    """Reading and cutting pages. Lengths are characters, sizes are bytes."""

    passage_max: int = Field(200, ge=40, le=2000, description="a paragraph up to this long is one passage")
    passage_min: int = Field(
        60, ge=10, le=1000, description="pieces of a longer paragraph are at least about this long"
    )
    file_max_bytes: int = Field(64 * 2**20, ge=1024, description="a larger file is rejected")
    record_max_characters: int = Field(20_000_000, ge=100, description="a longer text is rejected")
    record_unit: Literal["record", "passage"] = Field(
        "record", description="a record of a table is one passage, or cut into passages like a page"
    )
    file_name_pattern: str | None = Field(
        None, description="metadata in file names, such as {source}_{date}_{page}; {*} is not kept"
    )
    expanded_max_bytes: int = Field(256 * 2**20, ge=1024, description="more out of a compressed file is not read")
    expanded_max_ratio: int = Field(100, ge=2, description="times its size that may come out of a file, above 1 MiB")
    archive_max_entries: int = Field(2_000, ge=10, description="a Word or Excel file of more parts is rejected")
    nesting_max: int = Field(10_000, ge=64, description="a web page or document nested deeper is rejected")
    pdf_max_pages: int = Field(2_000, ge=1, description="further pages of a PDF file are not read")
    file_max_seconds: float = Field(30.0, gt=0, le=3600, description="a file that takes longer is rejected")
    file_max_memory: int = Field(2 * 2**30, ge=2**28, description="a file whose reading needs more bytes is rejected")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.passage_min > self.passage_max:
            raise ValueError(f"passage_min ({self.passage_min}) must be at most passage_max ({self.passage_max})")
        return self


class TextSettings(_Stage):
    """Segmentation."""

    segmenter: Literal["rjieba", "jieba"] = "rjieba"


class FeatureSettings(_Stage):
    """Vocabulary and matrices."""

    min_df: int = Field(2, ge=1, description="a term must occur in at least this many passages")
    max_df: float = Field(0.5, gt=0, le=1, description="a term in more than this share of passages is left out")
    max_terms: int = Field(120_000, ge=100)
    character_ngram_max: int | None = Field(
        None, ge=1, le=3, description="longest character n-gram; not given: 3 where labels are many, else 2"
    )
    max_character_ngrams: int = Field(100_000, ge=100)


class TopicSettings(_Stage):
    """LDA and clusters. None means: chosen from the size of the corpus, and said so in the report."""

    engine: Literal["native", "gensim"] = "native"
    n_topics: int | None = Field(None, ge=2, le=1000)
    sweeps: int = Field(100, ge=5, le=5000)
    topic_term_prior: float = Field(0.02, gt=0)
    guided: bool = Field(False, description="seed terms of the taxonomy pull topics to their codes")
    topics_per_code: int = Field(1, ge=1, le=20, description="guided topics that each code may take")
    seed_weight: float = Field(
        0.5, gt=0, le=100, description="pseudo-tokens for each token of a seed term in the topics of its code"
    )
    n_clusters: int | None = Field(None, ge=2, le=1000)


class PolicySettings(_Stage):
    """Classifier and abstaining."""

    n_latent: int = Field(
        300, ge=0, le=1000, description="latent semantic dimensions learned from all text; 0 for none"
    )
    folds: int = Field(5, ge=2, le=20)
    min_probability: float = Field(0.3, ge=0, le=1, description="below this the tool abstains")
    min_characters: int = Field(6, ge=1, description="shorter passages are too short to judge")
    tie_margin: float = Field(0.02, ge=0, le=1, description="two codes closer than this are a tie")


class Settings(_Stage):
    """All stages. `seed` drives every random choice."""

    seed: int = Field(20250101, ge=0, lt=2**32)
    corpus: CorpusSettings = CorpusSettings()
    text: TextSettings = TextSettings()
    features: FeatureSettings = FeatureSettings()
    topics: TopicSettings = TopicSettings()
    policy: PolicySettings = PolicySettings()


def nearest_key(name: str, known: list[str]) -> str:
    """Words that point from an unknown key to the nearest known one, or to all of them.

    Examples
    --------
    >>> nearest_key("min_fd", ["min_df", "max_df"])
    'did you mean "min_df"?'
    """
    close = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known keys are {', '.join(sorted(known))}"


def explain(error: ValidationError, model: type[BaseModel], path: str) -> str:
    """One sentence for the first fault pydantic found: file, key, what was expected and found.

    Examples
    --------
    >>> try:
    ...     Settings.model_validate({"features": {"min_fd": 2}})
    ... except ValidationError as error:
    ...     print(explain(error, Settings, "qztopics.toml"))
    qztopics.toml: unknown key "features.min_fd"; did you mean "min_df"?
    """
    faults = error.errors()
    # A typo is two faults, an unknown key and often a missing one: the unknown key is the one to name.
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f'{path}: unknown key "{where}"; {nearest_key(str(fault["loc"][-1]), _known(model, fault["loc"][:-1]))}'
    if fault["type"] == "missing":
        return f'{path}: the key "{where}" is missing; add it'
    return f'{path}: key "{where}" is {fault["input"]!r}, but {fault["msg"][0].lower()}{fault["msg"][1:]}'


def _known(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Field names at `path` inside `model`; list positions are passed over."""
    current: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        annotation = current.model_fields[part].annotation
        current = next(
            (a for a in (annotation, *getattr(annotation, "__args__", ())) if hasattr(a, "model_fields")), None
        )
        if current is None:
            return []
    return [info.alias or name for name, info in current.model_fields.items()]


def read_settings(path: Path, *, required: bool = True) -> Settings:
    """Read settings from a TOML file; without the file, and if it is not required, the defaults.

    Raises
    ------
    InputMissingError
        The file is required and does not exist.
    SettingsError
        The file is not TOML, or a key or value is wrong.
    """
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        if required:
            raise InputMissingError(f"{path}: no such settings file; give an existing one to --settings") from None
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); give a readable file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a UTF-8 TOML file ({error}); correct it") from None
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        raise SettingsError(explain(error, Settings, str(path))) from None
