/**
 * Shapes of an event's data: one declaration gives the TypeScript type, a strict check, the words of docs/events.md, and a form for
 * verifiers. Without zod, because whatever writes a log contains this file.
 */
export interface Shape<T> {
  /** Where the value breaks the shape, as a path such as `.chain[2].seq`; undefined if it fits. */
  problem(value: unknown): string | undefined;
  /** As docs/events.md has it: `list of text`. */
  readonly words: string;
  /**
   * For verifiers, which share no code with writers: `#` integer, `!` true or false, `(a|b)` one of these, `@` any object, `{a b?}` one
   * with these members, nothing: text. After it, `*` list, `~` by name, `^` or null.
   */
  readonly form: string;
  /** Never there: it carries the type. */
  readonly type?: T;
}

/** A member that a leaf may lack. A leaf never has it as undefined. */
export interface Optional<T> extends Shape<T> {
  readonly optional: true;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

export type Members = Readonly<Record<string, Shape<unknown>>>;
type OptionalKey<M> = { [K in keyof M]: M[K] extends Optional<unknown> ? K : never }[keyof M];
/** The object that has these members. */
export type DataOf<M> = { -readonly [K in Exclude<keyof M, OptionalKey<M>>]: TypeOf<M[K]> } & {
  -readonly [K in OptionalKey<M>]?: TypeOf<M[K]>;
};

const shape = <T>(words: string, form: string, fits: (value: unknown) => boolean): Shape<T> => ({
  words,
  form,
  problem: (value) => (fits(value) ? undefined : ''),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = shape<string>('text', '', (value) => typeof value === 'string');
export const flag = shape<boolean>('true or false', '!', (value) => typeof value === 'boolean');
export const integer = shape<number>('integer', '#', (value) => Number.isSafeInteger(value));

export const oneOf = <const T extends readonly string[]>(values: T): Shape<T[number]> =>
  shape(values.map((value) => `\`${value}\``).join(' or '), `(${values.join('|')})`, (value) =>
    values.some((one) => one === value),
  );

/** An object whose members are fixed elsewhere, such as a statement's. @param words what it is */
export const form = <T extends object>(words: string): Shape<T> => shape(words, '@', isObject);

export const nullable = <T>(inner: Shape<T>): Shape<T | null> => ({
  words: `${inner.words}, or null`,
  form: `${inner.form}^`,
  problem: (value) => (value === null ? undefined : inner.problem(value)),
});

export const optional = <T>({ words, form, problem }: Shape<T>): Optional<T> => ({
  words,
  form,
  problem,
  optional: true,
});

export const list = <T>(inner: Shape<T>): Shape<readonly T[]> => ({
  words: `list of ${inner.words}`,
  form: `${inner.form}*`,
  problem(value) {
    if (!Array.isArray(value)) return '';
    for (const [index, item] of value.entries()) {
      const inside = inner.problem(item);
      if (inside !== undefined) return `[${index}]${inside}`;
    }
    return undefined;
  },
});

/** An object with any names, each with such a value. */
export const named = <T>(inner: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  words: `by name: ${inner.words}`,
  form: `${inner.form}~`,
  problem(value) {
    if (!isObject(value)) return '';
    for (const [name, item] of Object.entries(value)) {
      const inside = inner.problem(item);
      if (inside !== undefined) return `.${name}${inside}`;
    }
    return undefined;
  },
});

/** Exactly these members: one that is not declared is a problem. */
export function members<M extends Members>(declared: M): Shape<DataOf<M>> {
  const entries = Object.entries(declared);
  return {
    words: `{${entries.map(([name, inner]) => `${nameOf(name, inner)}: ${inner.words}`).join(', ')}}`,
    form: `{${entries.map(([name, inner]) => nameOf(name, inner) + inner.form).join(' ')}}`,
    problem(value) {
      if (!isObject(value)) return '';
      for (const name of Object.keys(value)) if (!Object.hasOwn(declared, name)) return `.${name}`;
      for (const [name, inner] of entries) {
        if (!Object.hasOwn(value, name)) {
          if ('optional' in inner) continue;
          return `.${name}`;
        }
        const inside = inner.problem(value[name]);
        if (inside !== undefined) return `.${name}${inside}`;
      }
      return undefined;
    },
  };
}

/** With `?` if the member may be absent. */
export const nameOf = (name: string, member: Shape<unknown>): string =>
  'optional' in member ? `${name}?` : name;
