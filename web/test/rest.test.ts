import { describe, expect, it, vi } from 'vitest';
import { Board } from '../src/live/board.svelte';
import { Rest } from '../src/live/rest';
import { incident, snapshotOf } from './shapes';

/** 2,600 open incidents, of which a snapshot carries the first 1,000. */
const ALL = Array.from({ length: 2600 }, (_, at) => incident(`i-${String(at).padStart(4, '0')}`));
const FULL = snapshotOf({ incidents: ALL.slice(0, 1000), incidents_total: ALL.length });

/** A door that pages as dispatch does; `meanwhile` happens before it answers. */
function door(meanwhile: (turn: number) => boolean = () => true): { asked: string[] } {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    if (!meanwhile(asked.length)) return Promise.reject(new TypeError('no network'));
    const before = new URL(url).searchParams.get('before');
    const newest = [...ALL].reverse();
    const from = before === null ? 0 : newest.findIndex((one) => one.incident_id === before) + 1;
    return Promise.resolve(Response.json(newest.slice(from, from + 1000)));
  });
  return { asked };
}

describe('more open incidents than a snapshot carries', () => {
  it('says how many are not shown, and reads them page by page until none is', async () => {
    const board = new Board();
    board.reset(FULL);
    expect([board.incidents.size, board.lacking]).toEqual([1000, 1600]);
    const { asked } = door();
    await new Rest(board).read();
    expect([board.incidents.size, board.lacking]).toEqual([2600, 0]);
    expect(asked.length).toBe(2);
  });

  it('brings back nothing that ended while a page was on its way', async () => {
    const board = new Board();
    board.reset(FULL);
    door(() => {
      const over = { ...incident('i-2400', { version: 2, state: 'dismissed' }), place: null, events: [], position: 9 };
      board.take([{ kind: 'incident', data: over, position: 9 }]);
      return true;
    });
    await new Rest(board).read();
    expect(board.incidents.has('i-2400')).toBe(false);
    expect([board.incidents.size, board.lacking]).toEqual([2599, 0]);
  });

  it('asks again where no door answered, and says meanwhile that some are not shown', async () => {
    const board = new Board();
    board.reset(FULL);
    const shown: number[] = [];
    door((turn) => {
      shown.push(board.lacking);
      return turn > 1;
    });
    await new Rest(board, 1).read();
    expect(shown.slice(0, 2)).toEqual([1600, 1600]);
    expect(board.incidents.size).toBe(2600);
  });
});
