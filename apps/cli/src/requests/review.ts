import { ContractError, canonicalJson, parseTerms, type Terms } from '@countersign/contract';
import { counterTerms, halfTime, type Narrowing, onlyObjects, readOnly } from '@countersign/wording';
import { type Api, segment } from '../api/client.js';
import { namesOf, personsOf } from '../api/people.js';
import { requestShape, reviewShape, serviceShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { durationSeconds, idOf, scopeEntry } from '../command/flags.js';
import { requestText } from './request-text.js';

export type ReviewOptions = NarrowingOptions & {
  approve?: boolean;
  deny?: boolean;
  counter?: boolean;
  reason?: string;
  digest?: string;
};

const DONE: Record<string, string> = {
  approve: 'Approved',
  deny: 'Denied',
  counter: 'Made a counter-offer on',
};

/**
 * Decides on exactly one digest. Without `--digest` the request is fetched and shown, and what is signed is
 * the digest that was shown: should it change meanwhile, the broker refuses.
 */
export async function review(context: Context, id: string, options: ReviewOptions): Promise<Answer> {
  idOf('req', id);
  const decision = decisionOf(options);
  checkNarrowing(options);
  const api = context.api();
  const path = `/api/v1/requests/${segment(id)}`;
  const { digest, terms } = await judged(context, api, path, options);
  const decided = await api.call(`${path}/reviews`, reviewShape, {
    method: 'POST',
    body: {
      decision,
      digest,
      ...(decision === 'counter' ? { terms: await offered(api, readTerms(terms), digest, options) } : {}),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    },
  });
  return { document: decided, text: `${DONE[decision]} ${id} at ${decided.at} (${decided.id}).` };
}

async function offered(api: Api, terms: Terms, digest: string, options: ReviewOptions): Promise<Terms> {
  return counterTerms(terms, digest, await narrowingOf(api, terms, options));
}

function decisionOf(options: ReviewOptions): 'approve' | 'deny' | 'counter' {
  const { approve, deny, counter } = options;
  const said = [approve, deny, counter].filter((each) => each === true).length;
  if (said !== 1) throw usageError('say one of --approve or --deny or --counter');
  if (counter === true && !narrows(options))
    throw usageError('--counter needs what is narrower: --scope, --for, or both; or a --preset');
  if (counter !== true && narrows(options)) throw usageError('--scope, --for and --preset go with --counter');
  if (counter === true) return 'counter';
  return approve === true ? 'approve' : 'deny';
}

/** The digest that is decided on, and its terms; a counter-offer is made of the terms, so it has to see them. */
async function judged(
  context: Context,
  api: Api,
  path: string,
  { digest, counter }: ReviewOptions,
): Promise<{ digest: string; terms: unknown }> {
  if (digest !== undefined && counter !== true) return { digest, terms: null };
  const shown = await api.call(path, requestShape);
  if (digest === undefined)
    context.note(requestText(shown, new Date(), await namesOf(api, personsOf(shown))));
  else if (digest !== shown.digest)
    throw new CliError('digest_mismatch', 'The request has another digest by now. Read it again.');
  return { digest: shown.digest, terms: shown.terms };
}

function readTerms(terms: unknown): Terms {
  try {
    return parseTerms(JSON.parse(canonicalJson(terms)));
  } catch (error) {
    if (error instanceof ContractError)
      throw new CliError('bad_answer', 'The broker answered terms that are none.');
    throw error;
  }
}

/** What a counter-offer is made of: a preset, or what one writes oneself. */
export type NarrowingOptions = { scope?: string[]; for?: string; preset?: string };

export const narrows = ({ scope, for: time, preset }: NarrowingOptions): boolean =>
  scope !== undefined || time !== undefined || preset !== undefined;

const ONLY = 'only=';

/** @throws CliError `invalid_usage` */
export function checkNarrowing(options: NarrowingOptions): void {
  const { scope, for: time, preset } = options;
  scope?.map(scopeEntry);
  if (time !== undefined) durationSeconds('--for', time);
  if (preset === undefined) return;
  if (scope !== undefined || time !== undefined)
    throw usageError('--preset takes the place of --scope and --for');
  if (
    preset === 'read-only' ||
    preset === 'half-time' ||
    (preset.length > ONLY.length && preset.startsWith(ONLY))
  )
    return;
  throw usageError(
    `--preset takes read-only, half-time or only=RESOURCE[,RESOURCE]…; got ${JSON.stringify(preset)}`,
  );
}

/** What the counter-offer changes of these terms. @throws CliError `nothing_to_offer` where the preset leaves nothing */
export async function narrowingOf(api: Api, terms: Terms, options: NarrowingOptions): Promise<Narrowing> {
  const { scope, for: time, preset } = options;
  if (preset === undefined)
    return {
      ...(scope === undefined ? {} : { scope: scope.map(scopeEntry) }),
      ...(time === undefined ? {} : { seconds: durationSeconds('--for', time) }),
    };
  const made = await byPreset(api, terms, preset);
  if (made === null)
    throw new CliError('nothing_to_offer', `Nothing that was asked for is left by ${preset}.`);
  return made;
}

async function byPreset(api: Api, terms: Terms, preset: string): Promise<Narrowing | null> {
  if (preset === 'half-time') return halfTime(terms);
  if (preset !== 'read-only') return onlyObjects(terms, preset.slice(ONLY.length).split(','));
  return readOnly(terms, await api.call(`/api/v1/services/${segment(terms.service)}`, serviceShape));
}
