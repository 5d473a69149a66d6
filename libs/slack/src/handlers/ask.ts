import { AccessError, hasPermission, hexDigest, type Principal, requestAccess } from '@countersign/access';
import { SLACK_TEXTS } from '@countersign/wording';
import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  GlobalShortcut,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackShortcutMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { ACTIONS, COMMAND, FORMS, SHORTCUT } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import { ASK, askView, requestRefusalText } from '../messages/ask-view.js';
import { loadingView, messageView } from '../messages/modals.js';
import { requestUrl } from '../messages/request-card.js';
import { wordsOf } from '../messages/words/index.js';
import { askFacts, askInputOf, readAskForm } from './ask-form.js';
import { respondWithList } from './list.js';
import { LiveForms } from './live-views.js';
import { identifyClicker } from './press.js';
import { messageOf, sentencesOf } from './sentences.js';
import { answerSubmission, errorsOf, logUnexpected, type SubmissionResult } from './submit.js';

type Sender = Parameters<typeof identifyClicker>[1];

const titleOf = ({ settings }: SlackParts): string => wordsOf(settings).form.ask.title;

/** A message in place of the form. @param to one of our pages */
const message = (parts: SlackParts, sentences: string, to?: string): ModalView =>
  messageView(parts.settings.language, titleOf(parts), sentences, to);

/** Requesting access: the command, the shortcut and the button of App Home open one form. */
export function listenForAsks(app: App, parts: SlackParts): void {
  const live = new LiveForms();
  app.command(COMMAND, (sent) => onCommand(parts, live, sent));
  app.shortcut<GlobalShortcut>({ type: 'shortcut', callback_id: SHORTCUT }, (sent) =>
    onShortcut(parts, live, sent),
  );
  app.action<BlockAction>(ACTIONS.ask, (pressed) => onShortcut(parts, live, pressed));
  for (const field of [ASK.tenant, ASK.service, ASK.what, ASK.unmasked, ASK.duration])
    app.action<BlockAction>(field, (changed) => onChange(parts, live, changed));
  app.view<ViewSubmitAction>(FORMS.ask, (submission) => onSubmit(parts, submission));
}

async function onCommand(
  parts: SlackParts,
  live: LiveForms,
  sent: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const { ack, command, client, respond, logger } = sent;
  const argument = command.text.trim().toLowerCase();
  if (argument === 'list') {
    await ack();
    return respondWithList(parts, sent);
  }
  if (argument !== '') return ack({ response_type: 'ephemeral', text: sentencesOf(parts.settings).help });
  await ack();
  try {
    await openAsk(parts, live, client, command.trigger_id, command, logger);
  } catch (error) {
    await respond({ response_type: 'ephemeral', text: logUnexpected(parts, logger, error) });
  }
}

async function onShortcut(
  parts: SlackParts,
  live: LiveForms,
  sent: (SlackShortcutMiddlewareArgs<GlobalShortcut> | SlackActionMiddlewareArgs<BlockAction>) &
    AllMiddlewareArgs,
): Promise<void> {
  await sent.ack();
  try {
    await openAsk(parts, live, sent.client, sent.body.trigger_id, sent.body, sent.logger);
  } catch (error) {
    // Slack offers no place for an answer. The user sees no form and tries again.
    logUnexpected(parts, sent.logger, error);
  }
}

/** Opens the form before it reads anything: Slack's trigger expires after three seconds. */
async function openAsk(
  parts: SlackParts,
  live: LiveForms,
  client: WebClient,
  trigger: string,
  sender: Sender,
  logger: AllMiddlewareArgs['logger'],
): Promise<void> {
  const { view } = await client.views.open({
    trigger_id: trigger,
    view: loadingView(parts.settings.language, titleOf(parts)),
  });
  await live.show(client, { id: view?.id ?? '', hash: view?.hash ?? '' }, () =>
    currentForm(parts, sender, {}).catch((error: unknown) =>
      message(parts, logUnexpected(parts, logger, error)),
    ),
  );
}

