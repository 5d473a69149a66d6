import { EVENTS, type EventDeclaration } from './index.js';
import { EVENT_TYPES } from './names.js';
import { members } from './shape.js';

/**
 * The forms of all events, for verifiers, each on a line: types, the form of their data, and the names that they may commit to
 * (`Shape.form`). Pages have the text alone: their build computes this module.
 *
 *     api-key.created api-key.revoked {key person expiresAt}
 *     disclosure.given {grant request requester digest reviewers* needed! late! calls# bytes# refused#} reason prevention
 */
export const EVENT_FORMS: string = formsOf(EVENT_TYPES.map((type) => [type, EVENTS[type]]));

function formsOf(declared: readonly (readonly [type: string, declaration: EventDeclaration])[]): string {
  const types = new Map<string, string[]>();
  for (const [type, { data, commits = [] }] of declared) {
    const form = [members(data).form, ...commits].join(' ');
    types.set(form, [...(types.get(form) ?? []), type]);
  }
  return [...types].map(([form, names]) => `${names.join(' ')} ${form}`).join('\n');
}
