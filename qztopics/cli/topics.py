"""`qztopics topics`: look at topics, choose their number, edit them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qztopics.cli import options as o

if TYPE_CHECKING:
    from qztopics.pipeline.topic_table import TopicEntry
    from qztopics.topics.selection import Choice

app = typer.Typer(help="Look at topics, choose their number, edit them.", no_args_is_help=True)

PICTURE = Path("reports/topics.svg")


@app.command("show")
def show(
    model: o.ModelName = "default",
    terms: Annotated[int, typer.Option(min=0, max=1000, help="Terms of each topic.")] = 10,
    models_dir: o.ModelsDir = Path("models"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show the topics of a model: number in its rows, permanent id, name, terms, share, coherence, stability.

    Stability is how many of a topic's ten first words come back when articles are drawn again: Jaccard, 0.3 is stable.
    """
    from qztopics import api
    from qztopics.cli import setup
    from qztopics.cli.output import print_json
    from qztopics.cli.terminal import table
    from qztopics.pipeline.topic_table import topic_table

    opened = api.load(setup.model_path(models_dir, model))
    found = topic_table(opened.model, terms)
    if as_json:
        print_json({"model": model, "version": opened.version, "topics": found})
        return
    columns = ("no.", "id", "name", "commonest terms", "share", "NPMI", "stability", "policy topic", "")
    table(f"{model} {opened.version[:8]}", columns, [_cells(entry) for entry in found], numeric=(0, 1, 4, 5, 6))


