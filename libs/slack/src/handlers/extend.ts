import { AccessError, extendGrant, hexDigest } from '@countersign/access';
import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import { requestRefusalText } from '../messages/ask-view.js';
import { extendView, FIELDS, messageView } from '../messages/modals.js';
import { requestUrl } from '../messages/request-card.js';
import { wordsOf } from '../messages/words/index.js';
import { grantOf } from './decide.js';
import { type Form, formOpener, formSubmitter, fromFacts, typed } from './forms.js';
import { messageOf } from './sentences.js';
import { errorsOf } from './submit.js';

/** More time for open access: the engineer's button and the form that it opens. */
export function listenForExtensions(app: App, parts: SlackParts): void {
  app.action<BlockAction<ButtonAction>>(ACTIONS.extend, formOpener(parts, 'extend', fromFacts(extendView)));
  app.view<ViewSubmitAction>(FORMS.extend, formSubmitter(parts, extend));
}

/** Makes one request, however often Slack sends this form. What is refused appears under its field: what was typed stays. */
const extend: Form = async (parts, principal, pressed, values, viewId) => {
  const { deps, settings } = parts;
  const words = wordsOf(settings).form.extend;
  const seconds = Math.round(Number(typed(values, FIELDS.minutes)) * 60);
  if (!Number.isSafeInteger(seconds) || seconds < 1) return { errors: { [FIELDS.minutes]: words.badTime } };
  const input = { seconds, justification: typed(values, FIELDS.reason) };
  const idempotency = {
    principal: principal.person.id,
    route: 'slack extend',
    key: viewId,
    bodyHash: hexDigest(deps.hashing, JSON.stringify({ ...input, ...pressed })),
  };
  try {
    const grant = await grantOf(parts, principal, pressed);
    const { request } = await extendGrant(deps, principal, grant, input, { idempotency });
    const url = requestUrl(settings.publicUrl, request.id);
    return { view: messageView(settings.language, words.title, words.sent, url) };
  } catch (error) {
    if (!(error instanceof AccessError) || !IN_THE_FORM.has(error.code)) throw error;
    const fieldOf = (pointer: string) => (pointer === '/justification' ? FIELDS.reason : FIELDS.minutes);
    const message = messageOf(settings, error);
    return { errors: errorsOf(error, fieldOf, requestRefusalText(settings.language), message) };
  }
};

const IN_THE_FORM: ReadonlySet<AccessError['code']> = new Set(['request_refused', 'invalid_request']);
