import { SlackError } from '../errors.js';
import type { Json, Message } from '../messages.js';
import type { Channel } from '../model.js';
import { type Call, demandScope, isTrue, type Method } from './call.js';
import { shownChannel, shownMember, shownMessage } from './shapes.js';

const FAMILY = { public: 'channels', private: 'groups', im: 'im' } as const;

function channelFor(call: Call, right: 'read' | 'history'): Channel {
  const channel = call.world.visibleChannel(call.installation, call.args['channel']);
  demandScope(call, `${FAMILY[channel.kind]}:${right}`);
  return channel;
}

function within({ args }: Call, { ts }: Message): boolean {
  const oldest = String(args['oldest'] ?? '0');
  const latest = String(args['latest'] ?? '9999999999.999999');
  const inclusive = isTrue(args['inclusive']);
  return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
}

/** A page of messages; the cursor is the place where the next page begins. */
function page(call: Call, messages: Message[], smallest: number, largest: number): Json {
  const limit = Math.min(Math.max(Number(call.args['limit'] ?? 100), smallest), largest);
  const start = Number(call.args['cursor'] ?? 0);
  if (!Number.isInteger(start)) throw new SlackError('invalid_cursor');
  const next = start + limit < messages.length ? String(start + limit) : '';
  const withMetadata = isTrue(call.args['include_all_metadata']);
  return {
    messages: messages
      .slice(start, start + limit)
      .map((message) => shownMessage(call.world, message, withMetadata)),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
}

const PAGED = ['cursor', 'limit', 'oldest', 'latest', 'inclusive', 'include_all_metadata'];

function readable(call: Call): Channel {
  const channel = channelFor(call, 'history');
  if (!channel.members.has(call.installation.botUser)) throw new SlackError('not_in_channel');
  return channel;
}

export const conversations: Record<string, Method> = {
  'conversations.open': {
    auth: 'bot',
    required: ['users'],
    optional: ['return_im', 'prevent_creation'],
    scope: 'im:write',
    run: ({ world, installation, args }) => {
      const channel = world.directChannel(installation, args['users']);
      return { channel: isTrue(args['return_im']) ? shownChannel(channel) : { id: channel.id } };
    },
  },
  'conversations.info': {
    auth: 'bot',
    required: ['channel'],
    optional: ['include_num_members'],
    run: (call) => {
      const channel = channelFor(call, 'read');
      return {
        channel: { ...shownChannel(channel), is_member: channel.members.has(call.installation.botUser) },
      };
    },
  },
  'conversations.members': {
    auth: 'bot',
    required: ['channel'],
    optional: ['cursor', 'limit'],
    run: (call) => ({
      members: [...channelFor(call, 'read').members],
      response_metadata: { next_cursor: '' },
    }),
  },
  'conversations.history': {
    auth: 'bot',
    required: ['channel'],
    optional: PAGED,
    run: (call) => {
      const roots = readable(call).messages.filter(
        (message) => message.threadTs === null && !message.deleted && within(call, message),
      );
      return page(call, roots.reverse(), 1, 999);
    },
  },
  'conversations.replies': {
    auth: 'bot',
    required: ['channel', 'ts'],
    optional: PAGED,
    run: (call) => {
      const { messages } = readable(call);
      const root = messages.find(({ ts, deleted }) => ts === call.args['ts'] && !deleted);
      if (root === undefined) throw new SlackError('thread_not_found');
      const thread = root.threadTs ?? root.ts;
      const replies = messages.filter(
        (each) => each.threadTs === thread && !each.deleted && within(call, each),
      );
      return page(call, [root, ...replies], 1, 1_000);
    },
  },
};

export const people: Record<string, Method> = {
  'users.info': {
    auth: 'bot',
    required: ['user'],
    optional: ['include_locale'],
    scope: 'users:read',
    run: ({ world, installation, args }) => {
      const member = world.members.get(String(args['user']));
      if (member === undefined || !world.knows(installation, member)) throw new SlackError('user_not_found');
      return { user: shownMember(world, installation, member) };
    },
  },
  'users.lookupByEmail': {
    auth: 'bot',
    required: ['email'],
    optional: [],
    scope: 'users:read.email',
    teamForOrg: true,
    run: ({ world, installation, args }) => {
      const member = [...world.members.values()].find(
        ({ email, team, bot, deactivated }) =>
          email === args['email'] && world.covers(installation, team) && !bot && !deactivated,
      );
      if (member === undefined) throw new SlackError('users_not_found');
      return { user: shownMember(world, installation, member) };
    },
  },
};
