import type { Pack } from '../../api/shapes';

/** A place that the city pack names. */
export interface KnownPlace {
  /** `site:…`, `device:…`, `street:…` or `sector:…`. */
  id: string;
  kind: 'site' | 'device' | 'street' | 'sector';
  name: string;
  /** Address, or what it belongs to. */
  detail: string;
  lat: number;
  lon: number;
  centre: string;
  commune: string | null;
  sector: string | null;
  site: string | null;
}

/** Without accents, ligatures, case and signs: how people type names in a hurry. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** Everything in a pack that has a name and a position; of devices those that people know, or all. */
export function placesOf(pack: Pack, devicesOf: 'known devices' | 'every device' = 'known devices'): KnownPlace[] {
  const centre = pack.centre.code;
  const sites = pack.sites.map((one): KnownPlace => ({
    ...{ id: `site:${one.id}`, kind: 'site', name: one.name, detail: one.address, centre },
    ...{ ...at(one.position), commune: one.commune, sector: one.sector, site: one.id },
  }));
  const siteNames = new Map(pack.sites.map((one) => [one.id, one.name]));
  const devices = pack.devices
    .filter((one) => devicesOf === 'every device' || one.kind === 'kiosk' || one.kind === 'camera')
    .map((one): KnownPlace => ({
      ...{
        id: `device:${one.id}`,
        kind: 'device',
        name: one.name,
        detail: siteNames.get(one.site ?? '') ?? '',
        centre,
      },
      ...{ ...at(one.position), commune: one.commune, sector: one.sector, site: one.site ?? null },
    }));
  const streets = (pack.streets ?? []).map((one): KnownPlace => ({
    ...{ id: `street:${one.id}`, kind: 'street', name: one.name, detail: '', centre },
    ...{ ...middle(one.points), commune: null, sector: null, site: null },
  }));
  const sectors = pack.sectors.map((one): KnownPlace => ({
    ...{ id: `sector:${one.id}`, kind: 'sector', name: one.name, detail: '', centre },
    ...{ ...average(one.polygon), commune: one.commune, sector: one.id, site: null },
  }));
  return [...sites, ...devices, ...streets, ...sectors];
}

/** The best matches, best first: every word must occur, at the beginning of a word, within one, or with one letter wrong. */
export function search(places: readonly KnownPlace[], query: string, limit = 8): KnownPlace[] {
  const words = fold(query).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  return places
    .map((place) => ({ place, cost: costOf(place, words) }))
    .filter(({ cost }) => cost !== null)
    .sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0) || a.place.name.localeCompare(b.place.name, 'fr'))
    .slice(0, limit)
    .map(({ place }) => place);
}

const KIND_COST = { site: 0, street: 0.2, device: 0.3, sector: 0.4 } as const;

function costOf(place: KnownPlace, wanted: readonly string[]): number | null {
  const name = fold(place.name).split(' ');
  const detail = fold(place.detail).split(' ');
  let cost: number = KIND_COST[place.kind];
  for (const word of wanted) {
    const found = Math.min(wordCost(name, word), wordCost(detail, word) + 2);
    if (!Number.isFinite(found)) return null;
    cost += found;
  }
  return cost;
}

function wordCost(words: readonly string[], wanted: string): number {
  if (words.includes(wanted)) return 0;
  if (words.some((word) => word.startsWith(wanted))) return 0.5;
  if (wanted.length >= 3 && words.some((word) => word.includes(wanted))) return 1;
  if (wanted.length >= 4 && words.some((word) => oneWrong(word.slice(0, wanted.length + 1), wanted))) return 3;
  return Infinity;
}

/** True if one letter more, less, other, or two swapped make `a` begin with `b`. */
export function oneWrong(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  const swapped = restA.length > 1 && restB.length > 1 && restA[0] === restB[1] && restA[1] === restB[0];
  return (
    restA.slice(1).startsWith(restB.slice(1)) ||
    restA.startsWith(restB.slice(1)) ||
    restA.slice(1).startsWith(restB) ||
    (swapped && restA.slice(2).startsWith(restB.slice(2)))
  );
}

function at(position: { lat: number; lon: number }): { lat: number; lon: number } {
  return { lat: position.lat, lon: position.lon };
}

type Corner = readonly unknown[];

/** The pack writes corners as latitude, longitude. */
export function corner(point: Corner): { lat: number; lon: number } {
  return { lat: Number(point[0]), lon: Number(point[1]) };
}

function middle(points: readonly Corner[]): { lat: number; lon: number } {
  return corner(points[Math.floor(points.length / 2)] ?? [0, 0]);
}

function average(points: readonly Corner[]): { lat: number; lon: number } {
  const all = points.map(corner);
  const sum = (pick: (one: { lat: number; lon: number }) => number): number =>
    all.reduce((total, one) => total + pick(one), 0) / Math.max(1, all.length);
  return { lat: sum((one) => one.lat), lon: sum((one) => one.lon) };
}
