import type { Role } from '../api/shapes';

/** A page of the console: its place after `#/`, the letter that follows `g`, and for whom it is. */
export interface PageOfRoom {
  readonly id: PageId;
  readonly letter: string;
  readonly roles: readonly Role[];
}
export type PageId =
  | 'room'
  | 'call'
  | 'kiosks'
  | 'log'
  | 'relief'
  | 'fleet'
  | 'roster'
  | 'silences'
  | 'streets'
  | 'broadcasts'
  | 'protected'
  | 'system';

const ALL: readonly Role[] = ['operator', 'shift_lead', 'auditor'];
const DECIDE: readonly Role[] = ['operator', 'shift_lead'];

/** The server refuses what is not one's own; here it is only not offered. Letters are those of the French words. */
export const PAGES_OF_ROOM: readonly PageOfRoom[] = [
  { id: 'room', letter: 's', roles: ALL },
  { id: 'call', letter: 'a', roles: DECIDE },
  { id: 'kiosks', letter: 'b', roles: ALL },
  { id: 'log', letter: 'm', roles: ALL },
  { id: 'relief', letter: 'r', roles: ALL },
  { id: 'fleet', letter: 'e', roles: ALL },
  { id: 'roster', letter: 't', roles: ALL },
  { id: 'silences', letter: 'i', roles: ALL },
  { id: 'streets', letter: 'v', roles: ALL },
  { id: 'broadcasts', letter: 'd', roles: ALL },
  { id: 'protected', letter: 'p', roles: DECIDE },
  { id: 'system', letter: 'y', roles: ALL },
];

/** The page that an address names; none if it names no page (the skip link's `#content`). */
export function pageIn(hash: string): PageId | null {
  if (hash === '' || hash === '#' || hash === '#/') return 'room';
  const wanted = hash.startsWith('#/') ? hash.slice(2) : null;
  return PAGES_OF_ROOM.find((page) => page.id === wanted)?.id ?? null;
}

/** Which page is shown; the address says it, so that it can be reloaded and gone back to. */
class Route {
  page = $state<PageId>(pageIn(location.hash) ?? 'room');

  /** Listens for as long as the console lives. */
  follow(): () => void {
    const changed = (): void => {
      this.page = pageIn(location.hash) ?? this.page;
    };
    addEventListener('hashchange', changed);
    // The address may have changed while the person was signing in.
    changed();
    return () => removeEventListener('hashchange', changed);
  }

  go(page: PageId): void {
    this.page = page;
    location.hash = page === 'room' ? '#/' : `#/${page}`;
  }
}

export const route = new Route();
