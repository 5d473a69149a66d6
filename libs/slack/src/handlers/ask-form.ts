import {
  type AccessRequestInput,
  getService,
  hexDigest,
  listServices,
  organisationNames,
  type Principal,
  previewRequest,
  requestLimits,
} from '@countersign/access';
import { type Hashing, hiddenFields } from '@countersign/contract';
import {
  hiddenFieldsText,
  listOfferings,
  SLACK_TEXTS,
  type StatedTexts,
  tickedScope,
  tickOf,
  typedTexts,
} from '@countersign/wording';
import type { AllMiddlewareArgs, App, SlackOptionsMiddlewareArgs, ViewStateValue } from '@slack/bolt';
import type { PlainTextOption } from '@slack/types';
import type { SlackParts } from '../config.js';
import { ASK, type AskFacts, IN_FULL, namedOption, offeringOption } from '../messages/ask-view.js';
import { LIMITS } from '../messages/limits.js';
import { identifyClicker } from './press.js';
import { logUnexpected } from './submit.js';

type Values = Record<string, Record<string, ViewStateValue>>;

/** The current values of the form. */
export interface AskForm {
  tenant: string | null;
  service: string | null;
  /** Values of the selected options. */
  what: readonly string[];
  objects: string;
  /** Asks that hidden fields are shown in full. */
  unmasked: boolean;
  seconds: number | null;
  texts: StatedTexts;
  reason: string;
}

/** Finds a field. The `block_id` of some fields has a suffix that their options depend on: `what:billing`. */
const fieldValue = (values: Values, field: string): ViewStateValue | undefined => {
  const block = Object.keys(values).find((id) => id === field || id.startsWith(`${field}:`));
  return block === undefined ? undefined : values[block]?.[field];
};

export function readAskForm(values: Values): AskForm {
  const chosen = (field: string) => fieldValue(values, field)?.selected_option?.value ?? null;
  const typed = (field: string) => fieldValue(values, field)?.value ?? '';
  const duration = Number(chosen(ASK.duration));
  return {
    tenant: chosen(ASK.tenant),
    service: chosen(ASK.service),
    what: fieldValue(values, ASK.what)?.selected_options?.map(({ value }) => value) ?? [],
    objects: typed(ASK.objects),
    unmasked: chosen(ASK.unmasked) === IN_FULL,
    seconds: Number.isSafeInteger(duration) && duration > 0 ? duration : null,
    texts: typedTexts(Object.fromEntries(SLACK_TEXTS.map((name) => [name, typed(name)]))),
    reason: typed(ASK.reason),
  };
}

/** The option value of an offering: its text, or its hash if the text is too long for Slack. */
export const offeringValue =
  (hashing: Hashing) =>
  (tick: string): string =>
    tick.length <= LIMITS.option.value ? tick : `#${hexDigest(hashing, tick)}`;

/** Builds the request input from the form; null while customer, service or time are missing. */
export async function askInputOf(
  { deps }: SlackParts,
  principal: Principal,
  form: AskForm,
): Promise<AccessRequestInput | null> {
  const { tenant, service, seconds } = form;
  if (tenant === null || service === null || seconds === null) return null;
  const { definition } = await getService(deps, principal, service);
  const keyOf = offeringValue(deps.hashing);
  const ticked = listOfferings(definition)
    .map(tickOf)
    .filter((tick) => form.what.includes(keyOf(tick)));
  return {
    tenant,
    service,
    scope: tickedScope({ ticked, objects: form.objects }),
    seconds,
    justification: form.reason,
    ticket: null,
    ...form.texts,
    ...(form.unmasked && { unmasked: true as const }),
  };
}

/** The facts that the form shows for its current values. The same evaluator later decides on the request itself. */
export async function askFacts(parts: SlackParts, principal: Principal, form: AskForm): Promise<AskFacts> {
  const { deps } = parts;
  const services = await listServices(deps, principal);
  const [first, ...others] = services.map(({ definition }) => definition.name);
  const only = first !== undefined && others.length === 0 ? first : null;
  const service = form.service ?? only;
  const input = await askInputOf(parts, principal, { ...form, service });
  const limits = await requestLimits(deps, principal, {
    tenant: form.tenant,
    service: service ?? '',
    scope: input?.scope ?? [],
  });
  const isWhole = input !== null && input.scope.length > 0;
  const chosen = services.find(({ definition }) => definition.name === service);
  const fields = hiddenFields(chosen?.definition.routes ?? [], input?.scope ?? []);
  const { language } = parts.settings;
  return {
    service,
    only,
    longest: limits.seconds,
    ticketRequired: limits.ticketRequired,
    hidden: hiddenFieldsText(fields, {}, language),
    shown: form.unmasked && fields.length > 0 ? hiddenFieldsText(fields, { unmasked: true }, language) : null,
    evaluation: isWhole ? await preview(parts, principal, input) : null,
    language,
  };
}

/** Previews the request. Ignores a missing reason: the form itself requires one. */
async function preview({ deps }: SlackParts, principal: Principal, input: AccessRequestInput) {
  const evaluation = await previewRequest(deps, principal, input);
  if (input.justification.trim() !== '') return evaluation;
  return {
    ...evaluation,
    refusals: evaluation.refusals.filter(({ code }) => code !== 'justification_required'),
  };
}

type OptionsQuery = SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs;
type Search = (query: OptionsQuery) => Promise<PlainTextOption[]>;

/** Answers searches for customers, services and offerings with those that the reader may see. Unknown users get none. */
export function listenForOptions(app: App, parts: SlackParts): void {
  const searches: Readonly<Record<string, Search>> = {
    [ASK.tenant]: (query) => tenants(parts, query),
    [ASK.service]: (query) => services(parts, query),
    [ASK.what]: (query) => offerings(parts, query),
  };
  for (const [field, search] of Object.entries(searches))
    app.options<'block_suggestion'>({ type: 'block_suggestion', action_id: field }, async (query) => {
      const options = await search(query).catch((error: unknown) => {
        logUnexpected(parts, query.logger, error);
        return [];
      });
      const typed = query.options.value.trim().toLowerCase();
      const fitting = options.filter(({ text, value }) =>
        `${text.text} ${value}`.toLowerCase().includes(typed),
      );
      await query.ack({ options: fitting.slice(0, LIMITS.options) });
    });
}

async function tenants(parts: SlackParts, { body }: OptionsQuery): Promise<PlainTextOption[]> {
  const clicker = await identifyClicker(parts, body);
  if (!clicker.known || clicker.principal.person.tenant !== null) return [];
  const { tenants: known } = await organisationNames(parts.deps, clicker.principal);
  return known.map(({ slug, name }) => namedOption(slug, name));
}

async function services(parts: SlackParts, { body }: OptionsQuery): Promise<PlainTextOption[]> {
  const clicker = await identifyClicker(parts, body);
  if (!clicker.known) return [];
  const known = await listServices(parts.deps, clicker.principal);
  return known.map(({ definition }) => namedOption(definition.name));
}

async function offerings(parts: SlackParts, { body }: OptionsQuery): Promise<PlainTextOption[]> {
  const clicker = await identifyClicker(parts, body);
  if (!clicker.known) return [];
  const name = body.block_id.slice(ASK.what.length + 1);
  const known = await listServices(parts.deps, clicker.principal);
  const service = known.find(({ definition }) => definition.name === name);
  if (service === undefined) return [];
  const keyOf = offeringValue(parts.deps.hashing);
  return listOfferings(service.definition).map((offering) =>
    offeringOption(offering, parts.settings.language, keyOf),
  );
}
