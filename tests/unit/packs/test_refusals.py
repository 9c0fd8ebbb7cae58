"""Each thing that may be wrong with a pack is refused once, at its line, with words that say what to do."""

from dataclasses import dataclass

import pytest

from tests.unit.packs.pack_copy import PackCopy


@dataclass(frozen=True)
class Mistake:
    """`right` becomes `wrong` in a file; `words` are said at the line of `right` plus `below`."""

    right: str
    wrong: str
    words: str
    file: str = "city.yaml"
    below: int = 0


PLACES = [
    Mistake('code: "31555"', "code: 31555", "put the value in quotes"),
    Mistake("timezone: Europe/Paris", "timezone: Europe/Toulouse", "unknown time zone"),
    Mistake('insee: "31069"', 'insee: "31555"', "stands twice"),
    Mistake("kind: square", "kind: plaza", "unknown word"),
    Mistake("    name: Place du Capitole\n", "", "required field is missing", below=-1),
    Mistake("address: place du", "adress: x\n    address: place du", "unknown field"),
    Mistake("lat: 43.6043, lon: 1.4434", "lat: 1.4434, lon: 43.6043", "swapped"),
    Mistake("lat: 43.6043, lon: 1.4434", "lat: 43.6105, lon: 1.4540", 'it is in "matabiau"'),
    Mistake("lat: 43.6043,", "lat: 143.6,", "at most 90"),
    Mistake("[43.6090, 1.4370], [43.6090, 1.4500]", "[43.6090, 1.4500], [43.6090, 1.4370]", "crosses itself"),
    Mistake("[43.6420, 1.3850], [43.6420, 1.3990]", "[46.6420, 1.3850], [46.6420, 1.3990]", "km from the others"),
    Mistake("id: matabiau", "id: capitole", "exists already"),
    Mistake('closes: "18:00"', 'closes: "07:30"', "not after it opens"),
    Mistake('closes: "18:00"', 'closes: "24:00"', "up to 23:59"),
    Mistake('opens: "08:00"', "opens: 8h", "a time like 08:30"),
    Mistake("days: [mon, tue, wed, thu, fri]", "days: [lun]", "unknown word"),
    Mistake("first: 2026-10-17, last: 2026-11-01", "first: 2026-10-17, last: 2026-10-16", "before it begins"),
    Mistake("first: 2026-10-17", "first: 17/10/2026", "write 2026-10-17"),
    Mistake(
        'night: {begins: "23:00", ends: "07:00"}', 'night: {begins: "07:00", ends: "07:00"}', "two different times"
    ),
]
DEVICES = [
    Mistake("sector: saint-cyprien\n    site", "sector: saint-cyprian\n    site", 'perhaps "saint-cyprien"'),
    Mistake("site: ecole-garonne", "site: ecole-tarn", "does not exist"),
    Mistake("id: tls-post-capitole", "id: sos:tls", "reserved for app SOS"),
    Mistake('account: "31AB02"', 'account: "31ab01"', "already taken"),
    Mistake('zone: "2"', 'zone: "01"', "already taken"),
    Mistake('zone: "2"', 'zone: "Z"', "hexadecimal"),
    Mistake("supervision_s: 300", "supervision_s: 3", "at least 10"),
    Mistake("kind: kiosk", "kind: panel", '"panel" field'),
    Mistake("kind: kiosk", "kind: tablet", "not installed"),
    Mistake("nature: disturbance", "nature: panic", "would pass by the legal gate"),
    Mistake("min_score: 0.8", "min_score: 80", "at most 1"),
    Mistake("key_ref: file:tls-alarm-mediatheque.key", f"key_ref: '{'0' * 32}'", "write env:NAME"),
    Mistake("key_ref: file:tls-alarm-mediatheque.key", "key_ref: file:../key", "write env:NAME"),
]
RESPONDERS = [
    Mistake("secret_ref: env:VIGIE_SECRET_CODIS31", "secret_ref: hunter2", "never stands in a pack"),
    Mistake("call_sign: Violette 2", "call_sign: violette 1", "already taken"),
    Mistake("kind: maintenance\n    commune", "kind: firefighters\n    commune", "is a partner"),
    Mistake("kind: national_police\n", "kind: patrol\n", "a patrol is a unit"),
    Mistake("    apprise_ref: env:VIGIE_APPRISE_DDSP31\n", "", "no way to tell it", below=-3),
    Mistake("    secret_ref: env:VIGIE_SECRET_CODIS31\n", "", "must be signed", below=-1),
    Mistake("http://127.0.0.1:8191", "ftp://127.0.0.1", "refused address"),
    Mistake("http://127.0.0.1:8191", "http://me:word@127.0.0.1", "without credentials"),
    Mistake("id: tls-violette-2", "id: tls-violette-1", "exists already"),
]
ASKED, NONE = ("name its agency", "run_cards.yaml"), ("no unit patrol", "run_cards.yaml")
TWICE = """responders: [{kind: patrol}]}
      - {name_fr: b, name_en: b, after_s: 900, responders: [{kind: patrol}]}"""
