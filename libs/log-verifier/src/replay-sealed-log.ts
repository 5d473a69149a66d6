import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  encodeBase64,
  encodeLeaf,
  type LeafV1,
  leafHash,
  parseLogOrigin,
  rangeRoot,
  type UnknownFound,
  UnknownLeaves,
  type VerifiedLog,
  type VerifiedPoint,
  verifyTenantLog,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG, isSealedLog } from '@countersign/contract';
import { DeploymentHistory, isService } from './deployment-history.js';
import { fault, type Warning, Warnings } from './faults.js';
import { GatewayChains } from './gateway-chains.js';
import { eventOf, LeafData, type LeafOf } from './leaf-data.js';
import { LeafOrder } from './leaf-order.js';
import { LogClock } from './log-clock.js';
import { type DeploymentPoint, type RestoredEpoch, requireDeploymentPoints } from './named-points.js';
import { Openings } from './openings.js';
import type { VerifierPorts } from './ports.js';
import { LogEvents } from './replay/log-events.js';
import { TenantReplay } from './replay/tenant-replay.js';
import type { FollowedLog } from './replay-report.js';

export type SealedReplayOptions = {
  /** The tenant's own log, which names the heads of the sealed log. `replayTenantLog` verifies it. */
  log: FollowedLog;
  deployment: FollowedLog;
  /** The log of the access that was kept apart under a gag. */
  sealed: FollowedLog;
  /** The caller's clock, in milliseconds since the epoch. */
  now: () => number;
  /** Whether the values behind commitments are read. Default: true. */
  openings?: boolean | undefined;
};

/** What a verification of a sealed log found. It threw a LogFault if anything was wrong. */
export type SealedReplayReport = {
  /** The log's name. */
  log: string;
  point: VerifiedPoint;
  /** The size of the sealed log in the newest head that the tenant's log names. */
  covered: number;
  calls: number;
  grants: number;
  opened: number;
  /** Leaves of types that this verifier does not know, in this log and those that decide about it; null if there are none. */
  unknown: UnknownFound | null;
  warnings: Warning[];
};

/** A head of the sealed log, as a leaf `demand.accessed` of the tenant's log names it. `index` is the index of that leaf. */
type Head = { size: number; root: string; index: number };

/** The leaves of the tenant's log that decide about access: the first word of their types. */
const CONTEXT: ReadonlySet<string> = new Set(['tenant', 'widening', 'person', 'trust', 'passkey', 'lock']);

/**
 * Verifies a sealed log, which is the log of access under a gag, once the gag has ended. It verifies
 * - the log's hashes,
 * - that the log continues every head of it that the tenant's log names. The daily seals committed to these heads,
 * - the gateways' chains,
 * - that each call lies under a grant that two of the vendor's legal counsel approved, by the tenant's people, controls, trust
 *   and locks as they were at each moment.
 *
 * The demand's own steps are in the sealed sub-log, which `replay/sealed-log.ts` verifies.
 *
 * @throws LogFault with the first fault: a code, and the index of its leaf
 */
export async function replaySealedLog(
  ports: VerifierPorts,
  options: SealedReplayOptions,
): Promise<SealedReplayReport> {
  const names = namesOf(options);
  const tenant = await readContext(ports, options.log, names.sealed);
  const deployment = await readDeployment(ports, options.deployment);
  return new SealedLogVerification(ports, options, names, tenant, deployment).run();
}

/**
 * The latest moment that a leaf's time may stand for. Decisions are dated in whole seconds, and the tenant's leaves to the
 * millisecond: one of the same second may have come first.
 */
const latestOf = (at: number): number => (at % 1_000 === 0 ? at + 999 : at);

type Names = { tenant: string; sealed: string };

function namesOf({ log, deployment, sealed }: SealedReplayOptions): Names {
  const [own, other, apart] = [log, deployment, sealed].map(({ key }) => parseLogOrigin(key.name));
  const isOne = own?.deployment === other?.deployment && own?.deployment === apart?.deployment;
  if (own === undefined || apart === undefined || !isOne)
    throw fault('wrong_log', 'The keys are not those of logs of one deployment.');
  if (other?.slug !== DEPLOYMENT_SLUG || !isSealedLog(apart.slug))
    throw fault('wrong_log', 'The keys are not those of a sealed log and its deployment’s log.');
  return { tenant: own.slug, sealed: apart.slug };
}

