import type { Event } from '@countersign/api';
import type { Language } from '@countersign/contract';
import { accessWords, wordFor } from '@countersign/wording';
import { instantText } from '../../text/clock.js';
import type { Catalogue } from '../../text/languages.js';
import { type EventWords, memberText, type Sentences } from './event-words.js';
import { german } from './sentences.de.js';
import { english } from './sentences.en.js';

/** A sentence for every type of event, in each language. */
export const sentences: Catalogue<Sentences> = { en: english, de: german };

interface ActorWords {
  host: string;
  job: string;
  gateway: string;
  someone: string;
}

const ACTORS: Catalogue<ActorWords> = {
  en: { host: 'The operator', job: 'Countersign', gateway: 'A gateway', someone: 'someone' },
  de: { host: 'Der Betreiber', job: 'Countersign', gateway: 'Ein Gateway', someone: 'jemand' },
};

/**
 * One sentence that says what happened. A type that these pages do not know, as a newer broker may have, is named as it is.
 *
 * @param name gives the name of a person
 */
export function sentenceOf(event: Event, language: Language, name: (person: string) => string): string {
  const sentence = wordFor(sentences[language], event.type);
  if (sentence === undefined) return event.type;
  const words = ACTORS[language];
  const personAt = (member: string) => {
    const id = memberText(event, member);
    return id.startsWith('usr_') ? name(id) : words.someone;
  };
  const eventWords: EventWords = {
    actor: actorText(event.actor, words, name),
    value: (member) => memberText(event, member),
    person: personAt,
    instant: (member) => {
      const at = memberText(event, member);
      return Number.isNaN(Date.parse(at)) ? '' : instantText(at, language);
    },
    scope: scopeText(event, language),
  };
  return sentence(eventWords);
}

function actorText(actor: string, words: ActorWords, name: (person: string) => string): string {
  if (actor.startsWith('usr_')) return name(actor);
  if (actor.startsWith('gtw_')) return words.gateway;
  return actor === 'host' ? words.host : words.job;
}

/** The scope of a request's terms or of an invitation's statement, in words. */
function scopeText({ data }: Event, language: Language): string {
  const holder = (data['terms'] ?? data['statement']) as { scope?: unknown; unmasked?: unknown } | undefined;
  const scope = holder?.scope;
  const shown = holder?.unmasked === true ? { unmasked: true as const } : {};
  return isScope(scope) ? accessWords({ scope, ...shown }, language) : '';
}

const isScope = (value: unknown): value is { resource: string; actions: string[] }[] =>
  Array.isArray(value) &&
  value.every(
    (entry: { resource?: unknown; actions?: unknown } | null) =>
      typeof entry?.resource === 'string' &&
      Array.isArray(entry.actions) &&
      entry.actions.every((action) => typeof action === 'string'),
  );
