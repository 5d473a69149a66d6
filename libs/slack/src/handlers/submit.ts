import type { AccessError, Refusal } from '@countersign/access';
import type { Language } from '@countersign/contract';
import { withinTime } from '@countersign/runtime';
import type { AllMiddlewareArgs, Logger, SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { SlackParts } from '../config.js';
import { LIMITS } from '../messages/limits.js';
import { loadingView, messageView } from '../messages/modals.js';
import { cut } from '../messages/text.js';
import { wordsOf } from '../messages/words/index.js';
import { sentencesOf } from './sentences.js';

export type Submission = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

/** The result of a submission: errors under fields, another view in its place, or just done. */
export type SubmissionResult = { errors: Record<string, string> } | { view: ModalView } | { done: true };

/** Slack waits three seconds, including the time on the network. */
const ANSWER_MS = 2_000;

/**
 * Answers a submission with its result. If the work takes longer than Slack waits, the form first shows a loading view
 * and later the result, so that the user does not submit twice.
 */
export async function answerSubmission(
  parts: SlackParts,
  { ack, body, client, logger, view }: Submission,
  work: () => Promise<SubmissionResult>,
  answerMs = ANSWER_MS,
): Promise<void> {
  const title = view.title.text;
  const { language } = parts.settings;
  const result = work().catch(
    (error: unknown): SubmissionResult => ({
      view: messageView(language, title, logUnexpected(parts, logger, error)),
    }),
  );
  const inTime = await withinTime(result, answerMs);
  if (inTime === undefined) {
    await ack({ response_action: 'update', view: loadingView(language, title) });
    await client.views.update({ view_id: body.view.id, view: lateView(await result, title, language) });
  } else if ('errors' in inTime) {
    await ack({ response_action: 'errors', errors: shortened(inTime.errors) });
  } else if ('view' in inTime) await ack({ response_action: 'update', view: inTime.view });
  else await ack();
}

function lateView(result: SubmissionResult, title: string, language: Language): ModalView {
  if ('view' in result) return result.view;
  if ('errors' in result)
    return messageView(
      language,
      title,
      sentencesOf({ language }).said.notSent(Object.values(result.errors).join(' ')),
    );
  return messageView(language, title, wordsOf({ language }).form.done);
}

const shortened = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([field, text]) => [field, cut(text, LIMITS.fieldError)]));

/**
 * The domain's refusals, grouped by form field.
 *
 * @param fieldOf maps a JSON Pointer into the request body to a field
 * @param textOf the text of one refusal
 */
export function errorsOf(
  error: AccessError,
  fieldOf: (pointer: string) => string,
  textOf: (refusal: Refusal) => string = ({ detail }) => detail,
  /** The text of an error that lists no refusals. */
  message: string = error.message,
): Record<string, string> {
  const errors: Record<string, string> = {};
  const each =
    error.refusals.length > 0
      ? error.refusals.map((refusal) => [refusal.pointer, textOf(refusal)] as const)
      : [[error.pointer ?? '', message] as const];
  for (const [pointer, detail] of each) {
    const field = fieldOf(pointer);
    errors[field] = errors[field] === undefined ? detail : `${errors[field]} ${detail}`;
  }
  return errors;
}

/** Logs an unexpected error under an id. Returns the sentence for the user, which contains only that id. */
export function logUnexpected(
  { deps, settings }: Pick<SlackParts, 'deps' | 'settings'>,
  logger: Logger,
  error: unknown,
): string {
  const id = deps.ids.next('evt');
  const what =
    error instanceof Error ? `${error.name}: ${error.message}` : 'the thrown value is not an Error';
  logger.error(`${id} ${what}`);
  return sentencesOf(settings).said.unexpected(id);
}
