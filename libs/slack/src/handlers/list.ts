import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import type { SlackParts } from '../config.js';
import { homeFacts } from '../facts.js';
import { sentenceMessage } from '../messages/blocks.js';
import { listMessage } from '../messages/list.js';
import { identifyClicker } from './press.js';
import { sentencesOf } from './sentences.js';
import { logUnexpected } from './submit.js';

/** `/access list`: what waits and what is open. Only the sender sees the answer. */
export async function respondWithList(
  parts: SlackParts,
  { command, respond, logger }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const { language } = parts.settings;
  const reply = (message: ReturnType<typeof sentenceMessage>) =>
    respond({ response_type: 'ephemeral', ...message });
  try {
    const clicker = await identifyClicker(parts, command);
    if (!clicker.known)
      return void (await reply(
        sentenceMessage(language, sentencesOf(parts.settings).unknown[clicker.why], clicker.linkUrl),
      ));
    await reply(listMessage(await homeFacts(parts, clicker.principal), parts.settings.publicUrl));
  } catch (error) {
    await reply(sentenceMessage(language, logUnexpected(parts, logger, error)));
  }
}
