import { SlackError } from './errors.js';
import { edit, type Json } from './messages.js';
import { contentOf, post } from './methods/chat.js';
import { RESPONSE_URL_USES, type World } from './world.js';

const KNOWN = new Set([
  'text',
  'blocks',
  'response_type',
  'replace_original',
  'delete_original',
  'thread_ts',
  'unfurl_links',
  'unfurl_media',
]);

/**
 * What an app posts to a response URL: to one person, to all in the channel, or in place of the message.
 * @throws SlackError `used_url`, `expired_url`, `invalid_payload` and those of a message
 */
export function respond(world: World, id: string, body: Json): void {
  const url = world.responseUrls.get(id);
  if (url === undefined) throw new SlackError('invalid_payload');
  if (url.until < world.now()) throw new SlackError('expired_url');
  if (url.uses >= RESPONSE_URL_USES) throw new SlackError('used_url');
  url.uses += 1;
  if (Object.keys(body).some((name) => !KNOWN.has(name))) throw new SlackError('invalid_payload');
  const channel = world.channels.get(url.channel);
  if (channel === undefined) throw new SlackError('channel_not_found');
  const original = [...channel.messages, ...world.ephemerals].find(({ ts }) => ts === url.ts);
  if (body['delete_original'] === true) {
    if (original !== undefined) original.deleted = true;
    return;
  }
  const content = contentOf(body);
  if (body['replace_original'] === true && original !== undefined) {
    edit(original, world.now(), content.text, content.blocks);
    return;
  }
  const threadTs = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : null;
  const draft = { ...content, threadTs, metadata: null };
  post(world, url.installation, channel, draft, body['response_type'] === 'in_channel' ? null : url.user);
}
