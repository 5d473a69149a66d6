/** One thing that is wrong, and where: `/blocks/0/text/text`. */
export interface Fault {
  pointer: string;
  message: string;
}

/** What a payload is checked for, and what the checks have to remember on their way through it. */
export interface Walk {
  readonly surface: 'message' | 'modal' | 'home';
  readonly faults: Fault[];
  readonly blockIds: Set<string>;
  /** Those of the block that is being read. */
  actionIds: Set<string>;
  /** Elements that ask for the cursor; a view may have one. */
  focused: number;
}

/** Looks at one value and notes every fault that it has. */
export type Rule = (value: unknown, pointer: string, walk: Walk) => void;

/** Members by name; a name that ends in `?` may be absent. Any other member is a fault. */
export type Shape = Record<string, Rule>;

export const fault = (walk: Walk, pointer: string, message: string): void =>
  void walk.faults.push({ pointer, message });

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string of `min` to `max` UTF-16 units. */
export const string =
  (max: number, min = 1): Rule =>
  (value, pointer, walk) => {
    if (typeof value !== 'string') return fault(walk, pointer, 'must be a string');
    if (value.length < min)
      fault(walk, pointer, min === 1 ? 'must not be empty' : `must be at least ${min} characters`);
    if (value.length > max) fault(walk, pointer, `must be less than ${max + 1} characters`);
  };

export const flag: Rule = (value, pointer, walk) => {
  if (typeof value !== 'boolean') fault(walk, pointer, 'must be a boolean');
};

/** A whole number within the bounds. */
export const whole =
  (min: number, max: number): Rule =>
  (value, pointer, walk) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      fault(walk, pointer, `must be a whole number from ${min} to ${max}`);
  };

export const oneOf =
  (...allowed: readonly unknown[]): Rule =>
  (value, pointer, walk) => {
    if (!allowed.includes(value)) fault(walk, pointer, `must be one of: ${allowed.join(', ')}`);
  };

export const pattern =
  (expected: RegExp, what: string): Rule =>
  (value, pointer, walk) => {
    if (typeof value !== 'string' || !expected.test(value)) fault(walk, pointer, `must be ${what}`);
  };

/** An address that a browser opens. */
export const url =
  (max: number): Rule =>
  (value, pointer, walk) => {
    string(max)(value, pointer, walk);
    if (typeof value !== 'string') return;
    const { protocol } = URL.canParse(value) ? new URL(value) : { protocol: '' };
    if (protocol !== 'http:' && protocol !== 'https:') fault(walk, pointer, 'must be a valid URL');
  };

export const list =
  (of: Rule, min: number, max: number): Rule =>
  (value, pointer, walk) => {
    if (!Array.isArray(value)) return fault(walk, pointer, 'must be an array');
    if (value.length < min) fault(walk, pointer, `must contain at least ${min} items`);
    if (value.length > max) fault(walk, pointer, `no more than ${max} items allowed`);
    for (const [index, item] of value.entries()) of(item, `${pointer}/${index}`, walk);
  };

/** An object with these members and no others. */
export const object =
  (shape: Shape): Rule =>
  (value, pointer, walk) => {
    if (!isRecord(value)) return fault(walk, pointer, 'must be an object');
    for (const name of Object.keys(value)) {
      if (shape[name] === undefined && shape[`${name}?`] === undefined)
        fault(walk, `${pointer}/${name}`, 'unknown member');
    }
    for (const [key, rule] of Object.entries(shape)) {
      const name = key.replace(/\?$/, '');
      if (value[name] !== undefined) rule(value[name], `${pointer}/${name}`, walk);
      else if (key === name) fault(walk, pointer, `missing required field: ${name}`);
    }
  };

/** An object whose `type` says which of these shapes it has. */
export const typed =
  (kinds: Record<string, Rule>, what: string): Rule =>
  (value, pointer, walk) => {
    if (!isRecord(value)) return fault(walk, pointer, 'must be an object');
    const rule = Object.hasOwn(kinds, String(value['type'])) ? kinds[String(value['type'])] : undefined;
    if (rule === undefined) return fault(walk, pointer, `unsupported type of ${what}: ${value['type']}`);
    rule(value, pointer, walk);
  };

/** All of the rules. */
export const all =
  (...rules: readonly Rule[]): Rule =>
  (value, pointer, walk) => {
    for (const rule of rules) rule(value, pointer, walk);
  };
