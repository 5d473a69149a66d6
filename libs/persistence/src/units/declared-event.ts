import { AuditLogError } from '@countersign/audit-log';
import { eventProblem } from '@countersign/contract';

/**
 * A leaf can never be corrected, so an event that is not as its type declares it is refused, with the change that it belongs to. It is a
 * mistake in this program.
 *
 * @param log the slug of the log that it goes to
 * @throws AuditLogError `invalid_leaf`
 */
export function requireDeclared(
  log: string,
  {
    type,
    actor,
    data,
    commitments,
    personal,
  }: { type: string; actor: string; data: object; commitments?: object; personal?: object },
): void {
  const commits = [...Object.keys(commitments ?? {}), ...Object.keys(personal ?? {})];
  const problem = eventProblem({ log, type, actor, data, commits });
  if (problem !== undefined) throw new AuditLogError('invalid_leaf', `not an event: ${problem}`);
}
