import {
  Map as MapLibre,
  setWorkerUrl,
  type GeoJSONSource,
  type MapGeoJSONFeature,
  type MapMouseEvent,
  type Point,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection } from 'geojson';
import type { MapShown } from '../api/shapes';
import { addImages } from './images';
import { style, SWITCHES, type Switch } from './layers';
import type { Closed } from './living';
import { PALETTES } from './palette';
import { drawsInSoftware } from './software';
import { tilesAddress } from './tiles';

setWorkerUrl(workerUrl);

export interface ChartOptions {
  element: HTMLElement;
  shown: MapShown;
  /** What the canvas is called, for screen readers. */
  label: string;
  night: boolean;
  onchoose: (kind: 'incident' | 'unit', id: string) => void;
  /** Drawn for the first time. */
  onready: () => void;
}

/** Sources whose content this page gives. */
type Live = 'incidents' | 'units' | 'gaps' | 'chosen';
/** A finger or a shaky hand need not hit the pixel. */
const REACH = 8;

/** A drawing costs a frame, comparing two hundred cars a tenth of a millisecond. */
function same(held: FeatureCollection | undefined, wanted: FeatureCollection): boolean {
  return held !== undefined && JSON.stringify(held) === JSON.stringify(wanted);
}

/** The drawn map. Knows of no store: its page gives it features and is told what was clicked. */
export class Chart {
  private readonly map: MapLibre;
  private readonly held = new Map<string, FeatureCollection>();
  private closed: Closed | null = null;
  private hidden: ReadonlySet<Switch> = new Set();
  private ready = false;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ChartOptions) {
    const { element, shown, label, night } = options;
    this.map = new MapLibre({
      container: element,
      style: this.styled(night),
      ...this.whole(),
      minZoom: 9,
      maxZoom: 19,
      maxPitch: 0,
      dragRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      crossSourceCollisions: false,
      // One pixel a pixel: software drawing on a closed network's machine must keep up.
      pixelRatio: Math.min(devicePixelRatio, 2),
      locale: { 'Map.Title': label },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.held.set('fixed', shown as unknown as FeatureCollection);
    this.map.on('style.load', () => this.fill(night));
    if (drawsInSoftware(this.map.getCanvas())) {
      this.map.on('movestart', () => this.letters(false));
      this.map.on('moveend', () => this.letters(true));
    }
    this.map.on('click', (event) => void this.clicked(event));
    this.map.on('mousemove', ({ point }) => this.pointed(point));
  }

  night(night: boolean): void {
    this.ready = false;
    this.map.once('style.load', () => this.fill(night));
    this.map.setStyle(this.styled(night), { diff: false });
  }

  show(source: Live, features: FeatureCollection): void {
    if (same(this.held.get(source), features)) return;
    this.held.set(source, features);
    if (this.ready) this.source(source)?.setData(features);
  }

  close(closed: Closed, again = false): void {
    if (!again && JSON.stringify(closed) === JSON.stringify(this.closed)) return;
    this.closed = closed;
    if (!this.ready) return;
    this.source('closed')?.setData(closed.around);
    const named = ['in', ['get', 'name'], ['literal', closed.names]];
    const known = ['in', ['get', 'id'], ['literal', closed.ids]];
    this.map.setFilter('closed', ['all', ['==', ['get', 'layer'], 'street'], ['any', named, known]] as never);
  }

  hide(hidden: ReadonlySet<Switch>): void {
    this.hidden = hidden;
    if (!this.ready) return;
    for (const [name, layers] of Object.entries(SWITCHES)) {
      const visibility = hidden.has(name as Switch) ? 'none' : 'visible';
      for (const layer of layers) this.map.setLayoutProperty(layer, 'visibility', visibility);
    }
  }

  /** Brings a place into sight, unless it lies well within already. */
  approach(lon: number, lat: number): void {
    const { x, y } = this.map.project([lon, lat]);
    const { clientWidth: width, clientHeight: height } = this.options.element;
    const inside = x > width * 0.12 && x < width * 0.88 && y > height * 0.12 && y < height * 0.88;
    if (!inside) this.map.easeTo({ center: [lon, lat], duration: 250 });
  }

  zoom(step: 1 | -1): void {
    if (step === 1) this.map.zoomIn({ duration: 150 });
    else this.map.zoomOut({ duration: 150 });
  }

  everything(): void {
    const { bounds } = this.options.shown;
    if (bounds !== null) this.map.fitBounds(bounds as [number, number, number, number], { padding: 24, duration: 250 });
  }

  /** Shows these places at once, streets readable; at least one. */
  frame(places: readonly { lat: number; lon: number }[]): void {
    const east = places.map((one) => one.lon);
    const north = places.map((one) => one.lat);
    const bounds = [Math.min(...east), Math.min(...north), Math.max(...east), Math.max(...north)] as const;
    this.map.fitBounds([...bounds], { padding: 56, maxZoom: 16, duration: 0 });
  }

  focus(): void {
    this.map.getCanvas().focus();
  }

  remove(): void {
    clearTimeout(this.resting);
    this.ready = false;
    this.map.remove();
  }

  private styled(night: boolean): ReturnType<typeof style> {
    const { tiles } = this.options.shown;
    return style(PALETTES[night ? 'night' : 'day'], tiles === null ? null : tilesAddress(tiles.path));
  }

  private whole(): object {
    const { bounds } = this.options.shown;
    return bounds === null ? { center: [2.5, 46.6], zoom: 9 } : { bounds, fitBoundsOptions: { padding: 24 } };
  }

  private fill(night: boolean): void {
    addImages(this.map, PALETTES[night ? 'night' : 'day']);
    for (const [source, features] of this.held) this.source(source)?.setData(features);
    this.ready = true;
    if (this.closed !== null) this.close(this.closed, true);
    this.hide(this.hidden);
    this.options.onready();
  }

  private letters(shown: boolean): void {
    if (!this.ready) return;
    for (const layer of this.map.getStyle().layers) {
      if (layer.type !== 'symbol' || layer.layout?.['text-field'] === undefined) continue;
      this.map.setPaintProperty(layer.id, 'text-opacity', shown ? 1 : 0);
    }
  }

  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name);
  }

  /** What can be clicked there. */
  private hits({ x, y }: Point): MapGeoJSONFeature[] {
    return this.map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: ['incident', 'cluster', 'unit'] },
    );
  }

  /** Looks what lies under a mouse that rests: asking while the map is dragged would cost a frame. */
  private pointed(point: Point): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (!this.ready || this.map.isMoving()) return;
      this.map.getCanvas().style.cursor = this.hits(point).length > 0 ? 'pointer' : '';
    }, 60);
  }

  /** Incidents before units; a group is opened. */
  private async clicked({ point }: MapMouseEvent): Promise<void> {
    if (!this.ready) return;
    const hits = this.hits(point);
    const hit = hits.find((one) => one.layer.id !== 'unit') ?? hits[0];
    if (hit === undefined) return;
    const { id, cluster_id } = hit.properties as { id: string; cluster_id: number };
    if (hit.layer.id !== 'cluster') return this.options.onchoose(hit.layer.id === 'unit' ? 'unit' : 'incident', id);
    const zoom = (await this.source('incidents')?.getClusterExpansionZoom(cluster_id)) ?? this.map.getZoom() + 1;
    if (hit.geometry.type !== 'Point') return;
    const [lon = 0, lat = 0] = hit.geometry.coordinates;
    this.map.easeTo({ center: [lon, lat], zoom: zoom + 0.2, duration: 250 });
  }
}
