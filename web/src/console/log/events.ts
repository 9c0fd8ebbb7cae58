import type { IncidentEvent } from '../../api/shapes';
import { eventNames } from '../../i18n/events';

/** Typed so that an event without words is an error of the compiler. */
export const names: Record<IncidentEvent, string> = eventNames;

/** What the log is filtered by: what people look for, in the order of an incident's life. */
export const EVENTS = [
  ...(['opened', 'acknowledged', 'verified', 'dismissed', 'noted', 'unit_offered', 'assignment_changed'] as const),
  ...(['late_report', 'hand_over_sent', 'hand_over_changed', 'work_order_created', 'work_order_changed'] as const),
  ...(['kiosk_call_changed', 'backup_requested', 'escalated', 'no_unit_left', 'merged', 'unmerged', 'split'] as const),
  ...(['reopened', 'resolved', 'closed'] as const),
] satisfies readonly IncidentEvent[];
