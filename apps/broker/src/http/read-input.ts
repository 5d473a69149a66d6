import { jsonPointer } from '@countersign/contract';
import type { z } from 'zod';
import { HttpProblem, type InputError } from './problem.js';

const MAX_ERRORS = 20;

/**
 * Judges input strictly: an unknown member is an error too, since it may have been meant to restrict.
 * Messages name place and rule, never the value.
 *
 * @throws HttpProblem `invalid_request` with every error; `pointer` is the first one's
 */
export function readInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalidInput(read.error.issues.flatMap(errorsOf));
}

export function invalidInput(errors: InputError[]): HttpProblem {
  const [first] = errors;
  const detail = errors
    .slice(0, MAX_ERRORS)
    .map((each) => `${each.pointer === '' ? 'The body' : each.pointer}: ${each.detail}`);
  return new HttpProblem('invalid_request', detail.join(' '), {
    ...(first === undefined ? {} : { pointer: first.pointer }),
    errors: errors.slice(0, MAX_ERRORS),
  });
}

function errorsOf(issue: z.core.$ZodIssue): InputError[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ pointer: jsonPointer(issue.path), detail: sentence(issue.message) }];
  return issue.keys.map((key) => ({
    pointer: jsonPointer([...issue.path, key.slice(0, 64)]),
    detail: 'There is no such member.',
  }));
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
