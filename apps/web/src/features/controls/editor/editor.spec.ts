import { privacyControlsInput } from '@countersign/api';
import { parseDuration } from '@countersign/contract';
import fc from 'fast-check';
import type { z } from 'zod';
import { codecOf } from './codecs.js';
import {
  isObject,
  type Json,
  type JsonObject,
  normalized,
  type Path,
  readText,
  rebased,
  sameJson,
  valueAt,
  withValue,
  writeText,
} from './document.js';
import { findFaults } from './faults.js';
import { CONTROLS, type Field, type Members } from './fields.js';

type Schema = z.core.$ZodType;

/** Without what says only that it may be absent. */
const inner = (schema: Schema): Schema => {
  const { def } = schema._zod as { def: { type: string; innerType?: Schema } };
  return def.type === 'optional' || def.type === 'nullable' ? inner(def.innerType as Schema) : schema;
};
const isOptional = (schema: Schema): boolean => schema._zod.optin === 'optional';
const defOf = (schema: Schema) =>
  inner(schema)._zod.def as {
    type: string;
    shape?: Record<string, Schema>;
    element?: Schema;
    entries?: Record<string, string>;
  };

/** Texts of which each string of the schema accepts some. */
const TEXTS = [
  ...['PT1S', 'PT90S', 'PT5M', 'PT1H', 'P1D', 'PT36H'],
  ...['2026-02-28', '2028-02-29', '2026-12-24', '2026-03-29T01:30:00Z', '2028-02-29T12:00:00Z'],
  ...['00:00', '08:00', '23:59', '24:00', 'Europe/Berlin', 'UTC', 'America/St_Johns'],
  ...['203.0.113.0/24', '2001:db8::/32'],
  ...['DE', 'FR', 'Northwind GmbH', 'read', 'update', 'owners', 'dpo', 'status', 'bulk-read', 'incident'],
  ...['**', 'invoices/*', 'payroll/**', 'CASE-####', '??-*', 'Name our “case” number.'],
];

/** Any value that the schema accepts, with every member present in some of them. */
function valuesOf(schema: Schema): fc.Arbitrary<Json> {
  const plain = inner(schema) as z.ZodType;
  const { type, shape, element, entries } = defOf(schema);
  const accepted = <T extends Json>(values: fc.Arbitrary<T>) =>
    values.filter((value) => plain.safeParse(value).success);
  if (type === 'object') {
    const names = Object.keys(shape ?? {});
    const members = Object.fromEntries(names.map((name) => [name, valuesOf(shape?.[name] as Schema)]));
    const requiredKeys = names.filter((name) => !isOptional(shape?.[name] as Schema));
    return accepted(fc.record(members, { requiredKeys }) as fc.Arbitrary<JsonObject>);
  }
  if (type === 'array') return accepted(fc.array(valuesOf(element as Schema), { maxLength: 3 }));
  if (type === 'enum') return fc.constantFrom(...Object.values(entries ?? {}));
  if (type === 'boolean') return fc.boolean();
  if (type === 'literal') return fc.constant(true);
  if (type === 'string') return fc.constantFrom(...TEXTS.filter((text) => plain.safeParse(text).success));
  return accepted(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000_000 })));
}

const documents = valuesOf(privacyControlsInput) as fc.Arbitrary<JsonObject>;
/** What the page can see is wrong, beyond the schema: it never lets a tenant ask for no approval. */
const acceptable = documents.filter(({ approvals }) => approvals !== 0);

/** Every place of a document that a control edits. */
function placesOf(members: Members, value: Json | undefined, path: Path = []): [Field, Path][] {
  if (!isObject(value)) return [];
  return Object.entries(members).flatMap(([name, field]): [Field, Path][] => {
    const place = [...path, name];
    const found = value[name];
    if (found === undefined) return [];
    if (field.kind === 'object') return [[field, place], ...placesOf(field.members, found, place)];
    if (field.kind !== 'items' || !Array.isArray(found)) return [[field, place]];
    return [
      [field, place],
      ...found.flatMap((item, index) => placesOf(field.members, item, [...place, index])),
    ];
  });
}

