import { randomUUID } from 'node:crypto';
import { type RequestNote, requestEndpoints } from '@countersign/api';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';

/** Asks the requester a question. */
export const ask = (context: Context, request: string, text: string): Promise<Answer> =>
  say(context, request, 'ask', { text });

/** Answers the question that waits. */
export const answer = (context: Context, request: string, text: string): Promise<Answer> =>
  say(context, request, 'answer', { text });

/** Hands the request to a colleague who may decide it. */
export const forward = (
  context: Context,
  request: string,
  { to, text }: { to: string; text?: string },
): Promise<Answer> => say(context, request, 'forward', { to, ...(text === undefined ? {} : { text }) });

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
