import type { SigningDeps, Store } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';

/** What the broker needs of a store beyond the port: to be told of commits, and to close it. */
export interface BrokerStore extends Store {
  /** Calls back after each commit of this process. @returns stops that */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}

export type BrokerDeps = SigningDeps & { store: BrokerStore };

/** The part of the environment that handlers look at; no secret is among it. */
export type BrokerSettings = Pick<
  BrokerEnvironment,
  'publicUrl' | 'gatewayUrl' | 'rateLimitPerMinute' | 'logLevel' | 'session' | 'outboundPrivate'
>;

/** Names under which Nest hands out what is an interface to TypeScript. */
export const DEPS = Symbol('Deps');
export const SETTINGS = Symbol('BrokerSettings');
export const LOGGER = Symbol('Logger');
export const CHANNELS = Symbol('NoticeChannels');
export const SLACK = Symbol('SlackSide');
export const CODE_MAILER = Symbol('CodeMailer');
