/** The map's colours, day and night: WebGL cannot read the tokens of the page. Quiet ground, so that what lives stands out. */
export interface Palette {
  ground: string;
  water: string;
  green: string;
  building: string;
  road: string;
  mainRoad: string;
  roadEdge: string;
  /** Of the pack's own streets. */
  street: string;
  sectorLine: string;
  sectorText: string;
  text: string;
  quiet: string;
  halo: string;
  surface: string;
  fixed: string;
  camera: string;
  kiosk: string;
  accent: string;
  good: string;
  warn: string;
  bad: string;
  off: string;
  gap: string;
}

export const PALETTES: Readonly<Record<'day' | 'night', Palette>> = {
  day: {
    ground: '#eceff2',
    water: '#c6d8e6',
    green: '#d9e6d6',
    building: '#dde2e7',
    road: '#ffffff',
    mainRoad: '#fbf3dc',
    roadEdge: '#bac4cd',
    street: '#a3afba',
    sectorLine: '#5d6c79',
    sectorText: '#4a5763',
    text: '#11171d',
    quiet: '#4a5763',
    halo: '#ffffff',
    surface: '#ffffff',
    fixed: '#4a5763',
    camera: '#5b3fa8',
    kiosk: '#0f6b75',
    accent: '#0a5aa8',
    good: '#146c43',
    warn: '#9a6400',
    bad: '#b0241b',
    off: '#6b7782',
    gap: '#b0241b',
  },
  night: {
    ground: '#10161b',
    water: '#152939',
    green: '#14231b',
    building: '#1a2229',
    road: '#34414c',
    mainRoad: '#4a4a3e',
    roadEdge: '#0b0f13',
    street: '#3d4b57',
    sectorLine: '#64737f',
    sectorText: '#a6b2be',
    text: '#e9edf2',
    quiet: '#a6b2be',
    halo: '#0d1115',
    surface: '#141a20',
    fixed: '#a6b2be',
    camera: '#b9a3f5',
    kiosk: '#6fd0da',
    accent: '#63b3f5',
    good: '#55c795',
    warn: '#f0b64c',
    bad: '#ff8b79',
    off: '#8b97a3',
    gap: '#ff8b79',
  },
};

/** Okabe and Ito, as everywhere in Vigie; the same by day and night. */
export const PRIORITY_COLOURS = { P1: '#d55e00', P2: '#e69f00', P3: '#0072b2', P4: '#7b8792' } as const;
