import { isRecord } from './blocks/rules.js';
import type { Json } from './messages.js';

/** An element with the block that holds it. */
export interface Placed {
  block: Json;
  blockId: string;
  element: Json;
}

/** Every element that someone can press, choose from or type into. */
export function elementsOf(blocks: readonly Json[]): Placed[] {
  return blocks.flatMap((block, index) =>
    [block['element'], block['accessory'], ...((block['elements'] as unknown[] | undefined) ?? [])]
      .filter(isRecord)
      .filter(({ action_id }) => action_id !== undefined)
      .map((element) => ({ block, element, blockId: String(block['block_id'] ?? `b${index}`) })),
  );
}

/** Blocks as Slack keeps them: one without an id has been given one. */
export const withBlockIds = (blocks: readonly Json[]): Json[] =>
  blocks.map((block, index) => ({ ...block, block_id: block['block_id'] ?? `b${index}` }));

const plainOf = (object: unknown): string => (isRecord(object) ? String(object['text']) : '');

/** The words on an element: a button's own, a field's label. */
const wordsOn = ({ block, element }: Placed): string[] => [
  plainOf(element['text']),
  plainOf(block['label']),
  plainOf(element['placeholder']),
];

/**
 * The element that is called so: by its action, its block, or the words on it.
 * @throws Error if there is none; it names those that exist
 */
export function find(blocks: readonly Json[], name: string): Placed {
  const all = elementsOf(blocks);
  const found =
    all.find(({ element }) => element['action_id'] === name) ??
    all.find(({ blockId }) => blockId === name) ??
    all.find((placed) => wordsOn(placed).includes(name));
  if (found !== undefined) return found;
  const there = all.map((placed) => `${placed.element['action_id']} (${wordsOn(placed).join('').trim()})`);
  throw new Error(`nothing is called ${name}; there are: ${there.join(', ')}`);
}

const TYPED = new Set(['plain_text_input', 'number_input', 'email_text_input', 'url_text_input']);

/** The value of a field before anybody touched it; undefined for what holds none. */
function untouched(element: Json): Json | undefined {
  const type = String(element['type']);
  if (TYPED.has(type)) return { type, value: element['initial_value'] ?? null };
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: element['initial_option'] ?? null };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: element['initial_options'] ?? [] };
    case 'datepicker':
      return { type, selected_date: element['initial_date'] ?? null };
    case 'timepicker':
      return { type, selected_time: element['initial_time'] ?? null };
    case 'datetimepicker':
      return { type, selected_date_time: element['initial_date_time'] ?? null };
    case 'users_select':
      return { type, selected_user: element['initial_user'] ?? null };
    case 'conversations_select':
      return { type, selected_conversation: element['initial_conversation'] ?? null };
    default:
      return undefined;
  }
}

export type Values = Record<string, Record<string, unknown>>;

/** `state.values` of blocks: every field, as typed or chosen, else as it was at first. */
export function stateValues(blocks: readonly Json[], touched: Values): Values {
  const values: Values = {};
  for (const { blockId, element } of elementsOf(blocks)) {
    const action = String(element['action_id']);
    const value = touched[blockId]?.[action] ?? untouched(element);
    if (value !== undefined) values[blockId] = { ...values[blockId], [action]: value };
  }
  return values;
}

/**
 * What someone's answer is in a field.
 * @param options what an external select offered
 * @throws Error if it cannot be given: no such option, too long
 */
export function valueFor(
  element: Json,
  answer: string | readonly string[],
  options: readonly Json[] = [],
): Json {
  const type = String(element['type']);
  const one = String(answer);
  if (TYPED.has(type)) {
    const { max_length: max = 3_000, min_length: min = 0 } = element;
    if (one.length > Number(max) || (one !== '' && one.length < Number(min)))
      throw new Error(`${element['action_id']} takes ${min} to ${max} characters`);
    return { type, value: one === '' ? null : one };
  }
  const groups = ((element['option_groups'] as Json[] | undefined) ?? []).flatMap(
    (group) => group['options'],
  );
  const offered = [element['options'] ?? [], groups, options].flat() as Json[];
  const choose = (name: string): Json => {
    const found = offered.find(({ text, value }) => value === name || plainOf(text) === name);
    if (found !== undefined) return found;
    throw new Error(
      `${element['action_id']} has no ${name}; there are: ${offered.map(({ text }) => plainOf(text))}`,
    );
  };
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
    case 'overflow':
      return { type, selected_option: choose(one) };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: [answer].flat().map(choose) };
    case 'datepicker':
      return { type, selected_date: one };
    case 'timepicker':
      return { type, selected_time: one };
    case 'datetimepicker':
      return { type, selected_date_time: Number(one) };
    case 'users_select':
      return { type, selected_user: one };
    case 'conversations_select':
      return { type, selected_conversation: one };
    default:
      throw new Error(`nothing is typed into or chosen from a ${type}`);
  }
}

/** Whether nothing was given. */
export function isEmpty(value: unknown): boolean {
  if (!isRecord(value)) return true;
  const { type: _, ...rest } = value;
  return Object.values(rest).every((each) => each === null || (Array.isArray(each) && each.length === 0));
}
