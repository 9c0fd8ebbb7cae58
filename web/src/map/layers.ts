import type { FeatureCollection } from 'geojson';
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { grown, isLayer, packStreetLayers, tileLayers, TYPE } from './baseLayers';
import type { Palette } from './palette';

/** Layers that people switch on and off, and which drawn layers each of them is. */
export const SWITCHES = {
  sector: ['sector-line', 'sector-name'],
  site: ['site', 'site-name'],
  camera: ['camera'],
  kiosk: ['kiosk', 'kiosk-name'],
  post: ['post'],
  closure: ['closed', 'closed-around'],
  gap: ['gap'],
} as const satisfies Record<string, readonly string[]>;
export type Switch = keyof typeof SWITCHES;
/** Near enough to tell groups apart. */
const CLUSTERS_TO = 15;
const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** The whole style: no sprite, no glyphs and no address but our own doors'. */
export function style(palette: Palette, tiles: string | null): StyleSpecification {
  const empty = { type: 'geojson', data: NOTHING } as const;
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      ...(tiles === null ? {} : { tiles: { type: 'vector', url: tiles } }),
      fixed: { ...empty, buffer: 64 },
      closed: empty,
      gaps: empty,
      incidents: {
        ...empty,
        cluster: true,
        clusterRadius: 34,
        clusterMaxZoom: CLUSTERS_TO,
        clusterProperties: { worst: ['min', ['get', 'rank']] },
      },
      units: empty,
      chosen: empty,
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
      ...(tiles === null ? packStreetLayers(palette) : tileLayers(palette)),
      ...standing(palette),
      ...living(palette),
    ],
  };
}

function standing(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'sector-line',
      type: 'line',
      source: 'fixed',
      filter: isLayer('sector'),
      paint: { 'line-color': palette.sectorLine, 'line-width': 1.2, 'line-dasharray': [4, 3], 'line-opacity': 0.8 },
    },
    {
      id: 'closed',
      type: 'line',
      source: 'fixed',
      filter: false,
      layout: { 'line-cap': 'butt' },
      paint: { 'line-color': palette.bad, 'line-width': grown(4), 'line-dasharray': [1.2, 1] },
    },
    circle('closed-around', 'closed', { 'circle-radius': 14, 'circle-color': palette.bad, 'circle-opacity': 0.25 }),
    circle('gap', 'gaps', {
      'circle-radius': grown(16),
      'circle-color': palette.gap,
      'circle-opacity': 0.14,
      'circle-stroke-color': palette.gap,
      'circle-stroke-width': 1.5,
    }),
    fixed('camera', 13.5),
    fixed('post', 12.5),
    fixed('site', 13),
    fixed('kiosk', 12.5),
    names('site', palette, 14.5),
    names('kiosk', palette, 14.5),
    {
      id: 'sector-name',
      type: 'symbol',
      source: 'fixed',
      filter: isLayer('sector'),
      maxzoom: 14.5,
      layout: text(['get', 'name'], 12.5),
      paint: { 'text-color': palette.sectorText, ...halo(palette) },
    },
  ] as LayerSpecification[];
}

function living(palette: Palette): LayerSpecification[] {
  const single = ['!', ['has', 'point_count']];
  const worst = ['match', ['get', 'worst'], 1, 'P1', 2, 'P2', 3, 'P3', 'P4'];
  const above = { 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const label = { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 2.2 };
  const beside = { 'text-anchor': 'left', 'text-offset': [1.2, 0], 'text-optional': true };
  return [
    circle('chosen', 'chosen', {
      'circle-radius': 19,
      'circle-color': palette.accent,
      'circle-opacity': 0.2,
      'circle-stroke-color': palette.accent,
      'circle-stroke-width': 3,
    }),
    {
      id: 'unit',
      type: 'symbol',
      source: 'units',
      layout: {
        'icon-image': ['get', 'image'],
        ...above,
        ...text(['get', 'sign'], 11),
        'text-anchor': 'top',
        'text-offset': [0, 1.15],
        'text-optional': true,
      },
      paint: label,
    },
    {
      id: 'unit-distress',
      type: 'circle',
      source: 'units',
      filter: ['get', 'distress'],
      paint: {
        'circle-radius': 18,
        'circle-opacity': 0,
        'circle-stroke-color': palette.bad,
        'circle-stroke-width': 4,
      },
    },
    {
      id: 'incident',
      type: 'symbol',
      source: 'incidents',
      filter: single,
      layout: {
        'icon-image': ['get', 'priority'],
        ...above,
        ...text(['get', 'priority'], 11.5),
        ...beside,
        'symbol-sort-key': ['-', ['get', 'rank']],
      },
      paint: label,
    },
    {
      id: 'cluster',
      type: 'symbol',
      source: 'incidents',
      filter: ['has', 'point_count'],
      layout: {
        'icon-image': worst,
        'icon-size': 1.25,
        ...above,
        ...text(['concat', worst, ' × ', ['to-string', ['get', 'point_count']]], 12.5),
        ...beside,
        'text-offset': [1.35, 0],
        'text-allow-overlap': true,
        'symbol-sort-key': ['-', ['get', 'worst']],
      },
      paint: label,
    },
  ] as LayerSpecification[];
}

function fixed(kind: string, minzoom: number): object {
  return {
    id: kind,
    type: 'symbol',
    source: 'fixed',
    filter: isLayer(kind),
    minzoom,
    layout: { 'icon-image': kind, 'icon-allow-overlap': true, 'icon-ignore-placement': true },
  };
}

function names(kind: string, palette: Palette, minzoom: number): object {
  return {
    id: `${kind}-name`,
    type: 'symbol',
    source: 'fixed',
    filter: isLayer(kind),
    minzoom,
    layout: { ...text(['get', 'name'], 11), 'text-anchor': 'top', 'text-offset': [0, 0.9], 'text-max-width': 9 },
    paint: { 'text-color': palette.quiet, ...halo(palette) },
  };
}

function circle(id: string, source: string, paint: object): LayerSpecification {
  return { id, type: 'circle', source, paint } as LayerSpecification;
}

function text(field: unknown, size: number): object {
  return { 'text-field': field, 'text-font': TYPE, 'text-size': size };
}

function halo(palette: Palette): object {
  return { 'text-halo-color': palette.halo, 'text-halo-width': 1.5 };
}
