import { isRecord } from '../blocks/rules.js';
import type { Outcome } from '../deliver.js';
import { SlackError } from '../errors.js';
import { elementsOf } from '../fields.js';
import type { Json } from '../messages.js';
import { contentOf, post } from '../methods/chat.js';
import { pushView, replaceView, viewContent } from '../methods/views.js';
import type { Channel, OpenView } from '../model.js';
import type { Actor } from './payloads.js';

/** What came of what someone did. */
export interface Done extends Outcome {
  /** What Slack tells them instead, where the app did not do its part; null where all is well. */
  trouble: string | null;
  /** Errors beside fields of a submitted view, by block. */
  errors: Record<string, string>;
  /** Where a button with an address leads. */
  url: string | null;
}

export const done = (outcome: Outcome, more: Partial<Done> = {}): Done => ({
  trouble: outcome.acked ? null : 'operation_timeout',
  errors: {},
  url: null,
  ...outcome,
  ...more,
});

/** An acknowledgement of a command may carry a message: for the asker alone, or for all. */
export function takeCommandAnswer(actor: Actor, channel: Channel, outcome: Outcome): Done {
  const { answer } = outcome;
  if (!outcome.acked || answer === null || answer === '') return done(outcome);
  const body: Json = isRecord(answer) ? answer : { text: String(answer) };
  if (Object.keys(body).length === 0) return done(outcome);
  try {
    const draft = { ...contentOf(body), threadTs: null, metadata: null };
    const forAll = body['response_type'] === 'in_channel';
    post(actor.world, actor.installation, channel, draft, forAll ? null : actor.member.id);
    return done(outcome);
  } catch (error) {
    return done(outcome, { trouble: told(error) });
  }
}

/** What happens to a view once it was submitted: closed, changed, or its errors shown. */
export function takeViewAnswer(actor: Actor, view: OpenView, outcome: Outcome): Done {
  if (!outcome.acked) return done(outcome);
  const { world, member } = actor;
  const stack = world.stack(view.team, view.user);
  const answer: Json = isRecord(outcome.answer) ? outcome.answer : {};
  try {
    switch (answer['response_action']) {
      case undefined:
        close(actor, view);
        return done(outcome);
      case 'clear':
        for (const id of stack.splice(0)) world.views.delete(id);
        return done(outcome);
      case 'update':
        replaceView(world, view, viewContent(answer['view'], 'modal'));
        return done(outcome);
      case 'push':
        pushView(
          world,
          { ...actor, team: member.team, user: member.id },
          viewContent(answer['view'], 'modal'),
        );
        return done(outcome);
      case 'errors':
        view.errors = errorsOf(view, answer['errors']);
        return done(outcome, { errors: view.errors });
      default:
        throw new SlackError('invalid_response_action');
    }
  } catch (error) {
    return done(outcome, { trouble: told(error) });
  }
}

export function close({ world }: Pick<Actor, 'world'>, view: OpenView): void {
  const stack = world.stack(view.team, view.user);
  stack.splice(stack.indexOf(view.id), 1);
  world.views.delete(view.id);
}

/** Errors stand beside fields that there are; a word about anything else is shown nowhere. */
function errorsOf(view: OpenView, answer: unknown): Record<string, string> {
  const blocks = view.content['blocks'] as Json[];
  const fields = new Set(
    elementsOf(blocks)
      .filter(({ block }) => block['type'] === 'input')
      .map(({ blockId }) => blockId),
  );
  const entries = isRecord(answer) ? Object.entries(answer) : [];
  if (
    entries.length === 0 ||
    entries.some(([id, text]) => !fields.has(id) || typeof text !== 'string' || text === '')
  )
    throw new SlackError('invalid_response_errors', [JSON.stringify(answer)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

const told = (error: unknown): string => {
  if (error instanceof SlackError) return error.message;
  throw error;
};
