import {
  AuditLogError,
  hadRoot,
  type LeafV1,
  LogFault,
  type LogSource,
  type OpenedStatement,
  type StatementBody,
  type VerifiedLog,
  type VerifierKey,
  verifyTenantLog,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { type DeploymentPoint, type FollowedLog, requireDeploymentPoints } from '@countersign/log-verifier';
import { CliError } from '../command/errors.js';

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

/** Leaves that say that a record of a gateway is missing, or was not taken. */
const MISSING: ReadonlySet<string> = new Set(['gateway.gap', 'gateway.mismatch']);

/**
 * Requires that the mirror has the statement's root at its size, and exactly these accesses in the span; and that the deployment's
 * log beside it names no other gateway that may have served the tenant.
 *
 * @throws CliError `statement_differs`, `pruned`, `not_a_countersign_log`
 * @returns the gateways for some tenants that were enrolled in the span and that the statement does not name
 */
export async function compareWithMirror(
  statement: OpenedStatement,
  log: FollowedLog,
  deployment: FollowedLog,
): Promise<string[]> {
  const comparison = new AccessComparison(statement.body);
  const points: DeploymentPoint[] = [];
  const own = await verifyMirror(log.source, log.key, (index, leaf) => {
    comparison.take(index, leaf);
    if (leaf.type === 'deployment.checkpoint') points.push(deploymentPoint(index, leaf));
  });
  if (!(await hadRoot(nodeHashing, log.source, statement.checkpoint, own.checkpoint)))
    throw differs(`The mirror has another root at ${statement.body.size} leaves, or fewer leaves.`);
  comparison.finish();
  const { enrolled, verified } = await enrolledGateways(deployment);
  try {
    // An older or another log of the deployment would lack a gateway.
    await requireDeploymentPoints(nodeHashing, pointedLog(deployment.source, verified), points, {
      origin: own.checkpoint.origin,
      restored: own.succession?.restorations ?? [],
    });
  } catch (error) {
    if (!(error instanceof LogFault)) throw error;
    throw differs(`The mirror of the deployment’s log does not fit: ${error.message}.`, error);
  }
  return compareGateways(statement.body, enrolled);
}

function deploymentPoint(index: number, { data }: LeafV1): DeploymentPoint {
  return { index, origin: String(data['origin']), size: Number(data['size']), root: String(data['root']) };
}

const pointedLog = (source: LogSource, { checkpoint, start, succession }: VerifiedLog) => ({
  ...{ source, checkpoint, start },
  restored: succession?.restorations ?? [],
});

/** Compares the leaves of a mirror, one by one, with the accesses, heads and gaps that a statement names. */
class AccessComparison {
  readonly #expected: Map<number, string>;
  readonly #heads: Map<number, { gateway: string; at: string }>;
  readonly #named: ReadonlySet<string>;
  readonly #excepted: ReadonlySet<string>;
  readonly #from: number;
  readonly #to: number;
  readonly #lanes = new SignedLanes();
  #count = 0;

  /** @throws CliError `statement_differs` */
  constructor(private readonly body: StatementBody) {
    this.#expected = new Map(body.accesses ?? []);
    this.#heads = new Map(
      body.gateways.flatMap(({ gateway, head }) =>
        head === null ? [] : [[head.index, { gateway, at: head.at }] as const],
      ),
    );
    if (this.#heads.size < body.gateways.filter(({ head }) => head !== null).length)
      throw differs('The statement names one leaf as the head of two gateways.');
    this.#named = new Set(body.gateways.map(({ gateway }) => gateway));
    this.#excepted = new Set(body.exceptions.map(({ gateway }) => gateway));
    [this.#from, this.#to] = [Date.parse(body.from), Date.parse(body.to)];
  }

  /** @throws LogFault */
  take(index: number, { type, at, data }: LeafV1): void {
    if (index >= this.body.size) return;
    const wrong = (detail: string) => new LogFault('changed_leaf', detail, index);
    const head = this.#heads.get(index);
    this.#heads.delete(index);
    if (
      head !== undefined &&
      (type !== 'gateway.head' || data['gateway'] !== head.gateway || Date.parse(at) !== Date.parse(head.at))
    )
      throw wrong(`leaf ${index} is no head of ${head.gateway} at ${head.at}`);
    if (type === 'gateway.head') this.#lanes.take(Date.parse(at), data);
    if (Date.parse(at) < this.#from || Date.parse(at) >= this.#to) return;
    const gateway = String(data['gateway']);
    if (MISSING.has(type) && !this.#excepted.has(gateway))
      throw wrong(`records of ${gateway} are missing at leaf ${index}, and it is no exception`);
    if (type !== 'access.allowed') return;
    if (!this.#named.has(gateway))
      throw wrong(`leaf ${index} is of ${gateway}, which the statement does not name`);
    this.#count += 1;
    if (this.body.accesses !== null && this.#expected.get(index) !== data['record'])
      throw wrong(`leaf ${index} is an access that the statement does not name`);
  }

  /** After the last leaf. @throws CliError `statement_differs` */
  finish(): void {
    const { accesses, count } = this.body;
    const [missing] = this.#heads.values();
    if (missing !== undefined)
      throw differs(`The mirror has no head of ${missing.gateway} at ${missing.at}.`);
    for (const { gateway, head } of this.body.gateways) {
      const lane = head === null ? undefined : this.#lanes.missing(gateway, Date.parse(head.at));
      if (lane !== undefined)
        throw differs(`The mirror has no head of lane ${lane} of ${gateway} at or after ${head?.at}.`);
    }
    if (this.#count !== count || (accesses !== null && accesses.length !== this.#count))
      throw differs(
        `The mirror has ${this.#count} accesses in the span, the statement ${count}, of which it names ${accesses?.length ?? 'none'}.`,
      );
  }
}

/** Up to when each lane of each gateway has signed its records. The newest head says how many lanes there are. */
export class SignedLanes {
  readonly #gateways = new Map<string, { at: number; of: number; lanes: Map<number, number> }>();

  take(at: number, { gateway, lane }: LeafV1['data']): void {
    const { number = 0, of = 1 } = (lane ?? {}) as { number?: number; of?: number };
    const known = this.#gateways.get(String(gateway)) ?? { at, of, lanes: new Map<number, number>() };
    if (at >= known.at) Object.assign(known, { at, of });
    known.lanes.set(number, Math.max(at, known.lanes.get(number) ?? at));
    this.#gateways.set(String(gateway), known);
  }

  /** The first lane that has not signed at this time or later; undefined if all have. */
  missing(gateway: string, since: number): number | undefined {
    const { of = 1, lanes } = this.#gateways.get(gateway) ?? {};
    for (let lane = 0; lane < of; lane += 1) if (!((lanes?.get(lane) ?? 0) >= since)) return lane;
    return undefined;
  }
}

/** What the deployment's log says of a gateway. Times are those of its leaves. */
type Enrolment = { enrolledAt: string; revokedAt: string | null; servesAll: boolean };

/** Every gateway that the deployment's log has, verified from its first leaf. @throws those of `verifyMirror` */
async function enrolledGateways({
  source,
  key,
}: FollowedLog): Promise<{ enrolled: Map<string, Enrolment>; verified: VerifiedLog }> {
  const gateways = new Map<string, Enrolment>();
  const verified = await verifyMirror(source, key, (_index, { type, at, data }) => {
    const id = String(data['gateway']);
    const known = gateways.get(id);
    if (type === 'gateway.enrolled') {
      const { tenants } = (data['serves'] ?? {}) as { tenants?: number | null };
      gateways.set(id, { enrolledAt: at, revokedAt: null, servesAll: (tenants ?? null) === null });
    } else if (type === 'gateway.revoked' && known !== undefined)
      gateways.set(id, { ...known, revokedAt: at });
  });
  return { enrolled: gateways, verified };
}

/**
 * Requires that the statement names each gateway that serves every tenant and was enrolled in its span, as the deployment's log
 * says: otherwise all records of a gateway could be left out together with it. Of a gateway for some tenants that log does not
 * say for which.
 *
 * @returns the gateways for some tenants that were enrolled in the span and are not named
 */
function compareGateways(body: StatementBody, enrolled: ReadonlyMap<string, Enrolment>): string[] {
  const isSame = (one: string | null, other: string | null) =>
    one === null || other === null ? one === other : Date.parse(one) === Date.parse(other);
  for (const { gateway, enrolledAt, revokedAt } of body.gateways) {
    const known = enrolled.get(gateway);
    if (known === undefined)
      throw differs(`The mirror of the deployment’s log does not know ${gateway}. Mirror the log again.`);
    // A gateway may be revoked after the statement was made. One that is not revoked has to sign up to the end of the span.
    if (!isSame(known.enrolledAt, enrolledAt) || (revokedAt !== null && !isSame(known.revokedAt, revokedAt)))
      throw differs(
        `The deployment’s log says that ${gateway} was enrolled at ${known.enrolledAt}, and revoked: ${known.revokedAt ?? 'never'}.`,
      );
  }
  const named = new Set(body.gateways.map(({ gateway }) => gateway));
  const [from, to] = [Date.parse(body.from), Date.parse(body.to)];
  const notNamed = [...enrolled].filter(
    ([id, { enrolledAt, revokedAt }]) =>
      !named.has(id) && Date.parse(enrolledAt) < to && (revokedAt === null || Date.parse(revokedAt) >= from),
  );
  const [missing] = notNamed.find(([, { servesAll }]) => servesAll) ?? [];
  if (missing !== undefined)
    throw differs(
      `${missing} was enrolled in the span and serves every tenant, and the statement does not name it.`,
    );
  return notNamed.map(([id]) => id);
}
