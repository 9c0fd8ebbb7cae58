import { SHAPES } from '../ui/PriorityMark.svelte';
import { PRIORITY_COLOURS, type Palette } from './palette';

/** Drawn twice as large as shown, so that they are sharp on every screen. */
export const SCALE = 2;
export const UNIT_STATES = ['available', 'assigned', 'en_route', 'on_scene', 'unavailable', 'off_duty'] as const;
export type UnitState = (typeof UNIT_STATES)[number];
/** Bars inside a unit's shield: how far its assignment has come. */
const STEPS: Readonly<Record<UnitState, number>> = {
  available: 0,
  assigned: 1,
  en_route: 2,
  on_scene: 3,
  unavailable: 0,
  off_duty: 0,
};
/** Patrols are shields, crews hexagons: neither is a shape of a priority, and neither points anywhere. */
const OUTLINES = {
  patrol: 'M3 2H21V13C21 18 17 21.5 12 23 7 21.5 3 18 3 13Z',
  crew: 'M7 2H17L23 12 17 22H7L1 12Z',
} as const;
const FIXED = {
  site: 'M4 10 10 5 16 10V16H4Z',
  camera: 'M3 6H13V9L17 7V14L13 12V15H3Z',
  kiosk: 'M6 3H14V17H6ZM8 5V9H12V5Z',
  post: 'M9 3H11V4H17L15 7 17 10H11V17H9Z',
} as const;
export type FixedKind = keyof typeof FIXED;
export const FIXED_KINDS = Object.keys(FIXED) as FixedKind[];

type Pen = CanvasRenderingContext2D;

/** An empty drawing of `size` shown pixels; coordinates are shown pixels. */
export function sheet(size: number): Pen {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * SCALE;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('no canvas');
  pen.scale(SCALE, SCALE);
  pen.lineJoin = 'round';
  return pen;
}

/** The mark of a priority with a light edge, that stands out from any ground. */
export function priorityGlyph(priority: keyof typeof SHAPES, palette: Palette): Pen {
  const pen = sheet(28);
  pen.translate(3, 3);
  pen.scale(22 / 16, 22 / 16);
  const shape = new Path2D(SHAPES[priority]);
  pen.strokeStyle = palette.halo;
  pen.lineWidth = 2.6;
  pen.stroke(shape);
  pen.fillStyle = PRIORITY_COLOURS[priority];
  pen.fill(shape);
  pen.strokeStyle = palette.text;
  pen.lineWidth = 0.9;
  pen.stroke(shape);
  return pen;
}

/** A unit: kind by outline, state by colour and bars; hatched if its position is old. */
export function unitGlyph(crew: boolean, state: UnitState, stale: boolean, palette: Palette): Pen {
  const pen = sheet(28);
  pen.translate(2, 1.5);
  const outline = new Path2D(crew ? OUTLINES.crew : OUTLINES.patrol);
  const colour = { ...palette, plain: palette.off }[TONES[state]];
  pen.strokeStyle = palette.halo;
  pen.lineWidth = 4;
  pen.stroke(outline);
  pen.fillStyle = state === 'available' && !stale ? colour : palette.surface;
  pen.fill(outline);
  if (stale) hatch(pen, outline, colour);
  pen.strokeStyle = colour;
  pen.lineWidth = 2.2;
  pen.stroke(outline);
  bars(pen, STEPS[state], colour);
  if (state === 'unavailable' || state === 'off_duty') slash(pen, colour);
  return pen;
}

const TONES = {
  available: 'good',
  assigned: 'warn',
  en_route: 'accent',
  on_scene: 'accent',
  unavailable: 'plain',
  off_duty: 'plain',
} as const satisfies Record<UnitState, string>;

/** What stands still: small and one colour. */
export function fixedGlyph(kind: FixedKind, palette: Palette): Pen {
  const pen = sheet(20);
  const shape = new Path2D(FIXED[kind]);
  pen.strokeStyle = palette.halo;
  pen.lineWidth = 2.5;
  pen.stroke(shape);
  pen.fillStyle = { site: palette.fixed, camera: palette.camera, kiosk: palette.kiosk, post: palette.good }[kind];
  pen.fill(shape, 'evenodd');
  return pen;
}

function hatch(pen: Pen, within: Path2D, colour: string): void {
  pen.save();
  pen.clip(within);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (let x = -24; x < 24; x += 5) {
    pen.moveTo(x, 24);
    pen.lineTo(x + 24, 0);
  }
  pen.stroke();
  pen.restore();
}

function bars(pen: Pen, count: number, colour: string): void {
  pen.fillStyle = colour;
  for (let at = 0; at < count; at++) pen.fillRect(7, 14.5 - at * 4.5, 10, 3);
}

function slash(pen: Pen, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 2.2;
  pen.beginPath();
  pen.moveTo(7, 17);
  pen.lineTo(17, 7);
  pen.stroke();
}
