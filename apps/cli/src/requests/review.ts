import { requestEndpoints, serviceEndpoints } from '@countersign/api';
import type { Terms } from '@countersign/contract';
import { counterTerms, halfTime, type Narrowing, onlyObjects, readOnly } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import { fetchNames } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseScopeEntry, parseSeconds } from '../command/flags.js';
import { formatRequest, peopleIn } from './request-text.js';
import { readTerms } from './terms.js';

/** How a counter-offer narrows the request: by a preset, or by scope and time. */
type NarrowingOptions = { scope?: string[]; for?: string; preset?: string; masked?: boolean };

export type ReviewOptions = NarrowingOptions & {
  approve?: boolean;
  deny?: boolean;
  counter?: boolean;
  reason?: string;
  digest?: string;
};

const DONE = { approve: 'Approved', deny: 'Denied', counter: 'Made a counter-offer on' } as const;

/**
 * Decides on exactly one digest. Without `--digest` the request is fetched and shown, and the decision is on the digest
 * that was shown. If the request changes in between, the broker refuses.
 */
export async function review(context: Context, request: string, options: ReviewOptions): Promise<Answer> {
  const decision = parseDecision(options);
  checkNarrowing(options);
  const { api, id } = await openWithId(context, 'req', request);
  const { digest, terms } = await readDigest(context, api, id, options);
  const decided = await api.call(requestEndpoints.review, {
    params: { id },
    body: {
      decision,
      digest,
      ...(decision === 'counter' ? { terms: await counterOffer(api, terms, digest, options) } : {}),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    },
  });
  const done = `${DONE[decision]} ${id} at ${decided.at} (${decided.id}).`;
  return { document: decided, text: [done, ...(await asItIsNow(api, id))].join('\n\n') };
}

/** The request after the decision. What was decided stays decided if it cannot be read again, so that is no failure. */
async function asItIsNow(api: Api, id: string): Promise<string[]> {
  try {
    const request = await api.call(requestEndpoints.read, { params: { id } });
    return ['Now:', formatRequest(request, new Date(), await fetchNames(api, peopleIn(request)))];
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

function parseDecision(options: ReviewOptions): keyof typeof DONE {
  const { approve, deny, counter } = options;
  if ([approve, deny, counter].filter((flag) => flag === true).length !== 1)
    throw usageError('give one of --approve or --deny or --counter');
  if (counter === true && !hasNarrowing(options))
    throw usageError('--counter needs what is narrower: --scope, --for, --masked; or a --preset');
  if (counter !== true && hasNarrowing(options))
    throw usageError('--scope, --for, --masked and --preset go with --counter');
  if (counter === true) return 'counter';
  return approve === true ? 'approve' : 'deny';
}

/** The digest to decide on. A counter-offer is made from the terms, so it fetches the request in any case. */
async function readDigest(
  context: Context,
  api: Api,
  id: string,
  { digest, counter }: ReviewOptions,
): Promise<{ digest: string; terms: unknown }> {
  if (digest !== undefined && counter !== true) return { digest, terms: null };
  const request = await api.call(requestEndpoints.read, { params: { id } });
  if (digest === undefined)
    context.note(
      `You decide on:\n${formatRequest(request, new Date(), await fetchNames(api, peopleIn(request)))}`,
    );
  else if (digest !== request.digest)
    throw new CliError('digest_mismatch', 'The request has another digest now. Read it again.');
  return { digest: request.digest, terms: request.terms };
}

const ONLY = 'only=';

const hasNarrowing = ({ scope, for: time, preset, masked }: NarrowingOptions): boolean =>
  scope !== undefined || time !== undefined || preset !== undefined || masked === true;

/** @throws CliError `invalid_usage` */
function checkNarrowing({ scope, for: time, preset }: NarrowingOptions): void {
  scope?.map(parseScopeEntry);
  if (time !== undefined) parseSeconds('--for', time);
  if (preset === undefined) return;
  if (scope !== undefined || time !== undefined)
    throw usageError('--preset takes the place of --scope and --for');
  const isOnly = preset.length > ONLY.length && preset.startsWith(ONLY);
  if (preset === 'read-only' || preset === 'half-time' || isOnly) return;
  throw usageError(
    `--preset takes read-only, half-time or only=RESOURCE[,RESOURCE]…; got ${JSON.stringify(preset)}`,
  );
}

async function counterOffer(
  api: Api,
  terms: unknown,
  digest: string,
  options: NarrowingOptions,
): Promise<Terms> {
  const requested = readTerms(terms);
  const narrowing = await buildNarrowing(api, requested, options);
  return counterTerms(requested, digest, { ...narrowing, masked: options.masked === true });
}

/** @throws CliError `nothing_to_offer` if the preset leaves nothing */
async function buildNarrowing(api: Api, terms: Terms, options: NarrowingOptions): Promise<Narrowing> {
  const { scope, for: time, preset } = options;
  if (preset === undefined)
    return {
      ...(scope === undefined ? {} : { scope: scope.map(parseScopeEntry) }),
      ...(time === undefined ? {} : { seconds: parseSeconds('--for', time) }),
    };
  const narrowing = await applyPreset(api, terms, preset);
  if (narrowing === null)
    throw new CliError('nothing_to_offer', `${preset} leaves nothing of what was requested.`);
  return narrowing;
}

async function applyPreset(api: Api, terms: Terms, preset: string): Promise<Narrowing | null> {
  if (preset === 'half-time') return halfTime(terms);
  if (preset !== 'read-only') return onlyObjects(terms, preset.slice(ONLY.length).split(','));
  return readOnly(terms, await api.call(serviceEndpoints.read, { params: { name: terms.service } }));
}
