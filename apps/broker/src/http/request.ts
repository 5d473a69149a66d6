import type { EnrolledGateway, Principal } from '@countersign/access';
import type { Request } from 'express';
import type { Logger } from 'pino';

/** Who sent a request, as far as its credentials prove. */
export type Caller =
  | { kind: 'person'; principal: Principal }
  | { kind: 'gateway'; gateway: EnrolledGateway }
  | { kind: 'anonymous' };

/** A request as handlers, guards and filters see it. */
export interface BrokerRequest extends Request {
  caller?: Caller;
  /** The body's bytes as they came, where there was one. */
  rawBody?: Buffer;
  /** pino-http's, bound to the request's id. */
  log: Logger;
}
