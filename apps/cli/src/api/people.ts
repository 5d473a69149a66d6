import { peopleEndpoints, type Whoami } from '@countersign/api';
import { CliError } from '../command/errors.js';
import type { Api } from './client.js';

/** The person whose credential this is. */
export const fetchMe = (api: Api): Promise<Whoami> => api.call(peopleEndpoints.whoami);

/**
 * The caller's own tenant.
 *
 * @param otherwise what vendor staff, who have none, read
 * @throws CliError `forbidden`, or the given code, for vendor staff
 */
export async function ownTenant(api: Api, otherwise: string, code = 'forbidden'): Promise<string> {
  const { tenant } = await fetchMe(api);
  if (tenant === null) throw new CliError(code, otherwise);
  return tenant;
}

/**
 * Names by person id, for texts on which people base a decision. A person whom the broker does not show to the caller
 * has no entry.
 * @throws CliError for every failure except `not_found`
 */
export async function fetchNames(api: Api, ids: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      try {
        names.set(id, (await api.call(peopleEndpoints.read, { params: { id } })).name);
      } catch (error) {
        if (!(error instanceof CliError && error.code === 'not_found')) throw error;
      }
    }),
  );
  return names;
}

/**
 * Names for the text of a change that is done. It is no failure if they cannot be read: the text then has ids. None are read
 * for `--json`, which has no text.
 */
export async function fetchNamesIfPossible(
  { json }: { json: boolean },
  api: Api,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (json) return new Map();
  return fetchNames(api, ids).catch((error: unknown) => {
    if (error instanceof CliError) return new Map();
    throw error;
  });
}

/** `Erin Okafor (usr_…)` if the name is known, otherwise the id. */
export function formatPerson(id: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(id);
  return name === undefined ? id : `${name} (${id})`;
}
