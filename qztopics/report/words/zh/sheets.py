"""Names of the workbook's sheets and columns. The workbook is Chinese in every language of the page."""

OVERVIEW = "概览"
POLICY = "政策主题"
TOPICS = "词语主题"
CLUSTERS = "聚类"
AGREEMENT = "与标注的一致程度"
ABSTAINED = "未作答"
QUALITY = "数据质量"
PASSAGES = "片段"
RECORD = "设置与版本"

ITEM, CONTENT, REMARK, ORIGIN = "项目", "内容", "说明", "怎样数出"
STEP, NUMBER = "步骤", "数量"
NOTE = "说明"
LOW, HIGH = "区间下限", "区间上限"

NAME, CODE, DEFINITION = "政策主题", "代码", "定义"
CORRECTED, NEAREST_SHARE, SHARE = "校正后占比", "最近主题占比", "作答字数占比"
N_PASSAGES, N_CHARACTERS, MEAN_PROBABILITY = "片段（个）", "字数", "平均概率"
N_ABSTAINED, N_LABELS, F1 = "弃权而最接近此类（个）", "参照标注（个）", "F1"
ABSTAINED_ROW, TOTAL = "弃权", "合计"

GROUP, GROUP_NAME, TERMS = "编号", "名称", "概率最高的词"
SHARE_PASSAGES, NPMI, C_V, BEST, PURITY = "片段占比", "NPMI", "c_v", "最常对应的政策主题", "纯度"
STABILITY, IS_STABLE, GUIDED_BY = "稳定性", "是否稳定", "引导它的种子词属于"
LEADING = "常见词语主题（编号：片段数）"

MEASURE, VALUE = "指标", "数值"
SCORED, ARTICLES = "计分的片段（个）", "所在文章（篇）"
ACCURACY, MACRO_F1, COVERAGE, KEPT = "准确率", "宏平均 F1", "作答比例", "作答片段的准确率"
BRIER, ECE = "Brier 分", "期望校准误差（ECE）"
METHODS, METHOD, GAIN = "与简单方法比较", "方法", "本模型高出（宏平均 F1）"
BY_CLASS, SUPPORT, PREDICTED = "逐类得分", "参照标注（个）", "模型判为此类（个）"
PRECISION, RECALL, IS_MEASURED = "精确率", "召回率", "标注是否够数"
YES, NO = "是", "否"
CONFUSION, HAND = "混淆矩阵（行：参照标注；列：模型）", "参照标注"

REASON, MEANING = "原因", "含义"
DOCUMENTS, SOURCE, ENCODING, CERTAIN = "文件", "文件", "编码", "编码是否确定"
ALL_CHARACTERS, BODY, DUPLICATES, FURNITURE = (
    "字符（个，含空格）",
    "正文片段（个）",
    "重复片段（个）",
    "版面要素（个）",
)
KINDS, KIND = "各类片段", "类别"
REJECTIONS, REJECTION_CODE, WHY = "没有读入的输入", "代号", "原因"
COUNTS, JOINS, REPRINTS = "合计", "接上的断行（处）", "再次刊出的文章（篇）"

SETTINGS, FACTS, MADE_WITH = "参数", "模型", "软件版本"
SETTING, PACKAGE, VERSION, AUTOMATIC = "参数", "软件", "版本", "自动"
MODEL, MODEL_VERSION = "模型", "模型版本"

PASSAGE, TEXT, LENGTH = "片段编号", "文字", "字数"
TOPIC, NEAREST, PROBABILITY = "政策主题", "最近主题", "概率"
RUNNER_UP, RUNNER_UP_PROBABILITY, SECONDARY = "次选主题", "次选概率", "兼及主题"
ABSTAIN_REASON, LDA_TOPIC, CLUSTER, SPANS = "弃权原因", "首要词语主题", "聚类", "字符位置"
META = {
    "date": "日期", "source": "来源", "place": "地点", "genre": "体裁", "title": "标题", "page": "版次",
    "stance": "回顾或安排",
}  # fmt: skip
STANCES = {"review": "回顾", "plan": "安排"}

CUT = "……（全文见 rows.parquet）"


def rows_left_out(n_shown: int, n_all: int) -> str:
    """Say that a sheet does not hold all rows."""
    return f"本表只有前 {n_shown:,} 行，全部 {n_all:,} 行在 rows.parquet 中。"


def about(n_rows: int) -> str:
    """Say what the sheet of passages is for."""
    return f"“片段”表有全部 {n_rows:,} 行，与 rows.parquet 相同；各表的数都可以在那里筛选、清点。"
