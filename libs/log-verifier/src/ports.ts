import type { Ed25519Check } from '@countersign/audit-log';
import type { CountersignPorts } from '@countersign/authorization/signatures';
import type { Hashing } from '@countersign/contract';

/** What the verifier needs of its platform. It runs in Node and in a browser. */
export type VerifierPorts = {
  hashing: Hashing;
  /** Ed25519: checkpoints, witnesses and gateways. */
  check: Ed25519Check;
  /**
   * Runs a pure check of customers' signatures. Its ports answer at once. A browser, whose signature checks answer later,
   * runs the check again when it knows the answer.
   */
  signed<T>(compute: (ports: CountersignPorts) => T): T | Promise<T>;
};