/** The form for these values, or a message that says why the sender cannot use it. */
async function currentForm(
  parts: SlackParts,
  sender: Sender,
  values: Parameters<typeof readAskForm>[0],
): Promise<ModalView> {
  const requester = await requesterOf(parts, sender);
  if ('view' in requester) return requester.view;
  return askView(await askFacts(parts, requester.principal, readAskForm(values)));
}

async function requesterOf(
  parts: SlackParts,
  sender: Sender,
): Promise<{ principal: Principal } | { view: ModalView }> {
  const clicker = await identifyClicker(parts, sender);
  if (!clicker.known)
    return {
      view: message(parts, sentencesOf(parts.settings).unknown[clicker.why], clicker.linkUrl),
    };
  const { principal } = clicker;
  return hasPermission(principal.person, 'request.create')
    ? { principal }
    : { view: message(parts, sentencesOf(parts.settings).said.onlyEngineers) };
}

/** The user changed a field: updates the preview of what will be needed. */
async function onChange(
  parts: SlackParts,
  live: LiveForms,
  { ack, body, client, logger }: SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs,
): Promise<void> {
  await ack();
  const { view } = body;
  if (view === undefined) return;
  try {
    await live.show(client, view, () => currentForm(parts, body, view.state.values));
  } catch (error) {
    // The form stays as it was. Submitting it reports what is wrong.
    logUnexpected(parts, logger, error);
  }
}

const FIELD_OF: readonly (readonly [pointer: string, field: string])[] = [
  ['/tenant', ASK.tenant],
  ['/service', ASK.service],
  ['/scope', ASK.what],
  ['/unmasked', ASK.unmasked],
  ['/duration', ASK.duration],
  ...SLACK_TEXTS.map((name) => [`/${name}`, name] as const),
  ['/justification', ASK.reason],
];

async function onSubmit(
  parts: SlackParts,
  submission: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
): Promise<void> {
  const { body, view } = submission;
  const blocks = view.blocks.map((block) => block.block_id ?? '');
  /** The `block_id` of the field for a pointer. Errors that belong to no field appear under the customer. */
  const fieldOf = (pointer: string): string => {
    const field = FIELD_OF.find(([start]) => pointer === start || pointer.startsWith(`${start}/`))?.[1];
    const block = blocks.find((id) => id === field || id.startsWith(`${field}:`));
    return block ?? (field === ASK.what ? ASK.service : ASK.tenant);
  };
  await answerSubmission(parts, submission, async () => {
    const requester = await requesterOf(parts, body);
    if ('view' in requester) return requester;
    try {
      return await submitRequest(
        parts,
        requester.principal,
        view.id,
        readAskForm(view.state.values),
        fieldOf,
      );
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      if (error.code === 'request_refused' || error.code === 'invalid_request') {
        const message = messageOf(parts.settings, error);
        return { errors: errorsOf(error, fieldOf, requestRefusalText(parts.settings.language), message) };
      }
      return { view: message(parts, sentencesOf(parts.settings).refusals[error.code]) };
    }
  });
}

/** Creates one request, however often Slack sends this form. */
async function submitRequest(
  parts: SlackParts,
  principal: Principal,
  viewId: string,
  form: ReturnType<typeof readAskForm>,
  fieldOf: (pointer: string) => string,
): Promise<SubmissionResult> {
  const { deps, settings } = parts;
  const words = wordsOf(settings).form.ask;
  const input = await askInputOf(parts, principal, form);
  if (input === null) return { errors: { [fieldOf('/tenant')]: words.chooseAll } };
  if (input.scope.length === 0) return { errors: { [fieldOf('/scope')]: words.chooseAction } };
  const sent = {
    principal: principal.person.id,
    route: 'slack ask',
    key: viewId,
    bodyHash: hexDigest(deps.hashing, JSON.stringify(input)),
  };
  const { request } = await requestAccess(deps, principal, input, { idempotency: sent });
  return {
    view: message(
      parts,
      words.sent(wordsOf(settings).state[request.state]),
      requestUrl(settings.publicUrl, request.id),
    ),
  };
}
