import { randomUUID } from 'node:crypto';
import type { Api } from '../api/client.js';
import { requestShape } from '../api/shapes.js';
import { waitForDecision } from '../api/wait-for-decision.js';
import { durationSeconds, instantOf, scopeEntry, wholeNumber } from '../runtime/arguments.js';
import { CliError, usageError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { instantFrom } from '../text/clock.js';
import { Progress } from '../text/progress.js';
import { grantText, nextCommands, requestText, stateWords } from '../text/request-text.js';
import { fittingGrant } from './fitting-grant.js';

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
