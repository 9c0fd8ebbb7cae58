import type { Map as MapLibre } from 'maplibre-gl';
import { fixedGlyph, FIXED_KINDS, priorityGlyph, SCALE, UNIT_STATES, unitGlyph, type UnitState } from './glyphs';
import { PRIORITY_COLOURS, type Palette } from './palette';

/** The name of a unit's image. */
export function unitImage(crew: boolean, state: UnitState, stale: boolean): string {
  return `${crew ? 'crew' : 'patrol'}-${state}${stale ? '-stale' : ''}`;
}

/** All images of one palette by name. */
export function* imagesOf(palette: Palette): Generator<[string, CanvasRenderingContext2D]> {
  for (const priority of Object.keys(PRIORITY_COLOURS) as (keyof typeof PRIORITY_COLOURS)[]) {
    yield [priority, priorityGlyph(priority, palette)];
  }
  for (const kind of FIXED_KINDS) yield [kind, fixedGlyph(kind, palette)];
  for (const crew of [false, true]) {
    for (const state of UNIT_STATES) {
      for (const stale of [false, true]) yield [unitImage(crew, state, stale), unitGlyph(crew, state, stale, palette)];
    }
  }
}

/** Gives the map its images, anew after a change of theme. */
export function addImages(map: MapLibre, palette: Palette): void {
  for (const [name, pen] of imagesOf(palette)) {
    const { width, height } = pen.canvas;
    const pixels = pen.getImageData(0, 0, width, height);
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, pixels, { pixelRatio: SCALE });
  }
}