RUN_CARDS = [
    Mistake("{kind: firefighters, agency: codis31}", "{kind: firefighters}", "name its agency", "run_cards.yaml"),
    Mistake("agency: codis31", "agency: ddsp31", "is national_police, not", "run_cards.yaml"),
    Mistake("agency: codis31", "agency: codis13", 'perhaps "codis31"', "run_cards.yaml"),
    Mistake("capabilities: [first_aid]", "capabilities: [divers]", "no unit patrol", "run_cards.yaml"),
    Mistake("priority: P1\n", "priority: P0\n", "unknown word", "run_cards.yaml"),
    Mistake("engagement: automatic", "engagement: operator_confirmed", "waits for nobody", "run_cards.yaml"),
    Mistake("engagement: auto", "verify_first: true\n    engagement: auto", "waits for nobody", "run_cards.yaml"),
    Mistake("after_s: 900, responders: [{kind: patrol}]", "responders: [{kind: firefighters}]", *ASKED),
    Mistake("after_s: 900, responders: [{kind: patrol}]", "responders: [{kind: patrol, capabilities: [boat]}]", *NONE),
    Mistake("responders: [{kind: patrol}]}", TWICE, "not after the one before", "run_cards.yaml", below=1),
    Mistake("after_s: 900", "after_s: 10", "at least 30", "run_cards.yaml"),
    Mistake("speed_kmh: 20", "speed_kmh: 200", "1 to 130", "streets.yaml"),
    Mistake("[43.6000, 1.4450], [43.6043, 1.4455], [43.6085, 1.4465]", "[43.6, 1.4]", "two points", "streets.yaml"),
]


@pytest.mark.parametrize(
    "mistake", [*PLACES, *DEVICES, *RESPONDERS, *RUN_CARDS], ids=lambda m: m.words + ": " + m.wrong
)
def test_mistake_is_named_at_its_line(pack: PackCopy, mistake: Mistake) -> None:
    """A single mistake gives one finding, at its very line, that says what to do in both languages."""
    line = pack.line_of_first(mistake.right, mistake.file) + mistake.below
    pack.change(mistake.right, mistake.wrong, mistake.file)
    said = [finding for finding in pack.errors() if mistake.words in finding.en]
    assert [str(finding.place) for finding in said] == [f"{pack.folder / mistake.file}:{line}"], pack.errors()
    assert said[0].fr not in {"", said[0].en}


def test_secret_is_not_repeated(pack: PackCopy) -> None:
    """A secret written into a pack by mistake does not appear in what is printed."""
    pack.change("env:VIGIE_SECRET_CODIS31", "hunter2-very-secret")
    assert "hunter2" not in "\n".join(str(finding) for finding in pack.errors())


def test_all_mistakes_are_named_at_once(pack: PackCopy) -> None:
    """Mistakes in three files, of syntax, form and reference, are all named in one go."""
    pack.change("kind: square", "kind: plaza")
    pack.change("site: ecole-garonne", "site: ecole-tarn")
    pack.change("agency: codis31", "agency: codis13", "run_cards.yaml")
    broken = pack.write("broken.yaml", "devices:\n  - id: [1\n")
    places = {finding.place.file.name for finding in pack.errors()}
    assert places == {"city.yaml", "run_cards.yaml", broken.name}
    assert len(pack.errors()) == 4


def test_invalid_entry_does_not_make_references_to_it_wrong(pack: PackCopy) -> None:
    """One mistake inside a site is one error, not one more for each device that stands there."""
    pack.change("kind: square", "kind: plaza")
    assert len(pack.errors()) == 1
