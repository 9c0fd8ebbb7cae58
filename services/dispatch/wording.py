"""What the decision's words mean, as an operator reads them: French first, English beside. One entry a word."""

from collections.abc import Mapping
from typing import NamedTuple

from services.dispatch.domain.recommending import Reason, Refusal, Rule


class Words(NamedTuple):
    """One sentence in both languages."""

    fr: str
    en: str


RULES: Mapping[Rule, Words] = {
    Rule.FASTEST: Words("Danger vital : le plus rapide d'abord.", "Life in danger: the fastest first."),
    Rule.FASTEST_DIVERTED: Words(
        "Danger vital : un équipage en route vers moins urgent arrive nettement plus tôt.",
        "Life in danger: a unit on its way to something less urgent arrives clearly sooner.",
    ),
    Rule.LEAST_LOSS_OF_COVERAGE: Words(
        "Parmi ceux qui arrivent dans les temps, celui dont le départ découvre le moins la ville.",
        "Among those within the target, the one whose leaving uncovers the city least.",
    ),
    Rule.CLOSEST_HIGH_UTILISATION: Words(
        "Les équipages sont très occupés : le plus proche.", "The units are very busy: the closest."
    ),
    Rule.CLOSEST_NONE_WITHIN_TARGET: Words(
        "Personne n'arrive dans les temps : le plus proche.", "Nobody is within the target: the closest."
    ),
    Rule.CLOSEST_WITHOUT_COVERAGE_MODEL: Words(
        "Aucun modèle de couverture : le plus proche.", "There is no coverage model: the closest."
    ),
    Rule.ONLY_ON_CALL_LEFT: Words("Il ne reste que des équipages d'astreinte.", "Only crews on call are left."),
    Rule.ONLY_DECLINED_LEFT: Words(
        "Il ne reste que des équipages qui n'ont pas accepté.", "Only units that did not accept are left."
    ),
    Rule.SENT_BLINDLY: Words(
        "Il ne reste que des équipages dont la position n'est pas connue.",
        "Only units whose position is not known are left.",
    ),
    Rule.NO_UNIT: Words("Aucun équipage ne peut être engagé.", "No unit can be sent."),
}
REASONS: Mapping[Reason, Words] = {
    Reason.FASTEST: Words("Arrive le premier.", "Is there first."),
    Reason.DIVERTED: Words(
        "En route vers moins urgent : serait dérouté.", "On its way to something less urgent: would be diverted."
    ),
    Reason.MATCHED: Words(
        "Réparti avec les autres incidents en attente.", "Shared out together with the other waiting incidents."
    ),
    Reason.RELIEVES: Words(
        "Libéré entre-temps, arrive nettement plus tôt : relève l'équipage en route.",
        "Free meanwhile and there clearly sooner: relieves the unit on its way.",
    ),
    Reason.KEEPS_COVERAGE: Words(
        "Dans les temps, et son départ découvre le moins la ville.",
        "Within the target, and its leaving uncovers the city least.",
    ),
    Reason.ON_CALL: Words("D'astreinte : à rappeler avant de partir.", "On call: has to come in first."),
    Reason.WITHIN_TARGET: Words("Dans les temps.", "Within the target."),
    Reason.SLOWER: Words("Arrive plus tard.", "Is there later."),
    Reason.DECLINED_BEFORE: Words("N'a pas accepté cette mission.", "Did not accept this mission."),
    Reason.POSITION_STALE: Words("Position ancienne de plus de 30 min.", "Its position is older than 30 min."),
    Reason.POSITION_UNKNOWN: Words("Position inconnue.", "Its position is not known."),
}
REFUSALS: Mapping[Refusal, Words] = {
    Refusal.RETIRING: Words("N'est plus dans le dossier de la ville.", "Is no longer in the city pack."),
    Refusal.OFF_DUTY: Words("Hors service.", "Off duty."),
    Refusal.UNAVAILABLE: Words("Indisponible.", "Out of service."),
    Refusal.RESTING: Words("En repos.", "At rest."),
    Refusal.DUTY_ENDS: Words("Finit son service avant d'arriver.", "Its duty ends before it would be there."),
    Refusal.LACKS_CAPABILITY: Words("N'a pas la qualification demandée.", "Lacks a capability that is asked for."),
    Refusal.CALLS_FOR_HELP: Words("Appelle elle-même à l'aide.", "Is calling for help itself."),
    Refusal.ASKED_LATELY: Words(
        "Vient d'être sollicité pour cette mission.", "Was asked for this mission a moment ago."
    ),
    Refusal.OCCUPIED: Words("Engagé ailleurs.", "Engaged elsewhere."),
    Refusal.DIVERTED_BEFORE: Words(
        "Son incident a déjà perdu un équipage.", "Its incident has already lost a unit on its way."
    ),
    Refusal.GAIN_TOO_SMALL: Words("Le dérouter ne gagnerait pas 30 s.", "Diverting it would not gain 30 s."),
    Refusal.POSITION_STALE: Words("Position ancienne de plus de 30 min.", "Its position is older than 30 min."),
    Refusal.POSITION_UNKNOWN: Words("Position inconnue.", "Its position is not known."),
    Refusal.UNREACHABLE: Words("Aucun chemin jusqu'au lieu.", "There is no way to the place."),
}
