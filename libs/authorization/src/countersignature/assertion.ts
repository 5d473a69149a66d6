import type { PasskeyJwk, Signature } from '@countersign/contract';
import type { CountersignPorts } from './ports.js';
import type { CountersignRefusal } from './refusal.js';

/** An assertion (WebAuthn Level 3 §7.2) and what it is held against: all of it comes from a pinned trust document. */
export type Assertion = {
  signature: Pick<Signature, 'authenticatorData' | 'clientDataJSON' | 'signature'>;
  /** The 32 bytes of the statement's hash. */
  challenge: Uint8Array;
  /** The passkey's key; its type pins the algorithm. */
  jwk: PasskeyJwk;
  rpId: string;
  origins: readonly string[];
};

/** What one step works on. `clientData` is an empty object until it is read: a step that came too early would refuse. */
export type AssertionContext = Assertion & {
  ports: CountersignPorts;
  authenticatorBytes: Uint8Array;
  clientBytes: Uint8Array;
  signatureBytes: Uint8Array;
  clientData: Readonly<Record<string, unknown>>;
};

/** One named check: a refusal, or undefined to go on. */
export type AssertionStep = (context: AssertionContext) => CountersignRefusal | undefined;
