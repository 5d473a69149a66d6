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

const EVENTS_PATH = '/slack/events';
const LARGEST_BODY = 1024 * 1024;
/** Tokens are looked at so often; each is renewed long before it lapses. */
const LOOK_MS = 10 * 60_000;

/** Slack as the broker holds it: what comes in, what goes out, and who is who. */
export interface SlackSide {
  config: SlackConfig;
  logger: Logger;
  installations: Installations;
  identities: Identities;
  app: App;
  /** What Express serves; null in Socket Mode. */
  router: ExpressReceiver['router'] | null;
  /** Begins to listen, without waiting for Slack. */
  start(): void;
  /** Takes nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Makes the Bolt app, over HTTP or, with an app token, over a socket.
 *
 * @param register adds the listeners
 */
export function slackSide(
  deps: SigningDeps,
  config: SlackConfig,
  settings: SlackSettings,
  log: SlackLog,
  register: (app: App, parts: SlackParts) => void,
): SlackSide {
  const logger = boltLogger(log);
  const installations = new Installations(deps, config, logger);
  const identities = new Identities(deps, settings.publicUrl, async ({ enterprise, team }) => {
    const home = await installations.covering([enterprise, team]);
    return home === null ? null : slackClient(config, logger, home.token);
  });
  const underWay = new Set<Promise<void>>();
  const receiver = config.appToken === null ? httpReceiver(config, logger) : socketReceiver(config, logger);
  const guarded = withGuard(receiver, (app) => {
    const inbound = new Inbound(
      deps,
      (event) => app.processEvent(event),
      (what) => log.warn({ what }, 'Slack: it came before, by another broker; nothing was done'),
    );
    return (event) => {
      const work = inbound.take(event);
      const settled = work.then(
        () => {},
        () => {},
      );
      underWay.add(settled);
      void settled.then(() => underWay.delete(settled));
      return work;
    };
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
    LOOK_MS,
    () => installations.warm(),
    (_name, error) => logger.error(error),
  );
  return {
    ...{ config, logger, installations, identities, app },
    router: receiver instanceof ExpressReceiver ? receiver.router : null,
    start: () => {
      renewal.start();
      // It connects again by itself; what fails for good (a bad app token) is said in the log and by the doctor.
      socket?.start().catch((error: unknown) => logger.error(error));
    },
    stop: async () => {
      void renewal.stop();
      await socket?.stop();
      await Promise.all(underWay);
    },
  };
}

function httpReceiver(config: SlackConfig, logger: Logger): ExpressReceiver {
  return new ExpressReceiver({
    signingSecret: config.signingSecret ?? '',
    endpoints: EVENTS_PATH,
    logger,
    bodyLimit: LARGEST_BODY,
    customPropertiesExtractor: ({ headers }): Proof => ({
      signature: String(headers['x-slack-signature']),
      timestamp: String(headers['x-slack-request-timestamp']),
    }),
    processEventErrorHandler: async ({ error, response, logger: to }) => {
      const refused = error instanceof InboundRefused || error instanceof AuthorizationError;
      to.warn(error);
      if (response.headersSent) return false;
      response.writeHead(refused ? 401 : 500).end();
      return true;
    },
  });
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

/** The receiver, with something between it and the app. */
function withGuard<R extends Receiver>(
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

/** By the workspace that a payload is about; a Grid's install covers all of its workspaces. */
const authorizer =
  (installations: Installations) =>
  async ({
    enterpriseId,
    teamId,
    isEnterpriseInstall,
  }: AuthorizeSourceData<boolean>): Promise<AuthorizeResult> => {
    const [team, grid] = [teamId ?? null, enterpriseId ?? null];
    const found = await installations.covering(isEnterpriseInstall ? [grid, team] : [team, grid]);
    if (found === null) throw new Error('the app is not installed there');
    return {
      botToken: found.token,
      botId: found.botId,
      botUserId: found.botUser,
      ...(teamId === undefined ? {} : { teamId }),
      ...(enterpriseId === undefined ? {} : { enterpriseId }),
    };
  };
