"""An evaluation as a table or as JSON."""

import json

from rich.console import Console
from rich.table import Table

from tagloop.client.names import printable
from tagloop.display.counted import counted
from tagloop.evaluation.run import Evaluation

NAMES_SHOWN = 10


def show(evaluation: Evaluation, *, as_json: bool) -> None:
    """Print the result, and on the error stream what could not be judged."""
    if as_json:
        print(to_json(evaluation))
    else:
        Console(highlight=False).print(to_table(evaluation))
    notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for sentence in sentences(evaluation):
        notes.print(sentence)


def to_json(evaluation: Evaluation) -> str:
    """Return the quality and the pictures left out as one JSON object."""
    document = {
        **evaluation.quality.to_dict(),
        "unknown_labels": {printable(k): n for k, n in evaluation.unknown_labels.items()},
        "untagged": {printable(path): why for path, why in evaluation.untagged.items()},
    }
    return json.dumps(document, indent=2)


def to_table(evaluation: Evaluation) -> Table:
    """Return a table with a row for each measure."""
    quality = evaluation.quality
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right", style="bold")
    table.add_column(style="dim")
    table.add_row("pictures", f"{quality.images:,}")
    table.add_row("top-1", f"{quality.top1:.1%}", "the most confident leaf tag is the label")
    table.add_row("top-5", f"{quality.top5:.1%}", "… or one of the five most confident")
    meaning = f"of {quality.shown_tags:,} shown tags are the label or implied by it"
    table.add_row("precision", _share(quality.precision), f"{meaning}; everyday words left out")
    table.add_row("strict precision", _share(quality.strict_precision), "everyday words counted")
    table.add_row("recall", f"{quality.recall:.1%}", "of pictures show such a tag")
    table.add_row(
        "exact recall", f"{quality.exact_recall:.1%}", "of pictures show the label itself"
    )
    return table


def sentences(evaluation: Evaluation) -> list[str]:
    """Yield sentences about what was left out, and why."""
    found = []
    if evaluation.unknown_labels:
        names = [printable(label) for label in evaluation.unknown_labels]
        more = ", …" if len(names) > NAMES_SHOWN else ""
        count = sum(evaluation.unknown_labels.values())
        found.append(
            f"{counted(count, 'picture')} left out, because the labels name no tag, or several: "
            f"{', '.join(names[:NAMES_SHOWN])}{more}."
        )
    if evaluation.untagged:
        path, reason = next(iter(evaluation.untagged.items()))
        found.append(
            f"{counted(len(evaluation.untagged), 'picture')} left out, because they were not "
            f"tagged, such as {printable(path)}: {reason}"
        )
    return found


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
