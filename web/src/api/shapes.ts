/** Names for the generated types, as the pages use them. */
import type { components } from './generated/dispatch';

type Schemas = components['schemas'];

export type Assignment = Schemas['AssignmentShown'];
export type AssignmentReported = Schemas['AssignmentReported'];
export type Centre = Schemas['CentreShown'];
export type IncidentCard = Schemas['IncidentCard'];
export type IncidentOrdered = Schemas['IncidentOrdered'];
export type IncidentRow = Schemas['IncidentRow'];
export type KioskCall = Schemas['KioskCall'];
export type Person = Schemas['PersonShown'];
export type Place = Schemas['PlaceShown'];
export type Priority = Schemas['Priority'];
export type Role = Schemas['Role'];
export type Session = Schemas['SessionShown'];
export type Step = Schemas['Step'];
export type StreamAssignment = Schemas['StreamAssignment'];
export type StreamIncident = Schemas['StreamIncident'];
export type StreamPosition = Schemas['StreamPosition'];
export type StreamReset = Schemas['StreamReset'];
export type StreamUnit = Schemas['StreamUnit'];
export type StreamWorkOrder = Schemas['StreamWorkOrder'];
export type UnitShown = Schemas['UnitShown'];
export type WorkOrder = Schemas['WorkOrder'];
export type AlarmLoad = Schemas['AlarmLoad'];
export type NearCamera = Schemas['NearCamera'];
export type PossibleDuplicate = Schemas['PossibleDuplicate'];
export type Presence = Schemas['Presence'];
export type Ranked = Schemas['RankedShown'];
export type Recommendation = Schemas['RecommendationShown'];
