import type { IncidentCard } from '../api/shapes';
import { spoken } from '../i18n/dictionary';
import { clockTime, lasting } from '../i18n/moments';
import { assignmentStates, responders } from '../i18n/vocabulary';
import type { Question } from './asking.svelte';
import { pack } from './pack.svelte';
import type { Option } from './palette';
import { placeOf } from './places';
import { nameOf, type Room } from './room.svelte';
import { words } from './words_actions';

/** Units as the recommendation ranks them, then those it does not propose with the reason, then all other patrols. */
export function unitOptions(room: Room): Option[] {
  const advice = room.reader.advice;
  const ranked = (advice?.ranked ?? []).map((one) => ({
    value: one.unit,
    text: one.call_sign,
    more: [seconds(one.seconds), spoken(one.reason_fr, one.reason_en)].filter(Boolean).join(' — '),
  }));
  const refused = (advice?.refused ?? []).map((one) => ({
    value: one.unit,
    text: one.call_sign,
    more: `${words.notProposed} : ${spoken(one.reason_fr, one.reason_en)}`,
  }));
  const told = new Set([...ranked, ...refused].map((one) => one.value));
  const others = room.units
    .filter((unit) => unit.kind === 'patrol' && !told.has(unit.unit))
    .map((unit) => ({ value: unit.unit, text: unit.call_sign, more: pack.nameOf(`sector:${unit.sector}`) }));
  return [...ranked, ...refused, ...others];
}

/** Units that are on the chosen incident now. */
export function sentOptions(room: Room): Option[] {
  return (room.sent.get(room.selection.incident ?? '') ?? []).map((one) => ({
    value: one.unit,
    text: room.sign(one.unit),
    more: assignmentStates[one.state],
  }));
}

export function partnerOptions(): Option[] {
  return (['firefighters', 'national_police'] as const).map((kind) => ({ value: kind, text: responders[kind] }));
}

/** Cards that the chosen one could be joined with: likely ones first, with what speaks for it. */
export function otherOptions(room: Room): Option[] {
  const likely = room.reader.duplicates.map((one) => ({
    value: one.incident_id,
    text: `${one.priority} ${nameOf(one)} — ${placeOf(one)}`,
    more: `${Math.round(one.score * 100)} % · ${words.metres(Math.round(one.distance_m))}`,
  }));
  const told = new Set([room.selection.incident, ...likely.map((one) => one.value)]);
  const others = room.incidents
    .filter((one) => !told.has(one.incident_id))
    .map((one) => ({
      value: one.incident_id,
      text: `${one.priority} ${nameOf(one)} — ${placeOf(one)}`,
      more: clockTime(one.opened_at),
    }));
  return [...likely, ...others];
}

/** Alarms that could be a happening of their own. */
export function signalOptions(card: IncidentCard | null): Option[] {
  return (card?.signals_linked ?? [])
    .filter((signal) => signal.role === 'alarm')
    .map((signal) => ({
      value: signal.signal_id,
      text: signal.place_name ?? signal.device,
      more: clockTime(signal.received_at),
    }));
}

export function seconds(value: number | null): string {
  return value === null ? '' : lasting(value);
}

export function why(phrases: readonly string[], optional = false): Question {
  return { kind: 'text', name: 'reason', label: words.why, phrases, optional };
}
