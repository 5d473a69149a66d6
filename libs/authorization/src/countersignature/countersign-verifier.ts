import { type CountersignedClaims, checkCountersigned } from './check-countersigned.js';
import type { PinnedTrust } from './countersign.js';
import type { CountersignPorts } from './ports.js';
import type { CountersignRefusal } from './refusal.js';

type Known = { trust: PinnedTrust; refusal: CountersignRefusal | undefined };

/**
 * `checkCountersigned` that remembers its verdicts. They are pure, so one holds as long as the same claims are held
 * against the same trust: a new version is another object, and so are the claims of a token that had to be verified
 * anew, since its key went or changed. What depends on the route map is asked of every call.
 */
export class CountersignVerifier {
  private readonly known = new WeakMap<CountersignedClaims, Known>();

  constructor(private readonly ports: CountersignPorts) {}

  /** Why the token is not countersigned as this trust demands, or undefined where it is. */
  check(claims: CountersignedClaims, trust: PinnedTrust): CountersignRefusal | undefined {
    let known = this.known.get(claims);
    if (known?.trust !== trust) {
      known = { trust, refusal: checkCountersigned(claims, trust, this.ports) };
      this.known.set(claims, known);
    }
    return known.refusal;
  }
}
