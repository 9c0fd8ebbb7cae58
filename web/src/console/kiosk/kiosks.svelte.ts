import { api, order, settle, type Settled } from '../../api/client';
import { sentence } from '../../api/problem';
import type { KioskCall } from '../../api/shapes';
import { toasts } from '../../ui/toasts.svelte';
import { announcements } from '../../ui/announcements.svelte';
import { pack } from '../pack.svelte';
import type { Room } from '../room.svelte';
import { inTurn, kioskName } from './queue';
import { words } from './words';

/** Seconds within which a call is to be answered (NFPA 1225: nine of ten). */
export const ANSWER_WITHIN_S = 10;

/** Calls at kiosks that nobody has ended yet, and what is done with them. */
export class Kiosks {
  /** The one that is being spoken with first, then the longest waiting. */
  readonly calls = $derived.by(() => inTurn(this.room.board.kioskCalls.values()));
  readonly waiting = $derived(this.calls.filter((call) => call.state === 'waiting'));
  /** The call that the keys act on. */
  readonly current = $derived(this.calls[0]);
  /** The call whose refusal waits for its reason. */
  refusing = $state.raw<KioskCall | null>(null);

  constructor(private readonly room: Room) {}

  get because(): string | undefined {
    return this.room.because;
  }

  nameOf(call: KioskCall): string {
    return kioskName(call, (scope) => pack.nameOf(scope));
  }

  /** Said once for each call that begins to wait. */
  announce(known: ReadonlySet<string>): void {
    for (const call of this.waiting) {
      if (!known.has(call.kiosk_call_id)) announcements.say(words.newCall(this.nameOf(call)), 'polite');
    }
  }

  answer(call = this.waiting[0]): Promise<void> {
    return this.act(call, words.answered, (params) => api.POST('/v1/kiosk-calls/{call_id}/answer', { params }));
  }

  open(call = this.current): Promise<void> {
    return this.act(call, words.opened, (params) => api.POST('/v1/kiosk-calls/{call_id}/open', { params }));
  }

  refuse(call: KioskCall, reason: string): Promise<void> {
    this.refusing = null;
    const body = { reason };
    return this.act(call, words.refused, (params) => api.POST('/v1/kiosk-calls/{call_id}/refuse', { params, body }));
  }

  /** A call for help: an incident is opened and shown. */
  async sos(call = this.current): Promise<void> {
    await this.act(call, words.helped, async (params) => {
      const sent = await api.POST('/v1/kiosk-calls/{call_id}/sos', { params });
      if (sent.data?.incident_id) this.room.choose(sent.data.incident_id);
      return sent;
    });
  }

  private async act(call: KioskCall | undefined, done: string, send: Send): Promise<void> {
    if (call === undefined) return;
    if (this.because !== undefined) return toasts.show(this.because, 'bad');
    const params = { path: { call_id: call.kiosk_call_id }, header: order() };
    const answer: Settled<KioskCall> = await settle(send(params));
    toasts.show(answer.ok ? `${done} — ${this.nameOf(call)}` : sentence(answer.problem), answer.ok ? 'good' : 'bad');
  }
}

type Send = (params: {
  path: { call_id: string };
  header: ReturnType<typeof order>;
}) => Promise<{ data?: KioskCall; error?: unknown; response: Response }>;
