import { canonicalJson } from '../core/canonical-json.js';
import { isServiceName } from '../core/ids.js';
import { isInstant } from '../core/time.js';
import { ofTenant, readStatement, type StatementRule } from './read-statement.js';
import { type TrustDocument, trustDocumentSchema } from './trust-document.js';

const DEFAULT_PORT = { https: '443', http: '80' };
const ORIGIN = /^(https?):\/\/([a-z0-9.-]+)(?::([1-9]\d{0,4}))?$/;

const RULES: readonly StatementRule<TrustDocument>[] = [
  ofTenant,
  ['/prev', ({ seq, prev }) => (seq === 1) === (prev === undefined), 'goes with every `seq` but the first'],
  ['/validUntil', ({ validUntil }) => isInstant(validUntil), 'not in the calendar'],
  [
    '/origins',
    ({ rpId, origins }) => areUnique(origins) && origins.every((origin) => isOriginOf(rpId, origin)),
    'is not once each an origin as browsers write it, at `rpId` or below, over https but for localhost',
  ],
  ['/people', ({ people }) => areUnique(people.map(({ person }) => person)), 'a person stands twice'],
  ['/people', (document) => areUnique(passkeysOf(document).map(({ id }) => id)), 'a credential stands twice'],
  [
    '/people',
    (document) => areUnique(passkeysOf(document).map(({ jwk }) => canonicalJson(jwk))),
    'a key stands twice',
  ],
  [
    '/recovery',
    ({ recovery = [] }) => areUnique(recovery.map(({ person }) => person)),
    'a person has one recovery key',
  ],
  [
    '/recovery',
    ({ recovery = [] }) => areUnique(recovery.map(({ jwk }) => jwk.x)),
    'a recovery key stands twice',
  ],
  [
    '/recovery',
    ({ people, recovery = [] }) =>
      recovery.every((key) => people.some(({ person }) => person === key.person)),
    'is of none of the people',
  ],
  [
    '/threshold',
    ({ threshold, people }) => threshold <= people.length,
    'asks for more persons than there are',
  ],
  [
    '/approvals',
    ({ approvals, people }) => approvals <= people.length,
    'asks for more persons than there are',
  ],
  [
    '/countersign/exceptActions',
    ({ countersign }) => areUnique(countersign.exceptActions),
    'an action stands twice',
  ],
  [
    '/forbid',
    ({ forbid }) => forbid.every(({ service }) => isServiceName(service)),
    'this name belongs to no service',
  ],
  [
    '/bases',
    ({ bases }) => bases.every(({ services }) => services.every(isServiceName)),
    'this name belongs to no service',
  ],
];

/**
 * A trust document from anything, read strictly (P13). Returns a copy. Whether it counts is for its signatures and the
 * version before to say. Throws ContractError `invalid_statement` with a pointer.
 */
export function parseTrustDocument(value: unknown): TrustDocument {
  return readStatement(trustDocumentSchema, RULES, value, 'trust document');
}

function areUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function passkeysOf({ people }: TrustDocument) {
  return people.flatMap(({ passkeys }) => passkeys);
}

/** Whether this is an origin (RFC 6454 §6.2) whose pages a browser lets use credentials of that relying party. */
export function isOriginOf(rpId: string, origin: string): boolean {
  const [, scheme, host, port] = ORIGIN.exec(origin) ?? [];
  if (host === undefined || (scheme !== 'http' && scheme !== 'https')) return false;
  if (port !== undefined && (port === DEFAULT_PORT[scheme] || Number(port) > 65_535)) return false;
  if (host !== rpId && !host.endsWith(`.${rpId}`)) return false;
  return scheme === 'https' || host === 'localhost' || host.endsWith('.localhost');
}
