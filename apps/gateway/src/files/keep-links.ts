import type { LinkedFields } from '@countersign/authorization';
import { FILES_PATH } from '@countersign/contract';
import { AnswerWithheld, type ChangeAnswer } from '../forward/answer-body.js';
import { rewriteAnswer } from '../forward/masking/mask-answer.js';
import { withoutFields } from '../http1/fields.js';
import type { FileLink, FileLinks } from './file-links.js';
import { ObjectStorages } from './object-storages.js';

/** The call whose answer contains the links, and the start of the addresses that replace them. */
type LinkOwner = Omit<FileLink, 'origin' | 'target'> & {
  /** How the client addresses the service: an origin of the service's own, or the path `/{service}`. */
  base: string;
};

/** Real presigned links are shorter: storages limit a whole URL to between 2 and 8 KiB. */
const MAX_LINK = 8_192;

/**
 * Replaces a field that holds a presigned link with an address of the gateway. `null` and an empty text stay as they are. Throws
 * AnswerWithheld for anything else: it may be, or contain, a link that the client must not get.
 *
 * @param json the field's value as the service wrote it
 */
function replaceLink(
  json: Buffer,
  hosts: readonly string[],
  { base, ...owner }: LinkOwner,
  links: Pick<FileLinks, 'add'>,
): Buffer {
  const value: unknown = JSON.parse(json.toString('utf8'));
  if (value === null || value === '') return json;
  const link = typeof value === 'string' && value.length <= MAX_LINK ? linkOf(value, hosts) : undefined;
  if (link === undefined)
    throw new AnswerWithheld('link', 'a listed field holds something other than a link to a listed storage');
  const id = links.add({ ...owner, ...link });
  if (id === undefined) throw new AnswerWithheld('too_many_links', 'there are too many links at once');
  return Buffer.from(JSON.stringify(`${base}${FILES_PATH}${id}`));
}

/** An absolute `https:` address (or `http:`, for this machine) without user information. Its path and query can be sent as written. */
const LINK = /^(https?:\/\/[^\s/?#@\\]+)(\/[\x21\x22\x24-\x7e]*)(?:#[\x21-\x7e]*)?$/;

/**
 * The origin and target of a link. The link's signature covers its path and query as they are written, so the target is taken from
 * the text, and not from a parsed URL, which may write them differently.
 */
function linkOf(value: string, hosts: readonly string[]): Pick<FileLink, 'origin' | 'target'> | undefined {
  const [, start = '', target = ''] = LINK.exec(value) ?? [];
  if (!URL.canParse(start)) return undefined;
  const url = new URL(start);
  return ObjectStorages.isListed(url, hosts) ? { origin: url.origin, target } : undefined;
}

/** Keeps the links in fields of an answer, and gives the client addresses of the gateway in their place. */
export function keepLinks(
  { fields, hosts }: LinkedFields,
  owner: LinkOwner,
  allHosts: readonly string[],
  links: Pick<FileLinks, 'add'>,
): ChangeAnswer {
  const rewrite = rewriteAnswer(fields, [], (json) => replaceLink(json, hosts, owner, links));
  return withholdLinkHeaders(allHosts, (head) => {
    const body = rewrite(head);
    // The addresses in the answer soon expire, so no cache may store it.
    return (
      body && {
        pass: (piece) => body.pass(piece),
        rest: () => body.rest(),
        fields: (answerFields) => forbidCaching(body.fields(answerFields)),
      }
    );
  });
}

function forbidCaching(fields: readonly string[]): string[] {
  const others = withoutFields(fields, (name) => name === 'cache-control');
  return [...others, 'cache-control', 'private, no-store'];
}

/** Withholds an answer if one of its headers names a storage of the service: that header may be a link to a file. */
export function withholdLinkHeaders(
  hosts: readonly string[],
  change: ChangeAnswer | undefined,
): ChangeAnswer {
  const names = hosts.map(nameOf);
  return (head) => {
    if (head.fields.some(([, value]) => namesOneOf(names, value)))
      throw new AnswerWithheld(
        'link',
        'a header names a storage of the service, and may hold a link to a file',
      );
    return change?.(head);
  };
}

/** Matches the name of a storage, with its port if the map lists one, in whatever form of address. A longer name matches, too. */
function nameOf(host: string): RegExp {
  const { hostname, port } = new URL(host);
  const name = hostname.replaceAll(/[^a-z0-9-]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9.-])${name}${port && `\\.?:0*${port}`}`);
}

/** An address in the query of an address, and so on, is encoded once more each time. Real addresses are not nested deeper than this. */
const MAX_ENCODED = 8;

/**
 * Looks for a storage in a header, in plain text and percent-encoded. Clients read names leniently: they decode them, drop tabs and
 * invisible characters, and know letters in other forms (https://url.spec.whatwg.org/#host-parsing). A text that is encoded too
 * often to be read counts as naming a storage.
 */
function namesOneOf(names: readonly RegExp[], value: string): boolean {
  let text = value;
  for (let level = 0; level <= MAX_ENCODED; level += 1) {
    const plain = plainText(text);
    if (names.some((name) => name.test(plain))) return true;
    const decoded = text
      .replaceAll('\t', '')
      .replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}

/** A text as the parser of an address reads names in it. @param bytes one character for each byte */
const plainText = (bytes: string): string =>
  Buffer.from(bytes, 'latin1')
    .toString('utf8')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\t\p{Default_Ignorable_Code_Point}]/gu, '')
    .replaceAll('\u3002', '.');
