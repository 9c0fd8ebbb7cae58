import { describe, expect, test, vi } from 'vitest';
import type { Incident, Seen, Unit } from '../src/live/board.svelte';
import { closures, incidentFeatures, STALE_MS, unitFeatures } from '../src/map/living';
import { style, SWITCHES } from '../src/map/layers';
import { paced } from '../src/map/paced';
import { PALETTES } from '../src/map/palette';
import { incident, unit } from './shapes';

const NOW = Date.parse('2026-03-01T20:00:00Z');
const PLACE = { lat: 49.1, lon: 6.2, accuracy_m: null };

function onBoard(id: string, changes: Partial<Incident> = {}): Incident {
  const { position: _position, ...row } = incident(id);
  return { ...row, place: PLACE, ...changes };
}

function onDuty(name: string, changes: Partial<Unit> = {}): Unit {
  const { position: _position, position_at: _at, ...row } = unit(name);
  return { ...row, ...changes };
}

describe('what lives on the map', () => {
  test('an incident without a place is left out, never put somewhere', () => {
    const shown = incidentFeatures([onBoard('a', { priority: 'P2' }), onBoard('b', { place: null })]);
    expect(shown.features.map((one) => one.properties?.['id'])).toEqual(['a']);
    expect(shown.features[0]?.geometry.coordinates).toEqual([6.2, 49.1]);
    expect(shown.features[0]?.properties).toMatchObject({ priority: 'P2', rank: 2 });
  });

  test('a unit is hatched once its position is older than half an hour, and not before', () => {
    const seen = new Map<string, Seen>([
      ['fresh', { place: PLACE, at: new Date(NOW - STALE_MS + 1000).toISOString() }],
      ['old', { place: PLACE, at: new Date(NOW - STALE_MS - 1000).toISOString() }],
      ['undated', { place: PLACE, at: null }],
    ]);
    const shown = unitFeatures([onDuty('fresh'), onDuty('old'), onDuty('undated')], seen, NOW);
    expect(shown.features.map((one) => one.properties?.['image'])).toEqual([
      'patrol-available',
      'patrol-available-stale',
      'patrol-available-stale',
    ]);
  });

  test('who is off duty or was never seen is not drawn; a crew has another outline', () => {
    const seen = new Map<string, Seen>([['crew', { place: PLACE, at: new Date(NOW).toISOString() }]]);
    const units = [
      onDuty('off', { state: 'off_duty' }),
      onDuty('unseen'),
      onDuty('crew', { kind: 'maintenance', state: 'en_route' }),
    ];
    const shown = unitFeatures(units, seen, NOW);
    expect(shown.features.map((one) => one.properties?.['image'])).toEqual(['crew-en_route']);
  });

  test('only a closure that is in force is drawn, by id, by name or around a place', () => {
    const change = (id: string, changes: object): never =>
      ({
        change_id: id,
        closed: true,
        starts_at: '2026-03-01T19:00:00Z',
        ends_at: '2026-03-01T21:00:00Z',
        reason: 'marché',
        streets: {},
        ...changes,
      }) as never;
    const drawn = closures(
      [
        change('by-id', { streets: { ids: ['quai'] } }),
        change('by-name', { streets: { name: 'Rue Serpenoise' } }),
        change('around', { streets: { around: { lat: 49.1, lon: 6.2, radius_m: 50 } } }),
        change('slow', { closed: false, streets: { ids: ['slow'] } }),
        change('over', { ends_at: '2026-03-01T19:30:00Z', streets: { ids: ['over'] } }),
        change('later', { starts_at: '2026-03-01T20:30:00Z', streets: { ids: ['later'] } }),
      ],
      NOW,
    );
    expect(drawn.ids).toEqual(['quai']);
    expect(drawn.names).toEqual(['Rue Serpenoise']);
    expect(drawn.around.features).toHaveLength(1);
  });
});

describe('the style', () => {
  test.each(['day', 'night'] as const)('asks no address but our tiles (%s)', (name) => {
    const drawn = style(PALETTES[name], 'pmtiles:///v1/tiles/57463.pmtiles');
    expect(drawn.glyphs).toBeUndefined();
    expect(drawn.sprite).toBeUndefined();
    expect(JSON.stringify(drawn)).not.toMatch(/https?:/);
  });

  test('every layer that can be switched exists, with a base map and without', () => {
    for (const tiles of [null, 'pmtiles://x']) {
      const ids = style(PALETTES.day, tiles).layers.map((layer) => layer.id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const layers of Object.values(SWITCHES)) expect(ids).toEqual(expect.arrayContaining([...layers]));
    }
  });
});

test('what is paced runs at once, then with the last wish only', () => {
  vi.useFakeTimers();
  const done: number[] = [];
  const pace = paced(100);
  for (const wish of [1, 2, 3]) pace(() => done.push(wish));
  expect(done).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(done).toEqual([1, 3]);
  pace(() => done.push(4));
  pace.stop();
  vi.advanceTimersByTime(500);
  expect(done).toEqual([1, 3]);
  vi.useRealTimers();
});
