import { decodeBase64, type LogSource, type VerifiedPoint } from '@countersign/audit-log';
import type { DeploymentPoint, SignedPoint } from './named-points.js';
import { damaged } from './snapshot.js';

/**
 * How far a replay had come before it was interrupted, as plain values. A run that goes on from there first completes exactly
 * the interrupted one: it verifies the same two checkpoints. Nothing protects it against someone who changes it.
 */
export type InterruptedReplay = {
  /** The form of `state`. */
  v: number;
  /** The signed checkpoints that the run verifies, in padded base64. */
  checkpoints: LogCheckpoints;
  /** The tree of the tenant's log up to the end of a bundle. The leaves before are hashed and opened again, and not replayed again. */
  point: VerifiedPoint;
  /** The deployment's log as the run verified it. It is verified again. */
  deployment: VerifiedPoint;
  /** What the leaves of the tenant's log led to, see `writeSnapshot`. */
  state: string;
};

export type LogCheckpoints = { tenant: string; deployment: string };

/** What is compared at the end of a run: points of this log that statements name, and points of the deployment's log. */
export type Pending = {
  points: SignedPoint[];
  deploymentPoints: DeploymentPoint[];
};

/** A source whose checkpoint stays the one that was read first, or the one that is given. */
export class PinnedSource implements LogSource {
  readonly partialWidths?: NonNullable<LogSource['partialWidths']>;

  private constructor(
    private readonly source: LogSource,
    readonly checkpoint: Uint8Array | undefined,
  ) {
    if (source.partialWidths !== undefined)
      this.partialWidths = async (tile) => (await source.partialWidths?.(tile)) ?? [];
  }

  /** @param checkpoint in padded base64. Default: the newest */
  static async of(source: LogSource, checkpoint?: string): Promise<PinnedSource> {
    const bytes = checkpoint === undefined ? undefined : decodeBase64(checkpoint);
    return new PinnedSource(source, bytes ?? (await source.read('checkpoint')));
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return path === 'checkpoint' ? Promise.resolve(this.checkpoint) : this.source.read(path);
  }
}

/** @throws LogFault `invalid_state` */
export function requireSamePoint(found: VerifiedPoint, earlier: VerifiedPoint | undefined): void {
  if (found.origin !== earlier?.origin || found.size !== earlier.size || found.root !== earlier.root)
    throw damaged();
}
