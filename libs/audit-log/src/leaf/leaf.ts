/** Who caused an event: a person, a gateway, a job of the broker, or whoever has a shell on its host. */
export type Actor = `usr_${string}` | `gtw_${string}` | 'job' | 'host';

/**
 * One entry of a tenant's log, version 1 (CONTRACT §6). Personal values are not in it: each stands as a commitment,
 * with value and salt beside the log, where they can be erased without breaking a single hash.
 */
export type LeafV1 = {
  v: 1;
  /** What happened: `request.created`, `access.allowed`. */
  type: string;
  /** RFC 3339 in UTC with `Z`, whole seconds or milliseconds. */
  at: string;
  /** Slug; `deployment` for what belongs to no tenant. */
  tenant: string;
  /** Index in the tenant's log, from 0, without gaps. */
  seq: number;
  actor: Actor;
  /** Plain and never erasable: ids, digests, resources, actions. */
  data: Record<string, unknown>;
  /** `c1:…` by the name of the member that it stands for. */
  commitments: Record<string, string>;
};
