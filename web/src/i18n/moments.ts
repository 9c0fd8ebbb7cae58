import { language } from './language.svelte';

/** Times are shown in the centre's time zone, wherever the screen stands. */
let zone = 'Europe/Paris';

export function useZone(timezone: string): void {
  zone = timezone;
  made.clear();
}

const made = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language.current === 'fr' ? 'fr-FR' : 'en-GB';
  const key = `${locale} ${name}`;
  let known = made.get(key);
  if (known === undefined) made.set(key, (known = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })));
  return known;
}

/** `14:03:22` */
export function clockTime(at: string | number): string {
  return format('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));
}

/** `dim. 22 nov. 14:03` */
export function dayTime(at: string | number): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return format('day', options).format(new Date(at));
}

/** Seconds as people say them: `8 s`, `3 min 05`, `1 h 04`, `2 j 03 h`. */
export function lasting(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))}`;
  const days = language.current === 'fr' ? 'j' : 'd';
  return `${Math.floor(s / 86_400)} ${days} ${two(Math.floor((s % 86_400) / 3600))} h`;
}

/** `0,7 km` */
export function kilometres(metres: number): string {
  const locale = language.current === 'fr' ? 'fr-FR' : 'en-GB';
  return `${(metres / 1000).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} km`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `2026-11-22T14:03` in the centre's zone: what a field for date and time holds. */
export function localField(at: string | number): string {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('sv-SE', { ...fields, timeZone: zone });
  return format.format(new Date(at)).replace(' ', 'T');
}

/** The moment that such a field means in the centre's zone; null if it holds none. An hour that the change of the clocks skips is moved past it. */
export function momentOf(field: string): string | null {
  const asUtc = Date.parse(`${field}Z`);
  if (Number.isNaN(asUtc)) return null;
  // Twice: the offset of the first guess may be that of the other side of a change of the clocks.
  let at = asUtc;
  for (let turn = 0; turn < 2; turn++) at += asUtc - Date.parse(`${localField(at)}Z`);
  return new Date(at).toISOString();
}

/** `lun. 23` */
export function dayName(at: string | number): string {
  return format('dayname', { weekday: 'short', day: 'numeric' }).format(new Date(at));
}

/** `14:03` */
export function hourMinute(at: string | number): string {
  return format('hour', { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}
