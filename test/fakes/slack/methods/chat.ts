import { checkMessageBlocks } from '../blocks/check.js';
import { isRecord } from '../blocks/rules.js';
import { SlackError } from '../errors.js';
import { withBlockIds } from '../fields.js';
import { type Draft, edit, type Json, type Message, messageOf } from '../messages.js';
import type { Channel, Installation } from '../model.js';
import type { World } from '../world.js';
import { type Call, isTrue, type Method, structured } from './call.js';
import { shownMessage } from './shapes.js';

/** Slack recommends as much and refuses more when a message is changed; here always. */
const TEXT_LIMIT = 4_000;
const METADATA_BYTES = 8_000;

/**
 * Text and blocks of a message.
 * @throws SlackError `no_text`, `msg_too_long` and those of {@link checkMessageBlocks}
 */
export function contentOf(args: Json): { text: string; blocks: Json[] } {
  const blocks = structured(args['blocks'] ?? [], 'invalid_blocks_format');
  checkMessageBlocks(blocks);
  // Stricter than Slack, which only warns: notifications and screen readers have nothing else.
  const { text } = args;
  if (typeof text !== 'string' || text.trim() === '') throw new SlackError('no_text');
  if (text.length > TEXT_LIMIT) throw new SlackError('msg_too_long');
  return { text, blocks: withBlockIds(blocks as Json[]) };
}

function metadataOf(args: Json): Json | null {
  const metadata = structured(args['metadata'] ?? null, 'invalid_metadata_format');
  if (metadata === null) return null;
  if (
    !isRecord(metadata) ||
    typeof metadata['event_type'] !== 'string' ||
    !isRecord(metadata['event_payload'])
  )
    throw new SlackError('invalid_metadata_format');
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES)
    throw new SlackError('metadata_too_large');
  return metadata;
}

function threadOf(channel: Channel, threadTs: unknown): string | null {
  if (threadTs === undefined || threadTs === '') return null;
  const root = channel.messages.find(({ ts, deleted }) => ts === threadTs && !deleted);
  if (root === undefined) throw new SlackError('thread_not_found');
  if (root.threadTs !== null) throw new SlackError('cannot_reply_to_message');
  return root.ts;
}

/** A person's id stands for the direct conversation with them. */
const channelFor = ({ world, installation, args }: Call): Channel =>
  /^[UW]/.test(String(args['channel']))
    ? world.directChannel(installation, args['channel'])
    : world.visibleChannel(installation, args['channel']);

function writable(installation: Installation, channel: Channel): void {
  if (channel.archived) throw new SlackError('is_archived');
  if (!channel.members.has(installation.botUser)) throw new SlackError('not_in_channel');
}

/** Writes a message of the app into a channel. */
export function post(
  world: World,
  installation: Installation,
  channel: Channel,
  draft: Draft,
  onlyFor: string | null = null,
): Message {
  const message = messageOf(draft, {
    channel: channel.id,
    ts: world.ts(),
    at: world.now(),
    user: installation.botUser,
    installation: installation.key,
    ...(onlyFor === null ? {} : { onlyFor }),
  });
  (onlyFor === null ? channel.messages : world.ephemerals).push(message);
  return message;
}

function ownMessage({ installation, args }: Call, channel: Channel, denied: string): Message {
  const message = channel.messages.find(({ ts, deleted }) => ts === args['ts'] && !deleted);
  if (message === undefined) throw new SlackError('message_not_found');
  if (message.installation !== installation.key) throw new SlackError(denied);
  return message;
}

function update(call: Call): Json {
  const { world, installation, args } = call;
  const channel = world.visibleChannel(installation, args['channel']);
  writable(installation, channel);
  const message = ownMessage(call, channel, 'cant_update_message');
  const team = channel.teams[0] ?? '';
  if (world.now() - (message.editions[0]?.at ?? 0) > world.team(team).editWindow * 1000)
    throw new SlackError('edit_window_closed');
  const previous = { blocks: message.blocks, text: message.text };
  const { text, blocks } = contentOf({ ...previous, ...args });
  if (args['metadata'] !== undefined) message.metadata = metadataOf(args);
  edit(message, world.now(), text, blocks);
  return { channel: channel.id, ts: message.ts, text, message: shownMessage(world, message, true) };
}

const CONTENT = ['text', 'blocks', 'mrkdwn', 'parse', 'link_names'];

export const chat: Record<string, Method> = {
  'chat.postMessage': {
    auth: 'bot',
    required: ['channel'],
    optional: [...CONTENT, 'thread_ts', 'metadata', 'unfurl_links', 'unfurl_media', 'reply_broadcast'],
    scope: 'chat:write',
    run: (call) => {
      const channel = channelFor(call);
      writable(call.installation, channel);
      const unfurls = !(call.args['unfurl_links'] !== undefined && !isTrue(call.args['unfurl_links']));
      const draft = { ...contentOf(call.args), threadTs: threadOf(channel, call.args['thread_ts']), unfurls };
      const metadata = metadataOf(call.args);
      const message = post(call.world, call.installation, channel, { ...draft, metadata });
      const shown = shownMessage(call.world, message, true);
      return { channel: channel.id, ts: message.ts, message: shown };
    },
  },
  'chat.postEphemeral': {
    auth: 'bot',
    required: ['channel', 'user'],
    optional: [...CONTENT, 'thread_ts'],
    scope: 'chat:write',
    run: (call) => {
      const channel = call.world.visibleChannel(call.installation, call.args['channel']);
      writable(call.installation, channel);
      const user = String(call.args['user']);
      if (!channel.members.has(user)) throw new SlackError('user_not_in_channel');
      const draft = {
        ...contentOf(call.args),
        threadTs: threadOf(channel, call.args['thread_ts']),
        metadata: null,
      };
      return { message_ts: post(call.world, call.installation, channel, draft, user).ts };
    },
  },
  'chat.update': {
    auth: 'bot',
    required: ['channel', 'ts'],
    optional: [...CONTENT, 'metadata'],
    scope: 'chat:write',
    run: update,
  },
  'chat.delete': {
    auth: 'bot',
    required: ['channel', 'ts'],
    optional: [],
    scope: 'chat:write',
    run: (call) => {
      const channel = call.world.visibleChannel(call.installation, call.args['channel']);
      const message = ownMessage(call, channel, 'cant_delete_message');
      message.deleted = true;
      return { channel: channel.id, ts: message.ts };
    },
  },
  'chat.getPermalink': {
    auth: 'bot',
    required: ['channel', 'message_ts'],
    optional: [],
    run: ({ world, installation, args, origin }) => {
      const channel = world.visibleChannel(installation, args['channel']);
      const ts = String(args['message_ts']);
      if (!channel.messages.some((each) => each.ts === ts && !each.deleted))
        throw new SlackError('message_not_found');
      const permalink = `${origin}/archives/${channel.id}/p${ts.replace('.', '')}`;
      return { channel: channel.id, permalink };
    },
  },
};
