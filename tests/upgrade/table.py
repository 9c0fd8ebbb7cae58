"""What the run found, for people: French, English beside it."""

from __future__ import annotations

from typing import Any

WORDS = {
    "topics": "sujets / topics",
    "migrate-dispatch": "migration de dispatch / dispatch's migration",
    "migrate-notify": "migration de notify / notify's migration",
    "pack": "pack de la ville / the city's pack",
}


def holds(line: dict[str, Any]) -> bool:
    """True if nothing was lost, doubled or left over, and each SOS was on a tablet."""
    return bool(line["passed"]) and not line["urgent_unseen"]


def table(line: dict[str, Any], seconds: float) -> str:
    """What each step took, the longest wait of an SOS meanwhile, what the books say; then a line for each wrong."""
    old, new = line["notes"]["versions"]
    steps = [
        f"  {WORDS.get(name, name):<52}{ended - began:>9.1f} s{_ms(longest):>12}"
        for name, began, ended, longest in line["notes"]["steps"]
    ]
    books = [
        ("envoyés / sent", f"{line['sent']:,}"),
        ("acquittés / acknowledged", f"{line['acknowledged']:,}"),
        ("perdus / lost", str(line["lost"])),
        ("en double / doubled", str(line["doubled"])),
        ("SOS", str(line["urgent"] + line["urgent_unseen"])),
        ("SOS jamais sur une tablette / never on a tablet", str(line["urgent_unseen"])),
        ("attente la plus longue d'un SOS / an SOS's longest wait", _ms(line["worst_urgent_ms"])),
        ("charge de la machine / load average", f"{line['load_average']:.1f}"),
        ("en tout / in all", f"{seconds:.0f} s"),
    ]
    rows = [f"  {words:<63}{figure:>12}" for words, figure in books]
    wrong = [f"  ✗ {sentence}" for sentence in line["wrong"]]
    verdict = "mise à jour réussie / upgraded" if holds(line) else "ÉCHEC / FAILED"
    head = f"{f'{old} → {new}':<54}{'durée/time':>9}{'SOS max':>12}"
    return "\n".join([head, *steps, "", *rows, *wrong, verdict])


def _ms(wait: float | None) -> str:
    return "-" if wait is None else f"{wait:,.0f} ms"
