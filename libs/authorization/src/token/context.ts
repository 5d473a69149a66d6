import type { KeyObject } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import type { GrantTokenClaims } from './claims.js';
import type { TokenRefusal } from './verdict.js';

/** What a token is held against. Every member is required: a checker without an issuer or audience checks nothing. */
export type TokenRules = {
  issuer: string;
  audience: string;
  /** The public key of that id, or undefined where it is not trusted (any more) at that time. */
  key(kid: string, now: number): KeyObject | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  hashing: Hashing;
};

export type JsonObject = Readonly<Record<string, unknown>>;

/** The three parts of the compact form (RFC 7515 §7.1) as text, or as the bytes that they encode. */
type TokenParts<Part> = { header: Part; payload: Part; signature: Part };

/**
 * What one step works on and leaves to the next. Header and payload are empty objects until read: a step that came
 * too early would find nothing in them and refuse.
 */
export type TokenContext = {
  readonly token: string;
  readonly rules: TokenRules;
  /** Milliseconds since the epoch, asked once. */
  readonly now: number;
  parts: TokenParts<string>;
  bytes: TokenParts<Buffer>;
  headerText: string;
  payloadText: string;
  header: JsonObject;
  payload: JsonObject;
  key: KeyObject | undefined;
  claims: GrantTokenClaims | undefined;
  /** The terms as they stand in the token; set with the claims. */
  rawTerms: unknown;
};

/** One named check: a refusal, or undefined to go on. */
export type TokenStep = (context: TokenContext) => TokenRefusal | undefined;

/** A check that asks for the time as well: it holds today and not tomorrow. */
export type TimeStep = (context: Pick<TokenContext, 'payload' | 'now'>) => TokenRefusal | undefined;
