import { randomUUID } from 'node:crypto';
import { type ScopeEntry, scopeNarrows } from '@countersign/contract';
import { z } from 'zod';
import type { Api } from '../api/client.js';
import { type GrantAnswer, grantShape, pageOf, requestShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { durationSeconds, instantOf, scopeEntry, wholeNumber } from '../command/flags.js';
import { Progress } from '../terminal/progress.js';
import { instantFrom } from '../terminal/text.js';
import { grantText, nextCommands, requestText, stateWords } from './request-text.js';
import { waitForDecision } from './wait-for-decision.js';

export type RequestOptions = {
  scope: string[];
  for: string;
  reason: string;
  ticket?: string;
  startAt?: string;
  startOn?: string;
  useBy?: string;
  calls?: string;
  invited?: boolean;
  wait?: boolean;
};

/** Asks for access; with `--wait` stays until it is decided, and ends with 1 unless it was approved. */
export async function request(
  context: Context,
  tenant: string,
  service: string,
  options: RequestOptions,
): Promise<Answer> {
  durationSeconds('--for', options.for);
  const body = {
    tenant,
    service,
    scope: options.scope.map(scopeEntry),
    duration: options.for,
    justification: options.reason,
    ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
    ...timing(options),
    ...(options.invited === true ? { basis: 'invitation' } : {}),
  };
  const api = context.api();
  if (!context.json && options.startAt === undefined) {
    const held = await useInstead(context, api, body);
    if (held !== undefined) return held;
  }
  const asked = await api.call('/api/v1/requests', requestShape, {
    method: 'POST',
    body,
    idempotencyKey: randomUUID(),
  });
  if (options.wait !== true) {
    if (!context.json)
      context.note(`Asked. It ${stateWords(asked.state)}; follow it with "countersign show ${asked.id}".`);
    return { document: asked, text: requestText(asked, new Date()) };
  }
  const progress = new Progress(context.io);
  const decided = await waitForDecision(api, asked, { progress, signal: context.io.signal }).finally(() =>
    progress.end(),
  );
  const answer = { document: decided, text: requestText(decided, new Date()) };
  if (decided.state !== 'approved') {
    if (!context.json) context.io.stdout(`${answer.text}\n`);
    throw new CliError(decided.state, `${decided.id} was not approved`, { document: decided });
  }
  if (decided.grant !== null && !context.json) context.note(nextCommands(decided.grant));
  return answer;
}

/** The flags about when and how much, checked as far as flags can be. */
function timing({ startAt, startOn, useBy, calls }: RequestOptions): Record<string, unknown> {
  if (startOn !== undefined && startOn !== 'first-use' && startOn !== 'approval')
    throw usageError(`--start-on takes first-use or approval; got ${JSON.stringify(startOn)}`);
  if (startOn === 'first-use' && useBy === undefined)
    throw usageError('--start-on first-use needs --use-by: unused by then, it is gone');
  if (startOn === 'first-use' && startAt !== undefined)
    throw usageError('--start-on first-use and --start-at exclude each other');
  return {
    ...(startAt === undefined ? {} : { startsAt: instantOf('--start-at', startAt) }),
    ...(startOn === undefined ? {} : { startsOn: startOn }),
    ...(useBy === undefined ? {} : { useBy: instantOf('--use-by', useBy) }),
    ...(calls === undefined ? {} : { budget: { calls: wholeNumber('--calls', calls, 1, 999_999_999) } }),
  };
}

/** Offers a grant that one holds already, instead of a second request for the same. */
async function useInstead(
  context: Context,
  api: Api,
  wanted: Parameters<typeof fittingGrant>[1],
): Promise<Answer | undefined> {
  const now = new Date();
  const held = await fittingGrant(api, wanted, now);
  if (held === undefined) return undefined;
  context.note(`You hold ${held.id}, which allows this until ${instantFrom(held.endsAt ?? '', now)}:`);
  context.note(nextCommands(held.id));
  if (context.io.confirm === undefined || (await context.io.confirm('Ask anew all the same?')))
    return undefined;
  return { document: held, text: grantText(held, now) };
}

const meShape = z.looseObject({ person: z.string() });

/**
 * One's own active grant that already allows all of this scope, the one that lasts longest. Only a convenience:
 * where the broker will not tell, there is none.
 */
export async function fittingGrant(
  api: Api,
  wanted: { tenant: string; service: string; scope: ScopeEntry[] },
  now: Date,
): Promise<GrantAnswer | undefined> {
  try {
    const { person } = await api.call('/api/v1/whoami', meShape);
    const { tenant, service } = wanted;
    const query = new URLSearchParams({ state: 'active', tenant, service, person, limit: '200' });
    const { items } = await api.call(`/api/v1/grants?${query}`, pageOf(grantShape));
    return items
      .filter((grant) => Date.parse(grant.endsAt ?? '') > now.getTime())
      .filter((grant) => scopeNarrows(wanted.scope, grant.scope))
      .sort((a, b) => Date.parse(b.endsAt ?? '') - Date.parse(a.endsAt ?? ''))[0];
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
