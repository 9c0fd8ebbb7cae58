import { describe, expect, it } from 'vitest';
import type { WorkOrder } from '../src/api/shapes';
import { after, jobsOf, sorted, usualMaterial } from '../src/crew/jobs';

const order = (changes: Partial<WorkOrder>): WorkOrder => ({
  id: 'o',
  order_id: 'o',
  task_id: 't',
  incident_id: 'i',
  centre: '57463',
  nature: 'lamp_out',
  nature_fr: 'Éclairage en panne',
  nature_en: 'Broken lamp',
  device: null,
  site: null,
  state: 'ordered',
  ordered_at: '2026-03-01T20:00:00Z',
  started_at: null,
  ended_at: null,
  note: null,
  taken_by: null,
  due_at: null,
  material: [],
  address: null,
  lat: null,
  lon: null,
  priority: 'P4',
  signals: 1,
  ...changes,
});

describe('the jobs of a crew', () => {
  it('shows one lamp once, with all its reports, by the order that is furthest', () => {
    const jobs = jobsOf([
      order({ order_id: 'a', device: 'lamp', signals: 2 }),
      order({ order_id: 'b', device: 'lamp', state: 'started' }),
      order({ order_id: 'c' }),
    ]);
    expect(jobs.map((job) => [job.order.order_id, job.all.length, job.reports])).toEqual([
      ['b', 2, 3],
      ['c', 1, 1],
    ]);
  });

  it('puts one’s own first and what others took last, then by due time or distance', () => {
    const jobs = jobsOf([
      order({ order_id: 'late', due_at: '2026-03-03T00:00:00Z', lat: 49.1, lon: 6.1 }),
      order({ order_id: 'soon', due_at: '2026-03-02T00:00:00Z', lat: 49.3, lon: 6.1 }),
      order({ order_id: 'theirs', taken_by: 'tech-2', state: 'taken' }),
      order({ order_id: 'mine', taken_by: 'tech-1', state: 'taken' }),
    ]);
    const ids = (by: 'due' | 'near'): string[] =>
      sorted(jobs, by, 'tech-1', { lat: 49.1, lon: 6.1 }).map((job) => job.order.order_id);
    expect(ids('due')).toEqual(['mine', 'soon', 'late', 'theirs']);
    expect(ids('near')).toEqual(['mine', 'late', 'soon', 'theirs']);
  });

  it('counts taps that wait as done, and offers the material that was used most', () => {
    expect(after(order({}), ['take', 'start'], 'tech-1')).toMatchObject({ state: 'started', taken_by: 'tech-1' });
    expect(usualMaterial([order({ material: ['LED', 'câble'] }), order({ material: ['câble'] })])).toEqual([
      'câble',
      'LED',
    ]);
  });
});
