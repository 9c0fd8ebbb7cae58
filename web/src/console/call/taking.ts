import type { Nature, Pack } from '../../api/shapes';
import { sectorAt, type Point } from '../parts/plan';
import type { KnownPlace } from '../parts/places';

/** What the form holds. */
export interface Taken {
  nature: Nature;
  place: KnownPlace | null;
  point: Point | null;
  text: string;
  caller: string;
}

/** What dispatch is told: a point of the plan is more exact than the place's middle; a site stays named. */
export function bodyOf(taken: Taken, pack: Pack | undefined) {
  const { place, point } = taken;
  const where = point ?? place;
  const sector = point !== null && pack !== undefined ? sectorAt(pack.sectors, point) : null;
  const fallback = where !== null && pack !== undefined ? sectorAt(pack.sectors, where) : null;
  const known = place?.sector ?? sector?.id ?? fallback?.id ?? null;
  return {
    centre: pack?.centre.code ?? place?.centre ?? null,
    nature: taken.nature,
    site: place?.site ?? null,
    sector: sector?.id ?? known,
    commune: place?.commune ?? sector?.commune ?? fallback?.commune ?? null,
    lat: where?.lat ?? null,
    lon: where?.lon ?? null,
    // A street or a kiosk is no site of the pack: its name goes with what was said.
    text:
      [place !== null && place.site === null && place.kind !== 'sector' ? place.name : '', taken.text.trim()]
        .filter(Boolean)
        .join(' — ') || null,
    caller: taken.caller.trim() || null,
  };
}
