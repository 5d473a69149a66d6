import { type NextFunction, type Request, type Response, Router } from 'express';
import type { BrokerDeps } from '../core.module.js';
import { identifyGateway } from './identify.guard.js';
import { limitConcurrency } from './limit-concurrency.js';
import { type BrokerRequest, credentialsOf } from './request.js';
import { MAX_BODY_BYTES, readBodiesOf } from './request-body.js';

/** A gateway closes a batch of records at about 1 MiB; see docs/feed.md. */
const MAX_RECORDS_BYTES = 2 * 1024 * 1024;
/** At once from one gateway, which sends one batch after the other. Further bodies are not even read. */
const BATCHES_PER_GATEWAY = 4;
/** At once from all gateways: if hundreds send records in the same moment, a stop must not wait for all of them. */
const BATCHES_AT_ONCE = 64;

/**
 * Authenticates the gateway before it reads the body, so that only enrolled gateways can make the process hold large
 * bodies. It refuses no one: the guards refuse all other callers, whose bodies stay unread.
 */
export function gatewayBodies(deps: BrokerDeps): Router {
  const router = Router({ caseSensitive: true });
  router.use(async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    const gateway = await identifyGateway(deps, credentialsOf(request).authorization);
    if (gateway === null) return next('router');
    (request as BrokerRequest).caller = { kind: 'gateway', gateway };
    next();
  });
  router.use(
    '/v1/records',
    limitConcurrency(BATCHES_PER_GATEWAY, gatewayOf),
    readBodiesOf('application/json', MAX_RECORDS_BYTES),
    limitConcurrency(BATCHES_AT_ONCE),
  );
  router.use(readBodiesOf('application/json', MAX_BODY_BYTES));
  return router;
}

function gatewayOf(request: Request): string {
  const { caller } = request as BrokerRequest;
  return caller?.kind === 'gateway' ? caller.gateway.id : '';
}
