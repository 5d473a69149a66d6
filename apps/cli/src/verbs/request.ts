import { randomUUID } from 'node:crypto';
import { requestShape } from '../api/shapes.js';
import { waitForDecision } from '../api/wait-for-decision.js';
import { durationSeconds, scopeEntry } from '../runtime/arguments.js';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { Progress } from '../text/progress.js';
import { nextCommands, requestText, stateWords } from '../text/request-text.js';

export type RequestOptions = {
  scope: string[];
  for: string;
  reason: string;
  ticket?: string;
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
  };
  const api = context.api();
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
