import { AccessError, type Principal, reviewRequest, revokeGrant } from '@countersign/access';
import { evaluateChoice, pairOf } from '@countersign/wording';
import type { App, BlockAction, ButtonAction, ViewStateValue, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import type { CardFacts } from '../facts.js';
import { detailsView } from '../messages/details.js';
import {
  denyView,
  FIELDS,
  keepOptions,
  lessView,
  loadingView,
  messageView,
  stopView,
} from '../messages/modals.js';
import { requestUrl } from '../messages/request-card.js';
import { type Words, wordsOf } from '../messages/words/index.js';
import { type Pressed, readPressed } from '../pressed.js';
import { grantOf, offerInstead, requestAsShown } from './decide.js';
import { type ButtonPress, factsFor, identifyClicker, pressRefusalText, responder } from './press.js';
import { messageOf, sentencesOf } from './sentences.js';
import { answerSubmission, logUnexpected, type Submission, type SubmissionResult } from './submit.js';

type ByButton = BlockAction<ButtonAction>;

/** Makes the form that a button opens, for this person. @throws AccessError if it has nothing to offer them */
export type MakeView = (parts: SlackParts, principal: Principal, pressed: Pressed) => Promise<ModalView>;

/** A form that shows the request, and nothing that depends on its reader. */
export const fromFacts =
  (view: (facts: CardFacts, pressed: Pressed) => ModalView): MakeView =>
  async (parts, principal, pressed) =>
    view(await factsFor(parts, principal, pressed.request), pressed);

/** Everything about the request, for the person who pressed: the engineer does not read about earlier denials of others. */
const details: MakeView = async (parts, principal, { request }) => {
  const facts = await factsFor(parts, principal, request);
  const { person } = principal;
  const audience =
    person.id === facts.request.requester ? 'requester' : person.tenant === null ? 'reviewer' : 'approver';
  return detailsView(facts, audience, requestUrl(parts.settings.publicUrl, request));
};

/** Buttons that open a form, and the submissions of those forms. */
export function listenForForms(app: App, parts: SlackParts): void {
  app.action<ByButton>(ACTIONS.details, formOpener(parts, 'details', details));
  app.action<ByButton>(ACTIONS.deny, formOpener(parts, 'deny', fromFacts(denyView)));
  app.action<ByButton>(ACTIONS.stop, formOpener(parts, 'stop', fromFacts(stopView)));
  const less = (focus: 'keep' | 'objects') =>
    formOpener(
      parts,
      'less',
      fromFacts((...of) => lessView(...of, focus)),
    );
  app.action<ByButton>(ACTIONS.less, less('keep'));
  app.action<ByButton>(ACTIONS.onlyObjects, less('objects'));
  app.view<ViewSubmitAction>(FORMS.deny, formSubmitter(parts, deny));
  app.view<ViewSubmitAction>(FORMS.stop, formSubmitter(parts, stop));
  app.view<ViewSubmitAction>(FORMS.less, formSubmitter(parts, offerLess));
}

/** Opens the form before it reads anything: Slack's trigger expires after three seconds. */
export const formOpener =
  (
    parts: SlackParts,
    name: Exclude<keyof Words['form'], 'close' | 'back' | 'oneMoment' | 'done' | 'ask'>,
    make: MakeView,
  ) =>
  async (press: ButtonPress): Promise<void> => {
    await press.ack();
    const { body, client, logger, action } = press;
    const { language } = parts.settings;
    const words = wordsOf({ language }).form[name].title;
    try {
      const opened = await client.views.open({
        trigger_id: body.trigger_id,
        view: loadingView(language, words),
      });
      const view = await formFor(parts, body, readPressed(action.value), words, make).catch(
        (error: unknown) => messageView(language, words, logUnexpected(parts, logger, error)),
      );
      await client.views.update({ view_id: opened.view?.id ?? '', view });
    } catch (error) {
      await responder(
        parts,
        press,
      )(logUnexpected(parts, logger, error)).catch((failure: unknown) => logger.warn(failure));
    }
  };

async function formFor(
  parts: SlackParts,
  body: ByButton,
  pressed: Pressed | null,
  words: string,
  make: MakeView,
): Promise<ModalView> {
  const { language } = parts.settings;
  const sentences = sentencesOf(parts.settings);
  const clicker = await identifyClicker(parts, body);
  if (!clicker.known) return messageView(language, words, sentences.unknown[clicker.why], clicker.linkUrl);
  if (pressed === null) return messageView(language, words, sentences.said.unreadable);
  try {
    return await make(parts, clicker.principal, pressed);
  } catch (error) {
    if (error instanceof AccessError) return refusedView(parts, clicker.principal, pressed, words, error);
    throw error;
  }
}

async function refusedView(
  parts: SlackParts,
  principal: Principal,
  pressed: Pressed,
  words: string,
  error: AccessError,
): Promise<ModalView> {
  const sentence = await pressRefusalText(parts, principal, pressed, error);
  const url = requestUrl(parts.settings.publicUrl, pressed.request);
  return messageView(parts.settings.language, words, sentence, url);
}

export type FormValues = Record<string, Record<string, ViewStateValue>>;
/** @param viewId is the same however often Slack sends this form */
export type Form = (
  parts: SlackParts,
  principal: Principal,
  pressed: Pressed,
  values: FormValues,
  viewId: string,
) => Promise<SubmissionResult>;

/** Handles a submission. Identifies the sender again; the person who opened the form does not matter. */
export const formSubmitter =
  (parts: SlackParts, form: Form) =>
  async (submission: Submission): Promise<void> => {
    const { body, view } = submission;
    const words = view.title.text;
    const { language } = parts.settings;
    const sentences = sentencesOf(parts.settings);
    await answerSubmission(parts, submission, async () => {
      const clicker = await identifyClicker(parts, body);
      if (!clicker.known)
        return {
          view: messageView(language, words, sentences.unknown[clicker.why], clicker.linkUrl),
        };
      const pressed = readPressed(view.private_metadata);
      if (pressed === null) return { view: messageView(language, words, sentences.said.unreadable) };
      try {
        return await form(parts, clicker.principal, pressed, view.state.values, view.id);
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        if (error.code === 'reason_required')
          return { errors: { [FIELDS.reason]: messageOf(parts.settings, error) } };
        return { view: await refusedView(parts, clicker.principal, pressed, words, error) };
      }
    });
  };

export const typed = (values: FormValues, field: string): string => values[field]?.[field]?.value ?? '';

const deny: Form = async ({ deps }, principal, { request, digest }, values) => {
  await reviewRequest(deps, principal, request, {
    decision: 'deny',
    digest,
    reason: typed(values, FIELDS.reason),
  });
  return { done: true };
};

const stop: Form = async (parts, principal, pressed, values) => {
  const reason = typed(values, FIELDS.reason);
  const givenReason = reason.trim() === '' ? sentencesOf(parts.settings).said.stoppedInSlack : reason;
  await revokeGrant(parts.deps, principal, await grantOf(parts, principal, pressed), givenReason);
  return { done: true };
};

const offerLess: Form = async (parts, principal, pressed, values) => {
  const { terms, digest } = await requestAsShown(parts, principal, pressed);
  const chosen = new Set(values[FIELDS.keep]?.[FIELDS.keep]?.selected_options?.map(({ value }) => value));
  const pairs = keepOptions(terms)
    .filter(({ option }) => chosen.has(option.value ?? ''))
    .flatMap(({ pairs }) => pairs.map(([resource, action]) => pairOf(resource, action)));
  const outcome = evaluateChoice(terms, digest, {
    pairs: new Set(pairs),
    objects: typed(values, FIELDS.objects),
    minutes: typed(values, FIELDS.minutes),
  });
  const words = wordsOf(parts.settings).form.less;
  if (outcome.kind === 'wrong') return { errors: choiceErrors(words)[outcome.why] };
  if (outcome.kind === 'whole') return { errors: { [FIELDS.keep]: words.whole } };
  await offerInstead(parts, principal, pressed, outcome.terms);
  return { done: true };
};

const choiceErrors = (words: Words['form']['less']) => ({
  nothing_left: { [FIELDS.keep]: words.nothingLeft },
  unknown_object: { [FIELDS.objects]: words.unknownObject },
  bad_time: { [FIELDS.minutes]: words.badTime },
});
