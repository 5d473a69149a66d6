import { ContractError, readStrictForm, readStrictJson, readStrictJsonText } from '@countersign/contract';
import { z } from 'zod';

/** A request's body, as Bolt hands it to listeners. */
export type Payload = Record<string, unknown>;

/** The body has no payload that we understand. The message names the place and the rule, never the value. */
export class PayloadError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'PayloadError';
  }
}

const FORM = 'application/x-www-form-urlencoded';

/**
 * Reads the payload of a body that Slack signed: JSON, a form with JSON in `payload`, or a form (commands). Bolt reads it
 * too, but puts U+FFFD for bytes that are not UTF-8, and takes the last of two members of one name.
 *
 * @throws PayloadError
 */
export function readPayload(body: Uint8Array, contentType: string | undefined): Payload {
  const value = contentType === FORM ? formPayload(body) : strictly(() => readStrictJson(body));
  requirePayload(value);
  return value;
}

function formPayload(body: Uint8Array): unknown {
  const fields = strictly(() => readStrictForm(body));
  const { payload } = fields;
  return payload === undefined ? { ...fields } : strictly(() => readStrictJsonText(String(payload)));
}

function strictly<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ContractError) throw new PayloadError(error.message);
    throw error;
  }
}

/**
 * Checks the parts of a payload that Bolt or a listener uses: neither looks whether a part is null before it reads its
 * members. Members that neither uses may have any value.
 *
 * @throws PayloadError
 */
export function requirePayload(payload: unknown): asserts payload is Payload {
  const read = schemaOf(payload).safeParse(payload);
  if (read.success) return;
  const [issue] = read.error.issues;
  throw new PayloadError(`/${issue?.path.map(String).join('/') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

const text = z.string();
const named = z.looseObject({ id: text });
/** Bolt would take a payload with such a member for another kind. */
const absent = z.undefined().optional();

/** The parts that say where an interaction comes from. `team` is null for an installation on a whole Grid. */
const sender = {
  user: named.extend({ team_id: text.nullish() }),
  team: named.extend({ enterprise_id: text.nullish() }).nullish(),
  enterprise: named.nullish(),
  is_enterprise_install: z.boolean().optional(),
  channel: named.optional(),
  ...{ event: absent, command: absent, name: absent },
};

const option = z.looseObject({ value: text });
const fieldState = z.looseObject({
  value: text.nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
});
const state = z.looseObject({ values: z.record(text, z.record(text, fieldState)) });

const shownView = z.looseObject({
  id: text,
  type: text,
  hash: text.optional(),
  state: state.optional(),
  app_installed_team_id: text.nullish(),
});
const submittedView = shownView.extend({
  callback_id: text,
  title: z.looseObject({ text }),
  private_metadata: text,
  blocks: z.array(z.looseObject({ block_id: text.optional() })),
  state,
});

const action = z.looseObject({ type: text, action_id: text, block_id: text, value: text.nullish() });

/** Interactions, by `type`. */
const INTERACTIONS: Readonly<Record<string, z.ZodType>> = {
  block_actions: z.looseObject({
    ...sender,
    trigger_id: text,
    actions: z.array(action).min(1),
    view: shownView.optional(),
    message: z.looseObject({ ts: text }).optional(),
    response_url: text.optional(),
  }),
  block_suggestion: z.looseObject({ ...sender, action_id: text, block_id: text, value: text }),
  shortcut: z.looseObject({ ...sender, callback_id: text, trigger_id: text }),
  message_action: z.looseObject({ ...sender, callback_id: text, trigger_id: text }),
  view_submission: z.looseObject({
    ...{ ...sender, view: submittedView },
    response_urls: z.array(z.looseObject({ response_url: text })).optional(),
  }),
  view_closed: z.looseObject({ ...sender, view: submittedView }),
};

const authorization = z.looseObject({
  team_id: text.nullable(),
  enterprise_id: text.nullable(),
  is_enterprise_install: z.boolean().optional(),
});
const eventParts = z.looseObject({
  type: text,
  channel: z.union([text, z.looseObject({ creator: text.optional() })]).optional(),
  item: z.looseObject({}).optional(),
  user: z.union([text, named]).optional(),
  subteam: z.looseObject({}).optional(),
});
const events = z.looseObject({
  type: z.literal('event_callback'),
  event_id: text,
  event_time: z.number(),
  team_id: text.nullish(),
  enterprise_id: text.nullish(),
  authorizations: z.array(authorization).optional(),
});

/** Events that we act on. Any other event is only acknowledged. */
const EVENTS: Readonly<Record<string, z.ZodType>> = {
  app_home_opened: eventParts.extend({ user: text, tab: text }),
  tokens_revoked: eventParts.extend({ tokens: z.looseObject({ bot: z.array(text).nullish() }) }),
};

/** A command is a form without `payload`. */
const command = z.looseObject({
  command: text,
  text,
  user_id: text,
  team_id: text.optional(),
  enterprise_id: text.optional(),
  is_enterprise_install: z.enum(['true', 'false']).optional(),
  channel_id: text.optional(),
  trigger_id: text,
  response_url: text,
});

const neither = z.never({ error: 'is no payload that this app understands' });

function schemaOf(payload: unknown): z.ZodType {
  const members: Payload = typeof payload === 'object' && payload !== null ? { ...payload } : {};
  const type = typeof members['type'] === 'string' ? members['type'] : '';
  if (type === 'event_callback') {
    const { event } = members;
    const kind = typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : '';
    return events.extend({ event: (Object.hasOwn(EVENTS, kind) && EVENTS[kind]) || eventParts });
  }
  if (type === '') return command;
  return (Object.hasOwn(INTERACTIONS, type) && INTERACTIONS[type]) || neither;
}
