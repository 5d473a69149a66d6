import { actionsOutsideScope, MAX_SCOPE_ENTRIES, type ScopeEntry, type Terms } from '@countersign/contract';
import { entryWords, resourceWords, scopeWords } from '@countersign/wording';
import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { aside, context, mrkdwn, paragraph, type Row, rows, section, value } from './blocks.js';
import { LIMITS } from './limits.js';
import { cut, durationText, later, lines, oneLine, readerTime } from './text.js';
import { LABELS, RISK, TEXTS } from './words.js';

/** How much a card shows, if all of it would be too long for a message. */
export interface Detail {
  /** Length of the justification, in UTF-16 units. */
  reason: number;
  /** Lines about what is not included. */
  notIncluded: number;
  denials: number;
  /** Entries of the scope. A card that shows fewer than all has no button to approve. */
  entries: number;
}

/** From the full card down to one that always fits. */
export const DETAILS: readonly Detail[] = [
  { reason: 1_500, notIncluded: 8, denials: 3, entries: MAX_SCOPE_ENTRIES },
  { reason: 800, notIncluded: 5, denials: 2, entries: MAX_SCOPE_ENTRIES },
  { reason: 300, notIncluded: 3, denials: 1, entries: MAX_SCOPE_ENTRIES },
  { reason: 150, notIncluded: 0, denials: 0, entries: MAX_SCOPE_ENTRIES },
  { reason: 100, notIncluded: 0, denials: 0, entries: 3 },
  { reason: 50, notIncluded: 0, denials: 0, entries: 1 },
];

const MAX_NAME = 120;
export const shortName = (name: string): string => cut(oneLine(name), MAX_NAME);

/** A scope in words: entry by entry if there are few, else a summary per folder. */
export const scopePhrase = (scope: readonly ScopeEntry[], most: number): string =>
  cut(
    scope.length <= 3 ? scope.map((entry) => entryWords(entry, 'en')).join(', ') : scopeWords(scope, 'en'),
    most,
  );

/** One sentence: who wants to do what, at which tenant, and for how long. */
export function sentence({ request, requester, vendor, tenant }: CardFacts): string {
  const { scope, seconds } = request.terms;
  const of = vendor === '' ? '' : ` of ${shortName(vendor)}`;
  const what = scopePhrase(scope, 600);
  return `${shortName(requester)}${of} wants to ${what} at ${shortName(tenant)} for ${durationText(seconds)}.`;
}

/** The exact scope, entry by entry. If it does not show all, it says so. */
export function scopeBlocks(terms: Terms, label: string, most: number): KnownBlock[] {
  const shown = terms.scope.slice(0, most);
  const list = shown.map(({ resource, actions }) => `• ${resource}: ${actions.join(', ')}`);
  const left = terms.scope.length - shown.length;
  if (left > 0) list.push(`… and ${left} more, in the browser`);
  return [section(mrkdwn(`*${label}*`)), ...inSections(list)];
}

/** Packs lines into as few sections as possible. A line that is too long continues in the next section. */
function inSections(list: readonly string[]): KnownBlock[] {
  const parts: string[] = [];
  for (const line of list) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= LIMITS.section)
      parts[parts.length - 1] = `${last}\n${line}`;
    else
      for (let at = 0; at < line.length; at += LIMITS.section)
        parts.push(line.slice(at, at + LIMITS.section));
  }
  return parts.map((part) => paragraph(part));
}

export function budgetText({ budget }: Terms): string | null {
  if (budget === undefined) return null;
  const parts = [
    ...(budget.calls === undefined ? [] : [`at most ${budget.calls} calls`]),
    ...(budget.bytes === undefined ? [] : [`at most ${budget.bytes} bytes`]),
  ];
  return parts.join(', ');
}

function ticketText({ ticket }: CardFacts): string {
  if (ticket === 'none') return TEXTS.noTicket;
  return ticket.value === null ? TEXTS.ticketErased : cut(oneLine(ticket.value), 300);
}

