import type { Incident } from '../live/board.svelte';

/** What kind of hand an incident needs, most pressing first. */
export const NEEDS = ['answer', 'decide', 'look', 'verify', 'follow', 'close'] as const;
export type Need = (typeof NEEDS)[number];

/** What somebody in the room must do next about this incident. */
export function needOf(incident: Incident): Need {
  if (incident.state === 'resolved') return 'close';
  const seen = incident.acknowledged_at !== null;
  if (incident.priority === 'P1' && !seen) return 'answer';
  if (incident.attention !== null) return 'decide';
  if (!seen) return 'look';
  if (incident.verify_first && incident.verification === null) return 'verify';
  return 'follow';
}

/** Order of the list: by need, then priority, then the longest waiting first. Total, so that rows never swap by chance. */
export function byNeed(a: Incident, b: Incident): number {
  return (
    NEEDS.indexOf(needOf(a)) - NEEDS.indexOf(needOf(b)) ||
    compare(a.priority, b.priority) ||
    compare(a.opened_at, b.opened_at) ||
    compare(a.incident_id, b.incident_id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
