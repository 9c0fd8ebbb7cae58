import type { Incident } from '../live/board.svelte';

/** What kind of hand an incident needs, most pressing first. */
export const NEEDS = ['help', 'answer', 'decide', 'wait', 'look', 'verify', 'late', 'follow', 'close'] as const;
export type Need = (typeof NEEDS)[number];

/** The API asks the room only to have a look: it goes before what is merely followed, after what must be decided. */
const HINTS = new Set(['possible_duplicate']);

/** What somebody in the room must do next about this incident, at the time `now` (milliseconds). */
export function needOf(incident: Incident, now: number): Need {
  if (incident.state === 'resolved') return 'close';
  const seen = incident.acknowledged_at !== null;
  if (incident.nature === 'officer_distress') return 'help';
  if (incident.priority === 'P1' && !seen) return 'answer';
  if (incident.attention !== null && !HINTS.has(incident.attention)) return 'decide';
  if (incident.tasks?.some((task) => task.state === 'waiting')) return 'wait';
  if (!seen) return 'look';
  if (incident.verify_first && incident.verification === null) return 'verify';
  return isLate(incident, now) || incident.attention !== null ? 'late' : 'follow';
}

/** The target of its run card has passed and nobody is on scene. */
export function isLate(incident: Incident, now: number): boolean {
  if (incident.target_at === null || incident.state === 'resolved') return false;
  return Date.parse(incident.target_at) < now && !incident.assignments?.some((one) => one.state === 'on_scene');
}

/** By need, then priority, then the longest waiting first. Total, so that rows never swap by chance. */
export function sorted(incidents: Iterable<Incident>, now: number): Incident[] {
  const ranked = [...incidents].map((incident) => ({ incident, need: pressing(incident, now) }));
  ranked.sort(
    (a, b) =>
      a.need - b.need ||
      compare(a.incident.priority, b.incident.priority) ||
      compare(a.incident.opened_at, b.incident.opened_at) ||
      compare(a.incident.incident_id, b.incident.incident_id),
  );
  return ranked.map(({ incident }) => incident);
}

/** A new P3 or P4 is no reason to leave a P1 that is followed: among those the priority decides. */
function pressing(incident: Incident, now: number): number {
  const need = needOf(incident, now);
  const routine = need === 'look' && incident.priority > 'P2';
  return NEEDS.indexOf(routine ? 'follow' : need);
}

/** Not yet seen by anybody, and life is in danger. */
export function unseenP1(incident: Incident): boolean {
  return incident.priority === 'P1' && incident.acknowledged_at === null && incident.state !== 'resolved';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
