export type { Clicker, Identify, SlackUser, UnknownClicker } from './identity.js';
export type { SlackParts, SlackSettings } from './parts.js';
