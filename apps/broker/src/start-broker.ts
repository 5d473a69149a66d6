import type { Server } from 'node:http';
import { type Clock, ensureBrokerKeys, type Signers } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import {
  isCopyOfRunning,
  type OpenedStore,
  openStore,
  type StoreError,
  systemClock,
  systemHashing,
  systemRandomness,
  systemSigners,
  uuidV7Ids,
} from '@countersign/persistence';
import { createLogger } from '@countersign/runtime';
import type { SlackIntegration } from '@countersign/slack';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { DestinationStream, Logger } from 'pino';
import { brokerModule } from './broker.module.js';
import { type BrokerDeps, SLACK } from './core.module.js';
import { PrivateListener } from './health/private-listener.js';
import { expressServer, limitServer, useMiddleware } from './http/middleware.js';
import { keepRawBody, MAX_BODY_BYTES } from './http/request-body.js';
import { Shutdown } from './http/shutdown.js';
import { boundedSigners } from './keys/bounded-signers.js';
import { RunningLease } from './lease/broker-lease.js';
import { codeMailer, noticeChannels } from './notices/channels.js';
import { NestLogger } from './observe/logging.js';
import { type OutboundRules, outboundRules } from './outbound/outbound-rules.js';
import { loadSlack } from './slack/load-slack.js';
import { slackOf } from './slack/slack.module.js';
import { createSigningPorts } from './trust/signing.js';

export interface RunningBroker {
  /** Its address: `http://HOST:PORT`. */
  url: string;
  /** The private listener's address; null if there is none. */
  adminUrl: string | null;
  /** Settles if the broker has to stop by itself, once it has. */
  failed: Promise<StoreError>;
  /** Stops within 5 s: accepts no new connections, finishes requests in progress, ends streams, closes the store. */
  close(): Promise<void>;
}

const COPIED =
  'This database file was copied while a broker ran. A plain copy lacks the newest grants and records. If it is a backup, stop the broker and run “countersign restore”';

/** What a test replaces. */
export interface BrokerOverrides {
  clock?: Clock;
  logTo?: DestinationStream;
  /** Wraps the store that the broker has opened. */
  storeOver?: (opened: OpenedStore) => OpenedStore;
  /** Tests' receivers are on this machine, at ports that the system chooses. */
  outbound?: OutboundRules;
  signers?: Signers;
}

/**
 * Opens the store and serves the broker's API.
 *
 * @throws StoreError if the store cannot be opened or is not migrated; Error if the port is taken
 */
export async function startBroker(
  environment: BrokerEnvironment,
  {
    clock = systemClock,
    logTo,
    storeOver = (opened) => opened,
    outbound = outboundRules(environment),
    signers = systemSigners,
  }: BrokerOverrides = {},
): Promise<RunningBroker> {
  const logger = createLogger({ level: environment.logLevel, base: { app: 'broker' }, destination: logTo });
  const system = { clock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const { databaseUrl: url, masterKey } = environment;
  const isCopy = await isCopyOfRunning(url);
  const store = storeOver(await openStore({ url, masterKey, ...system }));
  if (isCopy) logger.warn(COPIED);
  const deps: BrokerDeps = {
    ...{ store, ...system, ...createSigningPorts(environment) },
    signers: boundedSigners(signers, logger),
  };
  let app: NestExpressApplication | undefined;
  let lease: RunningLease | undefined;
  try {
    lease = await RunningLease.take(deps, logger);
    const slack = await slackOf(deps, environment, logger);
    await ensureBrokerKeys(deps, deps.signers);
    app = await NestFactory.create<NestExpressApplication>(
      brokerModule({
        deps,
        settings: environment,
        logger,
        outbound,
        channels: await noticeChannels(deps, environment, outbound.vendor, slack),
        codeMailer: codeMailer(deps, environment),
        slack,
      }),
      new ExpressAdapter(expressServer()),
      { bodyParser: false, abortOnError: false, logger: new NestLogger(logger) },
    );
    return await serve(app, { deps, lease }, environment, logger);
  } catch (error) {
    await app?.close();
    await lease?.end();
    await store.close();
    throw error;
  }
}

/** What a broker that runs has to let go of when it stops. */
type Run = { deps: BrokerDeps; lease: RunningLease };

/** Listens once every part has started in its lifecycle hook: a broker that is only half started serves no one. */
async function serve(
  app: NestExpressApplication,
  run: Run,
  environment: BrokerEnvironment,
  logger: Logger,
): Promise<RunningBroker> {
  useMiddleware(app, logger);
  const slack = app.get<SlackIntegration | null>(SLACK);
  // Before Nest's own routes, which answer everything else. Bolt checks the signature itself.
  if (slack?.router != null) {
    const { EVENTS_PATH } = await loadSlack();
    app.use(EVENTS_PATH, keepRawBody(MAX_BODY_BYTES)).use(slack.router);
  }
  await app.init();
  const server: Server = app.getHttpServer();
  limitServer(server);
  await app.listen(environment.port, environment.host);
  const url = urlOf(server, environment.host);
  const { url: adminUrl } = app.get(PrivateListener);
  logger.info({ url, adminUrl, publicUrl: environment.publicUrl }, 'the broker is running');
  const close = once(() => stop(app, server, run));
  const failed = run.lease.lost.then(async (error) => {
    await close();
    return error;
  });
  return { url, adminUrl, failed, close };
}

/** Drains the connections while Nest stops the parts, then closes the store that all of them used. */
async function stop(app: NestExpressApplication, server: Server, { deps, lease }: Run): Promise<void> {
  app.get(Shutdown).begin(server);
  await app.close();
  await lease.end();
  await deps.store.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
