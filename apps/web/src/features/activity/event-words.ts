import type { Event } from '@countersign/api';
import type { EventData, EventType } from '@countersign/contract';

/** A member of an event's data, as text: an empty string if it is not there or is no text, number or truth value. */
export function memberText({ data }: Pick<Event, 'data'>, name: string): string {
  const value = data[name];
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
}

/** An event as the sentences read it: members that its type declares. A log may contain anything, so every value is text. */
export interface EventWords<Name = string> {
  /** Who did it, in words. */
  actor: string;
  /** A member of the data as text; empty if there is none. */
  value: (name: Name) => string;
  /** The name of the person whose id is in this member; the words for no one in particular if there is none. */
  person: (name: Name) => string;
  /** An instant in the reader's words; empty if there is none. */
  instant: (name: Name) => string;
  /** What the request is for, in words; empty if the event does not say. */
  scope: string;
}

/** One sentence for each type of event. */
export type Sentences = {
  readonly [T in EventType]: (event: EventWords<keyof EventData<T>>) => string;
};

/** Ids of persons that an event names, so that their names can be read. */
export function personsOf({ actor, data }: Pick<Event, 'actor' | 'data'>): string[] {
  return [actor, ...Object.values(data)].filter(
    (value): value is string => typeof value === 'string' && value.startsWith('usr_'),
  );
}
