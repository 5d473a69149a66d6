import type { LinkedFields } from '@countersign/authorization';
import { FILES_PATH } from '@countersign/contract';
import { AnswerWithheld, type ChangeAnswer } from '../forward/answer-body.js';
import { rewriteAnswer } from '../forward/masking/mask-answer.js';
import type { FileLink, FileLinks } from './file-links.js';
import { Storages } from './storages.js';

/** What the links of one answer belong to. */
type LinkOwner = Omit<FileLink, 'origin' | 'target'> & {
  /** Where the client reaches the service: its own origin, or the path `/{service}`. */
  base: string;
};

/** No presigned link is longer: storages have limits of some 2 to 8 KiB for a whole URL. */
const MAX_LINK = 8_192;

/**
 * The value in place of a field that holds a presigned link: an address of the gateway. A field may be `null` or empty. Throws
 * AnswerWithheld for anything else: it may be, or hold, a link that the client must not get.
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
    throw new AnswerWithheld('link', 'a listed field holds something else than a link to a listed storage');
  const id = links.add({ ...owner, ...link });
  if (id === undefined) throw new AnswerWithheld('too_many_links', 'there are too many links at once');
  return Buffer.from(JSON.stringify(`${base}${FILES_PATH}${id}`));
}

/** A whole `https:` address (or `http:`, on this machine), as it can be written in a request, without a user. */
const LINK = /^(https?:\/\/[^\s/?#@\\]+)(\/[\x21\x22\x24-\x7e]*)(?:#[\x21-\x7e]*)?$/;

/** The signature of a link covers its path and query as they are written, so the target is no parser's version of them. */
function linkOf(value: string, hosts: readonly string[]): Pick<FileLink, 'origin' | 'target'> | undefined {
  const [, start = '', target = ''] = LINK.exec(value) ?? [];
  if (!URL.canParse(start)) return undefined;
  const url = new URL(start);
  return Storages.isListed(url, hosts) ? { origin: url.origin, target } : undefined;
}

/** Keeps the links in fields of an answer, and gives the client addresses of the gateway in their place. */
export function keepLinks(
  { fields, hosts }: LinkedFields,
  owner: LinkOwner,
  allHosts: readonly string[],
  links: Pick<FileLinks, 'add'>,
): ChangeAnswer {
  const rewrite = rewriteAnswer(fields, [], (json) => replaceLink(json, hosts, owner, links));
  return withoutLinks(allHosts, (head) => {
    const body = rewrite(head);
    // The addresses in it end soon: no cache may keep it.
    return (
      body && {
        pass: (piece) => body.pass(piece),
        rest: () => body.rest(),
        fields: (given) => uncached(body.fields(given)),
      }
    );
  });
}

function uncached(fields: readonly string[]): string[] {
  const others = fields.filter((_, at) => fields[at - (at % 2)] !== 'cache-control');
  return [...others, 'cache-control', 'private, no-store'];
}

/** Withholds an answer of which a header names a storage of the service: it may hold a link to a file. */
export function withoutLinks(hosts: readonly string[], change: ChangeAnswer | undefined): ChangeAnswer {
  const names = hosts.map((host) => `//${new URL(host).host}`);
  return (head) => {
    if (head.fields.some(([, value]) => namesOneOf(names, value)))
      throw new AnswerWithheld(
        'link',
        'a header names a storage of the service, and may hold a link to a file',
      );
    return change?.(head);
  };
}

/** As it is written, and as it is in the query of another address. */
function namesOneOf(names: readonly string[], value: string): boolean {
  const text = value.toLowerCase();
  const decoded = text.replaceAll('%2f', '/').replaceAll('%3a', ':');
  return names.some((name) => text.includes(name) || decoded.includes(name));
}
