import { AccessError } from '@countersign/access';
import { withinTime } from '@countersign/runtime';
import type { AllMiddlewareArgs, Logger, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { SlackParts } from '../config.js';
import { LIMITS } from '../messages/limits.js';
import { loadingView, sayingView } from '../messages/modals.js';
import { cut } from '../messages/text.js';
import { SENTENCES } from './sentences.js';

export type Submission = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

/** What sending a form came to: errors under fields, another view in its place, or nothing more to say. */
export type Sent = { errors: Record<string, string> } | { view: ModalView } | { done: true };

/** Slack waits three seconds; the way there and back is its own. */
const ANSWER_MS = 2_000;

/**
 * Answers a form with what came of it. Where that takes longer than Slack waits, the form shows that it is under way
 * and then what came of it: nothing is sent twice.
 */
export async function submitting(
  parts: SlackParts,
  { ack, body, client, logger, view }: Submission,
  work: () => Promise<Sent>,
  answerMs = ANSWER_MS,
): Promise<void> {
  const words = view.title.text;
  const sent = work().catch(
    (error: unknown): Sent => ({ view: sayingView(words, unexpected(parts, logger, error)) }),
  );
  const inTime = await withinTime(sent, answerMs);
  if (inTime === undefined) {
    await ack({ response_action: 'update', view: loadingView(words) });
    await client.views.update({ view_id: body.view.id, view: lateView(await sent, words) });
  } else if ('errors' in inTime) {
    await ack({ response_action: 'errors', errors: shortened(inTime.errors) });
  } else if ('view' in inTime) await ack({ response_action: 'update', view: inTime.view });
  else await ack();
}

function lateView(sent: Sent, words: string): ModalView {
  if ('view' in sent) return sent.view;
  if ('errors' in sent)
    return sayingView(
      words,
      `Nothing was sent. ${Object.values(sent.errors).join(' ')} Close this and begin anew.`,
    );
  return sayingView(words, 'Done.');
}

const shortened = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([field, text]) => [field, cut(text, LIMITS.fieldError)]));

/**
 * The domain's objections under the fields that they are about.
 *
 * @param fieldOf the field for a JSON Pointer into the asking body
 */
export function errorsOf(error: AccessError, fieldOf: (pointer: string) => string): Record<string, string> {
  const errors: Record<string, string> = {};
  const each =
    error.refusals.length > 0 ? error.refusals : [{ detail: error.message, pointer: error.pointer ?? '' }];
  for (const { detail, pointer } of each) {
    const field = fieldOf(pointer);
    errors[field] = errors[field] === undefined ? detail : `${errors[field]} ${detail}`;
  }
  return errors;
}

/** What nobody foresaw goes to the operator's log under an id; whoever pressed is told the id and no more. */
export function unexpected({ deps }: Pick<SlackParts, 'deps'>, logger: Logger, error: unknown): string {
  const id = deps.ids.next('evt');
  const what =
    error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  logger.error(`${id} ${what}`);
  return SENTENCES.unexpected(id);
}
