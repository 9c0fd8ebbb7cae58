import { afterEach, expect, it } from 'vitest';
import { half, spoken } from '../src/i18n/dictionary';
import { language } from '../src/i18n/language.svelte';
import { clockTime, dayTime, lasting, useZone } from '../src/i18n/moments';
import { attention } from '../src/i18n/vocabulary';
import { words } from '../src/session/words';

afterEach(() => {
  language.choose('fr');
  useZone('Europe/Paris');
});

it('speaks French until somebody chooses English, and says so to the browser', () => {
  expect(words.enter).toBe('Entrer');
  language.choose('en');
  expect(document.documentElement.lang).toBe('en');
  expect(words.enter).toBe('Enter');
});

it('shows times of the centre, also over a change of the clock', () => {
  expect(clockTime('2026-03-29T00:59:59Z')).toBe('01:59:59');
  expect(clockTime('2026-03-29T01:00:00Z')).toBe('03:00:00');
  useZone('Indian/Reunion');
  expect(clockTime('2026-03-29T01:00:00Z')).toBe('05:00:00');
  expect(dayTime('2026-03-29T01:00:00Z')).toMatch(/^dim\. 29 mars/);
});

it('says how long as people do', () => {
  expect([8.9, 65, 3599, 3840, 183_000, -3].map(lasting)).toEqual([
    '8 s',
    '1 min 05',
    '59 min 59',
    '1 h 04',
    '2 j 02 h',
    '0 s',
  ]);
});

it('takes the half of a bilingual text, the other where one is missing, and an unknown word as it is', () => {
  expect(half('Modifié / changed')).toBe('Modifié');
  expect(half('Modifié')).toBe('Modifié');
  language.choose('en');
  expect(half('Modifié')).toBe('Modifié');
  expect(spoken('Consigne', '')).toBe('Consigne');
  expect(attention('something_new')).toBe('something new');
});
