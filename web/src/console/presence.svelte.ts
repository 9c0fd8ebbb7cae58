import { api, settle } from '../api/client';
import { newKey } from '../api/keys';
import type { Board } from '../live/board.svelte';

const EVERY_MS = 20_000;

/** Tells which card this console shows, and knows who else shows it. After a minute's silence dispatch forgets. */
export class Presence {
  private readonly console = newKey();
  private shown: string | null = null;

  constructor(
    private readonly board: Board,
    private readonly me: string,
  ) {}

  /** This card is on the screen now; call the answer when it is not any more. */
  show(incident: string | null): () => void {
    this.shown = incident;
    void this.tell();
    const timer = setInterval(() => void this.tell(), EVERY_MS);
    return () => clearInterval(timer);
  }

  /** Others who show that card. */
  on(incident: string): readonly string[] {
    return (this.board.present.get(incident) ?? []).filter((actor) => actor !== this.me);
  }

  private async tell(): Promise<void> {
    const incident = this.shown;
    const answer = await settle(api.PUT('/v1/presence', { body: { console: this.console, incident } }));
    if (!answer.ok) return; // the line's banner says why
    const found = new Map<string, string[]>();
    for (const { actor, incident_id } of answer.value) {
      if (incident_id !== null) found.set(incident_id, [...new Set([...(found.get(incident_id) ?? []), actor])]);
    }
    this.board.everybody(found);
  }
}
