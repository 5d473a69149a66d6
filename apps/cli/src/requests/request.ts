import { randomUUID } from 'node:crypto';
import { type AccessRequest, type Grant, grantEndpoints, requestEndpoints } from '@countersign/api';
import { type ScopeEntry, scopeNarrows } from '@countersign/contract';
import type { Api } from '../api/client.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import {
  MAX_CALLS,
  parseId,
  parseInstant,
  parseIsoDuration,
  parseScopeEntry,
  parseWholeNumber,
} from '../command/flags.js';
import { formatGrant, nextCommands } from '../grants/grant-text.js';
import { Progress } from '../terminal/progress.js';
import { formatInstant } from '../terminal/time.js';
import { describeState, requestAnswer } from './request-text.js';
import { suggestNames } from './suggestions.js';
import { findTemplate } from './templates.js';
import { waitForDecision } from './wait-for-decision.js';

export type RequestOptions = {
  template?: string;
  scope?: string[];
  for?: string;
  reason?: string;
  ticket?: string;
  startAt?: string;
  startOn?: string;
  useBy?: string;
  calls?: string;
  reasonCode?: string;
  unmasked?: boolean;
  invited?: boolean;
  demand?: string;
  basis?: string;
  wait?: boolean;
};

/** Requests access. With `--wait` it waits for the decision, and exits with 1 unless the request is approved. */
export async function requestAccess(
  context: Context,
  tenant: string | undefined,
  service: string | undefined,
  options: RequestOptions,
): Promise<Answer> {
  const named = parseAsk(tenant, service, options);
  if (options.template === undefined) requireAll(named);
  const api = await context.api();
  const filled = options.template === undefined ? {} : (await findTemplate(api, options.template)).request;
  const body = requireAll({ ...filled, ...named });
  if (!context.json && options.startAt === undefined) {
    const existing = await offerExistingGrant(context, api, body);
    if (existing !== undefined) return existing;
  }
  const request = await api
    .call(requestEndpoints.create, { body, idempotencyKey: randomUUID() })
    .catch(async (error: unknown) => {
      throw await suggestNames(api, body, error);
    });
  if (options.wait === true) return waitAndReport(context, api, request);
  if (!context.json)
    context.note(
      `Requested. It ${describeState(request.state)}; follow it with "countersign show ${request.id}".`,
    );
  return requestAnswer(context, api, request);
}

type Wanted = WantedAccess & { duration: string; justification: string };

/** What the arguments and flags name. */
const parseAsk = (
  tenant: string | undefined,
  service: string | undefined,
  options: RequestOptions,
): Partial<Wanted> => ({
  ...(tenant === undefined ? {} : { tenant }),
  ...(service === undefined ? {} : { service }),
  ...(options.scope === undefined ? {} : { scope: options.scope.map(parseScopeEntry) }),
  ...(options.for === undefined ? {} : { duration: parseIsoDuration('--for', options.for) }),
  ...(options.reason === undefined ? {} : { justification: options.reason }),
  ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
  ...(options.reasonCode === undefined ? {} : { reasonCode: options.reasonCode }),
  ...(options.unmasked === true ? { unmasked: true } : {}),
  ...parseTiming(options),
  ...parseBasis(options),
  ...(options.demand === undefined ? {} : { basis: 'legal', demand: parseId('dem', options.demand) }),
});

/** What every request names, by the words of the usage. A template may fill each of them in. */
const REQUIRED = [
  ['tenant', '<tenant>'],
  ['service', '<service>'],
  ['scope', '--scope'],
  ['duration', '--for'],
  ['justification', '--reason'],
] as const;

/** @throws CliError `invalid_usage` with everything that is missing */
function requireAll(named: Partial<Wanted>): Wanted {
  const missing = REQUIRED.filter(([member]) => named[member] === undefined).map(([, words]) => words);
  if (missing.length > 0)
    throw usageError(`missing ${missing.join(', ')}: name each, or use a --template that has it`);
  return named as Wanted;
}

async function waitAndReport(context: Context, api: Api, request: AccessRequest): Promise<Answer> {
  const progress = new Progress(context.io);
  const decided = await waitForDecision(api, request, { progress, signal: context.io.signal }).finally(() =>
    progress.end(),
  );
  const answer = await requestAnswer(context, api, decided);
  if (decided.state !== 'approved') {
    if (!context.json) context.io.stdout(`${answer.text}\n`);
    const outcome = decided.state === 'expired' ? 'was not decided in time' : 'was not approved';
    throw new CliError(decided.state, `${decided.id} ${outcome}`, { document: decided });
  }
  if (decided.grant !== null && !context.json) context.note(nextCommands(decided.grant));
  return answer;
}

/** `--invited` is short for `--basis invitation`. */
export function parseBasis({ basis, invited }: Pick<RequestOptions, 'basis' | 'invited'>): {
  basis?: string;
} {
  if (invited === true && basis !== undefined && basis !== 'invitation')
    throw usageError('--invited and --basis name different bases');
  if (invited === true) return { basis: 'invitation' };
  return basis === undefined ? {} : { basis };
}

/** The flags for start, deadline and budget as members of the request. The broker validates them further. */
function parseTiming({ startAt, startOn, useBy, calls }: RequestOptions): Record<string, unknown> {
  if (startOn === 'first-use' && useBy === undefined)
    throw usageError('--start-on first-use needs --use-by: the grant lapses if it is unused by then');
  if (startOn === 'first-use' && startAt !== undefined)
    throw usageError('--start-on first-use and --start-at exclude each other');
  return {
    ...(startAt === undefined ? {} : { startsAt: parseInstant('--start-at', startAt) }),
    ...(startOn === undefined ? {} : { startsOn: startOn }),
    ...(useBy === undefined ? {} : { useBy: parseInstant('--use-by', useBy) }),
    ...(calls === undefined ? {} : { budget: { calls: parseWholeNumber('--calls', calls, 1, MAX_CALLS) } }),
  };
}

type WantedAccess = { tenant: string; service: string; scope: ScopeEntry[] };

/**
 * Shows a grant that the caller already holds and that allows all of this. At a terminal it asks whether to request all
 * the same.
 * @returns the grant as the answer if the person says no to a second request
 */
async function offerExistingGrant(
  context: Context,
  api: Api,
  access: WantedAccess,
): Promise<Answer | undefined> {
  const now = new Date();
  const grant = await findUsableGrant(api, access, now);
  if (grant === undefined) return undefined;
  context.note(`You hold ${grant.id}, which allows this until ${formatInstant(grant.endsAt ?? '', now)}:`);
  context.note(nextCommands(grant.id));
  if (context.io.confirm === undefined || (await context.io.confirm('Request it again all the same?')))
    return undefined;
  return { document: grant, text: formatGrant(grant, now) };
}

/**
 * The caller's own active grant that allows all of this scope, and lasts longest. It is only a convenience: any failure
 * of the broker counts as "there is none".
 */
async function findUsableGrant(api: Api, access: WantedAccess, now: Date): Promise<Grant | undefined> {
  try {
    const { person } = await fetchMe(api);
    const { tenant, service } = access;
    const query = new URLSearchParams({ state: 'active', tenant, service, person, limit: '200' });
    const { items } = await api.call(grantEndpoints.list, { query });
    return items
      .filter(({ access }) => access === 'open')
      .filter((grant) => Date.parse(grant.endsAt ?? '') > now.getTime())
      .filter((grant) => scopeNarrows(access.scope, grant.scope))
      .sort((a, b) => Date.parse(b.endsAt ?? '') - Date.parse(a.endsAt ?? ''))[0];
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
