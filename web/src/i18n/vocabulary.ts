/** The field's words for the states that the API names; natures bring their own. */
import { dictionary } from './dictionary';

export const incidentStates = dictionary(
  {
    open: 'à traiter',
    in_progress: 'en cours',
    resolved: 'terminé',
    closed: 'clos',
    dismissed: 'fausse alerte',
    merged: 'réuni',
  },
  {
    open: 'open',
    in_progress: 'in progress',
    resolved: 'resolved',
    closed: 'closed',
    dismissed: 'false alarm',
    merged: 'merged',
  },
);

export const unitStates = dictionary(
  {
    available: 'disponible',
    assigned: 'engagé',
    en_route: 'parti',
    on_scene: 'sur place',
    unavailable: 'indisponible',
    off_duty: 'hors service',
  },
  {
    available: 'available',
    assigned: 'assigned',
    en_route: 'en route',
    on_scene: 'on scene',
    unavailable: 'unavailable',
    off_duty: 'off duty',
  },
);

export const assignmentStates = dictionary(
  {
    offered: 'proposé',
    accepted: 'accepté',
    en_route: 'parti',
    on_scene: 'sur place',
    cleared: 'terminé',
    declined: 'refusé',
    expired: 'sans réponse',
    diverted: 'dérouté',
    cancelled: 'annulé',
  },
  {
    offered: 'offered',
    accepted: 'accepted',
    en_route: 'en route',
    on_scene: 'on scene',
    cleared: 'cleared',
    declined: 'declined',
    expired: 'no answer',
    diverted: 'diverted',
    cancelled: 'cancelled',
  },
);

export const orderStates = dictionary(
  { ordered: 'à faire', taken: 'pris', started: 'commencé', completed: 'fait', already_fixed: 'déjà réparé' },
  { ordered: 'to do', taken: 'taken', started: 'started', completed: 'done', already_fixed: 'already fixed' },
);

export const taskStates = dictionary(
  {
    pending: 'attend l’opérateur',
    waiting: 'attend un équipage',
    engaged: 'engagée',
    done: 'finie',
    cancelled: 'annulée',
  },
  {
    pending: 'waits for the operator',
    waiting: 'waits for a unit',
    engaged: 'engaged',
    done: 'done',
    cancelled: 'cancelled',
  },
);

export const handOverStates = dictionary(
  { sent: 'transmis', acknowledged: 'pris en compte', completed: 'terminé', refused: 'refusé', withdrawn: 'retiré' },
  { sent: 'sent', acknowledged: 'acknowledged', completed: 'completed', refused: 'refused', withdrawn: 'withdrawn' },
);

export const responders = dictionary(
  {
    patrol: 'police municipale',
    firefighters: 'pompiers',
    national_police: 'police nationale',
    maintenance: 'technique',
  },
  {
    patrol: 'municipal police',
    firefighters: 'firefighters',
    national_police: 'national police',
    maintenance: 'maintenance',
  },
);

/** Why an incident calls for somebody. The API may know more of them than this screen. */
const calling = dictionary(
  {
    unacknowledged_p1: 'P1 non acquitté',
    merge_proposed: 'réunion proposée',
    no_unit_free: 'aucun équipage libre',
    no_unit_left: 'tous ont refusé',
    hand_over_refused: 'transmission refusée',
    hand_over_unanswered: 'transmission sans réponse',
    notification_failed: 'avis non remis',
    possible_duplicate: 'doublon possible ?',
    welfare_check: 'contrôle de l’équipage',
    welfare_unanswered: 'équipage sans réponse',
    sender_revoked: 'appareil à l’accès retiré',
    sender_not_own: 'appel fait par un autre',
    sender_unknown: 'appareil inconnu',
  },
  {
    unacknowledged_p1: 'P1 not acknowledged',
    merge_proposed: 'merge proposed',
    no_unit_free: 'no unit free',
    no_unit_left: 'all declined',
    hand_over_refused: 'hand-over refused',
    hand_over_unanswered: 'hand-over unanswered',
    notification_failed: 'notice not delivered',
    possible_duplicate: 'duplicate?',
    welfare_check: 'welfare check',
    welfare_unanswered: 'unit does not answer',
    sender_revoked: 'device access withdrawn',
    sender_not_own: 'called by another',
    sender_unknown: 'unknown device',
  },
);

const DOUBTS = ['sender_revoked', 'sender_not_own', 'sender_unknown'] as const;

/** What a card says of who called for help, beside its call for attention, which something louder may hide. */
export function doubts(flags: readonly string[], shown: string | null): string[] {
  return DOUBTS.filter((flag) => flags.includes(flag) && flag !== shown).map(attention);
}

export function attention(word: string): string {
  return (calling as Record<string, string | undefined>)[word] ?? word.replaceAll('_', ' ');
}
