import type { AllMiddlewareArgs, App, SlackEventMiddlewareArgs } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { SlackParts } from '../config.js';
import { homeFacts } from '../facts.js';
import { slackUserOf } from '../identity.js';
import { homeView, messageHome } from '../messages/home.js';
import { sentencesOf } from './sentences.js';
import { logUnexpected } from './submit.js';

/** App Home: published again when a person opens it, and after each of their presses there. */
export function listenForHome(app: App, parts: SlackParts): void {
  app.event('app_home_opened', async (opened) => {
    if (opened.event.tab === 'home') await onOpened(parts, opened);
  });
}

async function onOpened(
  parts: SlackParts,
  { event, body, client, logger }: SlackEventMiddlewareArgs<'app_home_opened'> & AllMiddlewareArgs,
): Promise<void> {
  const { team_id: team, enterprise_id: enterprise } = body;
  const sender = {
    user_id: event.user,
    ...(team === undefined ? {} : { team_id: team }),
    ...(enterprise === undefined ? {} : { enterprise_id: enterprise }),
  };
  try {
    await publishHome(parts, client, sender);
  } catch (error) {
    const words = logUnexpected(parts, logger, error);
    const view = messageHome(parts.settings.language, words, parts.settings.publicUrl);
    await client.views.publish({ user_id: event.user, view });
  }
}

/** Publishes a person's App Home. @param notice the result of their last press, shown at the top */
export async function publishHome(
  parts: SlackParts,
  client: WebClient,
  sender: Parameters<typeof slackUserOf>[0],
  notice?: string,
): Promise<void> {
  const who = slackUserOf(sender);
  if (who === null) return;
  const clicker = await parts.identify(who);
  const view = clicker.known
    ? homeView(await homeFacts(parts, clicker.principal), parts.settings.publicUrl, notice)
    : messageHome(parts.settings.language, sentencesOf(parts.settings).unknown[clicker.why], clicker.linkUrl);
  await client.views.publish({ user_id: who.user, view });
}
