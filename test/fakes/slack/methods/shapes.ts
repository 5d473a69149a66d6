import { stateValues } from '../fields.js';
import type { Json, Message } from '../messages.js';
import type { Channel, Installation, Member, OpenView } from '../model.js';
import type { World } from '../world.js';

/** A message as the API and callbacks carry it. */
export function shownMessage(world: World, message: Message, withMetadata: boolean): Json {
  const installation = world.installations.get(message.installation ?? '');
  const edited = message.editions.length > 1 ? message.editions.at(-1) : undefined;
  return {
    type: 'message',
    user: message.user,
    ...(installation === undefined
      ? {}
      : { bot_id: installation.botId, team: installation.team ?? installation.enterprise?.id }),
    text: message.text,
    ts: message.ts,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(edited === undefined
      ? {}
      : { edited: { user: message.user, ts: `${Math.floor(edited.at / 1000)}.000000` } }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

export const shownChannel = (channel: Channel): Json => ({
  id: channel.id,
  name: channel.name,
  is_channel: channel.kind === 'public',
  is_private: channel.kind === 'private',
  is_im: channel.kind === 'im',
  is_archived: channel.archived,
  is_ext_shared: channel.kind !== 'im' && channel.teams.length > 1,
  is_member: true,
  context_team_id: channel.teams[0],
  shared_team_ids: channel.teams,
});

/** A person as an installation sees them: of strangers no e-mail and no roles. */
export function shownMember(world: World, installation: Installation, member: Member): Json {
  const stranger = !world.covers(installation, member.team);
  const { enterprise } = world.team(member.team);
  const tells = !stranger && installation.scopes.has('users:read.email') && !member.bot;
  return {
    id: member.id,
    team_id: member.team,
    name: member.name,
    real_name: member.realName,
    deleted: member.deactivated,
    tz: member.zone,
    is_bot: member.bot,
    is_restricted: member.guest !== 'no',
    is_ultra_restricted: member.guest === 'single',
    is_app_user: false,
    is_email_confirmed: member.emailVerified,
    ...(stranger ? { is_stranger: true } : {}),
    ...(enterprise === null
      ? {}
      : {
          enterprise_user: { id: member.id, enterprise_id: enterprise.id, enterprise_name: enterprise.name },
        }),
    profile: {
      real_name: member.realName,
      display_name: member.name,
      ...(tells ? { email: member.email } : {}),
    },
  };
}

/** A view as the API and callbacks carry it. */
export const shownView = (view: OpenView, appId: string): Json => ({
  ...view.content,
  id: view.id,
  team_id: view.team,
  type: view.type,
  private_metadata: view.content['private_metadata'] ?? '',
  callback_id: view.content['callback_id'] ?? '',
  external_id: view.content['external_id'] ?? '',
  title: view.content['title'] ?? { type: 'plain_text', text: '', emoji: true },
  close: view.content['close'] ?? null,
  submit: view.content['submit'] ?? null,
  clear_on_close: view.content['clear_on_close'] ?? false,
  notify_on_close: view.content['notify_on_close'] ?? false,
  state: { values: stateValues(view.content['blocks'] as Json[], view.values) },
  hash: view.hash,
  root_view_id: view.root,
  previous_view_id: view.previous,
  app_id: appId,
  app_installed_team_id: view.installation.team ?? view.installation.enterprise?.id,
  bot_id: view.installation.botId,
});
