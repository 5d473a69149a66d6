import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt';
import type { SlackParts } from '../config.js';
import { homeFacts } from '../facts.js';
import { saying } from '../messages/blocks.js';
import { listMessage } from '../messages/list.js';
import { whoPressed } from './press.js';
import { STRANGERS } from './sentences.js';
import { unexpected } from './submit.js';

/** `/access list`: what waits and what is open, told to its asker alone. */
export async function tellList(
  parts: SlackParts,
  { command, respond, logger }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const tell = (message: ReturnType<typeof saying>) => respond({ response_type: 'ephemeral', ...message });
  try {
    const clicker = await whoPressed(parts, command);
    if (!clicker.known) return void (await tell(saying(STRANGERS[clicker.why], clicker.linkUrl)));
    await tell(listMessage(await homeFacts(parts, clicker.principal), parts.settings.publicUrl));
  } catch (error) {
    await tell(saying(unexpected(parts, logger, error)));
  }
}
