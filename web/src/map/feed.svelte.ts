import { api, settle } from '../api/client';
import type { Coverage, MapShown, StreetChange } from '../api/shapes';

/** Closures and gaps change by people's decisions, in minutes: they are asked for this often, and at once when shown. */
const AGAIN_MS = 15_000;

/** What a map reads from the doors: the city's places once, closures and gaps again and again. */
export class Feed {
  shown = $state.raw<MapShown | null>(null);
  failed = $state(false);
  changes = $state.raw<readonly StreetChange[]>([]);
  gaps = $state.raw<Coverage['gaps']>([]);

  constructor(private readonly centre: string) {}

  async open(): Promise<void> {
    this.failed = false;
    const params = { path: { centre: this.centre } };
    const answer = await settle(api.GET('/v1/map/{centre}.json', { params }));
    if (answer.ok) this.shown = answer.value;
    else this.failed = true;
  }

  /** Keeps reading until it is told to stop; for those who may see closures and coverage. */
  follow(): () => void {
    void this.again();
    const timer = setInterval(() => void this.again(), AGAIN_MS);
    return () => clearInterval(timer);
  }

  private async again(): Promise<void> {
    const query = { centre: this.centre };
    const [changes, coverage] = await Promise.all([
      settle(api.GET('/v1/street-changes', { params: { query } })),
      settle(api.GET('/v1/coverage', { params: { query } })),
    ]);
    // What was shown last stays: the page's banner says that the line is lost.
    if (changes.ok) this.changes = changes.value;
    if (coverage.ok) this.gaps = coverage.value.gaps;
  }
}
