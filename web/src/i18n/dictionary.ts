import { language } from './language.svelte';

/** A phrase, or a phrase with something in it. */
type Phrase = string | ((...values: never[]) => string);
type Words = Record<string, Phrase>;
/** The same keys with the same arguments: a phrase missing in English does not compile. */
type Same<W extends Words> = { readonly [K in keyof W]: W[K] extends string ? string : W[K] };

/**
 * One page's or part's words. Reading a key gives it in the language of the screen, and reads it again when that changes.
 */
export function dictionary<const W extends Words>(fr: W, en: Same<W>): Same<W> {
  return new Proxy(fr as Same<W>, {
    get: (_, key) => (language.current === 'fr' ? (fr as Same<W>) : en)[key as keyof W],
  });
}

/** Of texts that come in both languages: `{ title_fr, title_en }` → the screen's, the other where it is missing. */
export function spoken(fr: string | null | undefined, en: string | null | undefined): string {
  return (language.current === 'fr' ? fr || en : en || fr) ?? '';
}

/** Doors say both in one text, `Modifié entre-temps / changed meanwhile`: the screen's half. */
export function half(both: string): string {
  const [fr, en] = both.split(' / ', 2);
  return spoken(fr, en);
}
