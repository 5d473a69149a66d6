import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { INVOICE_STATUSES, type InvoiceChange } from '../records.js';
import { invalid, Problem } from './problem.js';

const pageNumber = z
  .string()
  .regex(/^[1-9][0-9]{0,5}$/, 'page must be a whole number from 1 to 999999.')
  .transform(Number)
  .default(1);
const status = z.enum(INVOICE_STATUSES, `status must be one of ${INVOICE_STATUSES.join(', ')}.`);
const month = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'month must be written as YYYY-MM.');

export const invoiceQuery = z.strictObject({ page: pageNumber, status: status.optional() });
export const customerQuery = z.strictObject({ page: pageNumber });
export const payrollQuery = z.strictObject({ page: pageNumber, month: month.optional() });
export const noQuery = z.strictObject({});

const note = z
  .string('note must be text or null.')
  .max(500, 'note may have at most 500 characters.')
  .refine(
    (text) => !/\p{Surrogate}/u.test(text) && !hasControls(text),
    'note may hold line breaks but no control bytes.',
  )
  .transform((text) => text.normalize('NFC').trim())
  .transform((text) => (text === '' ? null : text));

const invoiceChange = z
  .strictObject({ status: status.optional(), note: note.nullable().optional() })
  .refine((change) => change.status !== undefined || change.note !== undefined, 'Give status, note or both.');

/** A note may hold line feeds, carriage returns and tabs, and no other control characters. */
function hasControls(text: string): boolean {
  return [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127;
  });
}

/** @throws Problem 400 `invalid_request` that names every wrong member */
export function readInvoiceChange(body: unknown): InvoiceChange {
  return check(invoiceChange, body, '');
}

/** Reads a query strictly: an unknown or repeated parameter is an error. @throws Problem 400 `invalid_request` */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  const names = [...query.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw invalid([{ pointer: `?${repeated}`, detail: `${repeated} may be given once.` }]);
  }
  return check(schema, Object.fromEntries(query), '?');
}

function check<T>(schema: z.ZodType<T>, value: unknown, prefix: '' | '?'): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const errors = read.error.issues.flatMap((issue) => {
    const at = (name: PropertyKey[]) => `${prefix}${prefix === '' ? '/' : ''}${name.map(String).join('/')}`;
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: at([...issue.path, key]), detail: `${key} is not known here.` }))
      : [{ pointer: issue.path.length === 0 ? '' : at(issue.path), detail: issue.message }];
  });
  throw invalid(errors);
}

const MAX_BODY_BYTES = 16 * 1024;

/** A body over the limit is read to its end and discarded, so that the client can read the answer; up to this size. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;

/** Reads a JSON body of at most 16 kB. @throws Problem 413, 415, or 400 `invalid_request` */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/merge-patch+json') {
    throw new Problem(415, 'unsupported_media_type', 'The body must be application/json.');
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'invalid_request', 'The body is not valid JSON in UTF-8.');
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > MAX_DISCARDED_BYTES) throw tooLarge();
  }
  if (size > MAX_BODY_BYTES) throw tooLarge();
  return Buffer.concat(chunks);
}

const tooLarge = () =>
  new Problem(413, 'body_too_large', `A body may have at most ${MAX_BODY_BYTES} bytes.`, [], {
    connection: 'close',
  });
