import { all, fault, flag, isRecord, list, object, oneOf, type Rule, string, typed, url } from './rules.js';

const TEXT_LIMIT = 3_000;

/** `plain_text` alone. */
export const plain = (max: number): Rule =>
  typed({ plain_text: object({ type: oneOf('plain_text'), text: string(max), 'emoji?': flag }) }, 'text');

/** `plain_text` or `mrkdwn`. */
export const text = (max: number = TEXT_LIMIT): Rule =>
  typed(
    {
      plain_text: object({ type: oneOf('plain_text'), text: string(max), 'emoji?': flag }),
      mrkdwn: object({ type: oneOf('mrkdwn'), text: string(max), 'verbatim?': flag }),
    },
    'text',
  );

export const style = oneOf('primary', 'danger');

export const confirm: Rule = object({
  title: plain(100),
  text: text(300),
  confirm: plain(30),
  deny: plain(30),
  'style?': style,
});

const optionWith = (label: Rule): Rule =>
  object({ text: label, value: string(150), 'description?': plain(75) });

export const option = optionWith(plain(75));
export const richOption = optionWith(text(75));
export const overflowOption = object({
  text: plain(75),
  value: string(150),
  'description?': plain(75),
  'url?': url(3_000),
});

const valuesOf = (options: unknown): string[] =>
  Array.isArray(options) ? options.filter(isRecord).map(({ value }) => String(value)) : [];

/** Options whose values differ from one another. */
export const options = (of: Rule, max: number): Rule =>
  all(list(of, 1, max), (value, pointer, walk) => {
    const values = valuesOf(value);
    if (new Set(values).size < values.length) fault(walk, pointer, 'values must be unique');
  });

export const optionGroups: Rule = list(object({ label: plain(75), options: options(option, 100) }), 1, 100);

/** What is chosen at first must be among what can be chosen, member by member. */
export const initialAmongOptions: Rule = (value, pointer, walk) => {
  if (!isRecord(value)) return;
  const groups = Array.isArray(value['option_groups']) ? value['option_groups'].filter(isRecord) : [];
  const offered = [value['options'], ...groups.map((group) => group['options'])].flat();
  const known = new Set(offered.map((each) => JSON.stringify(each)));
  const chosen = [value['initial_option'], value['initial_options']]
    .flat()
    .filter((each) => each !== undefined);
  for (const each of chosen) {
    if (!known.has(JSON.stringify(each))) fault(walk, pointer, 'the initial option is not among the options');
  }
};
