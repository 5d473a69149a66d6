import type { EnrolledGateway, Principal, Session } from '@countersign/access';
import type { Request } from 'express';
import type { Logger } from 'pino';

/** Who sent a request, as its credentials prove. */
export type Caller =
  | {
      kind: 'person';
      principal: Principal;
      /** The session of the call; absent for an API key. */
      session?: Session;
    }
  | { kind: 'gateway'; gateway: EnrolledGateway }
  /** The SCIM client of one side; `tenant` is null for the vendor. */
  | { kind: 'provisioner'; tenant: string | null }
  | {
      kind: 'anonymous';
      /** Why credentials that are known authenticate no one now; told to those who present them. */
      why?: string;
    };

/** The headers that authenticate a caller. */
export interface Credentials {
  authorization: string | undefined;
  cookie: string | undefined;
}

/** A request as handlers, guards and filters see it. */
export interface BrokerRequest extends Request {
  caller?: Caller;
  /** The bytes of the body as they arrived. */
  rawBody?: Buffer;
  /** The client's address, behind trusted proxies; `unknown` if the connection is gone. */
  address: string;
  /** The network that rate limits count the client for (`networkOf`). */
  network: string;
  /** pino-http's, bound to the request's id. */
  log: Logger;
}

export const credentialsOf = ({ headers }: Request): Credentials => ({
  authorization: headers.authorization,
  cookie: headers.cookie,
});
