import type { Pack } from '../../api/shapes';
import { corner } from './places';

export interface Point {
  lat: number;
  lon: number;
}
type Corner = readonly unknown[];

/** A flat drawing of a few kilometres: x to the east, y to the south, in metres from the north-west corner. */
export class Plan {
  readonly width: number;
  readonly height: number;
  private readonly north: number;
  private readonly west: number;
  private readonly perLon: number;

  constructor(pack: Pick<Pack, 'sectors'>) {
    const all = pack.sectors.flatMap((sector) => sector.polygon.map(corner));
    const lats = all.map((one) => one.lat);
    const lons = all.map((one) => one.lon);
    const [south, east] = [Math.min(...lats), Math.max(...lons)];
    this.north = Math.max(...lats);
    this.west = Math.min(...lons);
    this.perLon = PER_LAT * Math.cos(((this.north + south) / 2) * (Math.PI / 180));
    this.width = (east - this.west) * this.perLon;
    this.height = (this.north - south) * PER_LAT;
  }

  x(lon: number): number {
    return (lon - this.west) * this.perLon;
  }

  y(lat: number): number {
    return (this.north - lat) * PER_LAT;
  }

  /** Points of a polyline or polygon as SVG writes them. */
  line(points: readonly Corner[]): string {
    return points
      .map(corner)
      .map((one) => `${this.x(one.lon).toFixed(0)},${this.y(one.lat).toFixed(0)}`)
      .join(' ');
  }

  /** What lies at `x`, `y` metres; never outside the drawing. */
  point(x: number, y: number): Point {
    const [right, down] = [clamp(x, this.width), clamp(y, this.height)];
    return { lat: round(this.north - down / PER_LAT), lon: round(this.west + right / this.perLon) };
  }
}

const PER_LAT = 111_195;

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/** A tenth of a metre is enough. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/** The sector that a point lies in (even-odd rule); none outside all of them. */
export function sectorAt(sectors: Pack['sectors'], { lat, lon }: Point): Pack['sectors'][number] | null {
  const inside = (polygon: readonly Corner[]): boolean => {
    let odd = false;
    polygon.forEach((point, at) => {
      const a = corner(polygon[at === 0 ? polygon.length - 1 : at - 1] ?? point);
      const b = corner(point);
      const crosses = a.lat > lat !== b.lat > lat;
      if (crosses && lon < b.lon + ((lat - b.lat) * (a.lon - b.lon)) / (a.lat - b.lat)) odd = !odd;
    });
    return odd;
  };
  return sectors.find((sector) => inside(sector.polygon)) ?? null;
}

/** Metres between two points of one town. */
export function metresBetween(a: Point, b: Point): number {
  const perLon = PER_LAT * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot((a.lat - b.lat) * PER_LAT, (a.lon - b.lon) * perLon);
}
