import type { ScopeEntry } from '../resource/scope.js';

/** On which ground access is asked for. */
export type Basis = 'approval' | 'invitation' | 'emergency' | 'legal';

/**
 * Exactly what is asked, version 1 (CONTRACT §2). Its canonical JSON is what reviewers see, sign and what a token
 * carries; its SHA-256 is the digest. Absent members are absent, never null. Instants are whole seconds in UTC.
 */
export type Terms = {
  v: 1;
  /** `dep_…` */
  deployment: string;
  /** `req_…` */
  request: string;
  /** Digest that these terms narrow (a counter-offer). */
  parent?: string;
  /** Digest that these terms follow in time (an extension). */
  extends?: string;
  basis: Basis;
  /** SHA-256 of the invitation's statement; with `basis: invitation` and only then. */
  invitation?: string;
  tenant: string;
  service: string;
  /** Hash of the service's route map: what resources and actions mean. */
  routes: string;
  /** Normalised (`normaliseScope`). */
  scope: ScopeEntry[];
  /** Life of the grant. */
  seconds: number;
  startsOn: 'approval' | 'first-use';
  startsAt?: string;
  useBy?: string;
  lapsesAt: string;
  /** How much the grant may use: calls, bytes of response bodies. */
  budget?: Budget;
  /** The one call that may be made, body included. */
  change?: Change;
  /** `usr_…` */
  requester: string;
  /** Commitment `c1:…`. */
  justification: string;
  /** Commitment `c1:…`. */
  ticket?: string;
};

export type Budget = { calls?: number; bytes?: number };

/** `path` is the upstream path with query, `bodySha256` = `sha256:` + hex of the raw body. */
export type Change = { method: string; path: string; bodySha256: string };
