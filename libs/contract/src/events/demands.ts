import { events } from './declare.js';
import { flag, integer, list, optional, text } from './shape.js';

/**
 * A step of a demand. The vendor's leaf has the members that are always there and the document; a tenant's also has what was
 * demanded and what the step says. `happenedAt`: under a gag the step had stood in the sealed sub-log, and this leaf opens it.
 */
const STEP = {
  demand: text,
  step: integer,
  state: text,
  country: optional(text),
  kind: optional(text),
  receivedAt: optional(text),
  dueAt: optional(text),
  gagUntil: optional(text),
  outcome: optional(text),
  withContent: optional(flag),
  accounts: optional(integer),
  until: optional(text),
  document: optional(text),
  grant: optional(text),
  proposedBy: optional(text),
  happenedAt: optional(text),
} as const;

const step = {
  log: ['tenant', 'vendor'],
  by: ['person', 'job'],
  data: STEP,
  commits: ['reason', 'scope'],
} as const;

/** Demands of governments. */
export const DEMAND_EVENTS = events({
  'demand.accessed': {
    log: ['tenant'],
    by: ['job'],
    data: {
      demand: text,
      step: integer,
      log: text,
      size: integer,
      root: text,
      happenedAt: optional(text),
    },
  },
  'demand.challenged': step,
  'demand.closed': step,
  'demand.disclosed': step,
  'demand.documented': step,
  'demand.extended': step,
  'demand.extension-proposed': step,
  'demand.kept': {
    log: ['tenant'],
    by: ['job'],
    data: {
      demand: text,
      step: integer,
      state: text,
      document: text,
      leaf: integer,
      fields: list(text),
      happenedAt: optional(text),
    },
  },
  'demand.narrowed': step,
  'demand.opened': step,
  'demand.received': {
    ...step,
    commits: ['reason', 'scope', 'authority', 'legalBasis', 'reference', 'wanted', 'gagOrder'],
  },
  'demand.redirected': step,
  'demand.rejected': step,
});
