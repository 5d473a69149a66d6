import { checkView } from '../blocks/check.js';
import { SlackError } from '../errors.js';
import { elementsOf, withBlockIds } from '../fields.js';
import type { Json } from '../messages.js';
import type { Installation, OpenView } from '../model.js';
import type { World } from '../world.js';
import { type Call, type Method, structured } from './call.js';
import { shownView } from './shapes.js';

const DEEPEST = 3;

/**
 * A view's content, checked.
 * @throws SlackError `invalid_arguments`, `view_too_large`
 */
export function viewContent(source: unknown, surface: 'modal' | 'home'): Json {
  const view = structured(source, 'invalid_arguments');
  checkView(view, surface);
  const content = view as Json;
  return { ...content, blocks: withBlockIds(content['blocks'] as Json[]) };
}

interface Whose {
  installation: Installation;
  team: string;
  user: string;
}

/** A new view. Its caller says where it is. */
export function newView(world: World, whose: Whose, content: Json, below: OpenView | null): OpenView {
  const id = world.id('V');
  const view: OpenView = {
    ...whose,
    id,
    hash: world.hash(),
    root: below?.root ?? id,
    previous: below?.id ?? null,
    type: content['type'] as 'modal' | 'home',
    content,
    values: {},
    errors: {},
  };
  refuseTakenExternalId(world, view, content);
  world.views.set(id, view);
  return view;
}

/**
 * Puts a modal on top of those that someone has open.
 * @throws SlackError `push_limit_reached`
 */
export function pushView(world: World, whose: Whose, content: Json): OpenView {
  const stack = world.stack(whose.team, whose.user);
  if (stack.length >= DEEPEST) throw new SlackError('push_limit_reached');
  const view = newView(world, whose, content, world.views.get(stack.at(-1) ?? '') ?? null);
  stack.push(view.id);
  return view;
}

/** Shows another content in the same view. What was typed stays where the field is still the same. */
export function replaceView(world: World, view: OpenView, content: Json): void {
  refuseTakenExternalId(world, view, content);
  const blocks = content['blocks'] as Json[];
  const fields = new Set(
    elementsOf(blocks).map(({ blockId, element }) => `${blockId} ${element['action_id']}`),
  );
  for (const [block, actions] of Object.entries(view.values)) {
    for (const action of Object.keys(actions)) {
      if (!fields.has(`${block} ${action}`)) delete actions[action];
    }
  }
  view.content = content;
  view.errors = {};
  view.hash = world.hash();
}

function refuseTakenExternalId(world: World, view: OpenView, content: Json): void {
  const external = content['external_id'];
  if (external === undefined || external === '') return;
  const taken = [...world.views.values()].some(
    (each) => each !== view && each.team === view.team && each.content['external_id'] === external,
  );
  if (taken) throw new SlackError('duplicate_external_id');
}

function demandHash(view: OpenView, hash: unknown): void {
  if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
}

const answer = (call: Call, view: OpenView): Json => ({ view: shownView(view, call.app.appId) });

function found({ world, installation, args }: Call): OpenView {
  const view = [...world.views.values()].find(
    ({ id, content }) =>
      id === args['view_id'] ||
      (args['external_id'] !== undefined && content['external_id'] === args['external_id']),
  );
  if (view?.installation !== installation || view.type !== 'modal') throw new SlackError('not_found');
  return view;
}

export const views: Record<string, Method> = {
  'views.open': {
    auth: 'bot',
    required: ['trigger_id', 'view'],
    optional: [],
    run: (call) => {
      const content = viewContent(call.args['view'], 'modal');
      const trigger = call.world.takeTrigger(call.installation, call.args['trigger_id']);
      for (const id of call.world.stack(trigger.team, trigger.user).splice(0)) call.world.views.delete(id);
      return answer(call, pushView(call.world, trigger, content));
    },
  },
  'views.push': {
    auth: 'bot',
    required: ['trigger_id', 'view'],
    optional: [],
    run: (call) => {
      const content = viewContent(call.args['view'], 'modal');
      const trigger = call.world.takeTrigger(call.installation, call.args['trigger_id']);
      if (trigger.view === null) throw new SlackError('invalid_trigger_id');
      return answer(call, pushView(call.world, trigger, content));
    },
  },
  'views.update': {
    auth: 'bot',
    required: ['view'],
    optional: ['view_id', 'external_id', 'hash'],
    run: (call) => {
      const view = found(call);
      const content = viewContent(call.args['view'], 'modal');
      demandHash(view, call.args['hash']);
      replaceView(call.world, view, content);
      return answer(call, view);
    },
  },
  'views.publish': {
    auth: 'bot',
    required: ['user_id', 'view'],
    optional: ['hash'],
    run: (call) => {
      const { world, installation, args } = call;
      const content = viewContent(args['view'], 'home');
      const member = world.members.get(String(args['user_id']));
      if (member === undefined || !world.covers(installation, member.team))
        throw new SlackError('user_not_found');
      const key = `${installation.key}/${member.id}`;
      const before = world.homes.get(key);
      if (before !== undefined) demandHash(before, args['hash']);
      if (before !== undefined) replaceView(world, before, content);
      const whose = { installation, team: member.team, user: member.id };
      const view = before ?? newView(world, whose, content, null);
      world.homes.set(key, view);
      return answer(call, view);
    },
  },
};
