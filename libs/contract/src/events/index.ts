import { DEPLOYMENT_SLUG } from '../identifiers.js';
import { CALL_EVENTS } from './calls.js';
import type { ActorKind, EventDeclaration, LogKind } from './declare.js';
import { DEMAND_EVENTS } from './demands.js';
import { LOG_EVENTS } from './logs.js';
import { ORGANISATION_EVENTS } from './organisation.js';
import { PEOPLE_EVENTS } from './people.js';
import { REQUEST_EVENTS } from './requests.js';
import { REVIEW_EVENTS } from './reviews.js';
import { type DataOf, members, type Shape } from './shape.js';
import { TRUST_EVENTS } from './trust.js';

/** The tables of all resources. */
export const RESOURCES = [
  CALL_EVENTS,
  DEMAND_EVENTS,
  LOG_EVENTS,
  ORGANISATION_EVENTS,
  PEOPLE_EVENTS,
  REQUEST_EVENTS,
  REVIEW_EVENTS,
  TRUST_EVENTS,
] as const;

/**
 * Every type of event that a log may have (docs/contract.md, Leaf). This is the one list: the store takes events of these types
 * with these members only, and the pages have a sentence for each. A type that logs have is never renamed.
 */
export const EVENTS = {
  ...CALL_EVENTS,
  ...DEMAND_EVENTS,
  ...LOG_EVENTS,
  ...ORGANISATION_EVENTS,
  ...PEOPLE_EVENTS,
  ...REQUEST_EVENTS,
  ...REVIEW_EVENTS,
  ...TRUST_EVENTS,
} as const satisfies Readonly<Record<string, EventDeclaration>>;

export type { EventDeclaration };
export type EventType = keyof typeof EVENTS;
/** What an event of this type says in plain text. */
export type EventData<T extends EventType> = DataOf<(typeof EVENTS)[T]['data']>;
/** An event of one of these types: `type` says what its data is. */
export type EventOf<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly data: Readonly<EventData<K>> };
}[T];
/** A member that the data of some type has. */
export type EventMember = { [T in EventType]: keyof EventData<T> & string }[EventType];
/** The data of any event, for what reads events of all types alike: a name that no type declares does not compile. */
export type AnyEventData = Readonly<Partial<Record<EventMember, unknown>>>;
/** The names of the personal values that an event of this type may commit to. */
export type CommittedName<T extends EventType> = (typeof EVENTS)[T] extends {
  commits: readonly (infer Name extends string)[];
}
  ? Name
  : never;

const SHAPES = new Map<string, Shape<unknown>>();

/** An event as it goes to a log. */
interface Draft {
  /** The slug of the log. */
  log: string;
  type: string;
  actor: string;
  data: unknown;
  /** Names of its commitments. */
  commits: readonly string[];
}

/**
 * What is wrong with an event, in words; undefined if it goes to a log of its type, from an actor of its type, has exactly the
 * members that its type declares, and commits to nothing else.
 */
export function eventProblem({ log, type, actor, data, commits }: Draft): string | undefined {
  if (!Object.hasOwn(EVENTS, type)) return `there is no type of event “${type}”`;
  const declaration: EventDeclaration = EVENTS[type as EventType];
  if (!declaration.log.includes(logKindOf(log))) return `${type} does not go to the log \`${log}\``;
  if (!declaration.by.includes(actorKindOf(actor))) return `${type} is not caused by ${actor}`;
  const shape = SHAPES.get(type) ?? members(declaration.data);
  SHAPES.set(type, shape);
  const problem = shape.problem(data);
  if (problem !== undefined) return `\`data${problem}\` of ${type} is not as declared`;
  const other = commits.find((name) => !declaration.commits?.includes(name));
  return other === undefined ? undefined : `${type} does not commit to \`${other}\``;
}

const logKindOf = (slug: string): LogKind =>
  slug === DEPLOYMENT_SLUG || slug === 'vendor' ? slug : 'tenant';

function actorKindOf(actor: string): ActorKind {
  if (actor === 'job' || actor === 'host') return actor;
  return actor.startsWith('gtw_') ? 'gateway' : 'person';
}
