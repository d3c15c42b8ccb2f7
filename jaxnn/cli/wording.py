"""How are the messages of the library said on the command line? With the names of its options.

The library names arguments of Python; a user of the command line has never seen them. Every message
and every note passes through `worded`, which changes two forms:

    missing is 'refuse', but ...     the subject        --missing is 'refuse', but ...
    pass missing='drop'              an assignment      pass --missing drop
    "x" has missing='drop'           text between quotes is kept as it is

and advice to write a program becomes advice to save the table as CSV.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

# Arguments of the library whose option has another name; the others differ by their dashes only.
OTHER_NAMES = {
    "path": "TABLE",
    "folder": "DIR",
    "levels": "--ordinal",
    "response_kind": "--kind",
    "missing_tokens": "--missing-values",
    "dates": "--date-order",
    "refits": "--replicates",
}
SAME_NAMES = (
    *("response", "predictors", "exclude", "positive", "missing", "weights", "groups"),
    *("delimiter", "decimal", "thousands", "encoding", "sheet", "categorical", "numeric"),
    *("activation", "optimizer", "learning_rate", "epochs", "batch_size", "hidden", "penalty"),
    *("replicates", "seed", "features", "level", "center", "rows", "out"),
)
OPTIONS = OTHER_NAMES | {name: "--" + name.replace("_", "-") for name in SAME_NAMES}
# `kinds` has one option per kind.
KIND_OPTIONS = {
    "numeric": "--numeric",
    "binary": "--categorical",
    "categorical": "--categorical",
    "ordinal": "--ordinal",
    "date": "--dates",
}

# Advice to write a program is not for the command line.
_PROGRAM = re.compile(r"(?:read|load) it with [\w.]+ and pass [\w ]+ to from_\w+")
AS_CSV = "save its table as CSV and pass that file"

PHRASES = {
    "pass another encoding": "pass --encoding",
    "pass its encoding": "pass --encoding",
    "pass their delimiter": "pass --delimiter",
}

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_VALUE = rf"{_QUOTED}|\[(?:{_QUOTED}|[^\]'\"])*\]|\{{(?:{_QUOTED}|[^}}'\"])*\}}|[\w.+-]*\w"
_VERBS = "is|are|has|holds|names|takes|leaves"
_FORMS = re.compile(
    rf"""'(?P<kind>{"|".join(KIND_OPTIONS)})'\ in\ kinds\b
    | (?<![\w.-])(?P<assigned>[a-z_]+)=(?P<value>{_VALUE})
    | (?<!\w)(?P<quoted>{_QUOTED})
    | (?<![\w'-])(?P<subject>[a-z_]+)(?:\[(?P<key>{_QUOTED})\])?(?=\ (?:{_VERBS})\b)""",
    re.VERBOSE | re.DOTALL,
)


def worded(message: str, given: Mapping[str, Sequence[str]] | None = None) -> str:
    """A message of the library with options of the command line in place of Python's arguments.

    Args:
      message: a sentence, such as that of an `InputError`, or a note of a table.
      given: the columns that each option for a kind named, such as {"--numeric": ["age"]}.

    Example:
      >>> print(worded("missing is 'refuse', but 'age' has none; pass missing='drop'."))
      --missing is 'refuse', but 'age' has none; pass --missing drop.
      >>> print(worded("pass kinds={'zip code': 'categorical'} or delimiter='\\t'."))
      pass --categorical 'zip code' or --delimiter tab.
    """
    message = _PROGRAM.sub(AS_CSV, message)
    for phrase, said in PHRASES.items():
        message = re.sub(rf"{phrase}\b(?!, such as encoding=)", said, message)
    kind = "--kind" if message.startswith("the response") else "--categorical or --numeric"
    message = message.replace("declare its kind", f"declare its kind with {kind}")
    return _FORMS.sub(lambda match: _option(match, given or {}), message)


def _option(match: re.Match[str], given: Mapping[str, Sequence[str]]) -> str:
    whole = match.group()
    if match["quoted"]:
        return whole
    if match["kind"]:
        return f"with {KIND_OPTIONS[match['kind']]}"
    if match["subject"]:
        # "the response has": a word of the sentence, not the name of an argument.
        before = match.string[: match.start()].rstrip().rpartition(" ")[2]
        if before in ("the", "The", "a", "one", "no", "of"):
            return whole
        if match["subject"] == "kinds":
            return _kind_option(match, given)
        return OPTIONS.get(match["subject"], whole)
    name, value = match["assigned"], match["value"]
    with suppress(SyntaxError, ValueError):  # a word stays as it is
        value = ast.literal_eval(value)
    if name == "kinds" and isinstance(value, Mapping):
        return " ".join(f"{KIND_OPTIONS.get(k, '--kind')} {_word(c)}" for c, k in value.items())
    if name == "levels" and isinstance(value, Mapping):
        return " ".join(
            "--ordinal " + _word(f"{column}={','.join(map(str, levels))}")
            for column, levels in value.items()
        )
    if name not in OPTIONS:
        return whole
    if name == "response_kind" and value == "numeric":
        value = "quantitative"
    words = value if isinstance(value, list | tuple) else [value]
    return " ".join([OPTIONS[name], *map(_word, words)])


def _kind_option(match: re.Match[str], given: Mapping[str, Sequence[str]]) -> str:
    """The option that declared the kind of the column named next in the sentence."""
    column = match["key"] or re.match(rf" \w+ ({_QUOTED})", match.string[match.end() :])
    name = ast.literal_eval(column if isinstance(column, str) else column[1]) if column else None
    options = [option for option, columns in given.items() if name in columns]
    return options[0] if options else "the kind of a column"


def _word(value: Any) -> str:
    """A value as it is typed in a shell."""
    return "tab" if value == "\t" else shlex.quote(str(value))
