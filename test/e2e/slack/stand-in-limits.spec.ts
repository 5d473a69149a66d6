import { checkMessageBlocks, checkView, suggestionFaults } from '../../fakes/slack/blocks/check.js';
import { SlackError } from '../../fakes/slack/errors.js';

type Json = Record<string, unknown>;

const plain = (length: number): Json => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number): Json => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const button = (change: Json = {}, id = 'press'): Json => ({
  type: 'button',
  action_id: id,
  text: plain(3),
  ...change,
});
const actions = (...elements: Json[]): Json => ({ type: 'actions', elements });
const section = (change: Json = {}): Json => ({ type: 'section', text: mrkdwn(3), ...change });
const option = (text: number, value: number, index = 0): Json => ({
  text: plain(text),
  value: String(index).padStart(value, '0'),
});
const select = (change: Json = {}): Json => ({
  type: 'static_select',
  action_id: 'choose',
  options: [option(1, 1)],
  ...change,
});
const confirm = (title: number, text: number): Json => ({
  title: plain(title),
  text: plain(text),
  confirm: plain(1),
  deny: plain(1),
});
const input = (element: Json, change: Json = {}): Json => ({
  type: 'input',
  label: plain(3),
  element,
  ...change,
});
const typed = (change: Json = {}): Json => ({ type: 'plain_text_input', action_id: 'type', ...change });
const modal = (change: Json = {}, blocks: Json[] = [section()]): Json => ({
  type: 'modal',
  title: plain(3),
  submit: plain(2),
  blocks,
  ...change,
});

const codeOf = (check: () => void): string => {
  try {
    check();
    return 'ok';
  } catch (error) {
    if (error instanceof SlackError) return error.code;
    throw error;
  }
};
const message = (...blocks: Json[]) => codeOf(() => checkMessageBlocks(blocks));
const view = (change: Json, ...blocks: Json[]) =>
  codeOf(() => checkView(modal(change, blocks.length === 0 ? [section()] : blocks), 'modal'));

