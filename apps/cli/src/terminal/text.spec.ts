import { accessRequestDetailSchema } from '@countersign/api';
import * as fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { requestAnswer } from '../../test/answers.js';

import { formatPlan } from '../host/organisation.js';
import { formatRequest } from '../requests/request-text.js';
import { counted, escapeForTerminal, formatFacts, formatJson, formatTable } from './text.js';
import { formatInstant, formatSeconds } from './time.js';

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3661, '1 h 1 min'],
  [14_399.6, '4 h'],
  [90_000, '1 d 1 h'],
  [-5, '0 s'],
])('%d seconds are %s', (seconds, words) => {
  expect(formatSeconds(seconds)).toBe(words);
});

test.each([
  [0, '0 leaves'],
  [1, '1 leaf'],
  [2, '2 leaves'],
])('a count of %d has its noun', (count, words) => {
  expect(counted(count, 'leaf', 'leaves')).toBe(words);
});

test('an instant is shown with its zone and its distance', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  expect(formatInstant('2026-11-24T12:05:00Z', now)).toBe('2026-11-24T12:05:00Z (in 5 min)');
  expect(formatInstant('2026-11-24T11:59:00Z', now)).toBe('2026-11-24T11:59:00Z (1 min ago)');
  expect(formatInstant('whenever', now)).toBe('whenever');
});

test('no text can move the cursor, break a line, or reorder what is read', () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(escapeForTerminal(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(formatTable(['A'], [[text]]).split('\n')).toHaveLength(2);
      expect(formatFacts([['a', text]]).split('\n')).toHaveLength(1);
    }),
  );
});

test('JSON shows hidden characters as escapes, and means the same', () => {
  expect(formatJson({ reason: 'No.\u202Eyletulosba 😀\u{E0041}\n' })).toBe(
    '{\n  "reason": "No.\\u202eyletulosba 😀\\udb40\\udc41\\n"\n}',
  );
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(formatJson(value).replaceAll('\n', '')).not.toMatch(
        /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u,
      );
      expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a request is read as who, what, how long, why, and what is missing', () => {
  const request = accessRequestDetailSchema.parse(requestAnswer({ justification: 'Case\n4711' }));
  const text = formatRequest(request, new Date('2026-11-24T12:00:00Z'));
  expect(text).toContain('billing of acme');
  expect(text).toContain('read on invoices/*');
  expect(text).toContain('1 h');
  expect(text).toContain('Case ⏎ 4711');
  expect(text).toContain('vendor 0 of 1, customer 0 of 1');
  expect(text).toMatch(/risk +medium\n +It may change data: “update”\./);
  expect(text).toMatch(
    /approval +On the web or by the API\n +The customer’s controls do not let Slack approve “update”\./,
  );
  expect(text).toContain("waits for the vendor's reviewer");
  expect(text).toContain(request.digest);
});

test('a plan shows each member that differs, and counts', () => {
  const text = formatPlan(
    [
      {
        action: 'change',
        kind: 'tenant',
        name: 'acme',
        before: { a: { b: 1, c: [] } },
        after: { a: { b: 2, c: ['x'] } },
      },
      { action: 'remove', kind: 'person', name: 'x@y.example', before: { name: 'X' }, after: null },
    ],
    true,
  );
  expect(text).toBe(
    [
      '~ tenant acme',
      '    a.b: 1 → 2',
      '    a.c: [] → [x]',
      '- person x@y.example',
      '',
      '0 to add, 1 to change, 1 to remove. Nothing was written.',
    ].join('\n'),
  );
  expect(formatPlan([], false)).toBe('No differences.');
  const asked = {
    action: 'propose',
    kind: 'tenant',
    name: 'acme',
    before: { a: 2 },
    after: { a: 1 },
  } as const;
  expect(formatPlan([asked], false)).toBe(
    '? tenant acme\n    a: 2 → 1\n\n0 to add, 0 to change, 0 to remove, 1 to wait for the tenants’ own people. Done.',
  );
});
