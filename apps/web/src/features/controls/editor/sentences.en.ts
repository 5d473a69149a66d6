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

/** The sentences in English. */
export const sentencesEn: Sentences = {
  conditions({ services, resources, actions, risks, reasons }, { or, resources: words, choice }) {
    const to = [
      ...(resources?.length ? [words(resources)] : []),
      ...(services?.length ? [`${resources?.length ? 'in ' : ''}${or(services)}`] : []),
    ].join(' ');
    const kind = actions?.length ? ` (${or(actions)})` : '';
    const risk = risks?.length ? `, approved ${or(risks.map(choice))}` : '';
    const why = reasons?.length ? `, reason ${or(reasons.map((each) => choice(each).toLowerCase()))}` : '';
    return `${to === '' ? 'Every access' : `Access to ${to}`}${kind}${risk}${why}`;
  },
  requirements: {
    approvals: (count: number) => (count === 1 ? 'one approval' : `${count} approvals by different people`),
    stages: (stages: Stage[], { or, time }) =>
      stages
        .map(({ name, groups, approvals = 1, escalate }, index) => {
          const who = groups?.length ? or(groups) : 'all approvers';
          const later = escalate ? `; after ${time(escalate.after)} also ${or(escalate.to)}` : '';
          return `${stages.length > 1 && index === 0 ? 'first ' : ''}${name} (${approvals} of ${who}${later})`;
        })
        .join(', then '),
    maxDuration: (longest: string, { time }) => `at most ${time(longest)}`,
    mode: (mode: string) =>
      mode === 'observe' ? 'no approval, only observed' : 'one approval for each call',
    reasonCodes: (codes: string[], { or, choice }) =>
      `a stated reason: ${or(codes.map((each) => choice(each).toLowerCase()))}`,
    ticket: ({ patterns }: { patterns: string[] }, { or }) => `a ticket such as ${or(patterns)}`,
    justification: ({ least }: { least: number }) => `a written reason of at least ${least} letters`,
    requesters: ({ countries, entities, employment, verifiedOnly }: Requesters, writer) => {
      const who = [
        ...(employment ? [`employed as ${writer.or(employment.map(writer.employment))}`] : []),
        ...(entities ? [`of ${writer.or(entities)}`] : []),
        ...(countries ? [`in ${writer.countries(countries)}`] : []),
      ];
      return `only engineers ${who.join(', ')}${verifiedOnly ? ', verified' : ''}`;
    },
    hours: (hours: Hours[], { days, zone }) =>
      `only ${hours.map((each) => `${days(each.days)} ${each.from}–${each.to}`).join(' and ')} (${zone})`,
    quietDays: (quiet: string[], { day, and }) => {
      if (quiet.length === 0) return '';
      const named = quiet.slice(0, 3).map(day);
      return `not on ${and(quiet.length > 3 ? [...named, `${quiet.length - 3} more days`] : named)}`;
    },
    blackouts: (spans: Span[], { at }) =>
      spans.length === 0
        ? ''
        : `not ${spans.map(({ from, to }) => `from ${at(from)} to ${at(to)}`).join(', nor ')}`,
    channels: (channels: string[], { or }) => `approved only ${or(channels.map((each) => BY[each] ?? each))}`,
    maxBudget: (budget: Budget, writer) => `at most ${writer.budget(budget)}`,
    defaultBudget: (budget: Budget, writer) => `${writer.budget(budget)} if the request names no budget`,
  },
  noRequirement: 'nothing more is required yet',
  forbid: forbiddenWords,
  deputies: ({ for: away, by, from, to }, { day }) =>
    `From ${day(from)} to ${day(to)}, ${filled(by)} may decide for ${filled(away)}.`,
  supervision(rule, writer) {
    const { services, resources, actions, name } = rule;
    const where = [
      ...(actions?.length ? [` (${writer.or(actions)})`] : []),
      ...(resources?.length ? [` on ${writer.resources(resources)}`] : []),
      ...(services?.length ? [` in ${writer.or(services)}`] : []),
    ].join('');
    return `${filled(name)}: ${limitWords(rule, writer)}${where} by one engineer: ${required(THEN[rule.do])}.`;
  },
  emergency: ({ services, actions, maxDuration }, { and, time }) =>
    `${and(chosen(actions))} in ${and(chosen(services))}, at most ${time(maxDuration)}`,
  unknown: (names) => `Also ${names}, which only the JSON can change.`,
  incomplete: 'Not complete yet',
};

const BY: Readonly<Record<string, string>> = { web: 'on the web', api: 'by API', slack: 'in Slack' };
const THEN: Readonly<Record<string, string>> = {
  notify: 'people are notified',
  pause: 'the access is paused',
  stop: 'the access ends',
};
