import type { IncidentEvent, Nature, Priority } from '../../api/shapes';
import { localField, momentOf } from '../../i18n/moments';

export type Period = 'last_8h' | 'today' | 'last_24h' | 'last_7d' | 'any' | 'chosen';
export const PERIODS: readonly Period[] = ['last_8h', 'today', 'last_24h', 'last_7d', 'any', 'chosen'];

/** What the head of the page holds; empty text means all. */
export interface Filters {
  q: string;
  period: Period;
  since: string;
  until: string;
  nature: Nature | '';
  priority: Priority | '';
  event: IncidentEvent | '';
  actor: string;
}
export const NO_FILTERS: Filters = {
  ...{ q: '', period: 'last_24h', since: '', until: '', nature: '', priority: '', event: '', actor: '' },
};

const HOURS = { last_8h: 8, last_24h: 24, last_7d: 168 } as const;

/** What the door is asked for; a filter that is empty is left out. */
export function queryOf(filters: Filters, now: number) {
  const { since, until } = between(filters, now);
  return {
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
    ...(filters.q.trim() === '' ? {} : { q: filters.q.trim() }),
    ...(filters.actor.trim() === '' ? {} : { actor: filters.actor.trim() }),
    ...(filters.nature === '' ? {} : { nature: [filters.nature] }),
    ...(filters.priority === '' ? {} : { priority: [filters.priority] }),
    ...(filters.event === '' ? {} : { event: [filters.event] }),
  };
}

function between(filters: Filters, now: number): { since: string | null; until: string | null } {
  const { period } = filters;
  if (period === 'chosen') return { since: momentOf(filters.since), until: momentOf(filters.until) };
  if (period === 'any') return { since: null, until: null };
  // The day begins at midnight of the centre, not of UTC.
  if (period === 'today') return { since: momentOf(`${localField(now).slice(0, 10)}T00:00`), until: null };
  return { since: new Date(now - HOURS[period] * 3_600_000).toISOString(), until: null };
}

/** Address of the same lines as a table for a spreadsheet. */
export function csvAddress(filters: Filters, now: number, timezone: string): string {
  const search = new URLSearchParams({ timezone });
  for (const [name, value] of Object.entries(queryOf(filters, now))) {
    for (const one of [value].flat()) search.append(name, one);
  }
  return `/v1/log.csv?${search}`;
}
