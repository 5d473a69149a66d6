import {
  checkpointOrigin,
  type LeafV1,
  LogFault,
  type LogSource,
  type Note,
  parseLogOrigin,
  type Succession,
  type TlogPolicy,
  type VerifiedLog,
  type VerifiedPoint,
  type VerifierKey,
  verifyTenantLog,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG, SEAL } from '@countersign/contract';
import { DeploymentHistory, type DeploymentState } from './deployment-history.js';
import { fault, type Warning, Warnings } from './faults.js';
import { type ChainState, GatewayChains } from './gateway-chains.js';
import { LeafData } from './leaf-data.js';
import {
  type DeploymentPoint,
  requireDeploymentPoints,
  requireSignedPoints,
  type SignedPoint,
} from './named-points.js';
import { type OpeningState, Openings } from './openings.js';
import type { VerifierPorts } from './ports.js';
import { type LogEventState, LogEvents } from './replay/log-events.js';
import { TenantReplay, type TenantReplayState } from './replay/tenant-replay.js';
import { damaged, readSnapshot, snapshotDigest, writeSnapshot } from './snapshot.js';
import { type Witnessed, witnessedByPolicy, witnessedByTrust } from './witnesses.js';

/** A log with a key of it, under the origin of any of its epochs. */
export type FollowedLog = { source: LogSource; key: VerifierKey };

export type ReplayOptions = {
  /** The tenant's log. */
  log: FollowedLog;
  /** The deployment's log, which every tenant may read. */
  deployment: FollowedLog;
  /** The anchor file: which deployment and tenant, and the fingerprint of the first trust document. */
  anchor?: { deployment: string; tenant: string; trust: string } | undefined;
  /** What an earlier run found. */
  since?: VerifiedState | undefined;
  /**
   * Whose cosignatures are enough: the report says whether they are. Without it, a majority of the witnesses in the trust
   * document; a warning says if they are missing.
   */
  policy?: TlogPolicy | undefined;
  /** Whether the values behind commitments are read. Default: true. */
  openings?: boolean | undefined;
  onProgress?: ((what: 'deployment' | 'tenant', done: number, size: number) => void) | undefined;
};

/** How far a log was verified, for the next run. Without `replay` the next run reads every leaf again. */
export type VerifiedState = VerifiedPoint & { replay?: ReplaySnapshot };

/** The form of `ReplaySnapshot.state`. A state of another form is not read: every leaf is replayed once more. */
const SNAPSHOT_VERSION = 3;

/** What the leaves led to, as text, and how far the deployment's log was verified. `v` is the form of the state. */
export type ReplaySnapshot = { v: number; deployment: VerifiedPoint; state: string; digest: string };

/** What a verification found. It threw a LogFault if anything was wrong. */
export type ReplayReport = {
  tenant: string;
  point: VerifiedPoint;
  deployment: VerifiedPoint;
  note: Note;
  /** What became of the log's keys and name. */
  succession: Succession | undefined;
  /** Leaves read in this run. */
  leaves: number;
  /** Leaves before this one were pruned; 0 for a log that has all its leaves. */
  prunedBefore: number;
  /**
   * Whether grants and calls were replayed. Not if leaves were pruned that no earlier run has replayed: what they said of
   * people, policies and grants is not known.
   */
  replayed: boolean;
  /** Allowed calls and grants in the whole log. */
  calls: number;
  grants: number;
  /** Values that opened their commitments in this run. */
  opened: number;
  /** The hash of the trust document in force; null while the tenant is unclaimed, or if nothing was replayed. */
  trust: string | null;
  witnessed: Witnessed;
  warnings: Warning[];
  state: VerifiedState;
};

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