/** Few, because each document is large. */
const RUNS = { numRuns: 40 };

describe('every member of the privacy controls has a control', () => {
  const KINDS: Readonly<Record<string, readonly Field['kind'][]>> = {
    object: ['object'],
    boolean: ['flag'],
    literal: ['flag'],
    number: ['number'],
    enum: ['choice'],
    string: ['text', 'name', 'duration', 'day', 'clock', 'instant', 'zone', 'pattern'],
  };

  /** Members without a control, controls without a member, and controls that do not fit their member. */
  function gaps(schema: Schema, members: Members, place: string): string[] {
    const shape = defOf(schema).shape ?? {};
    const extra = Object.keys(members).filter((name) => !Object.hasOwn(shape, name));
    return [
      ...extra.map((name) => `${place}/${name} is no member`),
      ...Object.entries(shape).flatMap(([name, member]) => gapsOf(member, members[name], `${place}/${name}`)),
    ];
  }

  function gapsOf(schema: Schema, field: Field | undefined, place: string): string[] {
    if (field === undefined) return [`${place} has no control`];
    const { type, element, entries } = defOf(schema);
    const isRoot = place.split('/').length === 2;
    const wrong =
      !isRoot && isOptional(schema) !== (field.optional === true) ? [`${place} is optional in one only`] : [];
    if (type === 'array') {
      const isList = defOf(element as Schema).type === 'object';
      if (isList && field.kind === 'items')
        return [...wrong, ...gaps(element as Schema, field.members, place)];
      return !isList && field.kind === 'names' ? wrong : [...wrong, `${place} is a list`];
    }
    if (KINDS[type]?.includes(field.kind) !== true) return [...wrong, `${place} is no ${field.kind}`];
    if (field.kind === 'object') return [...wrong, ...gaps(schema, field.members, place)];
    const values = Object.values(entries ?? {});
    return field.kind === 'choice' && !sameJson(values, [...field.values])
      ? [...wrong, `${place} has other values`]
      : wrong;
  }

  test('and every control has its member, of the same kind', () => {
    expect(gaps(privacyControlsInput, CONTROLS, '')).toEqual([]);
  });

  test('a member that is added to the schema is found missing', () => {
    const { approvals: _left, ...others } = CONTROLS;
    expect(gaps(privacyControlsInput, others, '')).toEqual(['/approvals has no control']);
  });
});

describe('P13: a draft round-trips', () => {
  test('through the JSON tab', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(readText(writeText(document))).toEqual({ document });
      }),
      RUNS,
    );
  });

  test('through every control: what it shows is what it writes', () => {
    fc.assert(
      fc.property(documents, (document) => {
        for (const [field, path] of placesOf(CONTROLS, document)) {
          const value = valueAt(document, path);
          const codec = codecOf(field);
          if (['names', 'object', 'items', 'flag', 'choice'].includes(field.kind)) continue;
          const written = codec.write(codec.read(value));
          if (field.kind === 'duration')
            expect(parseDuration(String(written))).toBe(parseDuration(String(value)));
          else if (field.kind === 'instant') expect(codec.read(written)).toBe(codec.read(value));
          else expect(written).toEqual(value);
        }
      }),
      RUNS,
    );
  });

  test('what the broker accepts, the page finds nothing wrong with', () => {
    fc.assert(
      fc.property(acceptable, (document) => {
        expect(findFaults(normalized(document))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('leaving members out that are empty changes nothing that the schema reads, and settles', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const left = normalized(document);
        expect(privacyControlsInput.safeParse(left).success).toBe(true);
        expect(normalized(left)).toEqual(left);
      }),
      RUNS,
    );
  });
});

