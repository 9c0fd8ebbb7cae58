import type { Place } from '../api/shapes';

type Point = Pick<Place, 'lat' | 'lon'>;
const METRES_PER_DEGREE = 111_320;

/** Good to a percent over the length of a street. */
export function metres(one: Point, other: Point): number {
  const north = (one.lat - other.lat) * METRES_PER_DEGREE;
  const east = (one.lon - other.lon) * METRES_PER_DEGREE * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
