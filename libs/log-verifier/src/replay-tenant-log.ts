import {
  checkpointOrigin,
  encodeBase64,
  type LeafV1,
  LogFault,
  type LogSource,
  type Note,
  parseLogOrigin,
  type Succession,
  type VerifiedLog,
  type VerifiedPoint,
  verifyTenantLog,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG, SEAL } from '@countersign/contract';
import { DeploymentHistory, type DeploymentState } from './deployment-history.js';
import { fault, type Warning, Warnings } from './faults.js';
import { type ChainState, GatewayChains } from './gateway-chains.js';
import {
  type InterruptedReplay,
  type Pending,
  PinnedSource,
  requireSamePoint,
} from './interrupted-replay.js';
import { LeafData } from './leaf-data.js';
import { requireDeploymentPoints, requireSignedPoints } from './named-points.js';
import { type OpeningState, Openings } from './openings.js';
import type { VerifierPorts } from './ports.js';
import { type LogEventState, LogEvents } from './replay/log-events.js';
import { TenantReplay, type TenantReplayState } from './replay/tenant-replay.js';
import {
  type ReplayOptions,
  type ReplayReport,
  SNAPSHOT_VERSION,
  type VerifiedState,
} from './replay-report.js';
import { damaged, readSnapshot, snapshotDigest, writeSnapshot } from './snapshot.js';
import { type Witnessed, witnessedByPolicy, witnessedByTrust } from './witnesses.js';

type Kept = {
  deployment: { history: DeploymentState; chains: ChainState; events: LogEventState };
  tenant: {
    replay: TenantReplayState;
    chains: ChainState;
    openings: OpeningState;
    events: LogEventState;
    warnings: Warning[];
  };
};

type DeploymentPart = Awaited<ReturnType<TenantLogVerification['verifyDeployment']>>;

/** What reads the leaves of the tenant's log. */
type TenantParts = {
  replay: TenantReplay;
  chains: GatewayChains;
  openings: Openings;
  events: LogEvents;
};

/**
 * Verifies a tenant's log as a whole, with the deployment's log that it depends on: every hash and signature, that it continues
 * what an earlier run verified, the gateways' chains, the openings of commitments, and that every allowed call lies under a
 * grant whose approvals were what the policy of that moment required. Trusts nothing but the keys and the anchor.
 *
 * @throws LogFault with the first fault: a code, and the index of its leaf
 */
export async function replayTenantLog(ports: VerifierPorts, options: ReplayOptions): Promise<ReplayReport> {
  return new TenantLogVerification(ports, options).run();
}

/** What the parts keep for a later run, beside the warnings. */
const stateOf = ({ replay, chains, openings, events }: TenantParts): Omit<Kept['tenant'], 'warnings'> => ({
  ...{ replay: replay.state, chains: chains.state, openings: openings.state, events: events.state },
});