class TenantLogVerification {
  readonly #slug: string;
  /** What an earlier run kept of this epoch; undefined if every leaf is read. */
  #kept: Kept | undefined;
  #warnings = new Warnings();
  /** Points of this log that statements name, and points of the deployment's log: compared at the end. */
  readonly #points: SignedPoint[] = [];
  readonly #deploymentPoints: DeploymentPoint[] = [];
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
  }

  async run(): Promise<ReplayReport> {
    // First, so that the deployment's log has everything that this checkpoint's leaves name.
    const source = await withPinnedCheckpoint(this.options.log.source);
    this.#kept = this.readKept(checkpointOrigin(await source.read('checkpoint')));
    this.#warnings = new Warnings(this.#kept?.tenant.warnings);
    const deployment = await this.verifyDeployment();
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

  private async verifyDeployment() {
    const { source, key } = this.options.deployment;
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
    return { log, history, chains, source, events: events.state };
  }

  private begin(start: number, isKnown: boolean, { chains, events }: TenantParts): void {
    if (start === 0 || isKnown) return;
    this.#replays = false;
    chains.beginMidway();
    events.beginMidway(start);
  }

  private async verifyTenant(
    source: LogSource,
    deployment: Awaited<ReturnType<TenantLogVerification['verifyDeployment']>>,
  ): Promise<ReplayReport> {
    const { hashing } = this.ports;
    const { history } = deployment;
    this.#history = history;
    const parts = this.tenantParts(source, history);
    const { log, leaves } = await this.readTenant(source, parts);
    const { replay, chains, openings, events } = parts;
    const { restored } = events.state;
    await requireSignedPoints(hashing, { ...log, source, restored }, this.#points);
    await requireDeploymentPoints(
      hashing,
      { ...deployment.log, source: deployment.source, restored: deployment.events.restored },
      this.#deploymentPoints,
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
        ...{ replay: replay.state, chains: chains.state, openings: openings.state, events: events.state },
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
        opened: openings.opened,
      },
      ...{ trust: replay.trust.pinned?.hash ?? null, witnessed, warnings, state },
    };
  }

  /** What reads the tenant's leaves, each part with what an earlier run kept of it. */
  private tenantParts(source: LogSource, history: DeploymentHistory): TenantParts {
    const { ports, options } = this;
    const kept = this.#kept?.tenant;
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
        onPoint: (point) => this.#points.push(point),
        deploymentSize: () => events.state.deployment?.size ?? Number.POSITIVE_INFINITY,
      },
      kept?.replay,
    );
    return { replay, chains, openings, events };
  }

  /** Verifies the tenant's log, and gives each leaf to each part, in the order of the log. */
  private async readTenant(
    source: LogSource,
    parts: TenantParts,
  ): Promise<{ log: VerifiedLog; leaves: number }> {
    const { ports, options } = this;
    const { replay, chains, openings, events } = parts;
    const isKnown = this.#kept !== undefined;
    const replaying = { take: (data: LeafData) => (this.#replays ? replay.take(data) : undefined) };
    const readers = [chains, events, replaying];
    let last: LeafData | undefined;
    let leaves = 0;
    const take = async (index: number, leaf: LeafV1) => {
      const data = new LeafData(index, leaf);
      last = data;
      leaves += 1;
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
      onLeaf: (index, leaf) =>
        take(index, leaf).catch(async (error: unknown) => {
          // What is still being read is of earlier leaves: their faults come first.
          await openings.settle();
          throw error;
        }),
      onProgress: (done, size) => options.onProgress?.('tenant', done, size),
    });
    await openings.finish();
    events.finish(last);
    if (this.#replays) replay.finish();
    if (options.openings === false)
      this.#warnings.add('openings_not_read', 'Values behind commitments were not read.');
    return { log, leaves };
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
          this.#deploymentPoints.push(point);
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

/** A source whose checkpoint stays the one that was read first. */
async function withPinnedCheckpoint(source: LogSource): Promise<LogSource> {
  const checkpoint = await source.read('checkpoint');
  return {
    read: (path) => (path === 'checkpoint' ? Promise.resolve(checkpoint) : source.read(path)),
    ...(source.partialWidths === undefined
      ? {}
      : { partialWidths: (tile) => source.partialWidths?.(tile) ?? Promise.resolve([]) }),
  };
}
