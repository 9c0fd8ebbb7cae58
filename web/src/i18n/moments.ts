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
