import { afterEach, expect, it, vi } from 'vitest';
import { Sweep } from '../src/console/sweep.svelte';
import { News } from '../src/live/news.svelte';
import { incident } from './shapes';

afterEach(() => vi.unstubAllGlobals());

const alike = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ ...incident(`i-${at}`, { revision: at + 1 }), place: null }));

function answering(status: (asked: Request, nth: number) => number): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(new Request(url, init));
    return new Response('{}', { status: status(asked[asked.length - 1] as Request, asked.length) });
  });
  return asked;
}

it('gives each its own order on what was seen, and not to those that somebody has seen already', async () => {
  const asked = answering(() => 200);
  const sweep = new Sweep(() => undefined);
  const seen = { ...incident('seen', { acknowledged_at: '2026-03-01T20:00:00Z' }), place: null };
  await sweep.acknowledge([...alike(20), seen]);
  expect([sweep.done, sweep.left, sweep.total, sweep.running]).toEqual([20, 0, 20, false]);
  expect(new Set(asked.map((one) => one.headers.get('Idempotency-Key'))).size).toBe(20);
  expect(asked.find((one) => one.url.endsWith('/i-6/acknowledge'))?.headers.get('If-Match')).toBe('"7"');
  expect(asked.some((one) => one.url.includes('seen'))).toBe(false);
});

it('leaves what changed meanwhile, and counts it', async () => {
  answering((one) => (one.url.endsWith('/i-3/acknowledge') ? 412 : 200));
  const sweep = new Sweep(() => undefined);
  await sweep.acknowledge(alike(10));
  expect([sweep.done, sweep.left]).toEqual([9, 1]);
});

it('sends nothing more once it is stopped or the line is lost; what was not sent is left', async () => {
  let lost: string | undefined;
  const sweep = new Sweep(() => lost);
  const asked = answering((_, nth) => {
    if (nth === 8) lost = 'lost';
    return 200;
  });
  await sweep.acknowledge(alike(100));
  expect(asked.length).toBeLessThan(20);
  expect(sweep.done + sweep.left).toBe(100);
  lost = undefined;
  const again = sweep.acknowledge(alike(100));
  sweep.stop();
  await again;
  expect(sweep.done).toBeLessThan(20);
  expect(sweep.left).toBe(100 - sweep.done);
});

it('counts what the stream tells by kind; after a reset everything counts as told', () => {
  const news = new News();
  news.told('silence');
  expect([news.of('silence'), news.of('roster'), news.of('silence', 'roster')]).toEqual([1, 0, 1]);
  news.everything();
  expect([news.of('silence'), news.of('roster')]).toEqual([2, 1]);
});
