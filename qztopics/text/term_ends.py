"""Words with which no term begins or ends, by part of speech and by list."""

from __future__ import annotations

# Parts of speech as jieba's dictionary names them.
_NEVER_NAMES = frozenset(["d", "p", "c", "u", "uj", "ul", "uv", "ud", "ug", "uz", "r", "m", "mq", "y", "e", "o", "zg"])
_NEVER_FIRST = _NEVER_NAMES | {"f", "q", "k"}
_NEVER_LAST = _NEVER_NAMES | {"a", "ad", "h", "z"}

_FIRST = """
取得 迈出 实现 推动 推进 加快 提升 促进 坚持 加强 完善 健全 增进 增强 谱写 建成 开展 实施 深化 强化 优化 打造 构建
建立 建设 形成 落实 做好 抓好 办好 扩大 提高 提供 支持 鼓励 引导 组织 参加 参与 接受 依法 保持 巩固 争取 争创 获得
荣获 完成 启动 开工 成立 成功 出台 制定 印发 发布 举办 召开 举行 累计 新增 同比 高于 低于 超过 达到 突破 位居 位列
稳居 居 占 新 老 总 每 各 多 好 同 请 应 日起 根据 结合 违反 责令 应予 不得 可以 全力 大力 深入 持续 积极 有效 全面
扎实 切实 稳步 着力 统筹 努力 聚焦 围绕 立足 依托 充分 进一步 更加 率先 探索 创新 培育 发挥 整合 拓展 学习 贯彻
贯彻落实 深度 主动 提出 提交 兜牢 融入 重要 重大 承担 下列 前款 查证 交付 回答 每斤 出 迈上 入选 协同 采取有效
"""

_LAST = """
增长 下降 提高 提升 增加 减少 推进 落实 完成 实施 开展 发展 建设 加快 投用 投运 见效 突破 前列 全国 成效 显著 不断
稳步 为主 为例 左右 以上 以下 以来 之一 时 后 前 中 内 外 上 下 里 间 等 有限 方面 领域 力度 步伐 工作 水平 情况 问题
意见 作用 部署 指示 格局 审查 审议 目标 任务 要求 成果 成就 职责 规定 行为 表决 询问 升级 大局 措施 统一 派 设
"""

_GENERAL_FIRST, _GENERAL_LAST = frozenset(_FIRST.split()), frozenset(_LAST.split())


def may_begin(word: str, tag: str) -> bool:
    """Tell whether a term may begin with a word of this part of speech.

    Examples
    --------
    >>> may_begin("民间", "n"), may_begin("推动", "v"), may_begin("更", "d")
    (True, False, False)
    """
    return tag not in _NEVER_FIRST and word not in _GENERAL_FIRST


def may_end(word: str, tag: str) -> bool:
    """Tell whether a term may end with a word of this part of speech.

    Examples
    --------
    >>> may_end("投资", "vn"), may_end("增长", "v"), may_end("严峻", "a")
    (True, False, False)
    """
    return tag not in _NEVER_LAST and word not in _GENERAL_LAST