/** Reads from the tenant's log the leaves that decide about access, in their order, and the heads of the sealed log. */
async function readContext(ports: VerifierPorts, { source, key }: FollowedLog, sealed: string) {
  const leaves: LeafOf[] = [];
  const heads: Head[] = [];
  const unknown = new UnknownLeaves();
  await verifyTenantLog(ports, source, {
    ...{ key, since: undefined, everyLeaf: true },
    onStart: (start) => {
      if (start > 0)
        throw fault('wrong_pruning', 'The tenant’s log has no beginning: who could decide is not known.');
    },
    onLeaf: (index, leaf) => {
      const data = new LeafData(index, leaf);
      const event = eventOf(data);
      if (unknown.take(leaf, data.difference) || event === undefined) return;
      if (CONTEXT.has(leaf.type.split('.', 1)[0] ?? '')) leaves.push(event);
      if (event.type === 'demand.accessed' && event.members.log === sealed)
        heads.push({ size: data.count('size'), root: event.members.root, index });
    },
  });
  if (heads.length === 0)
    throw fault('sealed_mismatch', `The tenant’s log has no head of ${sealed}: no seal committed to it.`);
  return { leaves, heads, unknown };
}

async function readDeployment(ports: VerifierPorts, { source, key }: FollowedLog) {
  const history = new DeploymentHistory();
  const restored: RestoredEpoch[] = [];
  const unknown = new UnknownLeaves();
  const openings = new Openings(ports.hashing, source, { isComplete: false, warnings: new Warnings() });
  const log = await verifyTenantLog(ports, source, {
    ...{ key, since: undefined, everyLeaf: true },
    onLeaf: async (index, leaf) => {
      const data = new LeafData(index, leaf);
      if (data.difference !== undefined) await openings.settle();
      const event = eventOf(data);
      if (unknown.take(leaf, data.difference) || event === undefined) return;
      unknown.attempt(() => history.take(event), data.at);
      if (leaf.type === 'log.restored')
        restored.push({ epoch: data.count('epoch'), index, kept: data.count('kept') });
      // Route maps decide about calls.
      if (isService(event))
        await openings.take(data, (opened) =>
          unknown.attempt(() => history.takeServiceOpenings(ports.hashing, event, opened), data.at),
        );
    },
  });
  await openings.settle();
  return { log, history, source, restored, unknown };
}

class SealedLogVerification {
  readonly #warnings = new Warnings();
  readonly #replay: TenantReplay;
  readonly #chains: GatewayChains;
  readonly #openings: Openings;
  readonly #events: LogEvents;
  readonly #order = new LeafOrder();
  readonly #deploymentPoints: DeploymentPoint[] = [];
  readonly #unknown: UnknownLeaves;
  /** What is not replayed yet: the tenant's leaves in their order, and the heads by size. */
  readonly #context: LeafOf[];
  readonly #heads: Head[];
  #range: CompactRange = EMPTY_RANGE;

