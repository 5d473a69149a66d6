import {
  actionsOutsideScope,
  hiddenFields,
  type Language,
  MAX_SCOPE_ENTRIES,
  type ScopeEntry,
  type Terms,
} from '@countersign/contract';
import {
  bodyDifference,
  type CodedReason,
  changedRows,
  differenceLine,
  durationText,
  entryWords,
  hiddenFieldsText,
  howApprovedText,
  needReasonText,
  type ReaderSide,
  requesterFactLines,
  resourceWords,
  scopeWords,
  withHiddenFields,
} from '@countersign/wording';
import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { aside, context, mrkdwn, paragraph, type Row, rows, section, value } from './blocks.js';
import { LIMITS } from './limits.js';
import { cut, later, lines, oneLine, readerTime } from './text.js';
import { type Words, wordsOf } from './words/index.js';

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
export const scopePhrase = (scope: readonly ScopeEntry[], most: number, language: Language): string =>
  cut(
    scope.length <= 3
      ? scope.map((entry) => entryWords(entry, language)).join(', ')
      : scopeWords(scope, language),
    most,
  );

/** One sentence: who wants to do what, at which tenant, and for how long. */
export function sentence({ request, requester, vendor, tenant, language }: CardFacts): string {
  const { scope, seconds } = request.terms;
  return wordsOf({ language }).wants(
    shortName(requester),
    vendor === '' ? '' : shortName(vendor),
    withHiddenFields(scopePhrase(scope, 600, language), request.terms, language),
    shortName(tenant),
    durationText(seconds, language),
  );
}