class TenantLogVerification {
  readonly #slug: string;
  /** What an earlier run kept of this epoch; undefined if every leaf is read. */
  #kept: Kept | undefined;
  #warnings = new Warnings();
  /** Points of this log that statements name, and points of the deployment's log: compared at the end. */
  readonly #pending: Pending;
  /** What an interrupted run had replayed of the tenant's log. */
  readonly #interrupted: { tenant: Kept['tenant'] } | undefined;
  #history: DeploymentHistory | undefined;
  /** False once leaves were pruned that no earlier run has replayed. */
  #replays = true;

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
    const kept =
      interrupted === undefined
        ? undefined
        : (readSnapshot(interrupted.state) as { tenant: Kept['tenant']; pending: Pending });
    this.#interrupted = kept;
    this.#pending = kept?.pending ?? { points: [], deploymentPoints: [], leaves: 0, opened: 0 };
  }

  async run(): Promise<ReplayReport> {
    // First, so that the deployment's log has everything that this checkpoint's leaves name.
    const { log, deployment: other, interrupted } = this.options;
    const source = await PinnedSource.of(log.source, interrupted?.checkpoints.tenant);
    this.#kept = this.readKept(checkpointOrigin(await source.read('checkpoint')));
    this.#warnings = new Warnings(this.#kept?.tenant.warnings);
    const deployment = await this.verifyDeployment(
      await PinnedSource.of(other.source, interrupted?.checkpoints.deployment),
    );
    if (interrupted !== undefined) requireSamePoint(deployment.log.point, interrupted.deployment);
    // The interrupted run had noted what the deployment's log says, too.
    if (this.#interrupted !== undefined) this.#warnings = new Warnings(this.#interrupted.tenant.warnings);
    return this.verifyTenant(source, deployment);
  }

  /**
   * What an earlier run kept, unless the log was restored since then: that begins another origin.
   *
   * @throws LogFault `invalid_state`
   */
  private readKept(origin: string | undefined): Kept | undefined {
    const { since } = this.options;
    if (since?.replay?.v !== SNAPSHOT_VERSION || since.origin !== origin) return undefined;
    const { replay, ...point } = since;
    const { deployment, state, digest } = replay;
    if (snapshotDigest(this.ports.hashing, [point, deployment, state]) !== digest) throw damaged();
    return readSnapshot(state) as Kept;
  }

  private async verifyDeployment(source: PinnedSource) {
    const { key } = this.options.deployment;
    const kept = this.#kept?.deployment;
    const history = new DeploymentHistory(kept?.history);
    const chains = new GatewayChains(
      this.ports,
      (gateway) => history.gateway(gateway),
      this.#warnings,
      kept?.chains,
    );
    const openings = new Openings(this.ports.hashing, source, {
      isComplete: false,
      warnings: this.#warnings,
    });
    const events = this.logEvents(openings, kept?.events);
    const log = await verifyTenantLog(this.ports, source, {
      key,
      since: this.options.since?.replay?.deployment,
      everyLeaf: kept === undefined,
      onStart: (start) => {
        // A deployment keeps its log whole. Without it nothing that a tenant's log says could be replayed.
        if (start > 0 && kept === undefined)
          throw new LogFault('pruned', 'The deployment’s log has no beginning, and no deployment prunes it.');
      },
      onLeaf: async (index, leaf) => {
        const data = new LeafData(index, leaf);
        history.take(data);
        await chains.take(data);
        await events.take(data);
        // Route maps decide about calls, so they are read even if openings are not.
        if (this.options.openings !== false || data.leaf.type === 'service.applied')
          await openings.take(data, (opened) => {
            const definition = opened.get('definition');
            if (definition !== undefined) history.takeDefinition(this.ports.hashing, data, definition);
          });
      },
      onProgress: (done, size) => this.options.onProgress?.('deployment', done, size),
    });
    await openings.settle();
    chains.finish();
    return { log, history, chains, source, events: events.state };
  }

  private begin(start: number, isKnown: boolean, { chains, events }: TenantParts): void {
    if (start === 0 || isKnown) return;
    this.#replays = false;
    chains.beginMidway();
    events.beginMidway(start);
  }

  private async verifyTenant(source: PinnedSource, deployment: DeploymentPart): Promise<ReplayReport> {
    const { hashing } = this.ports;
    const { history } = deployment;
    this.#history = history;
    const parts = this.tenantParts(source, history);
    const log = await this.readTenant(source, parts, deployment);
    const { replay, openings, events } = parts;
    const { restored } = events.state;
    const { points, deploymentPoints, leaves } = this.#pending;
    await requireSignedPoints(hashing, { ...log, source, restored }, points);
    await requireDeploymentPoints(
      hashing,
      { ...deployment.log, source: deployment.source, restored: deployment.events.restored },
      deploymentPoints,
      { origin: log.checkpoint.origin, restored },
    );
    const witnessed = await this.witnessed(log.note, replay);
    const warnings = this.#warnings.all;
    const state = this.keep(log.point, deployment.log.point, {
      deployment: {
        ...{ history: history.state, chains: deployment.chains.state },
        events: deployment.events,
      },
      tenant: {
        ...stateOf(parts),
        warnings: warnings.filter(({ code }) => code !== 'openings_not_read' && code !== 'not_witnessed'),
      },
    });
    return {
      ...{ tenant: this.#slug, point: log.point, deployment: deployment.log.point, note: log.note },
      ...{
        succession: this.successionOf(log, deployment.log, replay),
        leaves,
        prunedBefore: log.prunedBefore,
        replayed: this.#replays,
      },
      ...{
        calls: replay.calls.state.count,
        grants: replay.grants.state.grants.size,
        opened: this.#pending.opened + openings.opened,
        sealedLogs: [...(events.state.sealedLogs ?? [])],
      },
      ...{ trust: replay.trust.pinned?.hash ?? null, witnessed, warnings, state },
    };
  }

  /** What reads the tenant's leaves, each part with what an earlier run kept of it. */
  private tenantParts(source: LogSource, history: DeploymentHistory): TenantParts {
    const { ports, options } = this;
    const kept = (this.#interrupted ?? this.#kept)?.tenant;
    const warnings = this.#warnings;
    const openings = new Openings(ports.hashing, source, { isComplete: true, warnings }, kept?.openings);
    const events = this.logEvents(openings, kept?.events);
    const chains = new GatewayChains(ports, (gateway) => history.gateway(gateway), warnings, kept?.chains);
    const replay = new TenantReplay(
      ports,
      {
        slug: this.#slug,
        deployment: history,
        pin: options.anchor?.trust ?? null,
        warnings,
        onPoint: (point) => this.#pending.points.push(point),
        deploymentSize: () => events.state.deployment?.size ?? Number.POSITIVE_INFINITY,
      },
      kept?.replay,
    );
    return { replay, chains, openings, events };
  }

  /** Verifies the tenant's log, and gives each leaf to each part, in the order of the log. */
  private async readTenant(
    source: PinnedSource,
    parts: TenantParts,
    deployment: DeploymentPart,
  ): Promise<VerifiedLog> {
    const { ports, options } = this;
    const { replay, chains, openings, events } = parts;
    const isKnown = this.#kept !== undefined;
    const begun = options.interrupted?.point.size ?? 0;
    let isSame = options.interrupted === undefined;
    const replaying = { take: (data: LeafData) => (this.#replays ? replay.take(data) : undefined) };
    const readers = [chains, events, replaying];
    let last: LeafData | undefined;
    const take = async (index: number, leaf: LeafV1) => {
      const data = new LeafData(index, leaf);
      last = data;
      this.#pending.leaves += 1;
      // Most leaves have nothing to wait for, and there are millions of them.
      for (const reader of readers) {
        const later = reader.take(data);
        if (later !== undefined) await later;
      }
      if (options.openings !== false)
        await openings.take(data, (opened) => {
          if (this.#replays) replay.takeOpened(data, opened);
        });
    };
    const log = await verifyTenantLog(ports, source, {
      key: options.log.key,
      since: options.since,
      everyLeaf: !isKnown,
      onStart: (start) => this.begin(start, isKnown, parts),
      onLeaf: (index, leaf) => {
        if (index < begun) return;
        return take(index, leaf).catch(async (error: unknown) => {
          // What is still being read is of earlier leaves: their faults come first.
          await openings.settle();
          throw error;
        });
      },
      onProgress: (done, size) => options.onProgress?.('tenant', done, size),
      onBundle: (size, point) => {
        if (!this.#replays || size < begun) return;
        if (size > begun)
          return options.onBundle?.(size, () => this.interruptedNow(point(), { source, deployment }, parts));
        requireSamePoint(point(), options.interrupted?.point);
        isSame = true;
      },
    });
    // Nothing was replayed of leaves that the log may not have.
    if (!isSame) throw damaged();
    await openings.finish();
    events.finish(last);
    chains.finish();
    if (this.#replays) replay.finish();
    if (options.openings === false)
      this.#warnings.add('openings_not_read', 'Values behind commitments were not read.');
    return log;
  }

  /** @throws LogFault of an opening that was still being read */
  private async interruptedNow(
    point: VerifiedPoint,
    { source, deployment }: { source: PinnedSource; deployment: DeploymentPart },
    parts: TenantParts,
  ): Promise<InterruptedReplay> {
    await parts.openings.settle();
    const pending = { ...this.#pending, opened: this.#pending.opened + parts.openings.opened };
    const tenant = { ...stateOf(parts), warnings: this.#warnings.all };
    const base64 = ({ checkpoint }: PinnedSource) => encodeBase64(checkpoint ?? new Uint8Array(0));
    return {
      v: SNAPSHOT_VERSION,
      checkpoints: { tenant: base64(source), deployment: base64(deployment.source) },
      ...{ point, deployment: deployment.log.point },
      state: writeSnapshot({ tenant, pending }),
    };
  }

  private logEvents(openings: Openings, kept: LogEventState | undefined): LogEvents {
    return new LogEvents(
      this.ports.hashing,
      {
        readsOpenings: this.options.openings !== false,
        warnings: this.#warnings,
        openSeal: async (leaf) => {
          if (this.options.openings === false) return undefined;
          return (await openings.read(leaf)).get(SEAL);
        },
        onDeployment: (point, data) => {
          this.#pending.deploymentPoints.push(point);
          const index = this.#history?.backdated({ at: data.at, before: point.size });
          if (index !== undefined)
            throw data.fault('backdated', `leaf ${index} of the deployment’s log says that it is older.`);
        },
      },
      kept,
    );
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

  /**
   * What became of the log, with everything that was known before and is lost: leaves of this log and of the deployment's that an
   * earlier run verified, and those from which on the trust document of the anchor file was in force.
   */
  private successionOf(
    { succession }: VerifiedLog,
    deployment: VerifiedLog,
    replay: TenantReplay,
  ): Succession | undefined {
    if (succession === undefined) return undefined;
    const lost = succession.lost + (deployment.succession?.lost ?? 0);
    return { ...succession, lost: lost > 0 ? lost : this.lostSinceAnchor(succession, replay) };
  }

  /** The file is of an epoch in which its document was adopted. A later restore that did not keep that leaf lost what it knew. */
  private lostSinceAnchor({ restorations }: Succession, replay: TenantReplay): number {
    const { anchor, log } = this.options;
    const adopted = replay.trust.firstAdopted();
    if (anchor === undefined || adopted === undefined || !this.#replays) return 0;
    const epoch = parseLogOrigin(log.key.name)?.epoch ?? 1;
    const losing = restorations.find((each) => each.epoch > epoch && each.kept <= adopted);
    return losing === undefined ? 0 : Math.max(1, losing.lost);
  }

  private keep(point: VerifiedPoint, deployment: VerifiedPoint, kept: Kept): VerifiedState {
    const state = writeSnapshot(kept);
    const digest = snapshotDigest(this.ports.hashing, [point, deployment, state]);
    // Of a log that was not replayed from its beginning only its point is kept.
    return this.#replays ? { ...point, replay: { v: SNAPSHOT_VERSION, deployment, state, digest } } : point;
  }
}
