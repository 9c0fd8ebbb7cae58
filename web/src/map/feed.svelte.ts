import { api, settle } from '../api/client';
import type { Coverage, MapShown, StreetChange } from '../api/shapes';
import { clock } from '../i18n/clock.svelte';

/** Closures and gaps change by people's decisions, in minutes: they are asked for this often, and at once when shown. */
const AGAIN_MS = 15_000;

/** What a map reads from the doors: the city's places once, closures and gaps again and again. */
export class Feed {
  shown = $state.raw<MapShown | null>(null);
  failed = $state(false);
  changes = $state.raw<readonly StreetChange[]>([]);
  /** When they were read last, by this machine's clock as the page corrects it; null: not yet. */
  changesAt = $state<number | null>(null);
  gaps = $state.raw<Coverage['gaps']>([]);

  constructor(readonly centre: string) {}

  async open(): Promise<void> {
    this.failed = false;
    const params = { path: { centre: this.centre } };
    const answer = await settle(api.GET('/v1/map/{centre}.json', { params }));
    if (answer.ok) this.shown = answer.value;
    else this.failed = true;
  }

  /** Keeps reading until it is told to stop: closures, and for the room coverage. */
  follow(room: boolean): () => void {
    const again = (): void => {
      void this.readChanges();
      if (room) void this.readGaps();
    };
    again();
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }

  // What was shown last stays: the page's banner says that the line is lost.
  private async readChanges(): Promise<void> {
    const answer = await settle(api.GET('/v1/street-changes', { params: { query: { centre: this.centre } } }));
    if (!answer.ok) return;
    this.changes = answer.value;
    this.changesAt = clock.exact();
  }

  private async readGaps(): Promise<void> {
    const answer = await settle(api.GET('/v1/coverage', { params: { query: { centre: this.centre } } }));
    if (answer.ok) this.gaps = answer.value.gaps;
  }
}
