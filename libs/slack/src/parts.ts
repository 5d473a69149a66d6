import type { SigningDeps } from '@countersign/access';
import type { Identify } from './identity.js';

/** What messages and handlers know of where they run; no secret is among it. */
export interface SlackSettings {
  /** The broker's origin, without a final slash: what links begin with. */
  publicUrl: string;
  /** Where grants point: an origin without a final slash. */
  gatewayUrl: string;
}

/** What the listeners are handed: the use cases' dependencies, and how to find out who pressed. */
export interface SlackParts {
  deps: SigningDeps;
  settings: SlackSettings;
  identify: Identify;
}
