import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette';

/** Drawn by the machine's own type: no font is fetched, from nowhere. */
export const TYPE = ['system-ui,Noto Sans,DejaVu Sans,sans-serif'];
const MAIN = ['match', ['get', 'class'], ['motorway', 'trunk', 'primary', 'secondary'], true, false];
const MIDDLE = ['match', ['get', 'class'], ['tertiary', 'street', 'pedestrian'], true, false];

/** The base map that `make tiles` builds: water, green, buildings, roads by class, names. */
export function tileLayers(palette: Palette): LayerSpecification[] {
  return [
    fill('base-green', 'green', palette.green),
    fill('base-water', 'water', palette.water),
    { ...fill('base-building', 'buildings', palette.building), minzoom: 14 } as LayerSpecification,
    { ...road('base-small-edge', palette.roadEdge, 2.4, true), minzoom: 14 } as LayerSpecification,
    { ...road('base-small', palette.road, 1.4, true), minzoom: 13 } as LayerSpecification,
    only(MIDDLE, road('base-middle-edge', palette.roadEdge, 4)),
    only(MAIN, road('base-main-edge', palette.roadEdge, 6)),
    only(MIDDLE, road('base-middle', palette.road, 2.6)),
    only(MAIN, road('base-main', palette.mainRoad, 4.4)),
    streetNames('base-names', { source: 'tiles', 'source-layer': 'roads' }, palette, 13.5),
  ];
}

/** The streets of the pack, where there is no base map. */
export function packStreetLayers(palette: Palette): LayerSpecification[] {
  const of = { source: 'fixed', filter: isLayer('street') };
  return [
    { id: 'street', type: 'line', ...of, layout: round(), paint: line(palette.street, 4) },
    streetNames('street-names', of, palette, 13),
  ] as LayerSpecification[];
}

export function isLayer(layer: string): unknown[] {
  return ['==', ['get', 'layer'], layer];
}

/** A width that grows with the zoom. */
export function grown(width: number): unknown[] {
  return ['interpolate', ['exponential', 1.5], ['zoom'], 10, width * 0.4, 14, width, 18, width * 5];
}

function streetNames(id: string, of: object, palette: Palette, minzoom: number): LayerSpecification {
  return {
    id,
    type: 'symbol',
    ...of,
    minzoom,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': TYPE,
      'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 17, 13],
      'text-max-angle': 30,
      'symbol-spacing': 320,
    },
    paint: { 'text-color': palette.quiet, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
  } as unknown as LayerSpecification;
}

function fill(id: string, layer: string, colour: string): LayerSpecification {
  return { id, type: 'fill', source: 'tiles', 'source-layer': layer, paint: { 'fill-color': colour } };
}

function road(id: string, colour: string, width: number, small = false): LayerSpecification {
  const filter = small ? ['!', ['any', MAIN, MIDDLE]] : true;
  return {
    id,
    type: 'line',
    source: 'tiles',
    'source-layer': 'roads',
    ...(small ? { filter } : {}),
    layout: round(),
    paint: line(colour, width),
  } as LayerSpecification;
}

function only(filter: unknown[], layer: LayerSpecification): LayerSpecification {
  return { ...layer, filter } as LayerSpecification;
}

function round(): object {
  return { 'line-cap': 'round', 'line-join': 'round' };
}

function line(colour: string, width: number): object {
  return { 'line-color': colour, 'line-width': grown(width) };
}
