import type { Signer, Signers } from '@countersign/access';
import { withinTime } from '@countersign/runtime';
import type { Logger } from 'pino';
import { HttpProblem } from '../http/problem.js';

/** How long a signature may take. Half of what the feed may be silent before gateways refuse every call. */
const SIGN_MS = 5_000;
/** Of both algorithms. */
const SIGNATURE_BYTES = 64;

/**
 * Signers that fail as one stable answer, `not_ready`, if they fail or take too long. A signature that comes later is
 * dropped. Each key is opened once.
 */
export function boundedSigners(signers: Signers, logger: Logger, limitMs = SIGN_MS): Signers {
  const opened = new Map<string, Signer>();
  return {
    make: (use) => signers.make(use),
    open: (key) => {
      const signer = opened.get(key.kid) ?? bounded(signers.open(key), logger, limitMs);
      opened.set(key.kid, signer);
      return signer;
    },
  };
}

function bounded(signer: Signer, logger: Logger, limitMs: number): Signer {
  const { kid, alg, publicKey } = signer;
  return {
    ...{ kid, alg, publicKey },
    sign: async (bytes) => {
      try {
        const signature = await withinTime(signer.sign(bytes), limitMs);
        if (signature?.length === SIGNATURE_BYTES) return signature;
        throw new Error(
          signature === undefined
            ? 'the signer did not answer in time'
            : 'the signer did not return a signature',
        );
      } catch (error) {
        logger.error({ err: error, kid }, 'a signer failed');
        throw new HttpProblem('not_ready', 'The signing key cannot be reached. Try again in a moment.');
      }
    },
  };
}
