import {
  confirm,
  initialAmongOptions,
  option,
  optionGroups,
  options,
  overflowOption,
  plain,
  richOption,
  style,
} from './objects.js';
import {
  all,
  fault,
  flag,
  isRecord,
  list,
  object,
  oneOf,
  pattern,
  type Rule,
  type Shape,
  string,
  url,
  whole,
} from './rules.js';

const ID_LIMIT = 255;
const INPUT_LIMIT = 3_000;
const LATEST = 9_999_999_999;

/** Where an element may stand. */
export type Place = 'accessory' | 'actions' | 'input' | 'context';

export interface ElementKind {
  places: readonly Place[];
  rule: Rule;
  /** Stands in a modal alone. */
  modalOnly?: boolean;
}

const actionId: Rule = (value, pointer, walk) => {
  string(ID_LIMIT)(value, pointer, walk);
  if (walk.actionIds.has(String(value)))
    fault(walk, pointer, `action_id ${value} already exists in the block`);
  walk.actionIds.add(String(value));
};

const focus: Rule = (value, pointer, walk) => {
  flag(value, pointer, walk);
  if (value === true) walk.focused += 1;
  if (walk.focused > 1) fault(walk, pointer, 'only one element may be focused on load');
};

/** Stricter than Slack, which makes up an id: our handlers are found by it. */
const acting: Shape = { action_id: actionId };
const asking: Shape = { 'confirm?': confirm };
const hinted: Shape = { 'placeholder?': plain(150) };
const focusing: Shape = { 'focus_on_load?': focus };
const dispatching: Shape = {
  'dispatch_action_config?': object({
    trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 1, 2),
  }),
};
const chooser: Shape = { ...acting, ...asking, ...hinted, ...focusing };
const several: Shape = { 'max_selected_items?': whole(1, 100) };

const shape = (type: string, ...parts: readonly Shape[]): Rule =>
  object(Object.assign({ type: oneOf(type) }, ...parts));

const fixedChoice = (type: string, ...parts: readonly Shape[]): Rule =>
  all(
    shape(type, chooser, { 'options?': options(option, 100), 'option_groups?': optionGroups }, ...parts),
    initialAmongOptions,
    (value, pointer, walk) => {
      if (isRecord(value) && (value['options'] === undefined) === (value['option_groups'] === undefined))
        fault(walk, pointer, 'must have either options or option_groups');
    },
  );

const textBounds: Rule = (value, pointer, walk) => {
  if (!isRecord(value)) return;
  const { min_length: min = 0, max_length: max = INPUT_LIMIT, initial_value: initial } = value;
  if (Number(min) > Number(max)) fault(walk, `${pointer}/min_length`, 'must not exceed max_length');
  if (typeof initial === 'string' && (initial.length > Number(max) || initial.length < Number(min)))
    fault(walk, `${pointer}/initial_value`, 'must keep within min_length and max_length');
};

const everywhere: readonly Place[] = ['accessory', 'actions', 'input'];
const pressed: readonly Place[] = ['accessory', 'actions'];

/** Slack's elements, each with its limits. What is not here is refused. */
export const ELEMENTS: Record<string, ElementKind> = {
  button: {
    places: pressed,
    rule: shape('button', acting, asking, {
      text: plain(75),
      'value?': string(2_000),
      'url?': url(3_000),
      'style?': style,
      'accessibility_label?': string(75),
    }),
  },
  overflow: {
    places: pressed,
    rule: shape('overflow', acting, asking, { options: options(overflowOption, 5) }),
  },
  checkboxes: {
    places: everywhere,
    rule: all(
      shape('checkboxes', acting, asking, focusing, {
        options: options(richOption, 10),
        'initial_options?': list(richOption, 1, 10),
      }),
      initialAmongOptions,
    ),
  },
  radio_buttons: {
    places: everywhere,
    rule: all(
      shape('radio_buttons', acting, asking, focusing, {
        options: options(richOption, 10),
        'initial_option?': richOption,
      }),
      initialAmongOptions,
    ),
  },
  static_select: { places: everywhere, rule: fixedChoice('static_select', { 'initial_option?': option }) },
  multi_static_select: {
    places: ['accessory', 'input'],
    rule: fixedChoice('multi_static_select', several, { 'initial_options?': list(option, 1, 100) }),
  },
  external_select: {
    places: everywhere,
    rule: shape('external_select', chooser, {
      'min_query_length?': whole(0, 100),
      'initial_option?': option,
    }),
  },
  multi_external_select: {
    places: ['accessory', 'input'],
    rule: shape('multi_external_select', chooser, several, {
      'min_query_length?': whole(0, 100),
      'initial_options?': list(option, 1, 100),
    }),
  },
  users_select: { places: everywhere, rule: shape('users_select', chooser, { 'initial_user?': string(32) }) },
  conversations_select: {
    places: everywhere,
    rule: shape('conversations_select', chooser, {
      'initial_conversation?': string(32),
      'default_to_current_conversation?': flag,
    }),
  },
  datepicker: {
    places: everywhere,
    rule: shape('datepicker', chooser, { 'initial_date?': pattern(/^\d{4}-\d\d-\d\d$/, 'a date') }),
  },
  timepicker: {
    places: everywhere,
    rule: shape('timepicker', chooser, {
      'initial_time?': pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day'),
      'timezone?': string(100),
    }),
  },
  datetimepicker: {
    places: ['actions', 'input'],
    rule: shape('datetimepicker', acting, asking, focusing, {
      'initial_date_time?': whole(1_000_000_000, LATEST),
    }),
  },
  plain_text_input: {
    places: ['input'],
    rule: all(
      shape('plain_text_input', acting, hinted, focusing, dispatching, {
        'initial_value?': string(INPUT_LIMIT, 0),
        'multiline?': flag,
        'min_length?': whole(0, INPUT_LIMIT),
        'max_length?': whole(1, INPUT_LIMIT),
      }),
      textBounds,
    ),
  },
  number_input: {
    places: ['input'],
    modalOnly: true,
    rule: shape('number_input', acting, hinted, focusing, dispatching, {
      is_decimal_allowed: flag,
      'initial_value?': string(100),
      'min_value?': string(100),
      'max_value?': string(100),
    }),
  },
  email_text_input: {
    places: ['input'],
    modalOnly: true,
    rule: shape('email_text_input', acting, hinted, focusing, dispatching, { 'initial_value?': string(254) }),
  },
  url_text_input: {
    places: ['input'],
    modalOnly: true,
    rule: shape('url_text_input', acting, hinted, focusing, dispatching, { 'initial_value?': url(3_000) }),
  },
  image: {
    places: ['accessory', 'context'],
    rule: shape('image', { image_url: url(3_000), alt_text: string(2_000) }),
  },
};

/** An element that may stand at this place. */
export const element =
  (place: Place): Rule =>
  (value, pointer, walk) => {
    if (!isRecord(value)) return fault(walk, pointer, 'must be an object');
    const type = String(value['type']);
    const kind = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
    if (kind?.places.includes(place) !== true)
      return fault(walk, pointer, `unsupported type of ${place} element: ${type}`);
    if (kind.modalOnly && walk.surface !== 'modal') fault(walk, pointer, `${type} stands in a modal alone`);
    kind.rule(value, pointer, walk);
  };
