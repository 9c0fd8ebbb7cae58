"""A model's refusals, said for someone who writes a pack: what is wrong, then what to do, in French and English."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.pack.entries import Entry
from schemas.pack.findings import Finding, error


def refusals(entry: Entry, problem: ValidationError) -> list[Finding]:
    """One finding for each refused field, at its line."""
    return [_refusal(entry, detail) for detail in problem.errors(include_url=False)]


def _refusal(entry: Entry, detail: ErrorDetails) -> Finding:
    path = tuple(step for step in detail["loc"] if step != "[key]")
    field = ".".join(str(step) for step in path) or str(entry.part)
    fr, en = _wording(detail)
    return error(entry.place(*path), f"{_name(entry)}, {field} : {fr}", f"{_name(entry)}, {field}: {en}")


def _name(entry: Entry) -> str:
    return f"{entry.part}/{entry.key}" if entry.key else str(entry.part)


def _wording(detail: ErrorDetails) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "string_type" and isinstance(detail["input"], int | float):
        return "texte attendu ; mettez la valeur entre guillemets", "text expected; put the value in quotes"
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind in {"enum", "literal_error"}:
        return f"mot inconnu ; choisissez {context['expected']}", f"unknown word; choose {context['expected']}"
    if kind in _LIMITS:
        return _limit(kind, context)
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return (
            f"forme refusée ; il faut {_shape(pattern)[0]}",
            f"refused form; it must be {_shape(pattern)[1]}",
        )
    message = detail["msg"]
    return f"valeur refusée ({message}) ; corrigez-la", f"refused value ({message}); correct it"


_SIMPLE = {
    "missing": ("champ obligatoire absent ; ajoutez-le", "required field is missing; add it"),
    "extra_forbidden": ("champ inconnu ; corrigez son nom ou retirez-le", "unknown field; correct or remove it"),
    "string_type": ("texte attendu ; écrivez un texte", "text expected; write a text"),
    "tuple_type": ("liste attendue ; écrivez [a, b]", "list expected; write [a, b]"),
    "frozen_set_type": ("liste attendue ; écrivez [a, b]", "list expected; write [a, b]"),
    "float_type": ("nombre attendu ; écrivez un nombre", "number expected; write a number"),
    "int_type": ("nombre entier attendu ; écrivez-en un", "whole number expected; write one"),
    "bool_type": ("true ou false attendu ; écrivez l'un des deux", "true or false expected; write one of them"),
    "date_from_datetime_parsing": ("date refusée ; écrivez 2026-10-17", "refused date; write 2026-10-17"),
    "model_type": ("champs « nom: valeur » attendus ; écrivez-les", '"name: value" fields expected; write them'),
    "timezone_aware": (
        "instant sans décalage horaire ; ajoutez par exemple +01:00",
        "moment without its offset; add for example +01:00",
    ),
}

_LIMITS = {
    "greater_than_equal": ("ge", "au moins", "at least"),
    "less_than_equal": ("le", "au plus", "at most"),
    "greater_than": ("gt", "plus de", "more than"),
    "less_than": ("lt", "moins de", "less than"),
    "too_short": ("min_length", "éléments, au moins", "entries, at least"),
    "too_long": ("max_length", "éléments, au plus", "entries, at most"),
    "string_too_short": ("min_length", "caractères, au moins", "characters, at least"),
    "string_too_long": ("max_length", "caractères, au plus", "characters, at most"),
}


def _limit(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    name, fr, en = _LIMITS[kind]
    return f"hors limite ; il faut {fr} {context[name]}", f"out of range; it must be {en} {context[name]}"


def _shape(pattern: str) -> tuple[str, str]:
    """What a pattern of the models means in words; the pattern itself where it has none yet."""
    return _SHAPES.get(pattern, (pattern, pattern))


_SHAPES = {
    "^[0-9][0-9AB][0-9]{3}$": ("un code INSEE de cinq caractères", "an INSEE code of five characters"),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": ("une heure comme 08:30, jusqu'à 23:59", "a time like 08:30, up to 23:59"),
    "^[0-9A-Fa-f]{3,16}$": ("3 à 16 chiffres hexadécimaux", "3 to 16 hexadecimal digits"),
    "^[0-9A-Fa-f]{1,6}$": ("1 à 6 chiffres hexadécimaux", "1 to 6 hexadecimal digits"),
}
