import { describe, expect, it } from 'vitest';
import { ALIKE, rowsOf } from '../src/console/groups';
import { needOf, sorted } from '../src/console/next';
import type { Incident } from '../src/live/board.svelte';
import { nextStep, stateAfter } from '../src/tablet/steps';
import { anchored, cameAbove, inSight } from '../src/ui/window';
import { incident } from './shapes';

function card(id: string, changes: Partial<Incident>): Incident {
  const { position: _position, ...row } = incident(id);
  return { ...row, place: null, ...changes };
}

const NOW = Date.parse('2026-03-01T20:02:00Z');
const SEEN = { acknowledged_at: '2026-03-01T20:01:00Z', acknowledged_by: 'operateur-1' };

describe('the list of incidents', () => {
  it('begins with what needs a person next', () => {
    const task = { task_id: 't', kind: 'patrol', state: 'waiting', slots: 1, agency: null } as const;
    const passed = { target_at: '2026-03-01T20:00:30Z' };
    const wanted = [
      card('00-distress', { nature: 'officer_distress', ...SEEN }),
      card('01-p1-older', { opened_at: '2026-03-01T19:00:00Z' }),
      card('02-p1', {}),
      card('03-attention', { priority: 'P3', attention: 'no_unit_free', ...SEEN }),
      card('04-waiting-task', { priority: 'P3', tasks: [task], ...SEEN }),
      card('05-new-p2', { priority: 'P2' }),
      card('06-verify', { priority: 'P2', verify_first: true, ...SEEN }),
      card('07-target-passed', { priority: 'P2', ...passed, ...SEEN }),
      card('08-hint', { priority: 'P3', attention: 'possible_duplicate', ...SEEN }),
      card('09-followed-p1', { ...SEEN }),
      card('09b-new-p3', { priority: 'P3' }),
      card('10-followed-p4', { priority: 'P4', ...SEEN }),
      card('11-to-close', { state: 'resolved', ...passed, ...SEEN }),
    ];
    const mixed = sorted([...wanted].reverse(), NOW);
    expect(mixed.map((one) => one.incident_id)).toEqual(wanted.map((one) => one.incident_id));
    expect(wanted.map((one) => needOf(one, NOW))).toEqual([
      'help',
      'answer',
      'answer',
      'decide',
      'wait',
      'look',
      'verify',
      'late',
      'late',
      'follow',
      'look',
      'follow',
      'close',
    ]);
  });

  it('puts many alike under one line, and never an officer in distress nor what is chosen', () => {
    const flood = Array.from({ length: ALIKE }, (_, at) =>
      card(`flood-${at}`, { priority: 'P2', nature: 'intrusion' }),
    );
    const help = Array.from({ length: ALIKE }, (_, at) => card(`help-${at}`, { nature: 'officer_distress' }));
    const other = card('other', { priority: 'P2', nature: 'intrusion', site: 'ecole' });
    const list = sorted([...flood, ...help, other], NOW);
    const keys = (unfolded: string[], chosen: string | null) =>
      rowsOf(list, new Set(unfolded), chosen, NOW).map((row) => row.key);
    const group = keys([], null).find((key) => key.startsWith('group:')) ?? '';
    expect(keys([], null)).toEqual([...help.map((one) => one.incident_id), group, 'other']);
    expect(keys([], 'flood-3')).toContain('flood-3');
    expect(keys([group], null)).toHaveLength(help.length + 1 + flood.length + 1);
  });

  it('draws the rows in sight and a few more, whatever its length', () => {
    expect(inSight(0, 640, 64, 1000)).toEqual({ first: 0, end: 14 });
    expect(inSight(6400, 640, 64, 1000)).toEqual({ first: 96, end: 114 });
    expect(inSight(99_999, 640, 64, 10)).toEqual({ first: 10, end: 10 });
  });

  it('keeps the row under the eye in its place when rows come above it, but not at the very top', () => {
    const before = ['a', 'b', 'c', 'd'];
    const after = new Map(['x', 'y', 'a', 'c', 'd'].map((key, at) => [key, at]));
    expect(anchored(before, after, 64 + 10, 64)).toBe(64 + 10 + 64);
    expect(anchored(before, after, 0, 64)).toBe(0);
    expect(anchored(before, new Map(), 200, 64)).toBe(200);
  });

  it('does not follow the one row that goes elsewhere, and holds still under the pointer even at the top', () => {
    const before = ['a', 'b', 'c', 'd', 'e'];
    const seen = new Map(['b', 'c', 'd', 'e', 'a'].map((key, at) => [key, at]));
    expect(anchored(before, seen, 64, 64)).toBe(0);
    const more = new Map(['x', ...before].map((key, at) => [key, at]));
    expect(anchored(before, more, 0, 64, true)).toBe(64);
    expect(cameAbove(new Set(before), [...more.keys()], 64, 64)).toEqual(['x']);
  });
});

it('a tablet’s button follows the officer’s own taps', () => {
  expect(nextStep('offered')).toBe('accept');
  expect(nextStep(stateAfter('offered', ['accept', 'en-route']))).toBe('on-scene');
  expect(nextStep(stateAfter('on_scene', ['clear']))).toBeNull();
});
