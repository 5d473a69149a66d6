import type { AccessRequest } from '@countersign/api';
import type { Api } from '../api/client.js';
import { fetchNames } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { formatRequest, peopleIn } from './request-text.js';

/**
 * A request as it is after the command has changed it, with the names of its people. The change is done: if the names cannot
 * be read, the ids have to do.
 */
export async function requestAnswer(context: Context, api: Api, request: AccessRequest): Promise<Answer> {
  const names = context.json
    ? undefined
    : await fetchNames(api, peopleIn(request)).catch((error: unknown) => {
        if (error instanceof CliError) return undefined;
        throw error;
      });
  return { document: request, text: formatRequest(request, new Date(), names) };
}