  constructor(
    private readonly ports: VerifierPorts,
    private readonly options: SealedReplayOptions,
    private readonly names: Names,
    tenant: Awaited<ReturnType<typeof readContext>>,
    private readonly deployment: Awaited<ReturnType<typeof readDeployment>>,
  ) {
    const { hashing } = ports;
    const warnings = this.#warnings;
    const { source } = options.sealed;
    this.#unknown = new UnknownLeaves([deployment.unknown, tenant.unknown]);
    this.#context = [...tenant.leaves];
    this.#heads = [...tenant.heads].sort((a, b) => a.size - b.size);
    this.#openings = new Openings(hashing, source, { isComplete: true, warnings });
    this.#chains = new GatewayChains(ports, (gateway) => deployment.history.gateway(gateway), warnings);
    this.#events = new LogEvents(hashing, {
      ...{ readsOpenings: false, warnings, clock: new LogClock([]) },
      openSeal: () => Promise.resolve(undefined),
      onDeployment: (point) => this.#deploymentPoints.push(point),
    });
    this.#replay = new TenantReplay(ports, {
      ...{ slug: names.tenant, deployment: deployment.history, pin: null, warnings, isSealed: true },
      onPoint: () => undefined,
      deploymentSize: () => this.#events.state.deployment?.size ?? Number.POSITIVE_INFINITY,
      wasRestoredBefore: (at) => this.#chains.wasRestoredBefore(at),
    });
  }

  async run(): Promise<SealedReplayReport> {
    const { ports, options } = this;
    const covered = this.#heads.at(-1)?.size ?? 0;
    const log = await verifyTenantLog(ports, options.sealed.source, {
      ...{ key: options.sealed.key, since: undefined, everyLeaf: true },
      onLeaf: (index, leaf) => this.take(index, leaf),
    });
    await this.#openings.settle();
    await this.#unknown.attempt(() => this.#openings.finish());
    this.#unknown.attempt(() => this.#chains.finish());
    await this.requirePoints(log);
    this.#order.requirePast(options.now());
    const [left] = this.#heads;
    if (left !== undefined) throw this.mismatch(left, `the log has fewer leaves than its head says`);
    if (log.point.size > covered)
      this.#warnings.add('not_covered', 'The newest leaves are covered by no head yet.', covered);
    return {
      ...{ log: this.names.sealed, point: log.point, covered },
      ...{ calls: this.#replay.calls.state.count, grants: this.#replay.grants.state.grants.size },
      ...{ opened: this.#openings.opened, unknown: this.#unknown.found, warnings: this.#warnings.all },
    };
  }

  private async take(index: number, leaf: LeafV1): Promise<void> {
    const data = new LeafData(index, leaf);
    const event = eventOf(data);
    // Terms and paths name the tenant and not the sealed log. So replay the leaf under the tenant's name.
    const ofTenant = eventOf(new LeafData(index, { ...leaf, tenant: this.names.tenant }));
    if (event !== undefined && ofTenant !== undefined)
      await this.#unknown.attempt(() => this.takeKnown(event, ofTenant), data.at);
    else {
      await this.#openings.settle();
      this.#unknown.take(leaf, data.difference);
    }
    if (this.options.openings !== false)
      await this.#openings.take(data, (opened) => {
        if (ofTenant !== undefined)
          this.#unknown.attempt(() => this.#replay.takeOpened(ofTenant, opened), data.at);
      });
    this.takeHash(leafHash(this.ports.hashing, encodeLeaf(leaf)));
  }

  private async takeKnown(data: LeafOf, ofTenant: LeafOf): Promise<void> {
    this.#order.take(data);
    await this.takeContext(latestOf(data.at));
    await this.#chains.take(data);
    await this.#events.take(data);
    if (data.type === 'request.created' && data.members.terms.basis !== 'legal')
      throw data.fault('not_allowed', 'only access for an authority may be kept in a sealed log.');
    await this.#replay.take(ofTenant);
  }

  /** Replays the tenant's leaves up to this moment. */
  private async takeContext(at: number): Promise<void> {
    for (let next = this.#context[0]; next !== undefined && next.at <= at; next = this.#context[0]) {
      this.#context.shift();
      await this.#replay.take(next);
    }
  }

  /** Adds a leaf's hash to the tree, and compares the root with each head of that size. */
  private takeHash(hash: Uint8Array): void {
    const { hashing } = this.ports;
    this.#range = appendLeaf(hashing, this.#range, hash);
    for (let head = this.#heads[0]; head?.size === this.#range.size; head = this.#heads[0]) {
      if (encodeBase64(rangeRoot(hashing, this.#range)) !== head.root)
        throw this.mismatch(head, `its first ${head.size} leaves are not those that were sealed`);
      this.#heads.shift();
    }
  }

  private requirePoints(log: VerifiedLog): Promise<void> {
    const { deployment, ports } = this;
    const { restored } = this.#events.state;
    return requireDeploymentPoints(
      ports.hashing,
      { ...deployment.log, source: deployment.source, restored: deployment.restored },
      this.#deploymentPoints,
      { origin: log.checkpoint.origin, restored },
    );
  }

  private mismatch({ index }: Head, detail: string) {
    return fault('sealed_mismatch', `of the sealed log ${this.names.sealed}, ${detail}.`, index);
  }
}
