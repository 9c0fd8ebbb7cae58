import { describe, expect, it } from 'vitest';
import { byNeed, needOf } from '../src/console/next';
import type { Incident } from '../src/live/board.svelte';
import { nextStep, stateAfter } from '../src/tablet/steps';
import { anchored, inSight } from '../src/ui/window';
import { incident } from './shapes';

function card(id: string, changes: Partial<Incident>): Incident {
  const { position: _position, ...row } = incident(id);
  return { ...row, place: null, ...changes };
}

const SEEN = { acknowledged_at: '2026-03-01T20:01:00Z', acknowledged_by: 'operateur-1' };

describe('the list of incidents', () => {
  it('begins with what needs a person next', () => {
    const wanted = [
      card('1-p1-older', { opened_at: '2026-03-01T19:00:00Z' }),
      card('2-p1', {}),
      card('3-attention', { priority: 'P3', attention: 'no_unit_free', ...SEEN }),
      card('4-new-p2', { priority: 'P2' }),
      card('5-verify', { priority: 'P2', verify_first: true, ...SEEN }),
      card('6-followed-p1', { ...SEEN }),
      card('7-followed-p4', { priority: 'P4', ...SEEN }),
      card('8-to-close', { state: 'resolved', ...SEEN }),
    ];
    const mixed = [...wanted].sort((a, b) => b.incident_id.localeCompare(a.incident_id)).sort(byNeed);
    expect(mixed.map((one) => one.incident_id)).toEqual(wanted.map((one) => one.incident_id));
    expect(wanted.map(needOf)).toEqual(['answer', 'answer', 'decide', 'look', 'verify', 'follow', 'follow', 'close']);
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
});

it('a tablet’s button follows the officer’s own taps', () => {
  expect(nextStep('offered')).toBe('accept');
  expect(nextStep(stateAfter('offered', ['accept', 'en-route']))).toBe('on-scene');
  expect(nextStep(stateAfter('on_scene', ['clear']))).toBeNull();
});