/** The exact scope, entry by entry. If it does not show all, it says so. */
export function scopeBlocks(
  { language }: { language: Language },
  terms: Terms,
  label: string,
  most: number,
): KnownBlock[] {
  const entries = terms.scope.slice(0, most);
  const list = entries.map(({ resource, actions }) => `• ${resource}: ${actions.join(', ')}`);
  const left = terms.scope.length - entries.length;
  if (left > 0) list.push(wordsOf({ language }).moreInBrowser(left));
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

function budgetText({ budget }: Terms, words: Words): string | null {
  if (budget === undefined) return null;
  const parts = [
    ...(budget.calls === undefined ? [] : [words.atMostCalls(budget.calls)]),
    ...(budget.bytes === undefined ? [] : [words.atMostBytes(budget.bytes)]),
  ];
  return parts.join(', ');
}

export function ticketText({ ticket, language }: CardFacts): string {
  const words = wordsOf({ language });
  if (ticket === 'none') return words.noTicket;
  return ticket.value === null ? words.ticketErased : cut(oneLine(ticket.value), 300);
}

const hiddenText = (
  { service, language }: CardFacts,
  terms: Pick<Terms, 'scope' | 'unmasked'>,
): string | null => hiddenFieldsText(hiddenFields(service?.routes ?? [], terms.scope), terms, language);

/** Says in a line of its own that the access shows what the service hides. Empty if it does not. */
export function shownFields(facts: CardFacts): string {
  const { terms } = facts.request;
  return terms.unmasked === true ? (hiddenText(facts, terms) ?? '') : '';
}

/** What a counter-offer does with the fields that were to be shown. */
export const offeredFieldsBlocks = (facts: CardFacts, offered: Terms): KnownBlock[] => {
  const text = facts.request.terms.unmasked === true ? hiddenText(facts, offered) : null;
  return text === null ? [] : [paragraph(cut(text, 600))];
};

/** Rows for all that is requested. */
export function askedRows(facts: CardFacts): KnownBlock[] {
  const { labels } = wordsOf(facts);
  const { terms } = facts.request;
  const who =
    facts.vendor === ''
      ? shortName(facts.requester)
      : `${shortName(facts.requester)}, ${shortName(facts.vendor)}`;
  const hidden = hiddenText(facts, terms);
  return rows([
    [labels.who, value(who)],
    ...(hidden === null ? [] : [[labels.hiddenFields, value(cut(hidden, 600))] satisfies Row]),
    [labels.howLong, value(durationText(terms.seconds, facts.language))],
    [labels.ticket, value(ticketText(facts))],
    ...limitRows(terms, facts.language),
  ]);
}

/** Rows for those parts of the terms that the card's sentence and four facts do not show. */
export const furtherRows = ({ request, language }: CardFacts): KnownBlock[] =>
  rows(limitRows(request.terms, language));

/** The place and employer of the requester, and the budget, if the terms name them. */
function limitRows(terms: Terms, language: Language): Row[] {
  const words = wordsOf({ language });
  const { labels } = words;
  const budget = budgetText(terms, words);
  const known = requesterFactLines(terms.requesterFacts, language).join('\n');
  return [
    ...(known === '' ? [] : [[labels.placeAndEmployer, value(cut(known, 600))] satisfies Row]),
    ...(budget === null ? [] : [[labels.budget, value(budget)] satisfies Row]),
  ];
}

/** SHA-256 of a body of no bytes: method and path say all of such a call. */
const NO_BODY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** A longer method and path are cut, and the approver has to read them in the browser. */
const MAX_CALL = 500;
/** A card shows this many values of a change, each side this long. */
const MAX_VALUES = 6;
const MAX_VALUE = 150;

/**
 * The exact change in short: method and path, and each value that changes, before and after. `isWhole` is false if anything is left out or cut, or if the
 * body was not shown at all; then the approver has to read it in the browser.
 */
export function changeBlocks({ request, change, language }: CardFacts): {
  blocks: KnownBlock[];
  isWhole: boolean;
} {
  const words = wordsOf({ language });
  const { change: call } = request.terms;
  if (call === undefined) return { blocks: [], isWhole: true };
  const line = `${call.method} ${call.path}`;
  const oneCall = rows([[words.labels.oneCall, value(cut(line, MAX_CALL))]]);
  const isLineWhole = line.length <= MAX_CALL;
  if (call.bodySha256 === NO_BODY) return { blocks: oneCall, isWhole: isLineWhole };
  const difference =
    change.body === null ? null : bodyDifference(change.before, change.body, call.contentType).rows;
  const title = section(mrkdwn(`*${words.labels.change}*`));
  if (difference === null)
    return { blocks: [...oneCall, title, paragraph(words.changeInBrowser)], isWhole: false };
  const changed = changedRows(difference, call.method);
  const firstRows = changed.slice(0, MAX_VALUES);
  const list = firstRows.map((row) => {
    const { pointer, before, after } = row;
    const short = (text: string | null) => (text === null ? null : cut(oneLine(text), MAX_VALUE));
    return `• ${differenceLine({ ...row, pointer: cut(oneLine(pointer), MAX_VALUE), before: short(before), after: short(after) })}`;
  });
  if (changed.length > firstRows.length) list.push(words.moreInBrowser(changed.length - firstRows.length));
  const isCut = firstRows.some((row) =>
    [row.pointer, row.before ?? '', row.after ?? ''].some((text) => text.length > MAX_VALUE),
  );
  const when = call.before === undefined ? undefined : readerTime(call.before.at);
  return {
    blocks: [
      ...oneCall,
      title,
      ...(list.length === 0 ? [] : [paragraph(list.join('\n'))]),
      context(when === undefined ? aside(words.changeNoBefore) : mrkdwn(words.changeBefore(when))),
    ],
    isWhole: isLineWhole && changed.length === firstRows.length && !isCut,
  };
}

export function whyBlocks({ justification, language }: CardFacts, most: number): KnownBlock[] {
  const words = wordsOf({ language });
  const why = justification === null ? words.noReason : `“${cut(lines(justification), most, words.cut)}”`;
  return [section(mrkdwn(`*${words.labels.why}*`)), paragraph(why)];
}

/** The risk and how the customer approves, each with its reasons, and both deadlines in the reader's own time zone. */
export function riskRows({ request, language }: CardFacts, side: ReaderSide): KnownBlock[] {
  const words = wordsOf({ language });
  const { labels } = words;
  const { customer, impact } = request.needs;
  const { lapsesAt, terms } = request;
  const why = (reasons: readonly CodedReason[]) =>
    cut(oneLine(reasons.map((each) => needReasonText(each, side, language)).join(' ')), 600);
  const begin = wouldBegin(terms, language);
  const how = customer.required === 0 ? '' : howApprovedText(customer, language);
  const list: Row[] = [
    [labels.risk, value(`${words.risk[impact.level]}: ${why(impact.reasons)}`)],
    [labels.howApproved, value([how, why(customer.reasons)].filter((each) => each !== '').join('. ') || '–')],
    [labels.lapses, mrkdwn(readerTime(lapsesAt))],
    ...(begin === null ? [] : [[labels.wouldBegin, mrkdwn(begin)] satisfies Row]),
    [labels.wouldEnd, mrkdwn(wouldEnd(terms, language))],
    ...(customer.required > 1
      ? [[labels.approvals, value(words.given(customer.approved, customer.required))] satisfies Row]
      : []),
    [labels.silence, value(words.silenceMeans)],
  ];
  return rows(list);
}

/** When the access would begin, and whether it continues earlier access; null if it begins with the approval. */
export function wouldBegin({ startsAt, useBy, extends: extended }: Terms, language: Language): string | null {
  const words = wordsOf({ language });
  if (startsAt === undefined) return useBy === undefined ? null : words.withFirstUse;
  return extended === undefined ? readerTime(startsAt) : `${readerTime(startsAt)}\n${words.isExtension}`;
}

export function wouldEnd({ startsAt, useBy, seconds, lapsesAt }: Terms, language: Language): string {
  const words = wordsOf({ language });
  if (startsAt !== undefined) return readerTime(later(startsAt, seconds));
  const time = durationText(seconds, language);
  if (useBy !== undefined) return words.afterFirstUse(time, readerTime(later(useBy, seconds)));
  return words.afterApproval(time, readerTime(later(lapsesAt, seconds)));
}

/** What is not included, in the words of the service's own routes. */
export function notIncludedBlocks(facts: CardFacts, most: number): KnownBlock[] {
  const { request, service, tenant, language } = facts;
  const words = wordsOf(facts);
  const excluded = service === null || most === 0 ? [] : actionsOutsideScope(request.terms.scope, service);
  const list = excluded
    .slice(0, most)
    .map(({ entry: { resource, actions }, partly }) =>
      cut(`• ${actions.join(', ')}: ${resourceWords(resource, language)}${partly ? words.beyond : ''}`, 200),
    );
  if (excluded.length > most && most > 0) list.push(words.more(excluded.length - most));
  const rest = words.rest(shortName(tenant), request.service);
  return [section(mrkdwn(`*${words.labels.notIncluded}*`)), paragraph([...list, rest].join('\n'))];
}

/** Earlier denials: of whom, when and why. */
export function denialBlocks({ denials, language }: CardFacts, most: number): KnownBlock[] {
  const words = wordsOf({ language });
  if (denials.length === 0 || most === 0) return [];
  return [
    section(mrkdwn(`*${words.labels.denials}* (${denials.length})`)),
    ...denials
      .slice(0, most)
      .map(({ name, deniedAt, reason }) =>
        context(
          aside(`${shortName(name)}:`),
          mrkdwn(readerTime(deniedAt)),
          aside(`“${cut(oneLine(reason ?? words.noReasonGiven), 200)}”`),
        ),
      ),
  ];
}
