import { events } from './declare.js';
import { form, list, members, named, nullable, optional, text } from './shape.js';

/** Of a person: in the tenant's log, of the vendor's staff in the vendor's own. */
const OWN_SIDE = ['tenant', 'vendor'] as const;
const PERSON = { person: text } as const;
const LINKED = { ...PERSON, way: optional(text) } as const;
const API_KEY = { key: text, person: text, expiresAt: text } as const;
const SCIM_TOKEN = { token: text, expiresAt: text } as const;
const PASSKEY = { person: text, credential: text } as const;
const ADDRESS = { address: text, topics: list(text) } as const;

/** `before` is null of someone new. Names and addresses are commitments. */
const changed = {
  log: ['tenant', 'deployment'],
  by: ['person', 'job', 'host'],
  data: {
    person: text,
    before: nullable(list(text)),
    after: list(text),
    groups: optional(list(text)),
    facts: optional(named(members({ value: text, source: text }))),
    via: optional(text),
    widening: optional(text),
  },
  commits: ['email', 'name'],
} as const;

/** People, how they sign in, and how they are notified. */
export const PEOPLE_EVENTS = events({
  'api-key.created': { log: OWN_SIDE, by: ['person', 'host'], data: API_KEY },
  'api-key.revoked': { log: OWN_SIDE, by: ['person', 'job', 'host'], data: API_KEY },
  'identity.pinned': {
    log: OWN_SIDE,
    by: ['person'],
    data: { ...PERSON, issuer: text },
    commits: ['subject'],
  },
  'notice-address.added': { log: ['tenant'], by: ['person'], data: ADDRESS, commits: ['email'] },
  'notice-address.changed': { log: ['tenant'], by: ['person'], data: ADDRESS },
  'notice-address.confirmed': { log: ['tenant'], by: ['person'], data: ADDRESS },
  'notice-address.removed': { log: ['tenant'], by: ['person'], data: { address: text } },
  'passkey.confirmed': { log: ['tenant'], by: ['person'], data: PASSKEY },
  'passkey.enrolled': {
    log: ['tenant'],
    by: ['person'],
    data: {
      ...PASSKEY,
      jwk: form<object>('public key (JWK)'),
      rpId: text,
      activeFrom: nullable(text),
      consent: nullable(text),
    },
    commits: ['name'],
  },
  'passkey.removed': { log: ['tenant'], by: ['person', 'job', 'host'], data: PASSKEY },
  'person.add': changed,
  'person.change': changed,
  'person.remove': changed,
  'preferences.changed': { log: OWN_SIDE, by: ['person', 'job'], data: PERSON },
  'recovery-key.registered': {
    log: ['tenant'],
    by: ['person'],
    data: { ...PERSON, key: text, jwk: form<object>('public key (JWK)') },
  },
  'recovery-key.removed': { log: ['tenant'], by: ['person', 'job', 'host'], data: { ...PERSON, key: text } },
  'scim-token.created': { log: OWN_SIDE, by: ['host'], data: SCIM_TOKEN },
  'scim-token.revoked': { log: OWN_SIDE, by: ['host'], data: SCIM_TOKEN },
  'session.ended': { log: OWN_SIDE, by: ['person', 'job'], data: { session: text, person: text } },
  'session.started': {
    log: OWN_SIDE,
    by: ['person'],
    data: { session: text, person: text, kind: text, assurance: text, expiresAt: text },
  },
  'signal.received': { log: OWN_SIDE, by: ['job'], data: { ...PERSON, events: list(text), issuer: text } },
  'slack.ended': { log: OWN_SIDE, by: ['job'], data: { workspace: text, reason: text } },
  'slack.installed': { log: OWN_SIDE, by: ['person'], data: { workspace: text, scopes: list(text) } },
  'slack.linked': { log: OWN_SIDE, by: ['person'], data: LINKED, commits: ['workspace', 'user'] },
  'slack.unlinked': { log: OWN_SIDE, by: ['person'], data: LINKED, commits: ['workspace', 'user'] },
});
