"""Writes the report in words and tables."""

from __future__ import annotations

from .documents import Document
from .examples import COMPARISONS
from .figures import Figures, Judged, error_of, figures, is_meaning, is_rule, new_lines, precision_at
from .speed import ROUNDS, Speed
from .teaching import EXAMPLES, Taught

Said = dict[str, dict[str, list[Judged]]]

TOGETHER = "as shown"
"""What users hear: the rules, and the detector where no rule can judge."""

FORMS = {
    "real": "manifests of repositories never trained on",
    "generated": "generated with other words and structures",
    "template": "the same as Helm templates",
    "half-typed": "the same, half typed",
    "custom-resource": "the same in custom resources",
}


def report(
    said: Said,
    tests: dict[str, list[Document]],
    learned: set[tuple[str, str]],
    absent: set[str],
    speeds: dict[str, Speed],
    taught: list[Taught],
) -> str:
    """The report as Markdown. `learned` are the lines of the training that have a meaning, each with its label."""
    marks = [label for documents in tests.values() for document in documents for _, label in document.labels]
    left_out = sum(label in COMPARISONS for label in marks)
    parts = [
        "# What the detector sees\n\nMade by `cargo xtask evaluate`; not edited by hand. A label counts only on its exact line. "
        "Micro counts all labels together, macro is the mean over labels that hold on ten lines or more; absence is the micro "
        f"F1 of the rules that find what is not there. Intervals are 95 %, by drawing documents anew. \"{TOGETHER}\" is what a user hears: "
        "the rules, and the default detector where no rule can judge. Rules that compare two blocks word by word are not learned and "
        f"not counted ({', '.join(sorted(COMPARISONS))}: {left_out} of {len(marks)} marks).\n",
        "## Labels of rules\n",
    ]
    for form, words in FORMS.items():
        if form in tests:
            parts.append(_table(f"### {words.capitalize()} ({len(tests[form])} documents)", said, form, is_rule, absent))
    parts.append(
        "## Meanings\n\nWhat no rule decides. The cases were written by hand, apart from the generator. Of what a user hears, a rule that "
        "says the same of its line counts as the meaning told, and as a false alarm where the line has none.\n"
    )
    for form, words in {"cases": "hand-written cases", "generated": "generated"}.items():
        parts.append(_table(f"### {words.capitalize()} ({len(tests[form])} documents)", said, form, is_meaning, set()))
    parts.append(_meanings({name: said[name]["cases"] for name in ("default", TOGETHER)}))
    parts.append(_at_recall(said))
    parts.append(_new_lines(said, learned))
    parts.append(_alarms(said, tests))
    parts.append(_calibration(said))
    parts.append(_speeds(speeds))
    parts.append(_taught(taught))
    parts.append(_by_label(said["default"]))
    return "\n".join(parts)


def _table(title: str, said: Said, form: str, wanted, absent: set[str]) -> str:
    rows = []
    for name, tests in said.items():
        found = figures(tests[form], wanted, absent)
        low, high = found.interval
        rows.append(
            f"| {name} | {found.precision:.3f} | {found.recall:.3f} | {found.micro:.3f} ({low:.3f} to {high:.3f}) "
            f"| {found.macro:.3f} ({found.labels}) | {found.absence:.3f} | {found.marks} |"
        )
    head = "| | precision | recall | micro F1 | macro F1 (labels) | absence F1 | marks |\n|---|---|---|---|---|---|---|\n"
    return f"{title}\n\n{head}" + "\n".join(rows) + "\n"


def _meanings(said: dict[str, list[Judged]]) -> str:
    found = {name: figures(judged, is_meaning, set()).by_label for name, judged in said.items()}
    first, *_ = found.values()
    rows = []
    for label, (*_, count) in first.items():
        each = (f"{precision:.2f} | {recall:.2f} | {f:.2f}" for precision, recall, f, _ in (by[label] for by in found.values()))
        rows.append(f"| {label} | {count} | {' | '.join(each)} |")
    head = " | ".join(f"{name}: precision | recall | F1" for name in found)
    line = "|---" * (2 + 3 * len(found))
    return f"| meaning, hand-written cases | marks | {head} |\n{line}|\n" + "\n".join(rows) + "\n"


RECALL = 0.8
"""At which precision is told as well."""


