import type { Logger } from 'pino';
import type { BrokerClient } from '../feed/broker-client.js';
import type { Identity } from './identity.js';

/**
 * Tells the broker this gateway's public key, once a run: the broker takes the first and answers 204 when it is
 * repeated. Throws BrokerAnswer (409 when another key is registered: then the spool's folder is not the one that this
 * credential was first used with).
 */
export function registrar(
  broker: BrokerClient,
  identity: Identity,
  log: Logger,
): (signal: AbortSignal) => Promise<void> {
  let done = false;
  return async (signal) => {
    if (done) return;
    await broker.post('/gateway/v1/identity', JSON.stringify({ publicKey: identity.publicKey }), signal);
    done = true;
    log.info({ kid: identity.kid }, 'identity registered');
  };
}
