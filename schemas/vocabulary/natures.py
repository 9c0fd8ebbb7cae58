"""Natures: what a signal says has happened, and which of them are urgent.

This table is the one place that decides urgency: an urgent nature travels on `alarms.urgent` as well and never
waits for screening, verification or a silence.
"""

from dataclasses import dataclass

from schemas.vocabulary.word import Word


class Nature(Word):
    """What happened, independent of the device that says so."""

    SOS = "sos"
    KIOSK_SOS = "kiosk_sos"
    HOLD_UP = "hold_up"
    PANIC = "panic"
    FIRE = "fire"
    OFFICER_DISTRESS = "officer_distress"
    MEDICAL = "medical"
    GAS = "gas"
    INTRUSION = "intrusion"
    TAMPER = "tamper"
    WATER = "water"
    UNKNOWN_ALARM = "unknown_alarm"
    ACCESS_CALL = "access_call"
    PERSON_DETECTED = "person_detected"
    VEHICLE_DETECTED = "vehicle_detected"
    OBJECT_LEFT = "object_left"
    CROWD = "crowd"
    DANGEROUS_SCENE = "dangerous_scene"
    RUNNING_CROWD = "running_crowd"
    PARKED_VEHICLE = "parked_vehicle"
    ASSAULT = "assault"
    HARASSMENT = "harassment"
    DISTURBANCE = "disturbance"
    ACCIDENT = "accident"
    MISSING_PERSON = "missing_person"
    TECHNICAL_FAULT = "technical_fault"
    POWER_FAULT = "power_fault"
    LAMP_OUT = "lamp_out"
    ILLEGAL_DUMPING = "illegal_dumping"
    SUPERVISION_LOST = "supervision_lost"
    SYSTEM = "system"


class Family(Word):
    """Kinds of happening; correlation joins only within a family or along COMPATIBLE."""

    PERSON_IN_DANGER = "person_in_danger"
    FIRE = "fire"
    INTRUSION = "intrusion"
    PUBLIC_ORDER = "public_order"
    ACCESS = "access"
    MAINTENANCE = "maintenance"
    SYSTEM = "system"


