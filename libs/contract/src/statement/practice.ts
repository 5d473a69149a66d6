import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { idPattern } from '../identifiers.js';
import { instant } from '../terms/members.js';
import {
  deployment,
  inItsWindow,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';

export const PRACTICE_TYPE = 'countersign/practice/v1';

/** What a practice request can be about. A short list: a broker that is taken over can write no text of its own into it. */
export const PRACTICE_ACTIONS = ['read', 'update', 'delete'] as const;
export const PRACTICE_RESOURCES = ['invoices', 'contacts', 'reports', 'payroll'] as const;
export const PRACTICE_SECONDS = [900, 1_800, 3_600, 14_400] as const;

/** One made-up request for access. No service, no data and no person belongs to it. */
const ask = z.strictObject({
  action: z.enum(PRACTICE_ACTIONS),
  resource: z.enum(PRACTICE_RESOURCES),
  seconds: z.literal(PRACTICE_SECONDS),
});
export type PracticeAsk = z.infer<typeof ask>;

/**
 * An approver's answer to a practice request (docs/contract.md, Statements). It names no terms and no digest, and its type is
 * no approval's, so that no gateway, broker or verifier takes it for one. Published as docs/schemas/practice-v1.json.
 * Canonical JSON, which is hashed and signed:
 *
 *     {"asked":{"action":"…","resource":"…","seconds":900},"decision":"approve","deployment":"dep_…","expected":{…},
 *      "notAfter":"…Z","notBefore":"…Z","person":"usr_…","practice":"prc_…","tenant":"…","type":"countersign/practice/v1"}
 */
export const practiceSchema = z.strictObject({
  type: z.literal(PRACTICE_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  /** `prc_…` */
  practice: z.string().regex(idPattern('prc')),
  /** `usr_…`, who signs it. */
  person,
  /** What the approver was told to expect. */
  expected: ask,
  /** What was then asked for. The right answer is to approve if it is as expected, and to deny otherwise. */
  asked: ask,
  decision: z.enum(['approve', 'deny']),
  /** It is accepted between these two: while the practice is open. */
  notBefore: instant,
  notAfter: instant,
});
export type PracticeStatement = z.infer<typeof practiceSchema>;

/** The same as the broker offers it. The signer adds `decision`. */
export const offeredPracticeSchema = practiceSchema.omit({ decision: true });

const RULES: readonly StatementRule<PracticeStatement>[] = [ofTenant, ...inItsWindow];

/** Parses the statement of a practice. Throws ContractError `invalid_statement` with a pointer. */
export function parsePractice(value: unknown): PracticeStatement {
  return readStatement(practiceSchema, RULES, value, 'practice');
}

/** The right answer: approve exactly what was expected. */
export const rightPracticeAnswer = ({
  expected,
  asked,
}: Pick<PracticeStatement, 'expected' | 'asked'>): PracticeStatement['decision'] =>
  canonicalJson(expected) === canonicalJson(asked) ? 'approve' : 'deny';
