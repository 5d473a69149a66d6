import { expectAnswer, readBody, until } from '../http.js';
import { ERIN, GWEN, MAX, TENANT } from '../people.js';
import { eventsShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { clock } from '../words.js';

/**
 * What must stand in the tenant's log; other leaves may stand between. Each line in its order: between the two there is none,
 * since a gateway hands over what it recorded a moment later than it happened.
 */
const STORIES = [
  ['request.created', 'request.reviewed', 'request.reviewed', 'grant.started', 'token.minted', 'grant.ended'],
  ['grant.started', 'access.allowed', 'access.refused', 'access.refused'],
];
const VISIBLE_MS = 5_000;
const TYPE_WIDTH = 25;

export const tenantLog: TourStep = {
  title: "Each step stands in Globex's own log",
  who: GWEN,
  async run(context) {
    const { request, grant } = context;
    const read = async () => {
      const answer = await context.as(GWEN, 'GET', `/api/v1/tenants/${TENANT}/events?limit=200`);
      expectAnswer(answer, 'the log', 200);
      const { items } = readBody(eventsShape, answer, 'the log');
      return items
        .filter((leaf) => leaf.data['request'] === request.id || leaf.data['grant'] === grant.id)
        .sort((a, b) => a.index - b.index);
    };
    const leaves = await until(
      read,
      (items) =>
        tells(items.map((leaf) => leaf.type)) && items.some((leaf) => leaf.type === 'access.outcome'),
      VISIBLE_MS,
      `the log of ${TENANT} does not tell the whole story after ${VISIBLE_MS / 1000} s`,
    );
    const names = new Map([[request.requester, ERIN.name]]);
    for (const review of request.reviews)
      names.set(review.person, review.side === 'vendor' ? MAX.name : GWEN.name);
    const width = Math.max(...leaves.map((leaf) => `#${leaf.index}`.length));
    return leaves.map(
      (leaf) =>
        `${`#${leaf.index}`.padStart(width)}  ${clock(leaf.at)}  ${leaf.type.padEnd(TYPE_WIDTH)}  ${names.get(leaf.actor) ?? actorWord(leaf.actor)}`,
    );
  },
};

function tells(types: readonly string[]): boolean {
  return STORIES.every((story) => {
    let next = 0;
    for (const type of types) if (type === story[next]) next += 1;
    return next === story.length;
  });
}

function actorWord(actor: string): string {
  return actor.startsWith('gtw_') ? 'the gateway' : actor;
}
