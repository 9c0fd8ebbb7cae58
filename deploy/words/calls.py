"""What services log and put into spans, read from their source, with what breaks the rules of `chassis/fields.py`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from deploy.local.layout import REPOSITORY
from services.chassis.fields import EVERY_LINE, FIELDS, SPAN_ATTRIBUTES

SERVICES = REPOSITORY / "services"
LEVELS = ("debug", "info", "warning", "error", "critical")
ALWAYS = "every service"
WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
EVENT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
"""Two words at least: one alone is found everywhere."""
LOGGERS = {"log", "logs.get(__name__)", "get(__name__)"}
SPANS = {"set_attribute", "set_attributes", "start_span", "start_as_current_span", "span"}


@dataclass(frozen=True)
class Said:
    """One call that logs `event`."""

    event: str
    levels: tuple[str, ...]
    fields: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Source:
    """One file. `service` is whose words it writes."""

    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed once."""
        return ast.parse(self.path.read_text("utf-8"))

    @property
    def service(self) -> str:
        """`every service` for what they share; both halves of triage for what those do."""
        own, *rest = self.path.relative_to(SERVICES).parts
        if own == "triage":
            return rest[0] if rest[0] in {"screening", "correlation"} else "screening and correlation"
        return ALWAYS if own == "chassis" else own

    def place(self, node: ast.AST) -> str:
        """File and line."""
        return f"{self.path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 0)}"

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call of a method."""
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return [node for node in found if isinstance(node.func, ast.Attribute)]

    def logged(self) -> list[Said]:
        """Every call that logs, an entry an event."""
        return [
            Said(event, _levels(call), tuple(sorted(_fields(call))), self.place(call))
            for call in self.calls
            if _is_log(call)
            for event in _events(call)
        ]

    def attributes(self) -> set[str]:
        """The names that it gives to spans."""
        return {key for literal in self._literals() for key in _keys(literal)}

    def faults(self) -> Iterator[str]:
        """What a reader of the logs could not rely on, each with its place."""
        called = {id(call.func.value) for call in self.calls if isinstance(call.func, ast.Attribute) and _is_log(call)}
        for node in ast.walk(self.tree):
            read = isinstance(node, ast.Name) and node.id == "log" and isinstance(node.ctx, ast.Load)
            if read and id(node) not in called:
                yield f"{self.place(node)}: `log` is used otherwise than to log"
        for call in self.calls:
            if _is_log(call):
                yield from (f"{self.place(call)}: {fault}" for fault in _faults(call))
            elif _name(call) in SPANS and not all(map(_is_readable, _given(call))):
                yield f"{self.place(call)}: a span's attributes are not written out"
        for name in sorted(self.attributes() - SPAN_ATTRIBUTES.keys()):
            yield f"{self.place(self.tree)}: span attribute {name} is not declared"

    def _literals(self) -> Iterator[ast.Dict]:
        """Dictionaries that become attributes: given at once, or by the name `attributes` where spans are made."""
        for call in self.calls:
            if _name(call) in SPANS:
                yield from (given for given in _given(call) if isinstance(given, ast.Dict))
        if not re.search(
            r"^from services\.\S+ import .*(telemetry|Tracing)", self.path.read_text("utf-8"), re.MULTILINE
        ):
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id == "attributes" for target in targets):
                    yield node.value
            if isinstance(node, ast.FunctionDef) and node.name == "_attributes":
                yield from (
                    at.value for at in ast.walk(node) if isinstance(at, ast.Return) and isinstance(at.value, ast.Dict)
                )


@cache
def sources() -> list[Source]:
    """All files of the services, read once."""
    return [Source(path) for path in sorted(SERVICES.rglob("*.py"))]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_log(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    return ast.unparse(call.func.value) in LOGGERS and call.func.attr in {*LEVELS, "exception", "log"}


def _levels(call: ast.Call) -> tuple[str, ...]:
    if _name(call) == "log":
        return tuple(level for level in LEVELS if f"logging.{level.upper()}" in ast.unparse(call.args[0]))
    return ("error" if _name(call) == "exception" else _name(call),)


def _events(call: ast.Call) -> list[str]:
    """The event's word, both where a condition chooses; nothing where it is no literal."""
    args = call.args[1:] if _name(call) == "log" else call.args
    first = args[0] if len(args) == 1 else None
    either = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    return [word.value for word in either if isinstance(word, ast.Constant) and isinstance(word.value, str)]


def _fields(call: ast.Call) -> Iterator[str]:
    if _name(call) == "exception":
        yield "exception"
    for keyword in call.keywords:
        if keyword.arg is None:
            yield from ("error", "detail")  # `_faults` sees to it that it is `logs.fault`
        else:
            yield "exception" if keyword.arg == "exc_info" else keyword.arg


def _faults(call: ast.Call) -> Iterator[str]:
    events = _events(call)
    if not events or not all(map(EVENT.fullmatch, events)):
        yield f"the event {events or ast.unparse(call)} is not two or more words as one literal"
    for keyword in call.keywords:
        name, value = keyword.arg, ast.unparse(keyword.value)
        if name is None:
            if not value.startswith("logs.fault("):
                yield f"**{value} hides its names"
        elif name != "exc_info" and (name not in FIELDS or name in EVERY_LINE):
            yield f"{name} is not declared in services/chassis/fields.py"
        elif (name == "error") != bool(re.fullmatch(r"type\([\w. ]+\)\.__name__", value)):
            yield f"{name}={value}: the class of an exception, and nothing else, is `error`"
        elif (name == "detail") != value.startswith("logs.cut("):
            if name == "detail":
                yield f"{name}={value}: free text is cut"
        elif name in FIELDS and FIELDS[name].kind == "word" and not _is_word(keyword.value):
            yield f"{name}={value}: it is a word of an enumeration, not text"


def _is_word(value: ast.expr) -> bool:
    """False for what makes text: a sentence, an f-string, `str(…)`, a sum of strings."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and bool(WORD.fullmatch(value.value))
    made = isinstance(value, ast.Call) and ast.unparse(value.func) in {"str", "repr", "logs.cut"}
    return not made and not isinstance(value, ast.JoinedStr | ast.BinOp)


def _given(call: ast.Call) -> list[ast.expr]:
    """What a call gives a span as attributes."""
    if _name(call) == "set_attribute":
        return [ast.Dict(keys=[call.args[0]], values=[call.args[1]])]
    if _name(call) == "set_attributes":
        return call.args[:1]
    named = [keyword.value for keyword in call.keywords if keyword.arg == "attributes"]
    return named or call.args[3:4]


def _is_readable(given: ast.expr) -> bool:
    """True where `_literals` finds what it stands for."""
    if isinstance(given, ast.Dict):
        return True
    return ast.unparse(given) in {"attributes", "dict(attributes)"} or ast.unparse(given).startswith("_attributes(")


def _keys(literal: ast.Dict) -> Iterator[str]:
    for key in literal.keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
        elif key is None or ast.unparse(key) != "QUERY":
            yield ast.unparse(key) if key else "**"
