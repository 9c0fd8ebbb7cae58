import { afterEach, expect, it } from 'vitest';
import type { KioskCall, Pack, RosterLine, ShiftSummary } from '../src/api/shapes';
import { bodyOf } from '../src/console/call/taking';
import { inTurn } from '../src/console/kiosk/queue';
import { csvAddress, NO_FILTERS, queryOf } from '../src/console/log/filters';
import { fold, oneWrong, placesOf, search } from '../src/console/parts/places';
import { Plan, sectorAt } from '../src/console/parts/plan';
import { asText, partner, waitsFor } from '../src/console/relief/summary';
import { hoursOn, linesOn, weekOf } from '../src/console/roster/week';
import { pageIn, PAGES_OF_ROOM } from '../src/console/route.svelte';
import { language } from '../src/i18n/language.svelte';
import { localField, momentOf, useZone } from '../src/i18n/moments';

afterEach(() => {
  language.choose('fr');
  useZone('Europe/Paris');
});

const square = (lat: number, lon: number, side: number): [number, number][] => [
  [lat, lon],
  [lat + side, lon],
  [lat + side, lon + side],
  [lat, lon + side],
];
const pack = {
  centre: { code: '57463', name: 'Metz' },
  sectors: [
    { id: 'west', name: 'Ouest', commune: '57463', polygon: square(49.1, 6.1, 0.1) },
    { id: 'east', name: 'Plantières - Queuleu', commune: '57463', polygon: square(49.1, 6.2, 0.1) },
  ],
  sites: [
    {
      ...{ id: 'comedie', name: 'Théâtre', address: 'place de la Comédie', commune: '57463', sector: 'west' },
      ...{ kind: 'culture', position: { lat: 49.12, lon: 6.17 } },
    },
  ],
  devices: [
    {
      ...{ id: 'borne-1', kind: 'kiosk', name: 'Borne En-Fournirue', commune: '57463', sector: 'west', site: null },
      position: { lat: 49.13, lon: 6.18 },
    },
  ],
  streets: [{ id: 's1', name: 'rue des Tilleuls', points: square(49.15, 6.25, 0.01) }],
} as unknown as Pack;
const places = placesOf(pack);
const found = (query: string): string[] => search(places, query).map((place) => place.name);

it('finds places without accents, by parts of words, and with one letter wrong', () => {
  expect(fold('Œuvre Élysée, 3ᵉ')).toMatch(/^oeuvre elysee 3/);
  expect(found('comedie')).toEqual(['Théâtre']);
  expect(found('theatr')).toEqual(['Théâtre']);
  expect(found('fournrue')).toEqual(['Borne En-Fournirue']);
  expect(found('tileuls')).toEqual(['rue des Tilleuls']);
  expect(found('queuleu')).toEqual(['Plantières - Queuleu']);
  expect(found('gare')).toEqual([]);
  expect(found('  ')).toEqual([]);
});

it('takes one wrong letter for a slip, two for another word', () => {
  expect(['mandlea', 'mandla', 'mandella', 'mandula'].every((word) => oneWrong('mandela', word))).toBe(true);
  expect(['mondula', 'gare'].some((word) => oneWrong('mandela', word))).toBe(false);
});

it('draws a plan on which a click and a place are the same point', () => {
  const plan = new Plan(pack);
  const point = plan.point(plan.x(6.17), plan.y(49.12));
  expect(point).toEqual({ lat: 49.12, lon: 6.17 });
  expect(plan.point(-500, -500)).toEqual({ lat: 49.2, lon: 6.1 });
  expect(sectorAt(pack.sectors, { lat: 49.15, lon: 6.25 })?.id).toBe('east');
  expect(sectorAt(pack.sectors, { lat: 48, lon: 6 })).toBeNull();
});

it('takes a call down with the place, and with the clicked point where there is one', () => {
  const site = places.find((place) => place.id === 'site:comedie') ?? null;
  const street = places.find((place) => place.id === 'street:s1') ?? null;
  const told = { nature: 'disturbance', place: site, point: null, text: ' Tapage ', caller: '' } as const;
  expect(bodyOf(told, pack)).toMatchObject({
    site: 'comedie',
    sector: 'west',
    text: 'Tapage',
    caller: null,
    lat: 49.12,
  });
  const clicked = bodyOf({ ...told, point: { lat: 49.15, lon: 6.25 } }, pack);
  expect(clicked).toMatchObject({ site: 'comedie', lat: 49.15, lon: 6.25, sector: 'east' });
  expect(bodyOf({ ...told, place: street }, pack)).toMatchObject({ site: null, text: 'rue des Tilleuls — Tapage' });
});

