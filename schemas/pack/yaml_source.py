"""One YAML file as plain values, with the line of each of them.

Scalars follow the YAML 1.2 core schema, so that `on`, `12:30` or `2026-01-01` stay text and `01004` keeps its zero.
A key that stands twice, an anchor that refers to itself and a key that is not text are errors: YAML itself would
keep the last one silently.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from schemas.pack.findings import Finding, Place, error

ValuePath = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass
class YamlSource:
    """A file's value and the place of everything in it, by path: `("devices", 3, "name")`."""

    file: Path
    value: Any = None
    places: dict[ValuePath, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: ValuePath) -> Place:
        """Where this value stands, or the nearest thing around it that does."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file, 1))


def read_yaml(file: Path) -> YamlSource:
    """The file's content; what cannot be read is in `findings`, never raised."""
    source = YamlSource(file)
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as problem:
        source.findings.append(_unreadable(file, problem))
        return source
    if node is not None:
        source.value = _value(node, (), source, frozenset())
    return source


def _unreadable(file: Path, problem: Exception) -> Finding:
    mark = getattr(problem, "problem_mark", None)
    said = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    return error(
        Place(file, mark.line + 1 if mark else 1),
        f"fichier illisible ({said}) ; corrigez la syntaxe YAML ou l'encodage (UTF-8)",
        f"unreadable file ({said}); correct the YAML syntax or the encoding (UTF-8)",
    )


def _value(node: yaml.Node, path: ValuePath, source: YamlSource, above: frozenset[int]) -> Any:
    source.places.setdefault(path, Place(source.file, node.start_mark.line + 1))
    if id(node) in above:
        source.findings.append(
            error(
                Place(source.file, node.start_mark.line + 1),
                "une ancre se contient elle-même ; écrivez la valeur en entier",
                "an anchor contains itself; write the value out",
            )
        )
        return None
    inside = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source, inside)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), source, inside) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: ValuePath, source: YamlSource, inside: frozenset[int]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, place = str(key_node.value), Place(source.file, key_node.start_mark.line + 1)
        if key in result:
            first = source.places[(*path, key)].line
            source.findings.append(
                error(
                    place,
                    f"la clé « {key} » figure déjà à la ligne {first} ; gardez-en une seule",
                    f'the key "{key}" already stands on line {first}; keep one of them',
                )
            )
            continue
        source.places[(*path, key)] = place
        result[key] = _value(value_node, (*path, key), source, inside)
    return result


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None) is not None:  # quoted or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
