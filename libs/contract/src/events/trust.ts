import type { LiftStatement, StopStatement } from '../statement/stop.js';
import type { TrustDocument } from '../statement/trust-document.js';
import { events, PROOF, signature, TENANT } from './declare.js';
import { form, integer, members, nullable, optional, text } from './shape.js';

const PROPOSAL = { proposal: text, hash: text } as const;
const CONTROLS = form<object>('privacy controls');
const SIGNED = { gateway: optional(text) } as const;

/** The tenant's log says who reset; the deployment's says only that someone did. */
const reset = {
  log: ['tenant', 'deployment'],
  by: ['person', 'job', 'host'],
  data: { reset: text },
} as const;

/** Trust documents, and what their people stop. */
export const TRUST_EVENTS = events({
  'trust.adopted': {
    log: TENANT,
    by: ['job'],
    data: { ...PROPOSAL, seq: integer, prev: nullable(text), chain: integer },
  },
  'trust.expiring': {
    log: TENANT,
    by: ['job'],
    data: { hash: text, seq: integer, validUntil: text, days: integer },
  },
  'trust.lifted': {
    log: TENANT,
    by: ['person'],
    data: { stop: text, signature: signature<LiftStatement>(), ...SIGNED },
  },
  'trust.proposed': {
    log: TENANT,
    by: ['person', 'job', 'host'],
    data: {
      ...PROPOSAL,
      document: form<TrustDocument>('trust document'),
      controls: optional(members({ before: CONTROLS, after: CONTROLS })),
    },
  },
  'trust.relayed': {
    log: TENANT,
    by: ['gateway'],
    data: { gateway: text, signature: signature<StopStatement | LiftStatement>() },
  },
  'trust.reset': { ...reset, commits: ['reason'] },
  'trust.reset-cancelled': reset,
  'trust.reset-used': reset,
  'trust.signed': { log: TENANT, by: ['person'], data: { ...PROPOSAL, person: text, signature: PROOF } },
  'trust.stopped': {
    log: TENANT,
    by: ['person'],
    data: { stop: text, digest: nullable(text), signature: signature<StopStatement>(), ...SIGNED },
  },
  'trust.withdrawn': { log: TENANT, by: ['person', 'job', 'host'], data: PROPOSAL },
});
