import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { commit } from '@countersign/contract';
import {
  exportEd25519PublicKey,
  type RecordEntry,
  type RecordLane,
  type RunEnd,
  recordHash,
  signBatch,
  signRecord,
} from '@countersign/gateway-protocol';
import { systemHashing, uuidV7Ids } from '@countersign/persistence';

export type RecordKind = 'allowed' | 'outcome' | 'refused' | 'head';

/** The grant of the calls. */
export interface RecordedGrant {
  grant: string;
  request: string;
  digest: string;
  person: string;
}

export const gatewayIdentity = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: exportEd25519PublicKey(publicKey), privateKey };
};

/** Records of one boot of a gateway, chained as the gateway chains them. */
export class RecordChain {
  readonly boot = randomUUID();
  private seq = 0;
  private prev: string | null = null;

  constructor(
    private readonly gateway: string,
    private readonly key: KeyObject,
    private readonly under: RecordedGrant,
    private readonly now: () => Date = () => new Date(),
    /** The last record of the run before; null if there is none. Without it, the chain is that of an older gateway. */
    private readonly previous?: RunEnd | null,
    /** Set if the gateway has several lanes. */
    private readonly lane?: RecordLane,
  ) {}

  /** The last record that was added, as the next run names it. */
  get end(): RunEnd {
    return { boot: this.boot, seq: this.seq, hash: this.prev ?? '' };
  }

  /**
   * The next record. `change` replaces members, as a forger would; the chain goes on from what was changed.
   *
   * @param parts `id`: of the call, for an outcome; `key`: signs a head instead of the gateway's identity
   */
  add(
    kind: RecordKind,
    parts: {
      id?: string;
      tenant?: string;
      path?: string | undefined;
      key?: KeyObject;
      change?: Record<string, unknown>;
    } = {},
  ): RecordEntry {
    const { id = uuidV7Ids.next('rec'), tenant = 'acme', key = this.key, change = {} } = parts;
    const salt = randomBytes(32);
    const value = parts.path ?? `/tenants/${tenant}/invoices/inv-1?page=2`;
    this.seq += 1;
    const head = {
      v: 1,
      id,
      gateway: this.gateway,
      boot: this.boot,
      tenant,
      seq: this.seq,
      prev: this.prev,
      ...(this.seq === 1 && this.previous !== undefined ? { previous: this.previous } : {}),
      ...this.laneOf(kind),
      at: this.now().toISOString(),
    };
    const call = {
      ...this.under,
      service: 'billing',
      method: 'GET',
      path: commit(systemHashing, 'path', salt, value),
      mode: 'gateway',
      route: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/inv-1',
      action: 'read',
    };
    const kinds = {
      allowed: { ...head, kind, ...call },
      refused: { ...head, kind, ...call, code: 'insufficient_scope', count: 1 },
      outcome: {
        ...head,
        kind,
        status: 200,
        bytes: 120,
        bodySha256: null,
        durationMs: 7,
        outcome: 'completed',
      },
      head: { ...head, kind, signature: signRecord({ ...head, kind } as never, key) },
    };
    const record = { ...kinds[kind], ...change } as unknown as RecordEntry['record'];
    this.prev = recordHash(record);
    const openings =
      kind === 'outcome' || kind === 'head' ? {} : { path: { value, salt: salt.toString('base64url') } };
    return { record, openings };
  }

  private laneOf(kind: RecordKind): { lane?: RecordLane } {
    if (this.lane === undefined || (this.seq > 1 && kind !== 'head')) return {};
    const { number, of } = this.lane;
    return { lane: this.seq === 1 ? this.lane : { number, of } };
  }

  /** The body of `POST /gateway/v1/records`, signed by the gateway's identity. */
  batch(entries: readonly RecordEntry[], boot: string = this.boot) {
    const records = entries.map(({ record }) => recordHash(record));
    return { boot, entries, signature: signBatch({ gateway: this.gateway, boot, records }, this.key) };
  }
}
