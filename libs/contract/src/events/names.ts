import { EVENTS, type EventType } from './index.js';

/** The types of all events, by name. Pages have the names alone: their build computes this module. */
export const EVENT_TYPES = Object.keys(EVENTS).sort() as readonly string[] as readonly EventType[];
