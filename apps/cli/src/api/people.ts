import { z } from 'zod';
import { CliError } from '../command/errors.js';
import { type Api, segment } from './client.js';

const personShape = z.looseObject({ id: z.string(), name: z.string() });

/**
 * Names of persons, by id, for texts that people decide by. Whom the broker does not show keeps their id;
 * every other failure is one.
 */
export async function namesOf(api: Api, ids: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      try {
        names.set(id, (await api.call(`/api/v1/people/${segment(id)}`, personShape)).name);
      } catch (error) {
        if (!(error instanceof CliError && error.code === 'not_found')) throw error;
      }
    }),
  );
  return names;
}

/** Everybody whom a request names. */
export const personsOf = (request: { requester: string; reviews: { person: string }[] }): string[] => [
  request.requester,
  ...request.reviews.map((review) => review.person),
];
