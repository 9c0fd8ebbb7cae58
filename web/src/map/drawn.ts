import type { Board } from '../live/board.svelte';
import type { Feed } from './feed.svelte';
import type { Switch } from './layers';

/** What a drawing of the map is made from. */
export interface Drawn {
  board: Board;
  feed: Feed;
  incident: string | null;
  unit: string | null;
  hidden: ReadonlySet<Switch>;
  onchoose: (kind: 'incident' | 'unit', id: string) => void;
}
