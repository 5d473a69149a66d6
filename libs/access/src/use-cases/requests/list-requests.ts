import { TERMS_TEXTS } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { ticketWord, wordsOf } from '../../domain/request-words.js';
import { AccessError } from '../../errors.js';
import type { FoundRequest, ListFilter, Page, PageQuery, ReadUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { narrowFilter, readAsPerson } from '../shared/visible-objects.js';
import { type RequestView, type RequestWithAccess, requestViews, withAccess } from './read-requests.js';

/** What the texts of a request must contain. */
interface RequestSearch {
  /** The whole ticket, in any case. */
  ticket?: string;
  /** Each of its words is a whole word of the reason or the ticket. */
  text?: string;
}

/**
 * The requests that the caller may see and that fit, newest first.
 *
 * @throws AccessError `forbidden`, `invalid_request` for a search without a word, or a cursor that is not in reach
 */
export async function listRequests(
  deps: Deps,
  principal: Principal,
  { ticket, text, ...filter }: ListFilter & RequestSearch,
  page: PageQuery,
): Promise<Page<RequestWithAccess>> {
  requirePermission(principal, 'request.read');
  const { person } = principal;
  const allowed = narrowFilter(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  const search = { ...(ticket === undefined ? {} : { ticket }), ...(text === undefined ? {} : { text }) };
  return readAsPerson(deps, person, async (unit) => {
    const { items, next } =
      Object.keys(search).length > 0
        ? await searchRequests(unit, allowed, search, page)
        : await listedViews(unit, allowed, page);
    return { items: await withAccess(deps, unit, person, items), next };
  });
}

async function listedViews(unit: ReadUnit, filter: ListFilter, page: PageQuery): Promise<Page<RequestView>> {
  const { items, next } = await unit.requests.list(filter, page);
  return { items: await requestViews(unit, items), next };
}

/** Requests that are looked at for one page. A page can be short and yet not be the last. */
const MOST_LOOKED = 1_000;
const BATCH = 200;

/**
 * One page of the requests that fit filter and search, newest first. One word is looked up in an index; everything else is
 * compared with what that found, at most 1,000 requests a page. Each request that was found is one that the reader may see, so
 * a cursor names no other.
 */
async function searchRequests(
  unit: ReadUnit,
  filter: ListFilter,
  search: RequestSearch,
  page: PageQuery,
): Promise<Page<RequestView>> {
  const words = wordsOf(search.text ?? '');
  const word = search.ticket === undefined ? longest(words) : ticketWord(search.ticket);
  if (word === undefined)
    throw new AccessError('invalid_request', 'Search for at least one word of letters or digits.', {
      pointer: '/text',
    });
  const items: RequestView[] = [];
  let after = await placeOf(unit, page.cursor);
  for (let looked = 0; looked < MOST_LOOKED; looked += BATCH) {
    const found = await nextBatch(unit, word, filter, after);
    const views = await requestViews(unit, found.requests);
    for (const view of views.filter((each) => matches(each, { ...search, words }))) {
      items.push(view);
      if (items.length === page.limit) return { items, next: view.request.id };
    }
    if (found.next === null) return { items, next: null };
    after = found.next;
  }
  return { items, next: after?.request ?? null };
}

/** The longest word: few requests have it. */
const longest = (words: readonly string[]): string | undefined =>
  [...words].sort((one, other) => other.length - one.length)[0];

async function placeOf(unit: ReadUnit, cursor: string | null): Promise<FoundRequest | null> {
  if (cursor === null) return null;
  const request = await unit.requests.find(cursor);
  if (request === null)
    throw new AccessError('invalid_request', 'This cursor is not valid. Start the list again without one.', {
      pointer: '/cursor',
    });
  return { request: cursor, createdAt: request.createdAt };
}

/** The next requests that may fit, and the place after which the list goes on; null at its end. */
async function nextBatch(
  unit: ReadUnit,
  word: string,
  filter: ListFilter,
  after: FoundRequest | null,
): Promise<{ requests: AccessRequest[]; next: FoundRequest | null }> {
  if (filter.basis !== undefined) return nextOfBasis(unit, filter, after);
  const found = await unit.requestWords.find(word, filter, after, BATCH);
  // A word that is in the reason and in the ticket finds its request twice.
  const ids = [...new Set(found.map(({ request }) => request))];
  const requests = new Map((await unit.requests.findAll(ids)).map((each) => [each.id, each]));
  return {
    requests: ids.flatMap((id) => requests.get(id) ?? []).filter((each) => fits(each, filter)),
    next: found.length < BATCH ? null : (found.at(-1) ?? null),
  };
}

/**
 * For a reader who sees requests by their basis alone. The index of words would find requests of other bases, so all of this basis
 * are compared. They are few.
 */
async function nextOfBasis(
  unit: ReadUnit,
  filter: ListFilter,
  after: FoundRequest | null,
): Promise<{ requests: AccessRequest[]; next: FoundRequest | null }> {
  const { items, next } = await unit.requests.list(filter, { cursor: after?.request ?? null, limit: BATCH });
  const last = items.at(-1);
  return {
    requests: items,
    next: next === null || last === undefined ? null : { request: next, createdAt: last.createdAt },
  };
}

const fits = (request: AccessRequest, filter: ListFilter): boolean =>
  [
    [filter.state, request.state],
    [filter.tenant, request.tenant],
    [filter.service, request.service],
    [filter.requester, request.requester],
    [filter.request, request.id],
    [filter.grant, request.grant],
  ].every(([wanted, is]) => wanted === undefined || wanted === is);

function matches({ openings }: RequestView, search: RequestSearch & { words: readonly string[] }): boolean {
  if (
    search.ticket !== undefined &&
    ticketWord(openings['ticket']?.value ?? '') !== ticketWord(search.ticket)
  )
    return false;
  const has = new Set(TERMS_TEXTS.flatMap((name) => wordsOf(openings[name]?.value ?? '')));
  return search.words.every((word) => has.has(word));
}
