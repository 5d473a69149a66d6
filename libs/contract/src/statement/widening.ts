import { z } from 'zod';
import { idPattern } from '../identifiers.js';
import { digest, instant } from '../terms/members.js';
import { isInstant } from '../time.js';
import { deployment, log, ofTenant, person, readStatement, type StatementRule, tenant } from './members.js';

export const WIDENING_TYPE = 'countersign/widening/v1';

/**
 * An admin's confirmation that the privacy controls may be widened (docs/contract.md, Statements). It opens nothing at a
 * gateway: the broker requires it of claimed tenants, and the verifier of a log checks it. Published as
 * docs/schemas/widening-v1.json. Canonical JSON, which is hashed and signed:
 *
 *     {"after":"sha256:…","before":"sha256:…","deployment":"dep_…","log":{…},"notBefore":"…Z","person":"usr_…","tenant":"…",
 *      "trust":"sha256:…","type":"countersign/widening/v1","widening":"wdn_…"}
 */
export const wideningSchema = z.strictObject({
  type: z.literal(WIDENING_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  /** `wdn_…` */
  widening: z.string().regex(idPattern('wdn')),
  /** SHA-256 of the canonical JSON of the controls that it was proposed on, as the tenant's log has them. */
  before: digest,
  /** The same of the controls that it leads to. */
  after: digest,
  /** It takes effect at this instant or later. */
  notBefore: instant,
  /** `usr_…`, who signs it. */
  person,
  /** The hash of a version of the tenant's trust document. Absent while the tenant is unclaimed. */
  trust: z.exactOptional(digest),
  log,
});
export type WideningStatement = z.infer<typeof wideningSchema>;

const RULES: readonly StatementRule<WideningStatement>[] = [
  ofTenant,
  ['/notBefore', ({ notBefore }) => isInstant(notBefore), 'not in the calendar'],
  ['/after', ({ before, after }) => before !== after, 'changes nothing'],
];

/** Parses the statement of a widening. Throws ContractError `invalid_statement` with a pointer. */
export function parseWidening(value: unknown): WideningStatement {
  return readStatement(wideningSchema, RULES, value, 'widening');
}
