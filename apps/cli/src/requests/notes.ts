import { randomUUID } from 'node:crypto';
import { peopleEndpoints, type RequestNote, requestEndpoints } from '@countersign/api';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';

/** Asks the requester a question. */
export const ask = (context: Context, request: string, text: string): Promise<Answer> =>
  say(context, request, 'ask', { text });

/** Answers the question that waits. */
export const answer = (context: Context, request: string, text: string): Promise<Answer> =>
  say(context, request, 'answer', { text });

/** Hands the request to a colleague who may decide it. @throws CliError `not_found` */
export async function forward(
  context: Context,
  request: string,
  { to, text }: { to: string; text?: string },
): Promise<Answer> {
  const person = to.startsWith('usr_') ? to : await findColleague(context, request, to);
  return say(context, request, 'forward', { to: person, ...(text === undefined ? {} : { text }) });
}

/** The one with this e-mail address among those who may decide the request. */
async function findColleague(context: Context, request: string, email: string): Promise<string> {
  const { api, id } = await openWithId(context, 'req', request);
  const { forwardTo = [] } = await api.call(requestEndpoints.read, { params: { id } });
  const people = await Promise.all(
    forwardTo.map((person) => api.call(peopleEndpoints.read, { params: { id: person } })),
  );
  const found = people.find((person) => person.email.toLowerCase() === email.toLowerCase());
  if (found !== undefined) return found.id;
  throw new CliError(
    'not_found',
    `No one with this address may decide the request now. "countersign show ${id}" lists who may.`,
  );
}

const DONE: Readonly<Record<RequestNote['kind'], string>> = {
  question: 'Asked. The requester is notified',
  answer: 'Answered. The request waits for the decision again',
  forward: 'Forwarded. Your colleague is notified',
};

async function say(
  context: Context,
  request: string,
  what: 'ask' | 'answer' | 'forward',
  body: object,
): Promise<Answer> {
  const { api, id } = await openWithId(context, 'req', request);
  const note = await api.call(requestEndpoints[what], { params: { id }, body, idempotencyKey: randomUUID() });
  return { document: note, text: `${DONE[note.kind]} (${id}, note ${note.number}).` };
}
