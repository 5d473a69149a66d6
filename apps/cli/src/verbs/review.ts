import { ContractError, canonicalJson, parseTerms, type Terms } from '@countersign/contract';
import { counterTerms } from '@countersign/wording';
import { type Api, segment } from '../api/client.js';
import { namesOf, personsOf } from '../api/names.js';
import { requestShape, reviewShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import { CliError, usageError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { requestText } from '../text/request-text.js';
import { checkNarrowing, type NarrowingOptions, narrowingOf, narrows } from './narrowing.js';

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
