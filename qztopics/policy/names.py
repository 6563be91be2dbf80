"""Class names as evidence: one training row per class, and the likeness of a passage to each name.

The terms of a name (and of the class's seed terms) count the more, the fewer classes share them: of 化学工程 and
材料工程, 工程 says little. The passages nearest to a name make a second description of the class, in the words that
texts use (pseudo-relevance feedback; Rocchio 1971, Relevance feedback in information retrieval).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qztopics.policy.linear import Linear, spread
from qztopics.policy.views import Views
from qztopics.topics.latent import LatentSpace, project, unit_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

GENERAL_NAMES = {
    "positive": "正面 好评 满意 喜欢 不错 推荐",
    "negative": "负面 差评 失望 垃圾 糟糕 后悔",
    "entertainment": "娱乐 明星 影视",
    "car": "汽车",
    "house": "房产 房子",
    "culture": "文化",
    "finance": "财经 金融",
    "story": "故事",
    "sports": "体育",
    "game": "游戏",
    "edu": "教育",
    "world": "国际",
    "tech": "科技",
    "agriculture": "农业 三农",
    "travel": "旅游",
    "stock": "股票 股市",
    "military": "军事",
    "education": "教育",
    "economy": "经济",
    "politics": "时政 政治",
    "society": "社会",
    "science": "科学",
    "technology": "科技",
    "health": "健康 医疗",
    "environment": "环境 环保",
    "realty": "房产 楼盘",
    "housing": "住房",
    "transport": "交通",
    "law": "法律 法治",
    "food": "美食 食品",
    "fashion": "时尚",
    "music": "音乐",
    "film": "电影",
    "history": "历史",
    "weather": "天气",
    "labor": "劳动 就业",
    "energy": "能源",
}
"""Chinese words for English class names that are common in label columns; a name in Chinese is its own description."""

NEAR = 30
"""Most passages that describe a class beside its name."""

NAME_MIX = 0.3
"""Share of the nearest passages in a class's training row."""

SINGLE = 0.5
"""A one-character term of a name counts half: 学 alone names nothing."""

_HAN = re.compile(r"[\u3400-\u9fff]")


def class_text(name: str, seed_terms: Sequence[str] = ()) -> str:
    """Describe a class in Chinese: its name, by the general table if it is English, and its seed terms.

    Examples
    --------
    >>> class_text("港口/航运", ["泊位"]), class_text("news_tech", ["news_tech"])
    ('港口 航运。泊位', '科技')
    """
    texts = [_chinese(text) for text in (name, *seed_terms)]
    return "。".join(dict.fromkeys(text for text in texts if text))


def _chinese(name: str) -> str:
    if _HAN.search(name):
        return name.replace("/", " ")
    known = [GENERAL_NAMES[part] for part in re.split(r"[^a-z]+", name.lower()) if part in GENERAL_NAMES]
    return " ".join(known) or name


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the class names say.

    Parameters
    ----------
    rows
        One training row per class with a name, in the order of the name rows given.
    score
        Likeness of a passage to each class, with a spread of 1 over the reference.
    on_reference
        Its scores of the reference passages, float32, shape (n_reference, n_codes).
    """

    rows: Views
    score: Linear
    on_reference: NDArray[np.float32]


def read_names(
    described: Views,
    codes: NDArray[np.int64],
    n_codes: int,
    reference: Views,
    components: NDArray[np.float32],
    single: NDArray[np.bool_],
) -> Names:
    """Turn the views of class descriptions into training rows and a score.

    Likenesses are cosines in the latent space; from each class's likeness its mean over the reference is taken off, for
    some names are near to everything (hubs; Radovanović, Nanopoulos and Ivanović 2010, Hubs in space).

    Parameters
    ----------
    described, codes
        Views of the descriptions, and the class of each.
    reference
        Views of the unlabelled passages.
    components
        Latent dimensions over characters and words side by side, shape (n_dims, n_ngrams + n_terms).
    single
        Which of these columns are terms of one character, shape (n_ngrams + n_terms,).
    """
    n_ngrams = described.characters.shape[1]
    characters = _by_rarity(described.characters, single[:n_ngrams])
    words = _by_rarity(described.words, single[n_ngrams:])
    latent = _latent(characters, words, components)
    own, own_scores = _likeness(latent, codes, n_codes, reference)
    n_near = min(NEAR, max(5, len(reference) // n_codes))
    nearest = np.argsort(-own_scores[:, codes], axis=0, kind="stable")[:n_near]
    weight = np.zeros((len(reference), len(codes)), np.float32)
    for row in np.flatnonzero(np.abs(latent).sum(axis=1) > 0):
        chosen = nearest[:, row]
        weight[chosen, row] = np.maximum(own_scores[chosen, codes[row]], 0)
    near = [_unit(_transposed_product(m, weight)) for m in (reference.characters, reference.words)]
    near_latent = unit_length(weight.T @ reference.latent)
    second, second_scores = _likeness(near_latent, codes, n_codes, reference)
    scale = spread(own_scores + second_scores)
    rows = Views(
        _unit((1 - NAME_MIX) * characters + NAME_MIX * near[0]),
        _unit((1 - NAME_MIX) * words + NAME_MIX * near[1]),
        described.seeds,
        unit_length((1 - NAME_MIX) * latent + NAME_MIX * near_latent),
        described.topics,
    )
    return Names(rows, own.plus(second).times(1 / scale), (own_scores + second_scores) / np.float32(scale))


def _by_rarity(matrix: csr_matrix, single: NDArray[np.bool_]) -> csr_matrix:
    """Weight terms by how few descriptions hold them, and one-character terms by half; rows of length 1."""
    from scipy.sparse import diags

    n = matrix.shape[0]
    held = np.maximum(np.bincount(matrix.indices, minlength=matrix.shape[1]), 1)
    rarity = (np.log(1 + n / held) / np.log(1 + n)) ** 2
    return _unit(matrix @ diags((rarity * np.where(single, SINGLE, 1.0)).astype(np.float32)))


def _latent(characters: csr_matrix, words: csr_matrix, components: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import hstack

    return project(LatentSpace(components), csr(hstack([characters, words], format="csr")))


def _likeness(
    latent: NDArray[np.float32], codes: NDArray[np.int64], n_codes: int, reference: Views
) -> tuple[Linear, NDArray[np.float32]]:
    """Cosine with each class less its mean, with a spread of 1; and its scores of the reference."""
    block = np.zeros((latent.shape[1], n_codes), np.float32)
    block[:, codes] = latent.T
    scores = reference.latent @ block
    centre = scores.mean(axis=0)
    scores -= centre
    scale = spread(scores)
    return Linear({"latent": block}, -centre.astype(np.float64)).times(1 / scale), scores / np.float32(scale)


def _transposed_product(matrix: csr_matrix, weight: NDArray[np.float32]) -> csr_matrix:
    from scipy.sparse import csr_matrix as csr

    return csr(csr(weight).T @ matrix)


def _unit(matrix: csr_matrix) -> csr_matrix:
    from scipy.sparse import csr_matrix as csr
    from scipy.sparse import diags

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())
    length[length == 0] = 1
    return csr(diags((1 / length).astype(np.float32)) @ matrix).astype(np.float32)
