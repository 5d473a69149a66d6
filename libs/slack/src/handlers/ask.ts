import { AccessError, hasPermission, hexDigest, type Principal, requestAccess } from '@countersign/access';
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
import { ASK, askView, TITLE } from '../messages/ask-view.js';
import { loadingView, sayingView } from '../messages/modals.js';
import { requestUrl } from '../messages/request-card.js';
import { STANDING, TEXTS } from '../messages/words.js';
import { askFacts, askInputOf, readAskForm } from './ask-form.js';
import { tellList } from './list.js';
import { LiveViews } from './live-views.js';
import { whoPressed } from './press.js';
import { HELP, REFUSALS, SENTENCES, STRANGERS } from './sentences.js';
import { errorsOf, type Sent, submitting, unexpected } from './submit.js';

type Sender = Parameters<typeof whoPressed>[1];

/** Asking: the command, the shortcut, the button of App Home, and the form that they open. */
export function listenForAsks(app: App, parts: SlackParts): void {
  const live = new LiveViews();
  app.command(COMMAND, (sent) => onCommand(parts, live, sent));
  app.shortcut<GlobalShortcut>({ type: 'shortcut', callback_id: SHORTCUT }, (sent) =>
    onShortcut(parts, live, sent),
  );
  app.action<BlockAction>(ACTIONS.ask, (pressed) => onShortcut(parts, live, pressed));
  for (const field of [ASK.tenant, ASK.service, ASK.what, ASK.duration])
    app.action<BlockAction>(field, (changed) => onChange(parts, live, changed));
  app.view<ViewSubmitAction>(FORMS.ask, (submission) => onSubmit(parts, submission));
}

async function onCommand(
  parts: SlackParts,
  live: LiveViews,
  sent: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const { ack, command, client, respond, logger } = sent;
  const word = command.text.trim().toLowerCase();
  if (word === 'list') {
    await ack();
    return tellList(parts, sent);
  }
  if (word !== '') return ack({ response_type: 'ephemeral', text: HELP });
  await ack();
  try {
    await openAsk(parts, live, client, command.trigger_id, command, logger);
  } catch (error) {
    await respond({ response_type: 'ephemeral', text: unexpected(parts, logger, error) });
  }
}

async function onShortcut(
  parts: SlackParts,
  live: LiveViews,
  sent: (SlackShortcutMiddlewareArgs<GlobalShortcut> | SlackActionMiddlewareArgs<BlockAction>) &
    AllMiddlewareArgs,
): Promise<void> {
  await sent.ack();
  try {
    await openAsk(parts, live, sent.client, sent.body.trigger_id, sent.body, sent.logger);
  } catch (error) {
    // Slack has no place to answer in; whoever pressed sees no form and presses again.
    unexpected(parts, sent.logger, error);
  }
}

/** Opens at once, before anything is looked up: Slack's trigger lives for three seconds. */
async function openAsk(
  parts: SlackParts,
  live: LiveViews,
  client: WebClient,
  trigger: string,
  sender: Sender,
  logger: AllMiddlewareArgs['logger'],
): Promise<void> {
  const { view } = await client.views.open({ trigger_id: trigger, view: loadingView(TITLE) });
  await live.show(client, { id: view?.id ?? '', hash: view?.hash ?? '' }, () =>
    formNow(parts, sender, {}).catch((error: unknown) => sayingView(TITLE, unexpected(parts, logger, error))),
  );
}

/** The form for what is chosen in it, or what stands in its way. */
async function formNow(
  parts: SlackParts,
  sender: Sender,
  values: Parameters<typeof readAskForm>[0],
): Promise<ModalView> {
  const asker = await askerOf(parts, sender);
  if ('view' in asker) return asker.view;
  return askView(await askFacts(parts, asker.principal, readAskForm(values)));
}

async function askerOf(
  parts: SlackParts,
  sender: Sender,
): Promise<{ principal: Principal } | { view: ModalView }> {
  const clicker = await whoPressed(parts, sender);
  if (!clicker.known)
    return {
      view: sayingView(TITLE, STRANGERS[clicker.why], { url: clicker.linkUrl, words: TEXTS.openInBrowser }),
    };
  const { principal } = clicker;
  return hasPermission(principal.person, 'request.create')
    ? { principal }
    : { view: sayingView(TITLE, SENTENCES.onlyEngineers) };
}

/** Something was chosen: the line that says what will be needed follows it. */
async function onChange(
  parts: SlackParts,
  live: LiveViews,
  { ack, body, client, logger }: SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs,
): Promise<void> {
  await ack();
  const { view } = body;
  if (view === undefined) return;
  try {
    await live.show(client, view, () => formNow(parts, body, view.state.values));
  } catch (error) {
    // The form stays as it was; sending it says what is wrong.
    unexpected(parts, logger, error);
  }
}

const FIELD_OF: readonly (readonly [pointer: string, field: string])[] = [
  ['/tenant', ASK.tenant],
  ['/service', ASK.service],
  ['/scope', ASK.what],
  ['/duration', ASK.duration],
  ['/ticket', ASK.ticket],
  ['/justification', ASK.reason],
];

async function onSubmit(
  parts: SlackParts,
  submission: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs,
): Promise<void> {
  const { body, view } = submission;
  const blocks = view.blocks.map((block) => block.block_id ?? '');
  /** Under the field, as its block is named now; what belongs to none stands under the customer. */
  const fieldOf = (pointer: string): string => {
    const field = FIELD_OF.find(([start]) => pointer === start || pointer.startsWith(`${start}/`))?.[1];
    const block = blocks.find((id) => id === field || id.startsWith(`${field}:`));
    return block ?? (field === ASK.what ? ASK.service : ASK.tenant);
  };
  await submitting(parts, submission, async () => {
    const asker = await askerOf(parts, body);
    if ('view' in asker) return asker;
    try {
      return await ask(parts, asker.principal, view.id, readAskForm(view.state.values), fieldOf);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      if (error.code === 'request_refused' || error.code === 'invalid_request')
        return { errors: errorsOf(error, fieldOf) };
      return { view: sayingView(TITLE, REFUSALS[error.code]) };
    }
  });
}

/** Asks once, however often Slack sends this form. */
async function ask(
  parts: SlackParts,
  principal: Principal,
  viewId: string,
  form: ReturnType<typeof readAskForm>,
  fieldOf: (pointer: string) => string,
): Promise<Sent> {
  const { deps, settings } = parts;
  const input = await askInputOf(parts, principal, form);
  if (input === null)
    return { errors: { [fieldOf('/tenant')]: 'Choose a customer, a data service and a time.' } };
  if (input.scope.length === 0)
    return { errors: { [fieldOf('/scope')]: 'Choose at least one thing to do.' } };
  const sent = {
    principal: principal.person.id,
    route: 'slack ask',
    key: viewId,
    bodyHash: hexDigest(deps.hashing, JSON.stringify(input)),
  };
  const { request } = await requestAccess(deps, principal, input, { idempotency: sent });
  return {
    view: sayingView(
      TITLE,
      `You have asked. ${STANDING[request.state]} You are told here what comes of it.`,
      {
        url: requestUrl(settings.publicUrl, request.id),
        words: TEXTS.openInBrowser,
      },
    ),
  };
}