@app.command("choose")
def choose(
    inputs: o.Inputs = None,
    topics: Annotated[
        str, typer.Option(metavar="N,N,…", help="Numbers to try; those too large for the text are left out.")
    ] = "10,20,30,50,75,100",
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Runs of each number; stability needs two.")] = 3,
    labels: o.Labels = None,
    output: Annotated[Path, typer.Option(metavar="FILE", help="The picture: .svg or .png.")] = Path(
        "reports/topics.svg"
    ),
    taxonomy: o.TaxonomyFile = "seeds/taxonomy.toml",
    lexicon: o.LexiconDir = None,
    settings: o.SettingsFile = None,
    seed: o.Seed = None,
    jobs: o.Jobs = None,
    rejects: o.Rejects = None,
    max_bad: o.MaxBad = 0,
    text_column: o.TextColumn = None,
    label_column: o.LabelColumn = None,
    id_column: o.IdColumn = None,
    meta_columns: o.MetaColumns = None,
    unit: o.Unit = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Try numbers of topics and recommend a range: a table, one picture and a sentence; trains no model.

    Without INPUT and --labels: the sample corpus in seeds/corpus with seeds/labels.csv.
    """
    from qztopics.cli import setup
    from qztopics.cli.output import lines, print_json
    from qztopics.cli.terminal import progress, say
    from qztopics.cli.train import SAMPLE_CORPUS, SAMPLE_LABELS, read_label_file, with_labels
    from qztopics.pipeline.choose import choose as scan
    from qztopics.pipeline.choose import verdict

    values = _numbers(topics)
    _check_picture(output)
    setup.check_writable(output.parent)
    chosen = setup.read_settings(settings, seed)
    chosen = chosen.model_copy(update={"corpus": setup.with_unit(chosen.corpus, unit)})
    words, codes = setup.read_lexicon(lexicon), setup.read_taxonomy(taxonomy)
    if not inputs and labels is None:
        inputs, labels = [str(SAMPLE_CORPUS)], SAMPLE_LABELS
    workers = setup.n_jobs(jobs)
    columns = setup.columns(text_column, label_column, id_column, meta_columns)
    with progress() as watch:
        hand = read_label_file(labels, *((None, None) if inputs else (text_column, label_column)))
        corpus, hand, codes = with_labels(
            inputs,
            hand,
            codes,
            labels,
            lambda given: setup.read_inputs(given, chosen.corpus, columns, workers, rejects),
        )
        setup.say_if_compiling()
        found = scan(corpus, hand, codes, words, chosen, values, n_seeds=seeds, jobs=workers, watch=watch)
    left_out = sorted(set(values) - {tried.n_topics for tried in found.tried})
    if left_out:
        say(f"not tried, for {found.n_passages} passages are too few: {', '.join(map(str, left_out))}")
    if as_json:
        print_json({"verdict": verdict(found), "choice": found})
    else:
        _print_choice(found)
        lines(verdict(found) + "\n")
    _draw(found, output)
    setup.judge_rejections(corpus.rejections, max_bad)


def _numbers(given: str) -> list[int]:
    from qztopics.errors import UsageError

    try:
        numbers = sorted({int(part) for part in given.split(",") if part.strip()})
    except ValueError:
        numbers = []
    if not numbers or not 2 <= numbers[0] <= numbers[-1] <= 1000:
        raise UsageError(f"--topics {given!r:.60}: expected numbers from 2 to 1000 and commas, such as 10,20,30")
    return numbers


def _check_picture(path: Path) -> None:
    from qztopics.errors import UsageError

    if path.suffix.lower() not in {".svg", ".png"}:
        raise UsageError(f"--output {path}: the picture is .svg or .png; give one of these suffixes")


def _print_choice(found: Choice) -> None:
    from qztopics.cli.terminal import table

    def mean(values: tuple[float, ...], form: str) -> str:
        return format(sum(values) / len(values), form) if values else "–"

    rows = [
        (
            f"{tried.n_topics}{' *' if found.low <= tried.n_topics <= found.high else ''}",
            f"{score:.2f}",
            f"{tried.perplexity:.0f}",
            mean(tried.npmi, ".3f"),
            mean(tried.stability, ".2f"),
            mean(tried.agreement, ".2f"),
            mean(tried.diversity, ".2f"),
            mean(tried.exclusivity, ".2f"),
            mean(tried.n_twins, ".1f"),
            mean(tried.n_junk, ".1f"),
        )
        for tried, score in zip(found.tried, found.scores, strict=True)
    ]
    labelled = f", {found.n_labels} of them with a hand label" if found.n_labels else ""
    title = f"{found.n_passages} passages{labelled}; {found.n_held_out} held out; * recommended"
    columns = ("topics", "score", "perplexity", "NPMI", "stability", "NMI", "diversity", "exclusivity", "twins", "junk")
    table(title, columns, rows, numeric=range(10))


def _draw(found: Choice, output: Path) -> None:
    """Write the picture; as PNG only where an installed font holds the characters."""
    from qztopics.cli.terminal import say
    from qztopics.report.figures import to_png, to_svg
    from qztopics.report.figures_choose import characters, plot_choice
    from qztopics.report.fonts import font_holding
    from qztopics.report.words.zh.choose import TITLE
    from qztopics.storage import write_bytes

    figure = plot_choice(found)
    if output.suffix.lower() == ".png":
        font = font_holding(characters(figure))
        if font is None:
            say(
                f"no picture: no installed font holds Chinese (Debian: fonts-noto-cjk); give --output {output.stem}.svg"
            )
            return
        write_bytes(output, to_png(figure, TITLE, font=font))
    else:
        write_bytes(output, to_svg(figure, TITLE))
    say(f"wrote   {output}")


@app.command("edit")
def edit(
    model: o.ModelName = "default",
    name: Annotated[
        list[str] | None, typer.Option(metavar="ID=NAME", help="Name a topic; an empty NAME undoes.")
    ] = None,
    note: Annotated[list[str] | None, typer.Option(metavar="ID=TEXT", help="Remark on a topic; empty undoes.")] = None,
    merge: Annotated[
        list[str] | None, typer.Option(metavar="ID,ID…", help="Show topics as one, by the lowest id.")
    ] = None,
    unmerge: Annotated[list[int] | None, typer.Option(metavar="ID", help="Undo the merge that a topic is in.")] = None,
    hide: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="Count a topic, but leave it out of reports.")
    ] = None,
    unhide: Annotated[list[int] | None, typer.Option(metavar="ID", help="Show a topic again.")] = None,
    split: Annotated[
        list[str] | None, typer.Option(metavar="ID=N", help="Split a topic into N at the next training; 0 undoes.")
    ] = None,
    models_dir: o.ModelsDir = Path("models"),
    reports_dir: o.ReportsDir = Path("reports"),
) -> None:
    """Write what you decide about topics to models/NAME/topic_edits.toml, and apply the file to the stored model.

    IDs are the permanent ids of `topics show`; options may be repeated. Names, notes, merges and hidden topics are
    applied at once, as a new version of the model that is trained no further; a split waits for the next training. With
    no option the file is applied as it stands. Every `train` of the same name applies it again.
    """
    from qztopics.cli.lineage import change_edits, publish_edits

    asked = {"name": name, "note": note, "split": split}
    changes = [(what, *_pair(what, given)) for what, all_given in asked.items() for given in all_given or ()]
    changes += [("hidden", i, "yes") for i in hide or ()] + [("hidden", i, "") for i in unhide or ()]
    groups = [_ids(given) for given in merge or ()]
    change_edits(models_dir, model, changes, groups, unmerge or [])
    publish_edits(models_dir, reports_dir, model)


def _pair(option: str, given: str) -> tuple[int, str]:
    from qztopics.errors import UsageError

    left, equals, right = given.partition("=")
    if not equals or not left.strip().isdecimal():
        raise UsageError(f"--{option} {given!r:.60}: expected the id of a topic, = and what to set, such as 12=…")
    return int(left), right.strip()


def _ids(given: str) -> list[int]:
    from qztopics.errors import UsageError

    parts = [part.strip() for part in given.split(",")]
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        raise UsageError(f"--merge {given!r:.60}: expected two or more ids with commas between, such as 3,7")
    return [int(part) for part in parts]


def _cells(entry: TopicEntry) -> tuple[object, ...]:
    policy = "–" if entry.policy_topic is None else f"{entry.policy_topic} {entry.purity or 0:.0%}"
    return (
        entry.number,
        entry.id,
        entry.name,
        " ".join(term for term, _ in entry.terms),
        _figure(entry.share, ".1%"),
        _figure(entry.npmi, ".2f"),
        _steady(entry),
        policy,
        "; ".join(_remarks(entry)),
    )


def _remarks(entry: TopicEntry) -> list[str]:
    said = [f"guided by {entry.code}"] if entry.code else []
    said += ["named by hand"] if entry.named else []
    said += [f"with {', '.join(map(str, entry.merged))}"] if entry.merged else []
    said += [f"part of {entry.split_from}"] if entry.split_from is not None else []
    said += ["hidden"] if entry.hidden else []
    return said + ([entry.note] if entry.note else [])


def _steady(entry: TopicEntry) -> str:
    """Stability, and whether it is enough."""
    return "–" if entry.stability is None else f"{entry.stability:.2f} {'stable' if entry.stable else 'unstable'}"


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
