import {
  type Problem,
  problemSchema,
  type Service,
  serviceEndpoints,
  tenantEndpoints,
} from '@countersign/api';
import { resourcesOverlap, type ScopeEntry } from '@countersign/contract';
import type { Api } from '../api/client.js';
import { CliError } from '../command/errors.js';

type Wanted = { tenant?: string; service: string; scope: readonly ScopeEntry[] };
type Refusal = NonNullable<Problem['refusals']>[number];

/** At most so many letters are wrong, and fewer than half of them. */
const MOST_WRONG = 3;

/**
 * Adds “Did you mean …?” to a refusal that names a customer, a service, a resource or an action that does not exist. The
 * names are those that the caller may list. It is only a convenience: if they cannot be read, the refusal stays as it is.
 */
export async function suggestNames(api: Api, wanted: Wanted, error: unknown): Promise<unknown> {
  if (!(error instanceof CliError) || error.code !== 'request_refused') return error;
  const problem = problemSchema.safeParse(error.document);
  const { refusals = [] } = problem.data ?? {};
  const suggested = refusals.map(async (refusal, index) => {
    const { code, detail } = error.more[index] ?? refusal;
    return { code, detail: withNames(detail, ...(await candidatesFor(api, wanted, refusal))) };
  });
  return unlessRefused(error, async () => {
    const { code, detail, exit, document } = error;
    return new CliError(code, detail, { exit, document, more: await Promise.all(suggested), cause: error });
  });
}

/** The same for the name of a service that is in an address. */
export async function suggestService(api: Api, name: string, error: unknown): Promise<unknown> {
  if (!(error instanceof CliError) || error.code !== 'not_found') return error;
  return unlessRefused(error, async () => {
    const detail = withNames(`There is no service “${name}”.`, name, await serviceNames(api));
    return new CliError(error.code, detail, { document: error.document, cause: error });
  });
}

/** The same for a word that was taken for the tenant of `countersign log`, and was meant as one of its verbs. */
export function suggestLogVerb(word: string, verbs: readonly string[], error: unknown): unknown {
  const [verb] = nearest(word, verbs);
  if (!(error instanceof CliError) || verb === undefined) return error;
  const { code, detail, exit, document, more } = error;
  const suggestion = `“${word}” was taken for a tenant. Did you mean "countersign log ${verb}"?`;
  return new CliError(code, `${detail} ${suggestion}`, { exit, document, more, cause: error });
}

/** @returns the error as it was if the broker refuses the names */
async function unlessRefused(error: CliError, better: () => Promise<CliError>): Promise<CliError> {
  try {
    return await better();
  } catch (refused) {
    if (refused instanceof CliError) return error;
    throw refused;
  }
}

function withNames(detail: string, word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return near.length === 0 ? detail : `${detail} Did you mean ${near.join(' or ')}?`;
}

const serviceNames = async (api: Api): Promise<string[]> =>
  (await api.call(serviceEndpoints.list)).items.map(({ name }) => name);

async function candidatesFor(
  api: Api,
  { tenant = '', service, scope }: Wanted,
  { code, pointer }: Refusal,
): Promise<[word: string, names: string[]]> {
  if (code === 'unknown_tenant')
    return [tenant, (await api.call(tenantEndpoints.names)).tenants.map(({ slug }) => slug)];
  if (code === 'unknown_service') return [service, await serviceNames(api)];
  const [, entryAt = '', actionAt = ''] = /^\/scope\/(\d+)(?:\/actions\/(\d+))?/.exec(pointer) ?? [];
  const entry = scope[Number(entryAt)];
  if (entryAt === '' || entry === undefined) return ['', []];
  const routes = routesOf(await api.call(serviceEndpoints.read, { params: { name: service } }));
  if (code === 'unknown_resource') return [entry.resource, routes.map(({ resource }) => resource)];
  if (code !== 'unknown_action') return ['', []];
  const possible = routes.filter(({ resource }) => resourcesOverlap(resource, entry.resource));
  return [entry.actions[Number(actionAt)] ?? '', possible.map(({ action }) => action)];
}

/** Resources as a scope writes them: `*` in place of a parameter. */
const routesOf = (service: Service) =>
  service.routes.map(({ resource, action }) => ({
    resource: resource.replaceAll(/\{[^}]*\}/g, '*'),
    action,
  }));

/** The names that differ least from the word; none if all of them differ much. */
export function nearest(word: string, names: readonly string[]): string[] {
  const most = Math.min(MOST_WRONG, (word.length - 1) / 2);
  const near = [...new Set(names)]
    .map((name) => ({ name, wrong: editDistance(word, name) }))
    .filter(({ wrong }) => wrong <= most);
  const least = Math.min(...near.map(({ wrong }) => wrong));
  return near.filter(({ wrong }) => wrong === least).map(({ name }) => name);
}

/** How many letters have to be changed, added, removed, or swapped with the next (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[column - 2] ?? 0) + 1] : []),
      );
    }
    [before, last] = [last, next];
  }
  return last[to.length] ?? 0;
}
