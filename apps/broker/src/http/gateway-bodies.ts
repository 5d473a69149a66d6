import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, type NextFunction, type Request, type Response, Router } from 'express';
import type { BrokerDeps } from '../injection.js';
import { limitConcurrency } from './few-at-once.js';
import { identifyGateway } from './identify.guard.js';
import { type BrokerRequest, credentialsOf } from './request.js';

export const MAX_BODY_BYTES = 1024 * 1024;

/** Keeps the bytes of a body as they came. */
export function keepRaw(
  request: IncomingMessage & Pick<Partial<BrokerRequest>, 'rawBody'>,
  _response: ServerResponse,
  body: Buffer,
): void {
  request.rawBody = body;
}

/** A gateway closes a batch of records at about 1 MiB; see docs/feed.md. */
const MAX_RECORDS_BYTES = 2 * 1024 * 1024;
/** Of one gateway, which hands over one batch after the other: more than that are not even read. */
const RECORDS_OF_ONE = 4;
/** Of hundreds of gateways that hand over records in the same moment; a stop that comes then must not wait for them all. */
const RECORDS_AT_ONCE = 64;

/**
 * Reads the bodies of enrolled gateways alone, once it is known who sends: nobody else can fill this process with what waits
 * to be looked at. Decides nothing: the guards say what becomes of the others, whose bodies stay unread.
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
    limitConcurrency(RECORDS_OF_ONE, gatewayOf),
    json({ inflate: false, limit: MAX_RECORDS_BYTES, verify: keepRaw }),
    limitConcurrency(RECORDS_AT_ONCE),
  );
  router.use(json({ inflate: false, limit: MAX_BODY_BYTES, verify: keepRaw }));
  return router;
}

function gatewayOf(request: Request): string {
  const { caller } = request as BrokerRequest;
  return caller?.kind === 'gateway' ? caller.gateway.id : '';
}
