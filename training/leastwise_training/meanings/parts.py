"""What the modules of meanings give, to be put into documents: parts, harmful or harmless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .texts import UNVERIFIED, Script, Text, marked
from .vocabulary import Choices, Words
from .wrappings import wrapped


@dataclass
class Command:
    """Lines of shell."""

    lines: list[Text]


@dataclass
class Arguments:
    """A program and its arguments, or arguments alone where the first begins with a dash."""

    items: list[Text]


@dataclass
class Environment:
    """Entries of an `env` list."""

    entries: list[dict]


@dataclass
class Data:
    """A key and a value of a configuration."""

    key: str
    value: str | Script


@dataclass
class Annotation:
    """A key and a value of an object's annotations."""

    key: str
    value: str


@dataclass
class Image:
    """A container's image."""

    reference: str


@dataclass
class Change:
    """A change of a pod's specification."""

    apply: Callable[[dict, Words], None]


@dataclass
class Whole:
    """An object as a whole."""

    tree: dict
    structure: str


Part = Command | Arguments | Environment | Data | Annotation | Image | Change | Whole


def variable(name: str, value: object) -> Environment:
    """One environment variable."""
    return Environment([{"name": name, "value": value}])


def command(words: Words, templates: Choices[str]) -> Command:
    """A command from a list of templates; some harmful downloads do not verify either."""
    lines = marked(words.template(templates))
    if words.chance(0.05):
        lines = [unverified(words, line) for line in lines]
    return Command(wrapped(words, lines))


def unverified(words: Words, line: Text) -> Text:
    """A line that calls curl with a URL, made to verify nothing."""
    for flags in ("curl -fsSL", "curl -sSL", "curl -sL", "curl -s ", "curl -sfL"):
        if flags in line and "https" in line and line.labels:
            letters = flags[6:].strip()
            other = words.rng.choice((f"curl -k{letters}", f"curl --insecure -{letters}", f"curl -{letters}k"))
            return Text(line.replace(flags.rstrip(), other), line.labels | {UNVERIFIED})
    return line


def arguments(words: Words, templates: Choices[str]) -> Arguments:
    """A program and its arguments, one on each line of a template."""
    return Arguments(marked(words.template(templates)))


def file(words: Words, templates: Choices[str]) -> Data:
    """A file of a ConfigMap, from a template of its name and its lines."""
    name, content = words.template(templates).split("|", 1)
    return Data(name, Script(marked(content), one_line=False))


def either(words: Words, first: Choices[str], second: Choices[str]) -> Choices[str]:
    """One of two lists of templates."""
    return first if words.chance(0.4) else second
