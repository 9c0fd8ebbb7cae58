import type { Incident, Seen, Unit } from '../live/board.svelte';
import type { Feed } from './feed.svelte';
import type { Switch } from './layers';

/** An incident as far as it is drawn. */
export type Sited = Pick<Incident, 'incident_id' | 'priority' | 'place' | 'acknowledged_at'>;

/** What lives on a map: the room's whole board, or the little that a tablet knows. */
export interface Scene {
  readonly incidents: ReadonlyMap<string, Sited>;
  readonly units: ReadonlyMap<string, Unit>;
  readonly seen: ReadonlyMap<string, Seen>;
}

/** What a drawing of the map is made from. */
export interface Drawn {
  board: Scene;
  feed: Feed;
  incident: string | null;
  unit: string | null;
  hidden: ReadonlySet<Switch>;
  onchoose: (kind: 'incident' | 'unit', id: string) => void;
}
