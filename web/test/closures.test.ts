import { describe, expect, it } from 'vitest';
import type { MapShown, StreetChange } from '../src/api/shapes';
import { closuresNear } from '../src/tablet/closures';

const NOW = Date.parse('2026-03-01T20:00:00Z');
const CAR = { lat: 49.115, lon: 6.175 };

function street(id: string, name: string, coordinates: number[][]): MapShown['features'][number] {
  const geometry = { type: 'LineString' as const, coordinates };
  return { type: 'Feature', geometry, properties: { layer: 'street', id, name, kind: null } };
}

function change(changes: Partial<StreetChange>): StreetChange {
  return {
    change_id: 'c',
    centre: '57463',
    streets: { ids: null, name: null, around: null },
    closed: true,
    speed_kmh: null,
    factor: null,
    profiles: [],
    reason: 'Marché',
    set_by: 'chef-de-salle',
    starts_at: '2026-03-01T19:00:00Z',
    ends_at: '2026-03-01T22:00:00Z',
    ended_at: null,
    ...changes,
  };
}

/** Runs east, 111 m north of the car: its ends are far, its middle is near. */
const LONG = street('long', 'Rue Longue', [
  [6.165, 49.116],
  [6.185, 49.116],
]);
const FAR = street('far', 'Rue Lointaine', [
  [6.3, 49.2],
  [6.31, 49.2],
]);
const names = (found: { name: string | null; metres: number }[]): unknown[] =>
  found.map((one) => [one.name, one.metres]);

describe('closed streets near the officer', () => {
  it('measures to the street itself, not to its ends, by id or by name', () => {
    const byId = change({ streets: { ids: ['long'], name: null, around: null } });
    const byName = change({ streets: { ids: null, name: 'Rue Longue', around: null } });
    expect(names(closuresNear([byId], [LONG, FAR], [CAR], NOW))).toEqual([['Rue Longue', 111]]);
    expect(names(closuresNear([byName], [LONG, FAR], [CAR], NOW))).toEqual([['Rue Longue', 111]]);
  });

  it('leaves out what is far, over, to come, merely slow, or on no street of this map', () => {
    const near = { ids: ['long'], name: null, around: null };
    const none = [
      change({ streets: { ids: ['far'], name: null, around: null } }),
      change({ streets: near, ends_at: '2026-03-01T19:59:00Z' }),
      change({ streets: near, starts_at: '2026-03-01T20:01:00Z' }),
      change({ streets: near, closed: false, speed_kmh: 10 }),
      change({ streets: { ids: null, name: 'Rue d’ailleurs', around: null } }),
    ];
    expect(closuresNear(none, [LONG, FAR], [CAR], NOW)).toEqual([]);
  });

  it('counts a closed circle from its rim, and puts the nearest of either place first', () => {
    const circle = change({ streets: { ids: null, name: null, around: { lat: 49.1177, lon: 6.175, radius_m: 250 } } });
    const byId = change({ streets: { ids: ['far'], name: null, around: null } });
    const found = closuresNear([circle, byId], [LONG, FAR], [CAR, { lat: 49.2, lon: 6.305 }], NOW);
    expect(names(found)).toEqual([
      ['Rue Lointaine', 0],
      [null, 51],
    ]);
  });
});
