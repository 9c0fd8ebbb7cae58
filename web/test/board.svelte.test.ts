import { describe, expect, it } from 'vitest';
import { flushSync } from 'svelte';
import { Board } from '../src/live/board.svelte';
import { Frames } from '../src/live/frames';
import type { StreamEvent } from '../src/live/follower';
import { assignment, incident, snapshotOf, unit } from './shapes';

function event(kind: string, data: object, position = 10): StreamEvent {
  return { kind, data: { ...data, position, at: '2026-03-01T20:00:00Z' }, position };
}

describe('the board', () => {
  it('keeps an incident’s place, which travels as `position` in a snapshot and as `place` in an event', () => {
    const board = new Board();
    const place = { lat: 49.1, lon: 6.1, accuracy_m: null };
    board.reset(snapshotOf({ incidents: [incident('i-1', { position: place })] }));
    expect(board.incidents.get('i-1')?.place).toEqual(place);
    const moved = { lat: 49.2, lon: 6.2, accuracy_m: 5 };
    board.take([event('incident', { ...incident('i-1', { version: 2 }), place: moved, events: [] })]);
    expect(board.incidents.get('i-1')?.place).toEqual(moved);
  });

  it('never goes back to an older version of a card, and forgets what is over', () => {
    const board = new Board();
    board.reset(snapshotOf({ incidents: [incident('i-1', { version: 5, attention: 'no_unit_free' })] }));
    board.take([event('incident', { ...incident('i-1', { version: 4 }), place: null, events: [] })]);
    expect(board.incidents.get('i-1')?.attention).toBe('no_unit_free');
    board.take([event('incident', { ...incident('i-1', { version: 6, state: 'closed' }), place: null, events: [] })]);
    expect(board.incidents.size).toBe(0);
  });

  it('forgets on a reset what the snapshot does not name', () => {
    const board = new Board();
    board.reset(snapshotOf({ incidents: [incident('i-1'), incident('i-2')], assignments: [assignment('a-1')] }));
    board.take([event('reset', { reason: 'too_old', snapshot: snapshotOf({ incidents: [incident('i-2')] }) })]);
    expect([...board.incidents.keys()]).toEqual(['i-2']);
    expect(board.assignments.size).toBe(0);
  });

  it('draws one unit again when one of two hundred moves, and the list of units not at all', () => {
    const board = new Board();
    const names = Array.from({ length: 200 }, (_, at) => `u-${at}`);
    board.reset(snapshotOf({ units: names.map((name) => unit(name)) }));
    const drawn = { one: 0, other: 0, list: 0 };
    const stop = $effect.root(() => {
      $effect(() => void (board.seen.get('u-1'), drawn.one++));
      $effect(() => void (board.seen.get('u-2'), drawn.other++));
      $effect(() => void ([...board.units.values()].length, drawn.list++));
    });
    flushSync();
    for (let at = 0; at < 10; at++) {
      const place = { lat: 49 + at / 100, lon: 6, accuracy_m: 5 };
      board.take([event('position', { unit: 'u-1', place, position_at: '2026-03-01T20:00:00Z' })]);
      flushSync();
    }
    stop();
    expect(drawn).toEqual({ one: 11, other: 1, list: 1 });
  });
});

describe('frames', () => {
  it('hand on everything of one frame at once and in order', () => {
    const handed: number[][] = [];
    let frame: () => void = () => undefined;
    const frames = new Frames<number>(
      (items) => handed.push(items),
      (then) => (frame = then),
    );
    [1, 2, 3].forEach((item) => frames.add(item));
    frame();
    frames.add(4);
    frame();
    expect(handed).toEqual([[1, 2, 3], [4]]);
  });
});
