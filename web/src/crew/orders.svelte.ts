import { api, order, settle } from '../api/client';
import { doors } from '../api/doors';
import { sentence } from '../api/problem';
import type { Priority, WorkOrder } from '../api/shapes';
import { Board } from '../live/board.svelte';
import { Line } from '../live/line.svelte';
import { session } from '../session/session.svelte';
import { toasts } from '../ui/toasts.svelte';
import { words } from './words';

export type Report = 'start' | 'complete' | 'already-fixed';

/** The crews' orders: most urgent first, then the oldest. */
export class Orders {
  readonly board = new Board();
  readonly line: Line;
  readonly list = $derived(
    [...this.board.workOrders.values()].sort(
      (a, b) => rank(a.priority) - rank(b.priority) || Date.parse(a.ordered_at) - Date.parse(b.ordered_at),
    ),
  );

  constructor() {
    this.line = new Line({
      doors: () => doors.all,
      follow: 'one',
      take: (events) => this.board.take(events),
      signedOut: () => session.ended(),
    });
    this.board.onOrders = () => void this.again();
  }

  async report(about: WorkOrder, report: Report): Promise<void> {
    if (!this.line.live) return toasts.show(words.lineLost, 'bad');
    const params = { path: { order_id: about.order_id }, header: order() };
    const sent = {
      start: () => api.POST('/v1/work-orders/{order_id}/start', { params }),
      complete: () => api.POST('/v1/work-orders/{order_id}/complete', { params }),
      'already-fixed': () => api.POST('/v1/work-orders/{order_id}/already-fixed', { params }),
    }[report]();
    const answer = await settle<unknown>(sent);
    toasts.show(
      answer.ok ? words.done(about.address ?? about.order_id) : sentence(answer.problem),
      answer.ok ? 'good' : 'bad',
    );
    await this.again();
  }

  private async again(): Promise<void> {
    const answer = await settle(api.GET('/v1/work-orders'));
    if (answer.ok) this.board.orders(answer.value);
  }
}

function rank(priority: Priority): number {
  return Number(priority.slice(1));
}
