/** Whole objects of the API with the members that a test is about changed. */
import type { Assignment, IncidentListed, StreamReset, UnitShown } from '../src/api/shapes';

export function incident(incident_id: string, changes: Partial<IncidentListed> = {}): IncidentListed {
  return {
    incident_id,
    centre: '57463',
    commune: '57463',
    sector: 'gare',
    site: null,
    device: null,
    nature: 'sos',
    nature_fr: 'SOS',
    nature_en: 'SOS',
    priority: 'P1',
    state: 'open',
    address: 'place de la Gare',
    position: null,
    run_card: null,
    engagement: 'automatic',
    verify_first: false,
    verification: null,
    confidence: null,
    sources: 1,
    signals: 1,
    folded: 0,
    opened_at: '2026-03-01T20:00:00Z',
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    closed_at: null,
    target_at: null,
    linked_to: null,
    merged_into: null,
    attention: null,
    flags: [],
    pack_version: 'p',
    version: 1,
    revision: 1,
    escalation: null,
    duplicates: [],
    tasks: [],
    assignments: [],
    ...changes,
  };
}

export function unit(name: string, changes: Partial<UnitShown> = {}): UnitShown {
  return {
    unit: name,
    centre: '57463',
    call_sign: name.toUpperCase(),
    kind: 'patrol',
    state: 'available',
    capabilities: [],
    epoch: 1,
    busy: false,
    retiring: false,
    position: null,
    position_at: null,
    sector: 'gare',
    commune: '57463',
    move_up: null,
    position_age_s: null,
    position_stale: true,
    on_call: false,
    duty_until: null,
    rest_until: null,
    in_distress: false,
    ...changes,
  };
}

export function assignment(assignment_id: string, changes: Partial<Assignment> = {}): Assignment {
  return {
    assignment_id,
    unit: 'pm-11',
    slot: 0,
    epoch: 3,
    state: 'offered',
    incident_id: 'i-1',
    task_id: 't-1',
    reason: 'fastest',
    active: true,
    allowed: ['accept', 'decline'],
    offered_at: '2026-03-01T20:00:00Z',
    due_at: null,
    accepted_at: null,
    en_route_at: null,
    on_scene_at: null,
    ended_at: null,
    welfare_asked_at: null,
    incident: null,
    ...changes,
  };
}

export function snapshotOf(parts: Partial<StreamReset['snapshot']>): StreamReset['snapshot'] {
  return {
    assignments: [],
    units: [],
    incidents: [],
    incidents_total: 0,
    kiosk_calls: [],
    work_orders: [],
    broadcasts: [],
    companions: [],
    move_ups: [],
    ...parts,
  };
}
