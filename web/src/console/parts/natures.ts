import type { Nature, Priority } from '../../api/shapes';
import { dictionary } from '../../i18n/dictionary';

/** French and English words and usual priority of each nature, as `schemas/vocabulary/natures.py` has them (a test compares). */
const TABLE = {
  sos: ['SOS application', 'App SOS', 'P1'],
  kiosk_sos: ['SOS borne d’appel', 'Kiosk SOS', 'P1'],
  hold_up: ['Agression à main armée', 'Hold-up', 'P1'],
  panic: ['Alarme agression', 'Panic alarm', 'P1'],
  fire: ['Alarme incendie', 'Fire alarm', 'P1'],
  officer_distress: ['Agent en détresse', 'Officer in distress', 'P1'],
  medical: ['Alarme médicale', 'Medical alarm', 'P1'],
  gas: ['Alarme gaz', 'Gas alarm', 'P1'],
  intrusion: ['Intrusion', 'Intrusion', 'P2'],
  tamper: ['Autoprotection', 'Tamper', 'P3'],
  water: ['Fuite d’eau', 'Water leak', 'P3'],
  unknown_alarm: ['Alarme de code inconnu', 'Alarm with an unknown code', 'P2'],
  access_call: ['Demande d’accès', 'Access call', 'P3'],
  person_detected: ['Personne détectée', 'Person detected', 'P3'],
  vehicle_detected: ['Véhicule détecté', 'Vehicle detected', 'P4'],
  object_left: ['Objet abandonné', 'Abandoned object', 'P2'],
  crowd: ['Attroupement', 'Crowd', 'P3'],
  dangerous_scene: ['Scène dangereuse possible', 'Possibly dangerous scene', 'P2'],
  running_crowd: ['Mouvement de foule', 'Running crowd', 'P2'],
  parked_vehicle: ['Stationnement gênant', 'Obstructing parked vehicle', 'P4'],
  assault: ['Agression', 'Assault', 'P1'],
  harassment: ['Harcèlement', 'Harassment', 'P2'],
  disturbance: ['Trouble à la tranquillité', 'Disturbance', 'P3'],
  accident: ['Accident', 'Accident', 'P2'],
  missing_person: ['Personne disparue', 'Missing person', 'P2'],
  technical_fault: ['Défaut technique', 'Technical fault', 'P3'],
  power_fault: ['Défaut secteur ou batterie', 'Power or battery fault', 'P3'],
  lamp_out: ['Éclairage en panne', 'Lamp out', 'P4'],
  illegal_dumping: ['Dépôt sauvage', 'Illegal dumping', 'P4'],
  supervision_lost: ['Perte de supervision', 'Supervision lost', 'P3'],
  system: ['Défaillance du système', 'System failure', 'P1'],
} as const satisfies Record<Nature, readonly [string, string, Priority]>;

export const NATURES = Object.keys(TABLE) as Nature[];

function column(at: 0 | 1): Record<Nature, string> {
  return Object.fromEntries(NATURES.map((nature) => [nature, TABLE[nature][at]])) as Record<Nature, string>;
}

export const natureNames = dictionary(column(0), column(1));

export function usualPriority(nature: Nature): Priority {
  return TABLE[nature][2];
}

/** What somebody rings about, most pressing first; the rest is what machines say. */
export const TOLD_BY_PHONE: readonly Nature[] = [
  'assault',
  'fire',
  'medical',
  'gas',
  'accident',
  'harassment',
  'intrusion',
  'missing_person',
  'object_left',
  'disturbance',
  'crowd',
  'water',
  'parked_vehicle',
  'technical_fault',
  'lamp_out',
  'illegal_dumping',
];