it('keeps who is spoken with on top, then whoever waits longest', () => {
  const call = (kiosk_call_id: string, state: string, called_at: string) =>
    ({ kiosk_call_id, state, called_at }) as unknown as KioskCall;
  const queue = [call('b', 'waiting', '22:01'), call('a', 'waiting', '22:00'), call('c', 'answered', '22:02')];
  expect(inTurn(queue).map((one) => one.kiosk_call_id)).toEqual(['c', 'a', 'b']);
});

it('asks the log for what the filters say, in the centre’s day', () => {
  const now = Date.parse('2026-11-22T23:30:00Z'); // already Monday in Metz
  expect(queryOf({ ...NO_FILTERS, period: 'today', q: ' incendie ', priority: 'P1' }, now)).toEqual({
    since: '2026-11-22T23:00:00.000Z',
    q: 'incendie',
    priority: ['P1'],
  });
  expect(queryOf({ ...NO_FILTERS, period: 'any' }, now)).toEqual({});
  const address = csvAddress({ ...NO_FILTERS, period: 'any', nature: 'fire', actor: 'system' }, now, 'Europe/Paris');
  expect(address).toBe('/v1/log.csv?timezone=Europe%2FParis&actor=system&nature=fire');
});

it('reads fields of date and time in the centre’s zone, over both changes of the clock', () => {
  for (const at of ['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-10-25T02:30:00.000Z']) {
    expect(momentOf(localField(at))).toBe(at);
  }
  expect(momentOf('')).toBeNull();
  useZone('Indian/Reunion');
  expect(momentOf('2026-11-22T04:00')).toBe('2026-11-22T00:00:00.000Z');
});

it('shows a night’s duty on both of its days', () => {
  const line = {
    ...{ unit: 'pm-11', kind: 'duty', line_id: '1' },
    ...{ starts_at: '2026-11-22T21:00:00Z', ends_at: '2026-11-23T05:00:00Z' },
  } as RosterLine;
  const week = weekOf(Date.parse('2026-11-22T12:00:00Z'));
  expect([week[0], week[6]]).toEqual(['2026-11-16', '2026-11-22']);
  expect(linesOn([line], 'pm-11', '2026-11-22')).toEqual([line]);
  expect(hoursOn(line, '2026-11-22')).toEqual({ from: '22:00', to: '…' });
  expect(hoursOn(line, '2026-11-23')).toEqual({ from: '…', to: '06:00' });
  expect(linesOn([line], 'pm-11', '2026-11-24')).toEqual([]);
});

const summary = {
  ...{ since: '2026-11-22T12:00:00Z', until: '2026-11-22T20:00:00Z', silences: 1, broadcasts: 0 },
  counted: [
    {
      nature: 'fire',
      nature_fr: 'Incendie',
      nature_en: 'Fire',
      priority: 'P1',
      opened: 2,
      dismissed: 1,
      unfinished: 1,
    },
  ],
  still_open: [
    {
      ...{
        incident_id: 'i',
        priority: 'P1',
        state: 'open',
        address: 'rue X',
        sector: null,
        opened_at: '2026-11-22T19:00:00Z',
      },
      ...{
        nature: 'fire',
        nature_fr: 'Incendie',
        nature_en: 'Fire',
        acknowledged_by: null,
        attention: 'unacknowledged_p1',
      },
      ...{ units: ['pm-11'], waiting_tasks: ['firefighters'], partners: ['sdis57 sent'], last_note: 'Fumée' },
    },
  ],
  ...{ units: { available: 7 }, first_unit_p90_s: { P1: 12 }, on_scene_p90_s: {} },
} as unknown as ShiftSummary;

it('hands over as plain text what is open, what it waits for, and how long help took', () => {
  const text = asText(
    summary,
    (unit) => (unit === 'pm-11' ? 'Turenne 11' : unit),
    () => 'SDIS 57',
  );
  expect(text).toContain('P1 Incendie, rue X');
  expect(text).toContain('Turenne 11 ; non acquitté ; pompiers à engager ; SDIS 57 — transmis ; « Fumée »');
  expect(text).toContain('P1 : Premier équipage proposé 12 s');
  expect(text).not.toContain('undefined');
  const [open] = summary.still_open;
  expect(open === undefined ? [] : waitsFor(open)).toEqual(['non acquitté', 'pompiers à engager']);
  expect(partner('sdis57 refused', (id) => id)).toBe('sdis57 — refusé');
});

it('knows each page by its address and by a letter of its own', () => {
  expect(PAGES_OF_ROOM.map((page) => pageIn(page.id === 'room' ? '#/' : `#/${page.id}`))).toEqual(
    PAGES_OF_ROOM.map((page) => page.id),
  );
  expect(pageIn('#content')).toBeNull();
  expect(new Set(PAGES_OF_ROOM.map((page) => page.letter)).size).toBe(PAGES_OF_ROOM.length);
  expect(PAGES_OF_ROOM.filter((page) => !page.roles.includes('auditor')).map((page) => page.id)).toEqual([
    'call',
    'protected',
  ]);
});
