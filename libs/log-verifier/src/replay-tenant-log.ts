import {
  type Checkpoint,
  checkpointOrigin,
  encodeBase64,
  LogFault,
  type LogSource,
  type Note,
  parseLogOrigin,
  type Succession,
  UnknownLeaves,
  type VerifiedLog,
  type VerifiedPoint,
  verifyTenantLog,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import { type Cosigned, readCosigned, type Unwitnessed, unwitnessedLeaves } from './cosigned-leaves.js';
import { DeploymentHistory, isService } from './deployment-history.js';
import { fault, Warnings } from './faults.js';
import { GatewayChains } from './gateway-chains.js';
import {
  type InterruptedReplay,
  type Pending,
  PinnedSource,
  requireSamePoint,
} from './interrupted-replay.js';
import { eventOf, LeafData } from './leaf-data.js';
import { LeafOrder } from './leaf-order.js';
import { LogClock } from './log-clock.js';
import { requireDeploymentPoints, requireSignedPoints } from './named-points.js';
import { Openings } from './openings.js';
import type { VerifierPorts } from './ports.js';
import { LogEvents } from './replay/log-events.js';
import type { TenantReplay } from './replay/tenant-replay.js';
import {
  type ReplayOptions,
  type ReplayReport,
  type ReplaySnapshot,
  SNAPSHOT_VERSION,
  type VerifiedState,
} from './replay-report.js';
import { damaged, readSnapshot, snapshotDigest, writeSnapshot } from './snapshot.js';
import { type KeptReplay, TenantReaders } from './tenant-readers.js';
import { type Witnessed, witnessedByPolicy, witnessedByTrust } from './witnesses.js';

type DeploymentPart = Awaited<ReturnType<TenantLogVerification['verifyDeployment']>>;

/**
 * Verifies a tenant's log as a whole, with the deployment's log that it depends on: every hash and signature, that it continues
 * what an earlier run verified, the gateways' chains, the openings of commitments, and that every allowed call lies under a
 * grant whose approvals were what the policy of that moment required. Trusts nothing but the keys and the anchor.
 *
 * A run that goes on from an earlier one reads everything again that is still there, so it finds what a first run would find. What
 * was kept stands in for leaves that were pruned since, and shows that the log continues what was verified.
 *
 * @throws LogFault with the first fault: a code, and the index of its leaf
 */
export async function replayTenantLog(ports: VerifierPorts, options: ReplayOptions): Promise<ReplayReport> {
  return new TenantLogVerification(ports, options).run();
}

class TenantLogVerification {
  readonly #slug: string;
  /** What an earlier run kept of this epoch; undefined if there is nothing. */
  #kept: KeptReplay | undefined;
  #cosigned: Cosigned = [];
  /** What is found again in each run. */
  readonly #warnings = new Warnings();
  readonly #pending: Pending;
  readonly #unknownOfDeployment = new UnknownLeaves();
  readonly #unknown = new UnknownLeaves([this.#unknownOfDeployment]);
  /** What an interrupted run had replayed of the tenant's log. */
  readonly #interrupted: KeptReplay | undefined;

  constructor(
    private readonly ports: VerifierPorts,
    private readonly options: ReplayOptions,
  ) {
    const own = parseLogOrigin(options.log.key.name);
    const other = parseLogOrigin(options.deployment.key.name);
    const { anchor } = options;
    const isAnchored =
      anchor === undefined || (anchor.deployment === own?.deployment && anchor.tenant === own.slug);
    if (
      own === undefined ||
      other?.deployment !== own.deployment ||
      other.slug !== DEPLOYMENT_SLUG ||
      !isAnchored
    )
      throw fault('wrong_log', 'The keys are not those of one tenant’s log and its deployment’s log.');
    this.#slug = own.slug;
    const { interrupted } = options;
    if (interrupted !== undefined && interrupted.v !== SNAPSHOT_VERSION) throw damaged();
    const known =
      interrupted === undefined
        ? undefined
        : (readSnapshot(interrupted.state) as { tenant: KeptReplay; pending: Pending });
    this.#interrupted = known?.tenant;
    this.#pending = known?.pending ?? { points: [], deploymentPoints: [] };
  }

  async run(): Promise<ReplayReport> {
    // First, so that the deployment's log has everything that this checkpoint's leaves name.
    const { log, deployment: other, interrupted } = this.options;
    this.#cosigned = await readCosigned(log.source);
    const source = await PinnedSource.of(log.source, interrupted?.checkpoints.tenant);
    this.#kept = this.readKept(checkpointOrigin(await source.read('checkpoint')));
    const deployment = await this.verifyDeployment(
      await PinnedSource.of(other.source, interrupted?.checkpoints.deployment),
    );
    if (interrupted !== undefined) requireSamePoint(deployment.log.point, interrupted.deployment);
    return this.verifyTenant(source, deployment);
  }

  /**
   * What an earlier run kept, unless the log was restored since then: that begins another origin.
   *
   * @throws LogFault `invalid_state`
   */
  private readKept(origin: string | undefined): KeptReplay | undefined {
    const { since } = this.options;
    if (since?.replay?.v !== SNAPSHOT_VERSION || since.origin !== origin) return undefined;
    const { replay, ...point } = since;
    if (this.digestOf(point, replay) !== replay.digest) throw damaged();
    return readSnapshot(replay.state) as KeptReplay;
  }

  private async verifyDeployment(source: PinnedSource) {
    const { key } = this.options.deployment;
    const history = new DeploymentHistory();
    const order = new LeafOrder();
    const unknown = this.#unknownOfDeployment;
    const chains = new GatewayChains(this.ports, (gateway) => history.gateway(gateway), this.#warnings);
    const openings = new Openings(this.ports.hashing, source, {
      ...{ isComplete: false, warnings: this.#warnings },
    });
    const events = new LogEvents(this.ports.hashing, {
      ...{ warnings: this.#warnings, clock: new LogClock([]) },
      ...{ readsOpenings: false, openSeal: () => Promise.resolve(undefined) },
      onDeployment: () => undefined,
    });
    const log = await verifyTenantLog(this.ports, source, {
      key,
      since: this.options.since?.replay?.deployment,
      everyLeaf: true,
      onStart: (start) => {
        // A deployment keeps its log whole. Without it nothing that a tenant's log says could be replayed.
        if (start > 0)
          throw new LogFault('pruned', 'The deployment’s log has no beginning, and no deployment prunes it.');
      },
      onLeaf: async (index, leaf) => {
        const data = new LeafData(index, leaf);
        // Faults of earlier leaves do not follow from this one.
        if (data.difference !== undefined) await openings.settle();
        const event = eventOf(data);
        if (!unknown.take(leaf, data.difference) && event !== undefined) {
          for (const reader of [history, chains, events])
            await unknown.attempt(() => reader.take(event), data.at);
          // No event explains a leaf that is dated back.
          order.take(data);
        }
        // Route maps decide about calls, so they are read even if openings are not.
        if (event !== undefined && isService(event))
          await openings.take(data, (opened) =>
            unknown.attempt(() => history.takeServiceOpenings(this.ports.hashing, event, opened), data.at),
          );
        else if (this.options.openings !== false) await openings.take(data);
      },
      onProgress: (done, size) => this.options.onProgress?.('deployment', done, size),
    });
    await openings.settle();
    unknown.attempt(() => chains.finish());
    return { log, history, source, order, restored: events.state.restored };
  }

  private async verifyTenant(source: PinnedSource, deployment: DeploymentPart): Promise<ReplayReport> {
    const { hashing } = this.ports;
    const { log, readers } = await this.readTenant(source, deployment);
    const { replay, openings, replays } = readers;
    const { restored, sealedLogs } = readers.events.state;
    const { points, deploymentPoints } = this.#pending;
    await requireSignedPoints(hashing, { ...log, source, restored }, points);
    await requireDeploymentPoints(
      hashing,
      { ...deployment.log, source: deployment.source, restored: deployment.restored },
      deploymentPoints,
      { origin: log.checkpoint.origin, restored },
    );
    const { state } = readers;
    const now = this.options.now();
    deployment.order.requirePast(now);
    readers.requirePresent(now);
    const witnessed = await this.witnessed(log.note, replay);
    const unwitnessed = await this.unwitnessed({ source, ...log }, readers);
    const unknown = this.#unknown.found;
    return {
      ...{ tenant: this.#slug, point: log.point, deployment: deployment.log.point, note: log.note },
      succession: this.successionOf(log, deployment.log, readers),
      ...{ prunedBefore: log.prunedBefore, replayed: replays },
      ...{ calls: replay.calls.state.count, grants: replay.grants.state.grants.size },
      ...{ opened: openings.opened, sealedLogs: [...sealedLogs] },
      ...{ trust: replay.trust.pinned?.hash ?? null, witnessed, unwitnessed, unknown },
      warnings: readers.warnings,
      state: this.stateOf(log.point, deployment.log.point, replays && unknown === null ? state : undefined),
    };
  }

  /**
   * What reads the tenant's leaves. What an interrupted run kept stands in for the leaves that it had replayed; what an earlier run
   * kept, only for those that were pruned.
   */
  private readersOf(
    source: LogSource,
    { history }: DeploymentPart,
    { start, checkpoint }: { start: number; checkpoint: Checkpoint },
  ): TenantReaders {
    const { options } = this;
    const known = (state: KeptReplay | undefined, leaves = -1) =>
      state === undefined || leaves < start ? undefined : { state, leaves };
    const { interrupted, since } = options;
    return new TenantReaders(this.ports, {
      ...{ slug: this.#slug, source, deployment: history, pin: options.anchor?.trust ?? null },
      ...{ readsValues: options.openings !== false, pending: this.#pending, warnings: this.#warnings },
      unknown: this.#unknown,
      ...{ start, checkpoint, timed: new Set(this.#cosigned.map((each) => each.checkpoint.size).concat(0)) },
      known:
        known(this.#interrupted, interrupted?.point.size) ??
        (start > 0 ? known(this.#kept, since?.replay?.size ?? since?.size) : undefined),
    });
  }

  /** Verifies the tenant's log, and gives each leaf to its readers. */
  private async readTenant(source: PinnedSource, deployment: DeploymentPart) {
    const { ports, options } = this;
    const begun = options.interrupted?.point.size ?? 0;
    let isSame = options.interrupted === undefined;
    let readers: TenantReaders | undefined;
    const log = await verifyTenantLog(ports, source, {
      key: options.log.key,
      since: options.since,
      everyLeaf: true,
      onStart: (start, checkpoint) => {
        readers = this.readersOf(source, deployment, { start, checkpoint });
      },
      onLeaf: (index, leaf) =>
        readers?.take(new LeafData(index, leaf)).catch(async (error: unknown) => {
          // What is still being read is of earlier leaves: their faults come first.
          await readers?.openings.settle();
          throw error;
        }),
      onProgress: (done, size) => options.onProgress?.('tenant', done, size),
      onBundle: (size, point) => {
        if (readers === undefined || !readers.replays || size < begun) return;
        const now = readers;
        // What a later run goes on from has no leaf of an unknown type: that run would not find it again.
        if (size > begun && this.#unknown.found !== null) return;
        if (size > begun)
          return options.onBundle?.(size, () => this.interruptedNow(point(), { source, deployment }, now));
        requireSamePoint(point(), options.interrupted?.point);
        isSame = true;
      },
    });
    // Nothing was replayed of leaves that the log may not have.
    if (!isSame || readers === undefined) throw damaged();
    await readers.finish();
    if (options.openings === false)
      this.#warnings.add('openings_not_read', 'Values behind commitments were not read.');
    return { log, readers };
  }

  /** @throws LogFault of an opening that was still being read */
  private async interruptedNow(
    point: VerifiedPoint,
    { source, deployment }: { source: PinnedSource; deployment: DeploymentPart },
    { openings, state: tenant }: TenantReaders,
  ): Promise<InterruptedReplay> {
    await openings.settle();
    const base64 = ({ checkpoint }: PinnedSource) => encodeBase64(checkpoint ?? new Uint8Array(0));
    return {
      v: SNAPSHOT_VERSION,
      checkpoints: { tenant: base64(source), deployment: base64(deployment.source) },
      ...{ point, deployment: deployment.log.point },
      state: writeSnapshot({ tenant, pending: this.#pending }),
    };
  }

  /** The witnesses of the trust document sign after the log does, so those that are missing are a warning. */
  private async witnessed(note: Note, replay: TenantReplay): Promise<Witnessed> {
    const { policy } = this.options;
    if (policy !== undefined) return witnessedByPolicy(this.ports, note, policy);
    const entries = replay.trust.document?.witnesses ?? [];
    const witnessed = await witnessedByTrust(this.ports, note, entries);
    const missing = witnessed.cosignatures.filter(({ at }) => at === null).map(({ name }) => name);
    if (!witnessed.isQuorum)
      this.#warnings.add('not_witnessed', `The checkpoint is not cosigned by ${missing.join(', ')}.`);
    return witnessed;
  }

  /** Last, as any other fault matters more. A policy of the caller's takes the place of the document's rule. */
  private async unwitnessed(
    log: { source: LogSource; note: Note; checkpoint: Checkpoint },
    readers: TenantReaders,
  ): Promise<Unwitnessed | null> {
    const version = readers.replay.trust.state.versions.at(-1);
    if (version === undefined || this.options.policy !== undefined) return null;
    const from = readers.events.state.restored.at(-1)?.index ?? 0;
    return unwitnessedLeaves(
      this.ports,
      { ...log, cosigned: this.#cosigned, from },
      { document: version.value.document, adoptedAt: version.at },
      { timeOf: (index) => readers.timeOf(index), running: (since) => readers.runningSince(since) },
    );
  }

  /**
   * What became of the log, with everything that was known before and is lost: leaves of this log and of the deployment's that an
   * earlier run verified, and those from which on the trust document of the anchor file was in force.
   */
  private successionOf(
    { succession }: VerifiedLog,
    deployment: VerifiedLog,
    readers: TenantReaders,
  ): Succession | undefined {
    if (succession === undefined) return undefined;
    const lost = succession.lost + (deployment.succession?.lost ?? 0);
    return { ...succession, lost: lost > 0 ? lost : this.lostSinceAnchor(succession, readers) };
  }

  /** The file is of an epoch in which its document was adopted. A later restore that did not keep that leaf lost what it knew. */
  private lostSinceAnchor({ restorations }: Succession, { replay, replays }: TenantReaders): number {
    const { anchor, log } = this.options;
    const adopted = replay.trust.firstAdopted();
    if (anchor === undefined || adopted === undefined || !replays) return 0;
    const epoch = parseLogOrigin(log.key.name)?.epoch ?? 1;
    const losing = restorations.find((each) => each.epoch > epoch && each.kept <= adopted);
    return losing === undefined ? 0 : Math.max(1, losing.lost);
  }

  /**
   * What the next run begins with. If this one could not replay the log to its end, what an earlier run kept goes on to stand in for
   * leaves that are pruned by then. Without that, only the point is kept.
   */
  private stateOf(point: VerifiedPoint, deployment: VerifiedPoint, state?: KeptReplay): VerifiedState {
    const { since } = this.options;
    const earlier =
      this.#kept === undefined || since?.replay === undefined
        ? undefined
        : { state: since.replay.state, size: since.replay.size ?? since.size };
    const snapshot = state === undefined ? earlier : { state: writeSnapshot(state) };
    if (snapshot === undefined) return point;
    const replay = { v: SNAPSHOT_VERSION, deployment, ...snapshot };
    return { ...point, replay: { ...replay, digest: this.digestOf(point, replay) } };
  }

  private digestOf(
    point: VerifiedPoint,
    { deployment, state, size }: Omit<ReplaySnapshot, 'digest' | 'v'>,
  ): string {
    const parts = [point, deployment, state, ...(size === undefined ? [] : [size])];
    return snapshotDigest(this.ports.hashing, parts);
  }
}
