import { ContractError } from '../errors.js';
import { decodeStrictUtf8 } from './strict-json.js';

/**
 * The fields of a form (`application/x-www-form-urlencoded`, WHATWG URL §5). A field that occurs more than once becomes a
 * list. The object has no prototype.
 *
 * Usual parsers put U+FFFD for bytes that are not UTF-8. Here the bytes must be UTF-8, and so must those that the fields
 * write as `%XX`.
 *
 * @throws ContractError `invalid_form`; `invalid_json` if the bytes are not UTF-8
 */
export function readStrictForm(bytes: Uint8Array): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const pair of decodeStrictUtf8(bytes).split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decodeField(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? '' : decodeField(pair.slice(at + 1));
    const known = fields[name];
    fields[name] = known === undefined ? value : [known, value].flat();
  }
  return fields;
}

function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ContractError('invalid_form', 'The form has a field that is not percent-encoded UTF-8.', '');
  }
}
