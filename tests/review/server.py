"""A review of invented passages, served until it is stopped: `python server.py FOLDER` prints the one-time link."""

import sys
from pathlib import Path

from qztopics.pipeline.suggest import Narrowing
from qztopics.policy.taxonomy import PolicyTopic, Taxonomy
from qztopics.review.access import Gate
from qztopics.review.app import Review
from qztopics.review.cards import Card
from qztopics.review.items import DISPUTED, Item
from qztopics.review.serve import bind, serve
from qztopics.review.store import FILE, Store, open_store

CODES = ("education", "health", "rural", "other")
TAXONOMY = Taxonomy(
    tuple(PolicyTopic(code, f"{code}类", code.title(), "", f"{code}的定义", ()) for code in CODES), CODES
)
N_ITEMS = 30


def invented(n: int = N_ITEMS) -> list[Item]:
    return [
        Item(
            source=f"页{k // 5}.txt",
            spans=((10 * k, 10 * k + 9),),
            text=f"第{k}段渔港学校",
            passage_id=f"页{k // 5}/a1/p{k}/s1",
            place=(f"页{k // 5}.txt", 10 * k, 10 * k + 9),
            proposed=CODES[k % 3],
            probability=0.5,
            runner_up=CODES[(k + 1) % 3],
            runner_up_probability=0.3,
            reason=DISPUTED if k % 4 == 0 else "uncertain",
            hand="other" if k % 4 == 0 else None,
        )
        for k in range(n)
    ]


def card_of(number: int, item: Item) -> Card:
    return Card(
        number, item.source, item.spans, ("2025-01-02",), "标题", ((True, "小标题"), (False, "上文")),
        (("渔港", 0.4), (item.text, 0.0)), ((False, "下文"),), item.proposed, item.probability, item.runner_up,
        item.runner_up_probability, item.reason, item.hand,
    )  # fmt: skip


def review_of(store: Store, gate: Gate, complaints: list[str] | None = None) -> Review:
    """An application over the store, which is filled when it is new."""
    if store.queue_key() is None:
        store.fill(invented(), "invented", "v1", Narrowing(100, 20, 0.04, 0.036))
    cards = {number: card_of(number, item) for number, item in store.queue()}
    complain = (complaints if complaints is not None else []).append
    return Review(store, cards, TAXONOMY, "试验", store.narrowing(), gate, complain)


def main(folder: Path) -> int:
    with open_store(folder / FILE) as store:
        listening = bind()
        gate = Gate(listening.port)

        def ready() -> None:
            sys.stdout.write(gate.link + "\n")
            sys.stdout.flush()

        number = serve(review_of(store, gate, []), listening, ready)
        listening.close()
    return 128 + number


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