/** Rows for the requester, the duration, the ticket and the budget. */
export function askedRows(facts: CardFacts, terms: Terms): KnownBlock[] {
  const budget = budgetText(terms);
  const who =
    facts.vendor === ''
      ? shortName(facts.requester)
      : `${shortName(facts.requester)}, ${shortName(facts.vendor)}`;
  const list: Row[] = [
    [LABELS.who, value(who)],
    [LABELS.howLong, value(durationText(terms.seconds))],
    [LABELS.ticket, value(ticketText(facts))],
    ...(budget === null ? [] : [[LABELS.budget, value(budget)] satisfies Row]),
    ...(terms.change === undefined
      ? []
      : [['One call', value(cut(`${terms.change.method} ${terms.change.path}`, 500))] satisfies Row]),
  ];
  return rows(list);
}

export function whyBlocks({ justification }: CardFacts, most: number): KnownBlock[] {
  const why = justification === null ? TEXTS.noReason : `“${cut(lines(justification), most, TEXTS.cut)}”`;
  return [section(mrkdwn(`*${LABELS.why}*`)), paragraph(why)];
}

/** The risk with its reasons, and both deadlines in the reader's own time zone. */
export function riskRows({ request }: CardFacts): KnownBlock[] {
  const { risk, customer } = request.needs;
  const { lapsesAt, terms } = request;
  const reasons = cut(risk.reasons.map(oneLine).join(' '), 600);
  const list: Row[] = [
    [LABELS.risk, value(reasons === '' ? RISK[risk.level] : `${RISK[risk.level]}: ${reasons}`)],
    [LABELS.lapses, mrkdwn(readerTime(lapsesAt))],
    [LABELS.wouldEnd, mrkdwn(wouldEnd(terms))],
    ...(customer.required > 1
      ? [[LABELS.approvals, value(`${customer.approved} of ${customer.required} given`)] satisfies Row]
      : []),
    [LABELS.silence, value(TEXTS.silenceMeans)],
  ];
  return rows(list);
}

function wouldEnd({ startsAt, useBy, seconds, lapsesAt }: Terms): string {
  if (startsAt !== undefined) return readerTime(later(startsAt, seconds));
  const time = durationText(seconds);
  if (useBy !== undefined)
    return `${time} after the engineer first uses it; at the latest ${readerTime(later(useBy, seconds))}`;
  return `${time} after approval; at the latest ${readerTime(later(lapsesAt, seconds))}`;
}

/** What is not included, in the words of the service's own routes. */
export function notIncludedBlocks({ request, service, tenant }: CardFacts, most: number): KnownBlock[] {
  const excluded = service === null || most === 0 ? [] : actionsOutsideScope(request.terms.scope, service);
  const list = excluded
    .slice(0, most)
    .map(({ entry: { resource, actions }, partly }) =>
      cut(
        `• ${actions.join(', ')}: ${resourceWords(resource, 'en')}${partly ? ', beyond what is named above' : ''}`,
        200,
      ),
    );
  if (excluded.length > most && most > 0) list.push(`… and ${excluded.length - most} more`);
  const rest = TEXTS.rest(shortName(tenant), request.service);
  return [section(mrkdwn(`*${LABELS.notIncluded}*`)), paragraph([...list, rest].join('\n'))];
}

/** Earlier denials: of whom, when and why. */
export function denialBlocks({ denials }: CardFacts, most: number): KnownBlock[] {
  if (denials.length === 0 || most === 0) return [];
  return [
    section(mrkdwn(`*${LABELS.denials}* (${denials.length})`)),
    ...denials
      .slice(0, most)
      .map(({ name, deniedAt, reason }) =>
        context(
          aside(`${shortName(name)}:`),
          mrkdwn(readerTime(deniedAt)),
          aside(`“${cut(oneLine(reason ?? TEXTS.noReasonGiven), 200)}”`),
        ),
      ),
  ];
}
