import {
  AuditLogError,
  hadRoot,
  type LeafV1,
  LogFault,
  type LogSource,
  type OpenedStatement,
  readableIn,
  UnknownLeaves,
  type VerifiedLog,
  type VerifierKey,
  verifyTenantLog,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import {
  type DeploymentPoint,
  type FollowedLog,
  requireDeploymentPoints,
  StatementCheck,
  type StatementFound,
} from '@countersign/log-verifier';
import { CliError } from '../command/errors.js';
import { requireKnown } from './verification.js';

/** Verifies the mirror from its first leaf. @throws CliError `statement_differs`, `pruned`, `not_a_countersign_log` */
export async function verifyMirror(
  mirror: LogSource,
  key: VerifierKey,
  onLeaf?: (index: number, leaf: LeafV1) => void,
): Promise<VerifiedLog> {
  try {
    const verified = await verifyTenantLog({ hashing: nodeHashing, check: nodeEd25519 }, mirror, {
      key,
      onLeaf,
    });
    if (verified.start === 0) return verified;
  } catch (error) {
    if (error instanceof AuditLogError)
      throw new CliError('not_a_countersign_log', error.message, { cause: error });
    if (!(error instanceof LogFault)) throw error;
    throw differs(`The mirror says something else: ${error.message}.`, error);
  }
  throw new CliError(
    'pruned',
    'The mirror does not have the beginning of the log, so nothing can be compared.',
  );
}

const differs = (detail: string, cause?: unknown): CliError =>
  new CliError('statement_differs', detail, cause === undefined ? {} : { cause });

/**
 * Requires that each member of the statement is what the mirror of the tenant's log and the deployment's log beside it say.
 *
 * @throws CliError `statement_differs`, `pruned`, `not_a_countersign_log`; `unknown_event` (exit 4) if one of them has leaves of types that
 *   this version does not know, which the statement may count
 */
export async function compareWithMirror(
  statement: OpenedStatement,
  log: FollowedLog,
  deployment: FollowedLog,
): Promise<StatementFound> {
  try {
    const check = new StatementCheck(statement);
    const points: DeploymentPoint[] = [];
    const ofDeployment = new UnknownLeaves();
    const unknown = new UnknownLeaves([ofDeployment]);
    const own = await verifyMirror(log.source, log.key, (index, leaf) => {
      // The statement says nothing of later leaves.
      if (index >= statement.body.leaves || !unknown.take(leaf)) check.take(index, leaf);
      const event = readableIn(leaf);
      if (event.type === 'deployment.checkpoint') points.push({ index, ...event.data });
    });
    if (!(await hadRoot(nodeHashing, log.source, statement.checkpoint, own.checkpoint)))
      throw differs(`The mirror has another root at ${statement.body.size} leaves, or fewer leaves.`);
    const other = await verifyMirror(deployment.source, deployment.key, (index, leaf) => {
      if (!ofDeployment.take(leaf)) ofDeployment.attempt(() => check.takeDeployment(index, leaf));
    });
    // An older or another log of the deployment would lack a gateway.
    await requireDeploymentPoints(nodeHashing, pointedLog(deployment.source, other), points, {
      origin: own.checkpoint.origin,
      restored: own.succession?.restorations ?? [],
    });
    return finish(check, unknown, statement.body.to);
  } catch (error) {
    if (!(error instanceof LogFault)) throw error;
    const isOfDeployment = error.code === 'deployment_forked';
    throw differs(
      isOfDeployment ? `The mirror of the deployment’s log does not fit: ${error.message}.` : error.message,
      error,
    );
  }
}

/** @throws LogFault `statement_differs`; CliError `unknown_event` */
function finish(check: StatementCheck, unknown: UnknownLeaves, end: string): StatementFound {
  let found: StatementFound | undefined;
  try {
    found = check.finish();
  } catch (error) {
    // Events after the end of its span cannot explain what it says of that span.
    unknown.keep(error, Date.parse(end));
  }
  requireKnown([unknown.found]);
  return found as StatementFound;
}

const pointedLog = (source: LogSource, { checkpoint, start, succession }: VerifiedLog) => ({
  ...{ source, checkpoint, start },
  restored: succession?.restorations ?? [],
});