describe('the stand-in Slack keeps the limits of blocks', () => {
  test.each<[string, (size: number) => Json, number]>([
    ['text of a section', (size) => section({ text: mrkdwn(size) }), 3_000],
    ['text of a field', (size) => section({ fields: [mrkdwn(size)] }), 2_000],
    ['fields of a section', (size) => section({ fields: times(size, () => mrkdwn(1)) }), 10],
    ['a header', (size) => ({ type: 'header', text: plain(size) }), 150],
    ['elements of a context', (size) => ({ type: 'context', elements: times(size, () => mrkdwn(1)) }), 10],
    ['elements of actions', (size) => actions(...times(size, (index) => button({}, `a${index}`))), 25],
    ['words of a button', (size) => actions(button({ text: plain(size) })), 75],
    ['a button’s value', (size) => actions(button({ value: 'x'.repeat(size) })), 2_000],
    [
      'a button’s address',
      (size) => actions(button({ url: `https://x.example/${'x'.repeat(size - 18)}` })),
      3_000,
    ],
    ['an action id', (size) => actions(button({ action_id: 'x'.repeat(size) })), 255],
    ['a block id', (size) => section({ block_id: 'x'.repeat(size) }), 255],
    ['title of a question', (size) => actions(button({ confirm: confirm(size, 1) })), 100],
    ['text of a question', (size) => actions(button({ confirm: confirm(1, size) })), 300],
    ['options', (size) => actions(select({ options: times(size, (index) => option(1, 3, index)) })), 100],
    ['words of an option', (size) => actions(select({ options: [option(size, 1)] })), 75],
    ['value of an option', (size) => actions(select({ options: [option(1, size)] })), 150],
    [
      'options of an overflow menu',
      (size) =>
        actions({
          type: 'overflow',
          action_id: 'more',
          options: times(size, (index) => option(1, 1, index)),
        }),
      5,
    ],
  ])('%s', (_, make, limit) => {
    expect(message(make(limit))).toBe('ok');
    expect(message(make(limit + 1))).toBe('invalid_blocks');
  });

  test('fifty blocks a message, a hundred a view', () => {
    const dividers = (count: number) => times(count, () => ({ type: 'divider' }));
    expect(message(...dividers(50))).toBe('ok');
    expect(message(...dividers(51))).toBe('invalid_blocks');
    expect(view({}, ...dividers(100))).toBe('ok');
    expect(view({}, ...dividers(101))).toBe('invalid_arguments');
  });

  test('13 kB of blocks a message, whatever the alphabet', () => {
    expect(message(...times(4, () => section({ text: mrkdwn(3_000) })))).toBe('ok');
    expect(message(...times(5, () => section({ text: mrkdwn(3_000) })))).toBe('msg_blocks_too_long');
    const umlauts = section({ text: { type: 'plain_text', text: 'ü'.repeat(3_000) } });
    expect(message(umlauts, umlauts, umlauts)).toBe('msg_blocks_too_long');
  });

  test.each<[string, (size: number) => Json, number]>([
    ['title', (size) => ({ title: plain(size) }), 24],
    ['submit', (size) => ({ submit: plain(size) }), 24],
    ['close', (size) => ({ close: plain(size) }), 24],
    ['private_metadata', (size) => ({ private_metadata: 'x'.repeat(size) }), 3_000],
    ['callback_id', (size) => ({ callback_id: 'x'.repeat(size) }), 255],
  ])('%s of a view', (_, change, limit) => {
    expect(view(change(limit))).toBe('ok');
    expect(view(change(limit + 1))).toBe('invalid_arguments');
  });

  test('a view of more than 250 kB', () => {
    const texts = (count: number) => times(count, () => section({ text: mrkdwn(2_950) }));
    expect(view({}, ...texts(80))).toBe('ok');
    expect(view({}, ...texts(90))).toBe('view_too_large');
  });

  test.each<[string, Json[]]>([
    ['a block that Slack does not know', [{ type: 'banner', text: plain(1) }]],
    ['an element that Slack does not know', [actions({ type: 'slider', action_id: 'x' })]],
    ['a member that Slack does not know', [section({ colour: 'red' })]],
    ['a member of an element that Slack does not know', [actions(button({ colour: 'red' }))]],
    ['an element at a place that does not allow it', [actions(typed())]],
    ['an input in a message', [input(typed())]],
    ['mrkdwn where plain text belongs', [{ type: 'header', text: mrkdwn(1) }]],
    ['empty text', [section({ text: mrkdwn(0) })]],
    ['a section without text', [{ type: 'section' }]],
    ['no elements', [actions()]],
    ['a style that there is not', [actions(button({ style: 'success' }))]],
    ['an address that leads nowhere', [actions(button({ url: 'javascript:alert(1)' }))]],
    ['the same block id twice', [section({ block_id: 'a' }), section({ block_id: 'a' })]],
    ['the same action id twice in a block', [actions(button(), button())]],
    ['the same option value twice', [actions(select({ options: [option(1, 1), option(2, 1)] }))]],
    [
      'options and groups',
      [actions(select({ option_groups: [{ label: plain(1), options: [option(1, 1)] }] }))],
    ],
    ['an initial option that is not offered', [actions(select({ initial_option: option(1, 2) }))]],
  ])('%s is refused in a message', (_, blocks) => {
    expect(message(...blocks)).toBe('invalid_blocks');
  });

  test.each<[string, Json, Json[]]>([
    ['inputs without a submit button', { submit: undefined }, [input(typed())]],
    ['two elements that ask for the cursor', {}, times(2, () => input(typed({ focus_on_load: true })))],
    ['bounds that exclude each other', {}, [input(typed({ min_length: 9, max_length: 3 }))]],
    ['a beginning that is too long', {}, [input(typed({ initial_value: 'xxxx', max_length: 3 }))]],
    ['a member that Slack does not know', { colour: 'red' }, [section()]],
  ])('%s is refused in a view', (_, change, blocks) => {
    const { submit, ...rest } = modal(change, blocks);
    const checked = submit === undefined ? rest : { submit, ...rest };
    expect(codeOf(() => checkView(checked, 'modal'))).toBe('invalid_arguments');
  });

  test('the same action id in two blocks is no fault', () => {
    expect(message(actions(button()), actions(button()))).toBe('ok');
  });

  test('what is wrong is told with its place', () => {
    try {
      checkMessageBlocks([section(), section({ text: mrkdwn(3_001) })]);
      throw new Error('was taken');
    } catch (error) {
      expect((error as SlackError).faults).toEqual([
        '[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
      ]);
    }
  });

  test('a home takes no title, and what is offered to someone who types keeps the limits too', () => {
    expect(codeOf(() => checkView({ type: 'home', blocks: [section()] }, 'home'))).toBe('ok');
    expect(codeOf(() => checkView({ ...modal(), type: 'home' }, 'home'))).toBe('invalid_arguments');
    expect(suggestionFaults({ options: [option(75, 150)] })).toEqual([]);
    expect(suggestionFaults({ options: [option(76, 150)] })).toHaveLength(1);
    expect(suggestionFaults({})).toHaveLength(1);
  });
});
