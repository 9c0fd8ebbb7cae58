import { api, settle } from '../api/client';
import { doors } from '../api/doors';
import type { Person, WorkOrder } from '../api/shapes';
import { half } from '../i18n/dictionary';
import { Board } from '../live/board.svelte';
import { Line } from '../live/line.svelte';
import { Queue } from '../offline/queue.svelte';
import type { Shelf } from '../offline/shelf';
import { session } from '../session/session.svelte';
import { toasts } from '../ui/toasts.svelte';
import {
  after,
  isReport,
  jobsOf,
  REACHES,
  sorted,
  usualMaterial,
  type Job,
  type Point,
  type Report,
  type Sort,
} from './jobs';
import { actName, words } from './words';

/** What was shown last, for a start in a dead spot. */
interface Kept {
  heardAt: number;
  orders: readonly WorkOrder[];
  usual: readonly string[];
}

/** What a crew leaves behind at the end of a job. */
export interface Closing {
  note: string;
  material: readonly string[];
  photo: Blob | null;
  signature: Blob | null;
}

const OVER = new Set<string>(['completed', 'already_fixed']);

/** One crew's orders: what there is to do, and what it reports, with or without a network. */
export class Orders {
  readonly unit: string;
  readonly board = new Board();
  readonly line: Line;
  readonly queue: Queue;
  sort = $state<Sort>('due');
  here = $state.raw<Point | null>(null);
  usual = $state.raw<readonly string[]>([]);
  readonly jobs = $derived.by(() => {
    const told = [...this.board.workOrders.values()].map((order) => after(order, this.waitingOn(order), this.unit));
    const open = told.filter((order) => !OVER.has(order.state));
    return sorted(jobsOf(open), this.sort, this.unit, this.here);
  });
  readonly refused = $derived.by(() =>
    this.queue.entries
      .filter((entry) => entry.state === 'refused')
      .map((entry) => ({ key: entry.key, text: words.refused(actName(entry.what), half(entry.why ?? '')) })),
  );

  constructor(
    person: Person,
    private readonly shelf: Shelf,
  ) {
    this.unit = person.unit ?? '';
    this.line = new Line({
      doors: () => doors.all,
      follow: 'one',
      take: (events) => {
        this.board.take(events);
        if (events.some(({ kind }) => kind === 'reset')) void this.again();
      },
      signedOut: () => session.ended(),
    });
    this.queue = new Queue(shelf, person.account, {
      answered: () => void this.again(),
      refused: () => void this.again(),
      signedOut: () => session.ended(),
    });
    this.board.onOrders = () => void this.again();
  }

  async open(): Promise<void> {
    const kept = (await this.shelf.kept(this.name)) as Kept | undefined;
    if (kept !== undefined) {
      this.board.orders(kept.orders);
      this.usual = kept.usual;
      this.line.heardAt = kept.heardAt;
    }
    await this.queue.open();
    this.line.start();
  }

  close(): void {
    this.line.stop();
    this.queue.close();
  }

  /** Safe on the shelf at once. Of several orders for one lamp one is worked on; the others end as already fixed. */
  async report({ order: worked, all }: Job, report: Report, closing?: Closing): Promise<void> {
    const body = closing === undefined ? {} : { note: closing.note || null, material: closing.material };
    await this.tell(worked, report, body);
    if (OVER.has(REACHES[report])) {
      for (const other of all) if (other.order_id !== worked.order_id) await this.tell(other, 'already-fixed', {});
    }
    await this.picture(worked, 'photo', closing?.photo ?? null);
    await this.picture(worked, 'signature', closing?.signature ?? null);
    toasts.show(words.kept(`${actName(report)} — ${worked.address ?? worked.order_id}`), 'good');
  }

  private tell({ order_id }: WorkOrder, report: Report, body: Record<string, unknown>): Promise<void> {
    const path = `/v1/work-orders/${encodeURIComponent(order_id)}/${report}`;
    return this.queue.add({ method: 'POST', path, body, about: order_id, what: report });
  }

  private async picture(order: WorkOrder, kind: 'photo' | 'signature', picture: Blob | null): Promise<void> {
    if (picture === null) return;
    const path = `/v1/incidents/${encodeURIComponent(order.incident_id)}/attachments?kind=${kind}`;
    await this.queue.add({ method: 'POST', path, body: {}, about: order.order_id, what: kind, picture });
  }

  private waitingOn(order: WorkOrder): Report[] {
    const mine = this.queue.waiting.filter((entry) => entry.about === order.order_id);
    return mine.map((entry) => entry.what).filter(isReport);
  }

  private get name(): string {
    return `orders:${this.unit}`;
  }

  private async again(): Promise<void> {
    const answer = await settle(api.GET('/v1/work-orders'));
    if (!answer.ok) return;
    this.board.orders(answer.value);
    this.usual = usualMaterial(answer.value);
    const orders = [...this.board.workOrders.values()];
    const kept: Kept = { heardAt: this.line.heardAt ?? 0, orders, usual: this.usual };
    await this.shelf.keep(this.name, $state.snapshot(kept));
  }
}
