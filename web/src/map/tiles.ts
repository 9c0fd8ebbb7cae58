import { addProtocol } from 'maplibre-gl';
import { PMTiles, Protocol, type RangeResponse, type Source } from 'pmtiles';
import { throughDoors } from '../api/doors';

const known = new Set<string>();
let protocol: Protocol | null = null;

/** The base map's file, read by ranges through whichever door answers. */
class ThroughDoors implements Source {
  constructor(private readonly path: string) {}

  getKey(): string {
    return this.path;
  }

  async getBytes(offset: number, length: number, signal?: AbortSignal): Promise<RangeResponse> {
    const headers = { range: `bytes=${offset}-${offset + length - 1}` };
    const answer = await throughDoors(
      new Request(location.origin + this.path, { headers, ...(signal === undefined ? {} : { signal }) }),
    );
    if (!answer.ok) throw new Error(`${this.path}: ${answer.status}`);
    const data = await answer.arrayBuffer();
    // A door that ignores ranges sends everything.
    return { data: answer.status === 206 ? data : data.slice(offset, offset + length) };
  }
}

/** The address of a base map for a MapLibre source. */
export function tilesAddress(path: string): string {
  if (protocol === null) {
    protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
  }
  if (!known.has(path)) {
    protocol.add(new PMTiles(new ThroughDoors(path)));
    known.add(path);
  }
  return `pmtiles://${path}`;
}
