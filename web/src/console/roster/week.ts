import type { RosterLine } from '../../api/shapes';
import { localField, momentOf } from '../../i18n/moments';

/** Days of a week as the centre counts them, `2026-11-23` … from Monday on. */
export function weekOf(at: number): string[] {
  const today = new Date(`${localField(at).slice(0, 10)}T00:00Z`);
  const monday = today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY_MS;
  return Array.from({ length: 7 }, (_, day) => new Date(monday + day * DAY_MS).toISOString().slice(0, 10));
}

const DAY_MS = 86_400_000;

/** The day after. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** The first moment of a day in the centre's zone. A day of the change of the clocks has 23 or 25 hours. */
export function beginOf(day: string): string {
  return momentOf(`${day}T00:00`) ?? '';
}

/** Lines of a unit that touch a day, the earliest first. */
export function linesOn(lines: readonly RosterLine[], unit: string, day: string): RosterLine[] {
  const [from, to] = [Date.parse(beginOf(day)), Date.parse(beginOf(dayAfter(day)))];
  return lines
    .filter((one) => one.unit === unit && Date.parse(one.starts_at) < to && Date.parse(one.ends_at) > from)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

/** `06:00` where the line begins on this day, `…` where it goes on from the day before; and so its end. */
export function hoursOn(line: RosterLine, day: string): { from: string; to: string } {
  const [starts, ends] = [localField(line.starts_at), localField(line.ends_at)];
  const endsHere = ends.slice(0, 10) === day || ends === `${dayAfter(day)}T00:00`;
  return { from: starts.slice(0, 10) === day ? starts.slice(11) : '…', to: endsHere ? ends.slice(11) : '…' };
}