describe('an edit', () => {
  test('changes one place, and keeps every other member, unknown ones too', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (known, pick) => {
        const document = { ...known, unknown: { kept: [1, { as: 'it is' }] } };
        const places = placesOf(CONTROLS, document).filter(([, path]) => path.length > 0);
        const [, path] = places[pick % Math.max(1, places.length)] ?? [null, ['zone']];
        const before = JSON.stringify(document);
        const edited = withValue(document, path, 'changed');
        expect(valueAt(edited, path)).toBe('changed');
        expect(JSON.stringify(document)).toBe(before);
        expect(withValue(edited, path, valueAt(document, path))).toEqual(document);
      }),
      RUNS,
    );
  });

  test('of a duration is kept while it is typed, and invalid text is kept as it is', () => {
    const codec = codecOf({ text: 'maxDuration', kind: 'duration', unit: 'minutes', optional: true });
    expect(['1', '1.', '1.5', '1,5', '', 'soon', '0'].map(codec.write)).toEqual([
      ...['PT1M', 'PT1M', 'PT1M30S', 'PT1M30S', undefined, 'soon', '0'],
    ]);
    expect(codec.read('soon')).toBe('soon');
  });

  test.each<[string, JsonObject, string, string]>([
    ['no approval', { approvals: 0 }, '/approvals', 'not_a_whole_number'],
    [
      'a stage without a name',
      { rules: [{ stages: [{ name: '' }] }] },
      '/rules/0/stages/0/name',
      'not_a_name',
    ],
    ['no stage', { rules: [{ stages: [] }] }, '/rules/0/stages', 'missing'],
    ['no action', { rules: [{ actions: [] }] }, '/rules/0/actions', 'choose_one'],
    [
      'an hour that no clock shows',
      { rules: [{ hours: [{ days: ['mon'], from: '8', to: '24:00' }] }] },
      '/rules/0/hours/0/from',
      'not_a_time',
    ],
    [
      'a day that no year has',
      { deputies: [{ for: 'a', by: 'b', from: '2026-02-29', to: '2026-03-01' }] },
      '/deputies/0/from',
      'not_a_day',
    ],
    ['an empty budget', { rules: [{ maxBudget: {} }] }, '/rules/0/maxBudget', 'missing'],
    [
      'a longer time than is counted',
      { supervision: [{ name: 'a', over: 1, within: 'P32D', do: 'stop' }] },
      '/supervision/0/within',
      'too_long',
    ],
    ['a list that is none', { rules: { approvals: 2 } }, '/rules', 'not_valid'],
  ])('%s is found at its place', (_what, document, pointer, code) => {
    expect(findFaults(document)).toEqual([{ pointer, code }]);
  });
});

describe('the JSON tab', () => {
  test.each([
    ['{ "approvals": 1,\n oops', 'no_json'],
    ['[]', 'no_object'],
    ['null', 'no_object'],
    ['{ "version": "sha256:0" }', 'version_given'],
  ])('%j is kept, and is no document yet', (text, problem) => {
    expect(readText(text)).toMatchObject({ problem });
  });

  test('names the line', () => {
    expect(readText('{ "approvals": 1,\n oops')).toEqual({ problem: 'no_json', line: 2 });
  });
});

describe('changes on top of another version', () => {
  test('mine stay, all else is theirs, and what both changed is named', () => {
    const base = { approvals: 1, maxDuration: 'PT1H', forbid: [], zone: 'UTC' };
    const mine = { ...base, approvals: 2, zone: 'Europe/Berlin' };
    const theirs = { ...base, approvals: 3, maxDuration: 'PT30M' };
    expect(rebased(base, mine, theirs)).toEqual({
      document: { approvals: 2, maxDuration: 'PT30M', forbid: [], zone: 'Europe/Berlin' },
      both: ['approvals'],
    });
  });

  test('a draft without changes becomes theirs, and with no other version it stays mine', () => {
    fc.assert(
      fc.property(documents, documents, (base, other) => {
        expect(rebased(base, base, other)).toEqual({ document: normalized(other), both: [] });
        expect(rebased(base, other, base)).toEqual({ document: normalized(other), both: [] });
      }),
      RUNS,
    );
  });
});
