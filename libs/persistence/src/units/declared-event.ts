import { AuditLogError } from '@countersign/audit-log';
import { eventProblem } from '@countersign/contract';

/**
 * A leaf can never be corrected, so an event that is not as its type declares it is refused, with the change that it belongs to. It is a
 * mistake in this program.
 *
 * @throws AuditLogError `invalid_leaf`
 */
export function requireDeclared({
  type,
  data,
  commitments,
  personal,
}: {
  type: string;
  data: object;
  commitments?: object;
  personal?: object;
}): void {
  const problem = eventProblem(type, data, [
    ...Object.keys(commitments ?? {}),
    ...Object.keys(personal ?? {}),
  ]);
  if (problem !== undefined) throw new AuditLogError('invalid_leaf', `not an event: ${problem}`);
}
