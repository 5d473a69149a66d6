import { z } from 'zod';
import { digest, instant } from '../terms/members.js';
import { deployment, type LogPoint, log, person, tenant } from './members.js';
import { inItsWindow, ofTenant, readStatement, type StatementRule } from './read-statement.js';

export const APPROVAL_TYPE = 'countersign/approval/v1';

/**
 * What a customer's approver says to exactly one digest (CONTRACT §3). An approval has a window, from `startsAt` or the
 * moment of offering to (`startsAt` ?? `lapsesAt`) + `seconds` of the terms; a denial has none.
 */
export type ApprovalStatement = {
  type: typeof APPROVAL_TYPE;
  /** `dep_…` */
  deployment: string;
  tenant: string;
  /** Of the terms. */
  digest: string;
  decision: 'approve' | 'deny';
  /** `usr_…`, who decides. */
  person: string;
  notBefore?: string;
  notAfter?: string;
  /** Hash of a version of the tenant's trust document; absent while the tenant is unclaimed. */
  trust?: string;
  log: LogPoint;
};

/** Shape of the statement; published as docs/schemas/approval-v1.json. Rules between members: `parseApproval`. */
export const approvalSchema: z.ZodType<ApprovalStatement> = z.strictObject({
  type: z.literal(APPROVAL_TYPE),
  deployment,
  tenant,
  digest,
  decision: z.enum(['approve', 'deny']),
  person,
  notBefore: z.exactOptional(instant),
  notAfter: z.exactOptional(instant),
  trust: z.exactOptional(digest),
  log,
});

const RULES: readonly StatementRule<ApprovalStatement>[] = [
  ofTenant,
  [
    '/notBefore',
    ({ decision, notBefore }) => (decision === 'approve') === (notBefore !== undefined),
    'goes with `decision: approve`, and only then',
  ],
  [
    '/notAfter',
    ({ decision, notAfter }) => (decision === 'approve') === (notAfter !== undefined),
    'goes with `decision: approve`, and only then',
  ],
  ...inItsWindow.map(
    ([pointer, holds, wrong]): StatementRule<ApprovalStatement> => [
      pointer,
      ({ notBefore, notAfter }) =>
        notBefore === undefined || notAfter === undefined || holds({ notBefore, notAfter }),
      wrong,
    ],
  ),
];

/** The statement of an approval or denial from anything. Throws ContractError `invalid_statement` with a pointer. */
export function parseApproval(value: unknown): ApprovalStatement {
  return readStatement(approvalSchema, RULES, value, 'approval');
}
