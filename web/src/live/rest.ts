import { api, settle } from '../api/client';
import type { Board } from './board.svelte';

const PAGE = 1000;
const AGAIN_MS = 5000;

/**
 * Reads, page by page, the open incidents that a snapshot had no room for. Until they are there `board.lacking` says how
 * many are not shown; a door that does not answer is asked again.
 */
export class Rest {
  private turn = 0;

  constructor(
    private readonly board: Board,
    private readonly againMs = AGAIN_MS,
  ) {}

  /** After each reset: it ends what an earlier one began. */
  async read(): Promise<void> {
    const turn = ++this.turn;
    for (let before: string | undefined; this.board.lacking > 0;) {
      const query = { state: ['open' as const, 'in_progress' as const], limit: PAGE, ...(before && { before }) };
      const page = await settle(api.GET('/v1/incidents', { params: { query } }));
      if (turn !== this.turn) return;
      if (page.ok) {
        this.board.more(page.value);
        before = page.value.at(-1)?.incident_id ?? before;
        // The last page: what is still lacking by the count has ended meanwhile.
        if (page.value.length < PAGE) this.board.lacking = 0;
      } else {
        await new Promise((then) => setTimeout(then, this.againMs));
        if (turn !== this.turn) return;
      }
    }
  }
}
