"""The words of replay, French and English: one table a kind of word."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.domain.replaying import Aspect, Kind, Obstacle, Reservation


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in both languages."""

    fr: str
    en: str

    def __str__(self) -> str:
        return f"{self.fr} / {self.en}"


KINDS: Mapping[Kind, Said] = {
    Kind.RUN_CARD: Said("consignes", "run cards"),
    Kind.JOINING: Said("rattachements", "joins"),
    Kind.MERGING: Said("fusions", "merges"),
    Kind.UNIT: Said("équipages", "units"),
    Kind.BACKLOG: Said("files d'attente", "backlogs"),
    Kind.RELIEF: Said("relèves en route", "reliefs"),
    Kind.ESCALATION: Said("montées en puissance", "escalations"),
    Kind.DUPLICATES: Said("doublons possibles", "possible duplicates"),
    Kind.OTHER: Said("autres", "others"),
}
ASPECTS: Mapping[Aspect, Said] = {
    Aspect.PRIORITY: Said("priorité", "priority"),
    Aspect.RUN_CARD: Said("consigne", "run card"),
    Aspect.ENGAGEMENT: Said("engagement", "engagement"),
    Aspect.GROUND: Said("motif", "ground"),
    Aspect.RESPONDERS: Said("moyens", "responders"),
    Aspect.CAPABILITIES: Said("capacités", "capabilities"),
    Aspect.AGENCY: Said("partenaire", "agency"),
    Aspect.TARGET: Said("délai visé", "target time"),
    Aspect.ESCALATION: Said("niveaux", "levels"),
    Aspect.JOINED: Said("événement rejoint", "incident joined"),
    Aspect.JOINED_BECAUSE: Said("motif du rattachement", "reason for joining"),
    Aspect.MERGE: Said("fusion", "merge"),
    Aspect.KEPT: Said("événement conservé", "incident kept"),
    Aspect.UNIT: Said("équipage", "unit"),
    Aspect.RECOMMENDED: Said("équipage recommandé", "unit recommended"),
    Aspect.SECONDS: Said("temps d'arrivée", "time to scene"),
    Aspect.DIVERTS: Said("déroutement depuis", "diverted from"),
    Aspect.RULE: Said("règle", "rule"),
    Aspect.RANKING: Said("classement", "ranking"),
    Aspect.REFUSED: Said("refusés", "refused"),
    Aspect.SUSPECTED: Said("doublons possibles", "possible duplicates"),
    Aspect.SCORE: Said("ressemblance", "likeness"),
    Aspect.SLOT: Said("équipage de trop, n°", "unit no longer asked for, no."),
}
RESPONDERS: Mapping[str, Said] = {
    ResponderKind.PATROL: Said("équipages", "patrols"),
    ResponderKind.FIREFIGHTERS: Said("sapeurs-pompiers", "firefighters"),
    ResponderKind.NATIONAL_POLICE: Said("police nationale", "national police"),
    ResponderKind.MAINTENANCE: Said("agents techniques", "maintenance crews"),
}
OBSTACLES: Mapping[Obstacle, Said] = {
    Obstacle.NO_INPUTS: Said(
        "enregistrées sans leurs données (version antérieure)", "recorded without inputs (earlier version)"
    ),
    Obstacle.UNKNOWN_FORM: Said("forme inconnue de cette version", "form unknown to this version"),
    Obstacle.DAMAGED: Said("enregistrement abîmé", "damaged record"),
    Obstacle.PACK_NOT_STORED: Said("pack absent ou illisible", "pack missing or unreadable"),
    Obstacle.DECISION_NOT_STORED: Said("décision commune absente", "shared decision missing"),
}
RESERVATIONS: Mapping[Reservation, Said] = {
    Reservation.COVERAGE_NOT_RECORDED: Said(
        "sans couverture : une P1 ne l'enregistre pas", "without coverage: a P1 does not record it"
    ),
    Reservation.OTHER_TRAVEL_PROFILE: Said(
        "temps enregistrés pour l'autre conduite (avec ou sans avertisseurs)",
        "times recorded for the other way of driving (with or without siren)",
    ),
    Reservation.CARD_UNKNOWN: Said(
        "consigne inconnue : décision évaluée telle quelle", "run card unknown: evaluated as recorded"
    ),
}
COUNTERFACTUAL = Said(
    "Chaque décision est réévaluée seule : les équipages restent où et comme ils étaient enregistrés.",
    "Each decision is evaluated by itself: units stay where and as they were recorded.",
)
