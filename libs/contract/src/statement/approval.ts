import { z } from 'zod';
import { digest, instant } from '../terms/members.js';
import {
  deployment,
  inItsWindow,
  log,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';

export const APPROVAL_TYPE = 'countersign/approval/v1';

/**
 * An approver's decision on exactly one digest (docs/contract.md, Statements). An approval has a window: from the terms'
 * `startsAt`, or the moment at which the broker offered the statement, to (`startsAt` ?? `lapsesAt`) + `seconds`. A denial
 * has none. Published as docs/schemas/approval-v1.json. `parseApproval` has the rules between members. Canonical JSON, which
 * is hashed and signed:
 *
 *     {"decision":"approve","deployment":"dep_…","digest":"sha256:…","log":{"epoch":1,"root":"…","size":1},
 *      "notAfter":"…Z","notBefore":"…Z","person":"usr_…","tenant":"…","trust":"sha256:…","type":"countersign/approval/v1"}
 */
export const approvalSchema = z.strictObject({
  type: z.literal(APPROVAL_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  /** Of the terms. */
  digest,
  decision: z.enum(['approve', 'deny']),
  /** `usr_…`, who decides. */
  person,
  notBefore: z.exactOptional(instant),
  notAfter: z.exactOptional(instant),
  /** The hash of a version of the tenant's trust document. Absent while the tenant is unclaimed. */
  trust: z.exactOptional(digest),
  log,
});
export type ApprovalStatement = z.infer<typeof approvalSchema>;

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

/** Parses the statement of an approval or denial. Throws ContractError `invalid_statement` with a pointer. */
export function parseApproval(value: unknown): ApprovalStatement {
  return readStatement(approvalSchema, RULES, value, 'approval');
}
