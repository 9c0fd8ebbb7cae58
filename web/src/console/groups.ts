import type { Incident } from '../live/board.svelte';
import { needOf } from './next';

/** From so many alike on they stand under one line: a flood must leave the rest of the list in sight. */
export const ALIKE = 6;

/** A line of the list: one incident, or many alike under one heading. */
export type Row =
  | { key: string; kind: 'one'; incident: Incident; inside: boolean }
  | { key: string; kind: 'group'; incidents: readonly Incident[]; open: boolean };

/**
 * The lines of the list, in its order. Alike: same nature, priority and need, at the same site, else in the same sector.
 * A group stands where its most pressing one would. An officer in distress, and what is chosen, are never folded away.
 */
export function rowsOf(
  sorted: readonly Incident[],
  unfolded: ReadonlySet<string>,
  chosen: string | null,
  now: number,
): Row[] {
  const alike = new Map<string, Incident[]>();
  for (const incident of sorted) {
    const key = keyOf(incident, now);
    const held = alike.get(key);
    if (held === undefined) alike.set(key, [incident]);
    else held.push(incident);
  }
  const rows: Row[] = [];
  const done = new Set<string>();
  for (const incident of sorted) {
    const key = keyOf(incident, now);
    const group = alike.get(key) ?? [];
    if (group.length < ALIKE || incident.nature === 'officer_distress') rows.push(one(incident, false));
    else if (!done.has(key)) {
      done.add(key);
      const open = unfolded.has(key);
      rows.push({ key, kind: 'group', incidents: group, open });
      for (const member of group) if (open || member.incident_id === chosen) rows.push(one(member, true));
    }
  }
  return rows;
}

function one(incident: Incident, inside: boolean): Row {
  return { key: incident.incident_id, kind: 'one', incident, inside };
}

function keyOf(incident: Incident, now: number): string {
  const where = incident.site ?? `${incident.sector}`;
  return `group:${where}:${incident.nature}:${incident.priority}:${needOf(incident, now)}`;
}
