import { expect, it, vi } from 'vitest';
import { chosenOf } from '../src/console/commands_units';
import { suggest, understand, type Command } from '../src/console/palette';
import { ringing } from '../src/console/tones';

function command(name: string, verbs: string[], more: Partial<Command> = {}): Command {
  return {
    name,
    verbs,
    group: 'card',
    label: () => name,
    fits: () => true,
    because: () => undefined,
    run: vi.fn(),
    ...more,
  };
}

const UNITS = [
  { value: 'pm-11', text: 'PM 11' },
  { value: 'pm-12', text: 'PM 12' },
  { value: 'vtt-1', text: 'VTT T11' },
];
const engage = command('engage', ['engager', 'engage'], { options: () => UNITS });
const hand = command('hand_over', ['transmettre', 'passer la main', 'hand over'], { options: () => [] });
const split = command('split', ['séparer', 'split'], { fits: () => false });
const ALL = [engage, hand, split];

it('the command line understands verbs of both languages, with or without accents, and what follows them', () => {
  expect(understand('engager T11', ALL)).toEqual({ command: engage, argument: 'T11' });
  expect(understand('ENGAGE pm-11', ALL)).toEqual({ command: engage, argument: 'pm-11' });
  expect(understand('passer la main pompiers de Metz', ALL)).toEqual({ command: hand, argument: 'pompiers de Metz' });
  expect(understand('hand-over police', ALL)?.argument).toBe('police');
  expect(understand('transmettre', ALL)).toEqual({ command: hand, argument: '' });
  expect(understand('engagerT11', ALL)).toBeNull();
});

it('what does not fit the card is neither understood nor offered', () => {
  expect(understand('separer', ALL)).toBeNull();
  expect(suggest('sep', ALL)).toEqual([]);
});

it('a verb is completed, then its argument; only a whole line runs', () => {
  expect(suggest('eng', ALL).map((one) => [one.line, one.complete])).toEqual([['engager ', false]]);
  expect(suggest('engager 12', ALL).map((one) => [one.line, one.complete])).toEqual([['engager pm-12', true]]);
});

it('a unit is named by its id, its call sign or what is left of it, never by a guess', () => {
  expect(chosenOf(UNITS, 'pm-12')).toBe('pm-12');
  expect(chosenOf(UNITS, 'pm12')).toBe('pm-12');
  expect(chosenOf(UNITS, 't11')).toBe('vtt-1');
  expect(chosenOf(UNITS, '1')).toBeUndefined();
  expect(chosenOf(UNITS, '')).toBeUndefined();
});

it('a P1 rings before a call, and nothing rings when nothing waits', () => {
  expect([ringing(2, 1), ringing(0, 1), ringing(0, 0)]).toEqual(['p1', 'call', null]);
});
