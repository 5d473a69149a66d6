import type { IncomingHttpHeaders } from 'node:http';
import type { SigningDeps } from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import {
  App,
  AuthorizationError,
  type AuthorizeResult,
  type AuthorizeSourceData,
  ExpressReceiver,
  type Logger,
  type Receiver,
  type ReceiverEvent,
  SocketModeReceiver,
} from '@slack/bolt';
import { clientOptions, slackClient } from './client.js';
import type { SlackConfig, SlackParts, SlackSettings } from './config.js';
import { Identities } from './identity.js';
import { Inbound, InboundRefused, type Proof } from './inbound.js';
import { registerLifecycle } from './lifecycle.js';
import { boltLogger, type SlackLog } from './log.js';
import { Installations } from './tokens.js';

/** Where Slack sends requests by HTTP. */
export const EVENTS_PATH = '/slack/events';
/** How often the broker checks which tokens expire soon. */
const TOKEN_CHECK_MS = 10 * 60_000;

/** The broker's connection to Slack: the Bolt app, the installations and the linked identities. */
export interface SlackIntegration {
  config: SlackConfig;
  logger: Logger;
  installations: Installations;
  identities: Identities;
  app: App;
  /**
   * The Express router to mount; null in Socket Mode. It takes the body from `request.rawBody`, which the caller has read
   * within its own limit: Bolt leaves a connection unusable if a body is larger than its limit.
   */
  router: ExpressReceiver['router'] | null;
  /** Starts to listen. Does not wait for Slack. */
  start(): void;
  /** Stops listening and waits for the requests in progress. */
  stop(): Promise<void>;
}

/**
 * Creates the Bolt app: over a socket if there is an app token, else over HTTP.
 *
 * @param register adds the listeners
 */
export function createSlackIntegration(
  deps: SigningDeps,
  config: SlackConfig,
  settings: SlackSettings,
  log: SlackLog,
  register: (app: App, parts: SlackParts) => void,
): SlackIntegration {
  const logger = boltLogger(log);
  const installations = new Installations(deps, config, logger);
  const identities = new Identities(deps, settings.publicUrl, async ({ enterprise, team }) => {
    const home = await installations.covering([enterprise, team]);
    return home === null ? null : slackClient(config, logger, home.token);
  });
  const inProgress = new Set<Promise<void>>();
  const receiver = config.appToken === null ? httpReceiver(config, logger) : socketReceiver(config, logger);
  const guarded = withInboundGuard(receiver, (app) => {
    const inbound = new Inbound(
      deps,
      config.site,
      (event) => app.processEvent(event),
      (what) => log.warn({ what }, 'Slack: another broker has handled this already; ignored'),
    );
    return (event) => track(inProgress, inbound.take(event));
  });
  const app = new App({
    receiver: guarded,
    authorize: authorizer(installations),
    logger,
    clientOptions: clientOptions(config, logger),
    convoStore: false,
    ignoreSelf: true,
  });
  app.error(async (error) => logger.error(error.original ?? error));
  registerLifecycle(app, installations);
  register(app, { deps, settings, identify: identities.identify });
  const socket = receiver instanceof SocketModeReceiver ? receiver : null;
  const renewal = new PeriodicLoop(
    'Slack tokens',
    TOKEN_CHECK_MS,
    () => installations.warm(),
    (_name, error) => logger.error(error),
  );
  return {
    ...{ config, logger, installations, identities, app },
    router: receiver instanceof ExpressReceiver ? receiver.router : null,
    start: () => {
      renewal.start();
      // It reconnects by itself. The log and `countersign doctor` report a permanent failure, such as a bad app token.
      socket?.start().catch((error: unknown) => logger.error(error));
    },
    stop: async () => {
      void renewal.stop();
      await socket?.stop();
      await Promise.all(inProgress);
    },
  };
}

/** Keeps the work in the set until it has settled, so that a stop can wait for it. */
function track(inProgress: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  const settled = work.then(
    () => {},
    () => {},
  );
  inProgress.add(settled);
  void settled.then(() => inProgress.delete(settled));
  return work;
}

function httpReceiver(config: SlackConfig, logger: Logger): ExpressReceiver {
  return new ExpressReceiver({
    signingSecret: config.signingSecret ?? '',
    endpoints: EVENTS_PATH,
    logger,
    customPropertiesExtractor: (request: { headers: IncomingHttpHeaders; rawBody?: Uint8Array }): Proof => ({
      signature: String(request.headers['x-slack-signature']),
      timestamp: String(request.headers['x-slack-request-timestamp']),
      body: request.rawBody ?? new Uint8Array(),
      contentType: request.headers['content-type'],
    }),
    processEventErrorHandler: async ({ error, response, logger: to }) => {
      to.warn(error);
      if (response.headersSent) return false;
      response.writeHead(statusOf(error)).end();
      return true;
    },
  });
}

function statusOf(error: Error): number {
  if (error instanceof InboundRefused) return error.status;
  return error instanceof AuthorizationError ? 401 : 500;
}

function socketReceiver(config: SlackConfig, logger: Logger): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken: config.appToken ?? '',
    logger,
    installerOptions: { clientOptions: { ...clientOptions(config, logger), retryConfig: { forever: true } } },
    customPropertiesExtractor: ({ envelope_id: envelope }: { envelope_id?: string }): Proof =>
      envelope === undefined ? {} : { envelope },
    processEventErrorHandler: async ({ error, logger: to }) => {
      to.warn(error);
      return error instanceof InboundRefused || error instanceof AuthorizationError;
    },
  });
}

/** The same receiver, with a guard between it and `app.processEvent`. */
function withInboundGuard<R extends Receiver>(
  receiver: R,
  guard: (app: App) => (event: ReceiverEvent) => Promise<void>,
): R {
  const init = receiver.init.bind(receiver);
  receiver.init = (app: App) => {
    const take = guard(app);
    init(
      new Proxy(app, {
        get: (target, name) => (name === 'processEvent' ? take : Reflect.get(target, name, target)),
      }),
    );
  };
  return receiver;
}

/** Finds the bot token for the workspace of a payload. An installation on a Grid covers all of its workspaces. */
const authorizer =
  (installations: Installations) =>
  async ({
    enterpriseId,
    teamId,
    isEnterpriseInstall,
  }: AuthorizeSourceData<boolean>): Promise<AuthorizeResult> => {
    const [team, grid] = [teamId ?? null, enterpriseId ?? null];
    const found = await installations.covering(isEnterpriseInstall ? [grid, team] : [team, grid]);
    if (found === null) throw new Error('the app is not installed in this workspace');
    return {
      botToken: found.token,
      botId: found.botId,
      botUserId: found.botUser,
      ...(teamId === undefined ? {} : { teamId }),
      ...(enterpriseId === undefined ? {} : { enterpriseId }),
    };
  };