class Priority(Word):
    """P1 life in danger now, P2 urgent, P3 routine, P4 can be planned."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        """1 for P1 … 4 for P4; smaller is more urgent."""
        return int(self.value[1])


@dataclass(frozen=True)
class NatureEntry:
    """One line of the table: urgency, family, default priority and the words on screens."""

    urgent: bool
    family: Family
    priority: Priority
    fr: str
    en: str


_D, _F, _I = Family.PERSON_IN_DANGER, Family.FIRE, Family.INTRUSION
_O, _M = Family.PUBLIC_ORDER, Family.MAINTENANCE
_P1, _P2, _P3, _P4 = Priority.P1, Priority.P2, Priority.P3, Priority.P4

NATURES: dict[Nature, NatureEntry] = {
    Nature.SOS: NatureEntry(True, _D, _P1, "SOS application", "App SOS"),
    Nature.KIOSK_SOS: NatureEntry(True, _D, _P1, "SOS borne d'appel", "Kiosk SOS"),
    Nature.HOLD_UP: NatureEntry(True, _D, _P1, "Agression à main armée", "Hold-up"),
    Nature.PANIC: NatureEntry(True, _D, _P1, "Alarme agression", "Panic alarm"),
    Nature.FIRE: NatureEntry(True, _F, _P1, "Alarme incendie", "Fire alarm"),
    Nature.OFFICER_DISTRESS: NatureEntry(True, _D, _P1, "Agent en détresse", "Officer in distress"),
    Nature.MEDICAL: NatureEntry(True, _D, _P1, "Alarme médicale", "Medical alarm"),
    Nature.GAS: NatureEntry(True, _F, _P1, "Alarme gaz", "Gas alarm"),
    Nature.INTRUSION: NatureEntry(False, _I, _P2, "Intrusion", "Intrusion"),
    Nature.TAMPER: NatureEntry(False, _I, _P3, "Autoprotection", "Tamper"),
    Nature.WATER: NatureEntry(False, _M, _P3, "Fuite d'eau", "Water leak"),
    Nature.UNKNOWN_ALARM: NatureEntry(False, _I, _P2, "Alarme de code inconnu", "Alarm with an unknown code"),
    Nature.ACCESS_CALL: NatureEntry(False, Family.ACCESS, _P3, "Demande d'accès", "Access call"),
    Nature.PERSON_DETECTED: NatureEntry(False, _D, _P3, "Personne détectée", "Person detected"),
    Nature.VEHICLE_DETECTED: NatureEntry(False, _O, _P4, "Véhicule détecté", "Vehicle detected"),
    Nature.OBJECT_LEFT: NatureEntry(False, _O, _P2, "Objet abandonné", "Abandoned object"),
    Nature.CROWD: NatureEntry(False, _O, _P3, "Attroupement", "Crowd"),
    Nature.DANGEROUS_SCENE: NatureEntry(False, _D, _P2, "Scène dangereuse possible", "Possibly dangerous scene"),
    Nature.RUNNING_CROWD: NatureEntry(False, _O, _P2, "Mouvement de foule", "Running crowd"),
    Nature.PARKED_VEHICLE: NatureEntry(False, _O, _P4, "Stationnement gênant", "Obstructing parked vehicle"),
    Nature.ASSAULT: NatureEntry(False, _D, _P1, "Agression", "Assault"),
    Nature.HARASSMENT: NatureEntry(False, _D, _P2, "Harcèlement", "Harassment"),
    Nature.DISTURBANCE: NatureEntry(False, _O, _P3, "Trouble à la tranquillité", "Disturbance"),
    Nature.ACCIDENT: NatureEntry(False, _D, _P2, "Accident", "Accident"),
    Nature.MISSING_PERSON: NatureEntry(False, _O, _P2, "Personne disparue", "Missing person"),
    Nature.TECHNICAL_FAULT: NatureEntry(False, _M, _P3, "Défaut technique", "Technical fault"),
    Nature.POWER_FAULT: NatureEntry(False, _M, _P3, "Défaut secteur ou batterie", "Power or battery fault"),
    Nature.LAMP_OUT: NatureEntry(False, _M, _P4, "Éclairage en panne", "Lamp out"),
    Nature.ILLEGAL_DUMPING: NatureEntry(False, _M, _P4, "Dépôt sauvage", "Illegal dumping"),
    Nature.SUPERVISION_LOST: NatureEntry(False, _M, _P3, "Perte de supervision", "Supervision lost"),
    Nature.SYSTEM: NatureEntry(True, Family.SYSTEM, _P1, "Défaillance du système", "System failure"),
}

URGENT: frozenset[Nature] = frozenset(nature for nature, entry in NATURES.items() if entry.urgent)
FAULTS: frozenset[Nature] = frozenset(
    {
        Nature.TECHNICAL_FAULT,
        Nature.POWER_FAULT,
        Nature.LAMP_OUT,
        Nature.ILLEGAL_DUMPING,
        Nature.SUPERVISION_LOST,
        Nature.WATER,
    }
)
"""Natures that become work orders: their outcome is `fault`, not `alarm`."""

COMPATIBLE: frozenset[frozenset[Family]] = frozenset(
    {
        frozenset({Family.PERSON_IN_DANGER, Family.PUBLIC_ORDER}),
        frozenset({Family.PERSON_IN_DANGER, Family.INTRUSION}),
        frozenset({Family.INTRUSION, Family.PUBLIC_ORDER}),
    }
)
"""Pairs of different families that may be one happening seen by two devices."""


def is_urgent(nature: Nature) -> bool:
    """True if the nature travels on `alarms.urgent` and never waits."""
    return nature in URGENT


def compatible(one: Nature, other: Nature) -> bool:
    """True if two alarms of these natures may describe one happening."""
    families = frozenset({NATURES[one].family, NATURES[other].family})
    return len(families) == 1 or families in COMPATIBLE
