import type { MapShown, Place, StreetChange } from '../api/shapes';
import { metres } from '../live/distance';
import { isClosed } from '../map/living';

type Point = Pick<Place, 'lat' | 'lon'>;
type Feature = MapShown['features'][number];
/** Nearer than this it may be on the way: metres, from the officer or from where he goes. */
export const NEAR_M = 500;

export interface Closure {
  id: string;
  /** None: a place without a street's name. */
  name: string | null;
  why: string;
  until: string;
  metres: number;
}

/**
 * Closures in force at `now` (milliseconds) near any of these places, the nearest first. A closure whose streets this
 * map does not hold is left out: how far it is cannot be said.
 */
export function closuresNear(
  changes: readonly StreetChange[],
  features: readonly Feature[],
  places: readonly Point[],
  now: number,
): Closure[] {
  const found = changes
    .filter((one) => isClosed(one, now))
    .flatMap((one) => {
      const { around } = one.streets;
      const meant = features.filter((feature) => isMeant(one, feature));
      const lines = around ? [[around]] : meant.map(lineOf);
      const far = Math.min(...lines.flatMap((line) => places.map((place) => distance(place, line))));
      // A circle's own radius is closed as well.
      const near = Math.max(0, Math.round(far - (around?.radius_m ?? 0)));
      const name = one.streets.name ?? [...new Set(meant.map((feature) => feature.properties.name))].join(', ');
      const closure = { id: one.change_id, name: name || null, why: one.reason, until: one.ends_at, metres: near };
      return far < Infinity && near <= NEAR_M ? [closure] : [];
    });
  return found.sort((a, b) => a.metres - b.metres);
}

function isMeant({ streets }: StreetChange, { properties }: Feature): boolean {
  if (properties.layer !== 'street') return false;
  return streets.ids?.includes(properties.id) === true || (streets.name != null && streets.name === properties.name);
}

function lineOf({ geometry }: Feature): Point[] {
  return (geometry.coordinates as number[][]).map(([lon = 0, lat = 0]) => ({ lat, lon }));
}

/** Metres from a place to a line of one point or more. */
function distance(place: Point, line: readonly Point[]): number {
  const [first] = line;
  if (first === undefined) return Infinity;
  if (line.length === 1) return metres(place, first);
  return Math.min(...line.slice(1).map((end, at) => metres(place, nearest(place, line[at] ?? end, end))));
}

/** The point of the segment that is nearest; degrees are squared up by the latitude. */
function nearest(place: Point, from: Point, to: Point): Point {
  const narrow = Math.cos((place.lat * Math.PI) / 180) ** 2;
  const [x, y] = [to.lon - from.lon, to.lat - from.lat];
  const along = ((place.lon - from.lon) * x * narrow + (place.lat - from.lat) * y) / (x * x * narrow + y * y || 1);
  const share = Math.min(1, Math.max(0, along));
  return { lat: from.lat + share * y, lon: from.lon + share * x };
}
