/** Names for the generated types, as the pages use them. */
import type { components } from './generated/dispatch';

type Schemas = components['schemas'];

export type Assignment = Schemas['AssignmentShown'];
export type AssignmentReported = Schemas['AssignmentReported'];
export type Broadcast = Schemas['BroadcastShown'];
export type Centre = Schemas['CentreShown'];
export type Coverage = Schemas['CoverageShown'];
export type Companion = Schemas['Companion'];
export type Companions = Schemas['Companions'];
export type IncidentCard = Schemas['IncidentCard'];
export type IncidentOrdered = Schemas['IncidentOrdered'];
export type IncidentRow = Schemas['IncidentRow'];
export type KioskCall = Schemas['KioskCall'];
export type MapShown = Schemas['MapShown'];
export type MoveUp = Schemas['MoveUpShown'];
export type Person = Schemas['PersonShown'];
export type Place = Schemas['PlaceShown'];
export type Priority = Schemas['Priority'];
export type Role = Schemas['Role'];
export type Session = Schemas['SessionShown'];
export type Step = Schemas['Step'];
export type StreamAssignment = Schemas['StreamAssignment'];
export type StreamIncident = Schemas['StreamIncident'];
export type StreamMoveUp = Schemas['StreamMoveUp'];
export type StreamPosition = Schemas['StreamPosition'];
export type StreamReset = Schemas['StreamReset'];
export type StreetChange = Schemas['StreetChangeShown'];
export type StreamUnit = Schemas['StreamUnit'];
export type StreamWelfare = Schemas['StreamWelfare'];
export type StreamWorkOrder = Schemas['StreamWorkOrder'];
export type UnitShown = Schemas['UnitShown'];
export type WorkOrder = Schemas['WorkOrder'];
