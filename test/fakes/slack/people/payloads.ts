import type { Placed } from '../fields.js';
import { stateValues, type Values } from '../fields.js';
import type { Json, Message } from '../messages.js';
import type { AppSettings } from '../methods/call.js';
import { shownMessage, shownView } from '../methods/shapes.js';
import type { Channel, Installation, Member, OpenView } from '../model.js';
import { RESPONSE_URL_MS, type World } from '../world.js';

/** Slack's retired verification token; nothing may rely on it. */
const VERIFICATION_TOKEN = 'retired-verification-token';

/** Who does something, and which installation of the app hears of it. */
export interface Actor {
  world: World;
  app: AppSettings;
  origin: string;
  member: Member;
  installation: Installation;
}

/** The members that every interaction carries. */
export function envelope({ world, app, member, installation }: Actor, type: string): Json {
  const { enterprise } = installation;
  const team = installation.team === null ? null : world.team(installation.team);
  const grid = enterprise === null ? {} : { enterprise_id: enterprise.id, enterprise_name: enterprise.name };
  return {
    type,
    token: VERIFICATION_TOKEN,
    api_app_id: app.appId,
    team: team === null ? null : { id: team.id, domain: team.domain, ...grid },
    // `team_id` is the presser's own workspace, `team` the one that installed the app.
    user: { id: member.id, username: member.name, name: member.name, team_id: member.team },
    enterprise,
    is_enterprise_install: installation.orgWide,
  };
}

const triggerOf = ({ world, member, installation }: Actor, view: string | null): string =>
  world.trigger({ installation, team: member.team, user: member.id, view });

function responseUrl(
  { world, origin, member, installation }: Actor,
  channel: string,
  ts: string | null,
): string {
  const id = `${world.id('R')}/${world.hash()}`;
  const until = world.now() + RESPONSE_URL_MS;
  world.responseUrls.set(id, { installation, channel, user: member.id, ts, until, uses: 0 });
  return `${origin}/hooks/${id}`;
}

export function slashFields(actor: Actor, command: string, text: string, channel: Channel): Json {
  const { world, app, member, installation } = actor;
  const team = world.team(member.team);
  const { enterprise } = team;
  return {
    token: VERIFICATION_TOKEN,
    team_id: team.id,
    team_domain: team.domain,
    ...(enterprise === null ? {} : { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: member.id,
    user_name: member.name,
    command,
    text,
    api_app_id: app.appId,
    is_enterprise_install: String(installation.orgWide),
    response_url: responseUrl(actor, channel.id, null),
    trigger_id: triggerOf(actor, null),
  };
}

export function shortcut(actor: Actor, callbackId: string): Json {
  return {
    ...envelope(actor, 'shortcut'),
    action_ts: actor.world.ts(),
    callback_id: callbackId,
    trigger_id: triggerOf(actor, null),
  };
}

/** Where something was pressed. */
export type Target = { message: Message; channel: Channel } | { view: OpenView };

function place(actor: Actor, target: Target): Json {
  const { world, app } = actor;
  if ('view' in target) {
    return {
      container: { type: 'view', view_id: target.view.id },
      view: shownView(target.view, app.appId),
    };
  }
  const { message, channel } = target;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: message.onlyFor !== null,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    ...(message.onlyFor === null ? { message: shownMessage(world, message, true) } : {}),
  };
}

/** The members of an element that its action repeats. */
const repeated = ({ element }: Placed): Json =>
  Object.fromEntries(
    Object.entries(element).filter(([name]) => ['text', 'value', 'style', 'placeholder'].includes(name)),
  );

export function blockActions(
  actor: Actor,
  target: Target,
  placed: Placed,
  chosen: Json,
  state: Values,
): Json {
  const { world } = actor;
  const inView = 'view' in target;
  return {
    ...envelope(actor, 'block_actions'),
    ...place(actor, target),
    trigger_id: triggerOf(actor, inView ? target.view.id : null),
    ...(inView
      ? {}
      : {
          state: { values: stateValues(target.message.blocks, state) },
          response_url: responseUrl(actor, target.channel.id, target.message.ts),
        }),
    actions: [
      {
        ...repeated(placed),
        ...chosen,
        type: placed.element['type'],
        action_id: placed.element['action_id'],
        block_id: placed.blockId,
        action_ts: world.ts(),
      },
    ],
  };
}

export const suggestion = (actor: Actor, target: Target, placed: Placed, value: string): Json => ({
  ...envelope(actor, 'block_suggestion'),
  ...place(actor, target),
  action_id: placed.element['action_id'],
  block_id: placed.blockId,
  value,
});

export const submission = (actor: Actor, view: OpenView): Json => ({
  ...envelope(actor, 'view_submission'),
  trigger_id: triggerOf(actor, view.id),
  view: shownView(view, actor.app.appId),
  response_urls: [],
});

export const closing = (actor: Actor, view: OpenView, cleared: boolean): Json => ({
  ...envelope(actor, 'view_closed'),
  view: shownView(view, actor.app.appId),
  is_cleared: cleared,
});

/** An event as the Events API sends it. */
export function event(actor: Omit<Actor, 'member'>, team: string, inner: Json, shared: boolean): Json {
  const { world, app, installation } = actor;
  const { enterprise } = world.team(team);
  return {
    token: VERIFICATION_TOKEN,
    team_id: team,
    ...(enterprise === null ? {} : { enterprise_id: enterprise.id, context_enterprise_id: enterprise.id }),
    context_team_id: team,
    api_app_id: app.appId,
    event: { event_ts: world.ts(), ...inner },
    type: 'event_callback',
    event_id: world.id('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [
      {
        enterprise_id: installation.enterprise?.id ?? null,
        team_id: installation.team,
        user_id: installation.botUser,
        is_bot: true,
        is_enterprise_install: installation.orgWide,
      },
    ],
    is_ext_shared_channel: shared,
    event_context: world.id('4-'),
  };
}
