import type { NoticeChannel, Signers, SigningDeps, Store } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import type { CodeMailer } from '@countersign/mail';
import type { CommitNews, Pools } from '@countersign/persistence';
import type { SlackIntegration } from '@countersign/slack';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { OutboundRules } from './outbound/outbound-rules.js';

/** The store, with what only the broker needs: a notification after each commit, how busy it is, and closing it. */
export interface BrokerStore extends Store {
  /** Calls the listener after each commit of this process, with who may learn from it. Returns a function that removes it. */
  onCommit(listener: (news: CommitNews) => void): () => void;
  readonly pools: Pools;
  close(): Promise<void>;
}

export type BrokerDeps = SigningDeps & { store: BrokerStore; signers: Signers };

/** The part of the environment that handlers may read. It contains no secret. */
export type BrokerSettings = Pick<
  BrokerEnvironment,
  | 'publicUrl'
  | 'gatewayUrl'
  | 'admin'
  | 'rateLimitPerMinute'
  | 'trustedProxies'
  | 'logLevel'
  | 'session'
  | 'passkeyCooling'
  | 'pushServices'
>;

// Nest cannot inject an interface by its type, so each has a token.
export const DEPS = Symbol('Deps');
export const SETTINGS = Symbol('BrokerSettings');
export const LOGGER = Symbol('Logger');
export const OUTBOUND = Symbol('OutboundRules');
export const CHANNELS = Symbol('NoticeChannels');
export const SLACK = Symbol('SlackSide');
export const CODE_MAILER = Symbol('CodeMailer');

/** What exists before Nest starts. */
export interface BrokerParts {
  deps: BrokerDeps;
  settings: BrokerSettings;
  logger: Logger;
  outbound: OutboundRules;
  channels: readonly NoticeChannel[];
  codeMailer: CodeMailer | null;
  slack: SlackIntegration | null;
}

@Global()
@Module({})
class CoreModule {}

/** Lets every module inject the parts that exist before Nest starts. */
export function coreModule({
  deps,
  settings,
  logger,
  outbound,
  channels,
  codeMailer,
  slack,
}: BrokerParts): DynamicModule {
  const providers = [
    { provide: DEPS, useValue: deps },
    { provide: SETTINGS, useValue: settings },
    { provide: LOGGER, useValue: logger },
    { provide: OUTBOUND, useValue: outbound },
    { provide: CHANNELS, useValue: channels },
    { provide: CODE_MAILER, useValue: codeMailer },
    { provide: SLACK, useValue: slack },
  ];
  return { module: CoreModule, providers, exports: providers.map(({ provide }) => provide) };
}
