import { AccessError, type Principal, reviewRequest, revokeGrant } from '@countersign/access';
import { evaluateChoice, pairOf } from '@countersign/wording';
import type { App, BlockAction, ButtonAction, ViewStateValue, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import type { CardFacts } from '../facts.js';
import {
  denyView,
  FIELDS,
  keepOptions,
  lessView,
  loadingView,
  sayingView,
  stopView,
} from '../messages/modals.js';
import { requestUrl } from '../messages/request-card.js';
import { TEXTS } from '../messages/words.js';
import { type Pressed, readPressed } from '../pressed.js';
import { asShown, grantOf, offerInstead } from './decide.js';
import { type ButtonPress, factsFor, refusal, teller, whoPressed } from './press.js';
import { SENTENCES, STRANGERS } from './sentences.js';
import { type Sent, type Submission, submitting, unexpected } from './submit.js';

type ByButton = BlockAction<ButtonAction>;
type View = (facts: CardFacts, pressed: Pressed) => ModalView;

/** Buttons that open a form, and the forms that they open. */
export function listenForForms(app: App, parts: SlackParts): void {
  app.action<ByButton>(ACTIONS.deny, opening(parts, 'Deny this request', denyView));
  app.action<ByButton>(ACTIONS.stop, opening(parts, 'Stop access', stopView));
  const less = (focus: 'keep' | 'objects') =>
    opening(parts, 'Approve less', (...of) => lessView(...of, focus));
  app.action<ByButton>(ACTIONS.less, less('keep'));
  app.action<ByButton>(ACTIONS.onlyObjects, less('objects'));
  app.view<ViewSubmitAction>(FORMS.deny, sending(parts, deny));
  app.view<ViewSubmitAction>(FORMS.stop, sending(parts, stop));
  app.view<ViewSubmitAction>(FORMS.less, sending(parts, offerLess));
}

/** Opens at once, before anything is looked up: Slack's trigger lives for three seconds. */
const opening =
  (parts: SlackParts, words: string, make: View) =>
  async (press: ButtonPress): Promise<void> => {
    await press.ack();
    const { body, client, logger, action } = press;
    try {
      const opened = await client.views.open({ trigger_id: body.trigger_id, view: loadingView(words) });
      const view = await formFor(parts, body, readPressed(action.value), words, make).catch(
        (error: unknown) => sayingView(words, unexpected(parts, logger, error)),
      );
      await client.views.update({ view_id: opened.view?.id ?? '', view });
    } catch (error) {
      await teller(
        parts,
        press,
      )(unexpected(parts, logger, error)).catch((failure: unknown) => logger.warn(failure));
    }
  };

async function formFor(
  parts: SlackParts,
  body: ByButton,
  pressed: Pressed | null,
  words: string,
  make: View,
): Promise<ModalView> {
  const clicker = await whoPressed(parts, body);
  if (!clicker.known)
    return sayingView(words, STRANGERS[clicker.why], { url: clicker.linkUrl, words: TEXTS.openInBrowser });
  if (pressed === null) return sayingView(words, SENTENCES.unreadable);
  try {
    return make(await factsFor(parts, clicker.principal, pressed.request), pressed);
  } catch (error) {
    if (error instanceof AccessError) return refused(parts, clicker.principal, pressed, words, error);
    throw error;
  }
}

async function refused(
  parts: SlackParts,
  principal: Principal,
  pressed: Pressed,
  words: string,
  error: AccessError,
): Promise<ModalView> {
  const sentence = await refusal(parts, principal, pressed, error);
  const url = requestUrl(parts.settings.publicUrl, pressed.request);
  return sayingView(words, sentence, { url, words: TEXTS.openInBrowser });
}

type Values = Record<string, Record<string, ViewStateValue>>;
type Form = (parts: SlackParts, principal: Principal, pressed: Pressed, values: Values) => Promise<Sent>;

/** Who sends a form is looked up again, whoever opened it. */
const sending =
  (parts: SlackParts, form: Form) =>
  async (submission: Submission): Promise<void> => {
    const { body, view } = submission;
    const words = view.title.text;
    await submitting(parts, submission, async () => {
      const clicker = await whoPressed(parts, body);
      if (!clicker.known)
        return {
          view: sayingView(words, STRANGERS[clicker.why], {
            url: clicker.linkUrl,
            words: TEXTS.openInBrowser,
          }),
        };
      const pressed = readPressed(view.private_metadata);
      if (pressed === null) return { view: sayingView(words, SENTENCES.unreadable) };
      try {
        return await form(parts, clicker.principal, pressed, view.state.values);
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        if (error.code === 'reason_required') return { errors: { [FIELDS.reason]: error.message } };
        return { view: await refused(parts, clicker.principal, pressed, words, error) };
      }
    });
  };

const typed = (values: Values, field: string): string => values[field]?.[field]?.value ?? '';

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
  const words = reason.trim() === '' ? SENTENCES.stoppedInSlack : reason;
  await revokeGrant(parts.deps, principal, await grantOf(parts, principal, pressed), words);
  return { done: true };
};

const offerLess: Form = async (parts, principal, pressed, values) => {
  const { terms, digest } = await asShown(parts, principal, pressed);
  const chosen = new Set(values[FIELDS.keep]?.[FIELDS.keep]?.selected_options?.map(({ value }) => value));
  const kept = keepOptions(terms)
    .filter(({ option }) => chosen.has(option.value ?? ''))
    .flatMap(({ pairs }) => pairs.map(([resource, action]) => pairOf(resource, action)));
  const outcome = evaluateChoice(terms, digest, {
    kept: new Set(kept),
    objects: typed(values, FIELDS.objects),
    minutes: typed(values, FIELDS.minutes),
  });
  if (outcome.kind === 'wrong') return { errors: WRONG[outcome.why] };
  if (outcome.kind === 'whole')
    return {
      errors: {
        [FIELDS.keep]: 'This is all that was asked. Leave something out, or go back and approve it.',
      },
    };
  await offerInstead(parts, principal, pressed, outcome.terms);
  return { done: true };
};

const WRONG = {
  nothing_left: { [FIELDS.keep]: 'Nothing is left of it. Keep at least one action.' },
  unknown_object: { [FIELDS.objects]: 'One of these was not asked for.' },
  bad_time: { [FIELDS.minutes]: 'No longer than was asked, and more than nothing.' },
} as const;
