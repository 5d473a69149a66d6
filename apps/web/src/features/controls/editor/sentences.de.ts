import {
  type Budget,
  chosen,
  filled,
  forbiddenWords,
  type Hours,
  limitWords,
  type Requesters,
  required,
  type Span,
  type Stage,
} from './sentence-parts.js';
import type { Sentences } from './sentences.js';

/** The sentences in German. */
export const sentencesDe: Sentences = {
  conditions({ services, resources, actions, risks, reasons }, { or, resources: words, choice }) {
    const to = [
      ...(resources?.length ? [words(resources)] : []),
      ...(services?.length ? [`${resources?.length ? 'in ' : ''}${or(services)}`] : []),
    ].join(' ');
    const kind = actions?.length ? ` (${or(actions)})` : '';
    const risk = risks?.length ? `, freigegeben ${or(risks.map(choice))}` : '';
    const why = reasons?.length ? `, Grund ${or(reasons.map(choice))}` : '';
    return `${to === '' ? 'Jeder Zugriff' : `Zugriff auf ${to}`}${kind}${risk}${why}`;
  },
  requirements: {
    approvals: (count: number) =>
      count === 1 ? 'eine Freigabe' : `${count} Freigaben verschiedener Personen`,
    stages: (stages: Stage[], { or, time }) =>
      stages
        .map(({ name, groups, approvals = 1, escalate }, index) => {
          const who = groups?.length ? or(groups) : 'allen Freigebenden';
          const later = escalate ? `; nach ${dative(time(escalate.after))} auch ${or(escalate.to)}` : '';
          return `${stages.length > 1 && index === 0 ? 'erst ' : ''}${name} (${approvals} von ${who}${later})`;
        })
        .join(', dann '),
    maxDuration: (longest: string, { time }) => `höchstens ${time(longest)}`,
    mode: (mode: string) =>
      mode === 'observe' ? 'keine Freigabe, nur beobachtet' : 'eine Freigabe für jeden Aufruf',
    reasonCodes: (codes: string[], { or, choice }) => `ein angegebener Grund: ${or(codes.map(choice))}`,
    ticket: ({ patterns }: { patterns: string[] }, { or }) => `ein Ticket wie ${or(patterns)}`,
    justification: ({ least }: { least: number }) => `eine Begründung mit mindestens ${least} Buchstaben`,
    requesters: ({ countries, entities, employment, verifiedOnly }: Requesters, writer) => {
      const who = [
        ...(employment ? [writer.or(employment.map(writer.employment))] : []),
        ...(entities ? [`von ${writer.or(entities)}`] : []),
        ...(countries ? [`in ${writer.countries(countries)}`] : []),
      ];
      return `nur Personen${employment ? ':' : ''} ${who.join(', ')}${verifiedOnly ? ' (bestätigt)' : ''}`;
    },
    hours: (hours: Hours[], { days, zone }) =>
      `nur ${hours.map((each) => `${days(each.days)} ${each.from}–${each.to}`).join(' und ')} (${zone})`,
    quietDays: (quiet: string[], { day, and }) => {
      if (quiet.length === 0) return '';
      const named = quiet.slice(0, 3).map(day);
      return `nicht am ${and(quiet.length > 3 ? [...named, `${quiet.length - 3} weiteren Tagen`] : named)}`;
    },
    blackouts: (spans: Span[], { at }) =>
      spans.length === 0
        ? ''
        : `nicht ${spans.map(({ from, to }) => `von ${at(from)} bis ${at(to)}`).join(' und nicht ')}`,
    channels: (channels: string[], { or }) => `Freigabe nur ${or(channels.map((each) => BY[each] ?? each))}`,
    maxBudget: (budget: Budget, writer) => `höchstens ${writer.budget(budget)}`,
    defaultBudget: (budget: Budget, writer) => `${writer.budget(budget)}, wenn die Anfrage kein Budget nennt`,
  },
  noRequirement: 'noch nichts weiter verlangt',
  forbid: forbiddenWords,
  deputies: ({ for: away, by, from, to }, { day }) =>
    `Vom ${day(from)} bis ${day(to)} darf ${filled(by)} für ${filled(away)} entscheiden.`,
  supervision(rule, writer) {
    const { services, resources, actions, name } = rule;
    const where = [
      ...(actions?.length ? [` (${writer.or(actions)})`] : []),
      ...(resources?.length ? [` auf ${writer.resources(resources)}`] : []),
      ...(services?.length ? [` in ${writer.or(services)}`] : []),
    ].join('');
    return `${filled(name)}: ${limitWords(rule, writer)}${where} durch eine Person: ${required(THEN[rule.do])}.`;
  },
  emergency: ({ services, actions, maxDuration }, { and, time }) =>
    `${and(chosen(actions))} in ${and(chosen(services))}, höchstens ${time(maxDuration)}`,
  unknown: (names) => `Dazu ${names}: nur als JSON zu ändern.`,
  incomplete: 'Noch nicht vollständig',
};

/** “2 Tage” becomes “2 Tagen” after “nach”. */
const dative = (time: string): string => time.replace(/\bTage\b/g, 'Tagen');

const BY: Readonly<Record<string, string>> = { web: 'auf der Webseite', api: 'per API', slack: 'in Slack' };
const THEN: Readonly<Record<string, string>> = {
  notify: 'Personen werden benachrichtigt',
  pause: 'Der Zugriff wird angehalten',
  stop: 'Der Zugriff endet',
};