def _at_recall(said: Said) -> str:
    found = {name: precision_at(said[name]["cases"], is_meaning, RECALL) for name in ("default", "small")}
    words = ", ".join(f"{precision:.3f} ({name})" for name, precision in found.items())
    return f"With one threshold for all meanings, as high as it can be for a recall of {RECALL:.2f} in the cases, precision is {words}.\n"


def _new_lines(said: Said, learned: set[tuple[str, str]]) -> str:
    found = {name: new_lines(said[name]["cases"], learned) for name in ("default", "small")}
    count = next(iter(found.values()))[0]
    recalls = ", ".join(f"{told / max(count, 1):.3f} ({name})" for name, (_, told) in found.items())
    return (
        "Short lines, such as a verb in a list or a key with `true`, stand in the training's examples as well, with the same meaning. "
        f"{count} of the marks are on lines that do not; recall of these: {recalls}.\n"
    )


def _alarms(said: Said, tests: dict[str, list[Document]]) -> str:
    rows = []
    for name in ("default", "small"):
        judged = said[name]["real"]
        alarms = [mark for one in judged for mark in one.said if is_meaning(mark[1])]
        files = sum(any(is_meaning(mark[1]) for mark in one.said) for one in judged)
        rows.append(f"| {name} | {len(judged)} | {files} | {len(alarms)} | one in {len(judged) / max(files, 1):.0f} |")
    head = "| | real documents | with a meaning told | meanings told | documents |\n|---|---|---|---|---|\n"
    words = "### Alarms about meanings on real manifests of other repositories\n\nSome of them are right: nobody has looked.\n\n"
    return words + head + "\n".join(rows) + "\n"


def _calibration(said: Said) -> str:
    rows = []
    for name in ("default", "small"):
        for form, judged in said[name].items():
            everything, told = error_of(judged, lambda label: True)
            rows.append(f"| {name} | {form} | {everything:.3f} | {told:.3f} |")
    head = "## Calibration\n\nThe expected calibration error over ten equal bins.\n\n| | test | of all above 0.02 | of what is told |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _speeds(speeds: dict[str, Speed]) -> str:
    rows = [
        f"| {name} | {speed.cold:.2f} | {speed.edit * 1000:.0f} | {speed.edit_worst * 1000:.0f} "
        f"| {speed.memory / 2**20:.0f} | {speed.file / 1e6:.1f} |"
        for name, speed in speeds.items()
    ]
    head = (
        f"## Cost on one thread\n\nA Deployment of 65 lines, in seconds of the processor: the least of {ROUNDS} starts, and for each line "
        f"the least of {ROUNDS} edits, each taken back before the next.\n\n"
        "| | cold, with loading (s) | after an edit of a line, median (ms) | worst (ms) | memory (MiB) | file (MB) |\n"
        "|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _taught(taught: list[Taught]) -> str:
    rows = [
        f"| {one.label} | {one.promised[0]:.2f} / {one.promised[1]:.2f} | {one.precision:.2f} | {one.recall:.2f} "
        f"| {one.line_precision:.2f} | {one.line_recall:.2f} |"
        for one in taught
    ]
    mean = lambda values: sum(values) / max(len(taught), 1)  # noqa: E731
    rows.append(
        f"| **mean** | | {mean(one.precision for one in taught):.2f} | {mean(one.recall for one in taught):.2f} "
        f"| {mean(one.line_precision for one in taught):.2f} | {mean(one.line_recall for one in taught):.2f} |"
    )
    head = (
        f"## Taught from {EXAMPLES} bad and {EXAMPLES} good files\n\nLabels that were left out of training, tried on other files.\n\n"
        "| | foretold precision / recall | precision, files | recall, files | precision, lines | recall, lines |\n"
        "|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _by_label(tests: dict[str, list[Judged]]) -> str:
    found: dict[str, Figures] = {form: figures(tests[form], is_rule, set()) for form in FORMS if form in tests}
    labels = sorted({label for each in found.values() for label in each.by_label})
    cell = lambda each, label: f"{each.by_label[label][2]:.2f} ({each.by_label[label][3]})" if label in each.by_label else ""  # noqa: E731
    rows = [f"| {label} | " + " | ".join(cell(each, label) for each in found.values()) + " |" for label in labels]
    head = f"## F1 by label (marks)\n\n| | {' | '.join(found)} |\n|{'---|' * (len(found) + 1)}\n"
    return head + "\n".join(rows) + "\n"
