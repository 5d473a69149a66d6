import type { Server } from 'node:http';
import { type Clock, ensureBrokerKeys } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import {
  nodeKeyMaker,
  type OpenedStore,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { createLogger } from '@countersign/runtime';
import type { SlackSide } from '@countersign/slack';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { DestinationStream, Logger } from 'pino';
import { brokerModule } from './broker.module.js';
import { FeedHub } from './gateway-api/feed/feed-hub.js';
import { Lifecycle } from './health/lifecycle.js';
import { expressServer, useMiddleware } from './http/middleware.js';
import { limitServer } from './http/server-limits.js';
import { type BrokerDeps, SLACK } from './injection.js';
import { Jobs } from './jobs/jobs.service.js';
import { KeyRing } from './keys/key-ring.js';
import { codeMailer, noticeChannels } from './notices/channels.js';
import { NoticeJobs } from './notices/notice-jobs.js';
import { NestLogger } from './observe/nest-logger.js';
import { MailCodes } from './sign-in/mail-codes.js';
import { slackOf } from './slack/side.js';
import { drain } from './stop.js';
import { NoticeFollower } from './stream/notice-follower.js';
import { RecordNews } from './stream/record-news.js';
import { StreamHub } from './stream/stream-hub.js';
import { signing } from './trust/signature-rules.js';

const DRAIN_MS = 4_000;

export interface RunningBroker {
  /** Where it listens: `http://HOST:PORT`. */
  url: string;
  /** Stops in order within 5 s: no new connections, requests at hand finished, streams ended, store closed. */
  close(): Promise<void>;
}

/** What a test sets instead of the machine's own. */
export interface BrokerOverrides {
  clock?: Clock;
  logTo?: DestinationStream;
  /** What the broker works with in place of the store that it opened. */
  storeOver?: (opened: OpenedStore) => OpenedStore;
}

/**
 * Opens the store and serves the broker's API.
 *
 * @throws StoreError where the store cannot be opened or is not migrated; Error where the port is taken
 */
export async function startBroker(
  environment: BrokerEnvironment,
  { clock = systemClock, logTo, storeOver = (opened) => opened }: BrokerOverrides = {},
): Promise<RunningBroker> {
  const logger = createLogger({ level: environment.logLevel, base: { app: 'broker' }, destination: logTo });
  const system = { clock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const { databaseUrl: url, masterKey } = environment;
  const store = storeOver(await openStore({ url, masterKey, ...system }));
  const deps: BrokerDeps = { store, ...system, ...signing(environment) };
  const slack = slackOf(deps, environment, logger);
  let app: NestExpressApplication | undefined;
  try {
    await ensureBrokerKeys(deps, nodeKeyMaker);
    app = await NestFactory.create<NestExpressApplication>(
      brokerModule({
        deps,
        settings: environment,
        logger,
        channels: noticeChannels(deps, environment, slack),
        codeMailer: codeMailer(deps, environment),
        slack,
      }),
      new ExpressAdapter(expressServer()),
      { bodyParser: false, abortOnError: false, logger: new NestLogger(logger) },
    );
    return await serve(app, deps, environment, logger);
  } catch (error) {
    if (app !== undefined) await stopParts(app);
    await store.close();
    throw error;
  }
}

/** Readies every part, then listens: nobody is served by a broker that is half there. */
async function serve(
  app: NestExpressApplication,
  deps: BrokerDeps,
  environment: BrokerEnvironment,
  logger: Logger,
): Promise<RunningBroker> {
  useMiddleware(app, logger);
  const slack = app.get<SlackSide | null>(SLACK);
  // Before Nest's own routes, after which nothing else is asked; Bolt reads the body and checks its signature itself.
  if (slack?.router != null) app.use(slack.router);
  await app.init();
  await app.get(KeyRing).load();
  await app.get(FeedHub).start();
  app.get(StreamHub).start();
  await app.get(NoticeFollower).start();
  app.get(Jobs).start();
  app.get(NoticeJobs).start();
  slack?.start();
  const server: Server = app.getHttpServer();
  limitServer(server);
  await app.listen(environment.port, environment.host);
  const url = urlOf(server, environment.host);
  logger.info({ url, publicUrl: environment.publicUrl }, 'the broker is running');
  return { url, close: once(() => stop(app, server, deps)) };
}

async function stop(app: NestExpressApplication, server: Server, { store }: BrokerDeps): Promise<void> {
  app.get(Lifecycle).stopping = true;
  const drained = drain(server, DRAIN_MS);
  await stopParts(app);
  await drained;
  await app.close();
  await store.close();
}

async function stopParts(app: NestExpressApplication): Promise<void> {
  await Promise.all(
    [FeedHub, StreamHub, RecordNews, MailCodes, NoticeFollower, Jobs, NoticeJobs].map((part) =>
      app.get<{ stop(): Promise<void> }>(part).stop(),
    ),
  );
  await app.get<SlackSide | null>(SLACK)?.stop();
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
