import type { WorkOrder } from '../api/shapes';
import { metres } from '../live/distance';

export type Report = 'take' | 'start' | 'complete' | 'already-fixed';
export type Sort = 'due' | 'near';
export type Point = { lat: number; lon: number };

/** What a crew goes to: one device, or one place, however many orders and reports there are for it. */
export interface Job {
  /** The one that is worked on: the furthest advanced, else the oldest. */
  order: WorkOrder;
  all: readonly WorkOrder[];
  reports: number;
}

export const REACHES: Record<Report, WorkOrder['state']> = {
  take: 'taken',
  start: 'started',
  complete: 'completed',
  'already-fixed': 'already_fixed',
};
const FURTHER: readonly WorkOrder['state'][] = ['ordered', 'taken', 'started'];

export function isReport(what: string): what is Report {
  return what in REACHES;
}

/** As the crew's own taps have it: what waits to be sent counts for it already. */
export function after(order: WorkOrder, waiting: readonly Report[], unit: string): WorkOrder {
  const last = waiting.at(-1);
  return last === undefined ? order : { ...order, state: REACHES[last], taken_by: order.taken_by ?? unit };
}

/** One job a device; orders without a device stand for themselves. */
export function jobsOf(orders: readonly WorkOrder[]): Job[] {
  const found = new Map<string, WorkOrder[]>();
  for (const order of orders) {
    const key = order.device === null ? order.order_id : `${order.device} ${order.nature}`;
    found.set(key, [...(found.get(key) ?? []), order]);
  }
  return [...found.values()].map((all) => {
    const [order] = [...all].sort(
      (a, b) => FURTHER.indexOf(b.state) - FURTHER.indexOf(a.state) || time(a.ordered_at) - time(b.ordered_at),
    ) as [WorkOrder];
    return { order, all, reports: all.reduce((sum, one) => sum + one.signals, 0) };
  });
}

/** One's own first, what others took last; between them by due time and priority, or by distance. */
export function sorted(jobs: readonly Job[], by: Sort, unit: string, here: Point | null): Job[] {
  const whose = ({ order }: Job): number => (order.taken_by === unit ? 0 : order.taken_by === null ? 1 : 2);
  const far = ({ order }: Job): number => distance(order, here) ?? Infinity;
  const due = ({ order }: Job): number => (order.due_at === null ? Infinity : time(order.due_at));
  return [...jobs].sort(
    (a, b) =>
      whose(a) - whose(b) ||
      (by === 'near' ? minus(far(a), far(b)) : 0) ||
      minus(due(a), due(b)) ||
      a.order.priority.localeCompare(b.order.priority) ||
      time(a.order.ordered_at) - time(b.order.ordered_at),
  );
}

/** Metres, if both places are known. */
export function distance({ lat, lon }: WorkOrder, here: Point | null): number | null {
  return here === null || lat === null || lon === null ? null : metres({ lat, lon }, here);
}

/** Material that was used before, the most usual first. */
export function usualMaterial(orders: readonly WorkOrder[]): string[] {
  const count = new Map<string, number>();
  for (const what of orders.flatMap((order) => order.material)) count.set(what, (count.get(what) ?? 0) + 1);
  return [...count].sort(([, a], [, b]) => b - a).map(([what]) => what);
}

function minus(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function time(at: string): number {
  return Date.parse(at);
}
