import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { formatTable } from '../terminal/text.js';

export type ProbeOptions = { headers?: string };

const TIMEOUT_MS = 10_000;
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@%-]+)+$/;
const HEADER = /^([A-Za-z0-9-]+): *([\x20-\x7e]*)$/;

/** Another spelling of a segment, and what a service ignores that reads it as the segment. Gateways could forward each of them. */
export type Spelling = { ignores: string; segment: string };

/** @param segment as it is written in a path */
export function spellingsOf(segment: string): Spelling[] {
  const [first = ''] = segment;
  const other = first === first.toUpperCase() ? first.toLowerCase() : first.toUpperCase();
  const wide = encodeURIComponent(String.fromCharCode(first.charCodeAt(0) + 0xfee0));
  return [
    { ignores: 'letter case', segment: segment.toUpperCase() },
    { ignores: 'letter case', segment: other + segment.slice(1) },
    { ignores: 'a final slash', segment: `${segment}/` },
    { ignores: 'a format suffix', segment: `${segment}.json` },
    { ignores: 'a format suffix', segment: `${segment}.x` },
    { ignores: 'a final dot', segment: `${segment}.` },
    { ignores: 'matrix parameters', segment: `${segment}%3Bx=1` },
    { ignores: 'what follows an escaped ?', segment: `${segment}%3Fx` },
    { ignores: 'a space at the end', segment: `${segment}%20` },
    { ignores: 'a plus at the end', segment: `${segment}+` },
    { ignores: 'invisible characters', segment: `${first}%C2%AD${segment.slice(1)}` },
    { ignores: 'the width of letters', segment: wide + segment.slice(1) },
  ].filter((spelling) => spelling.segment !== segment);
}

type Seen = { status: number; type: string; location: string; body: string };
/** `same`: the answer is that of the path; `redirect`: the service sends the client to the path; `other`: another answer. */
type Reading = 'same' | 'redirect' | 'other';
type Probed = {
  path: string;
  status: number;
  /** `unclear`: the service answers the path as one that does not exist, so nothing can be told. */
  verdict: 'exact' | 'loose' | 'unclear';
  spellings: { path: string; ignores: string; status: number; reads: Reading }[];
};

/**
 * Calls other spellings of paths at a service, directly and not through a gateway, and says which of them the service answers as the
 * path itself. An operator learns whether `paths: exact` is true. No gateway does this by itself: it would be a call without a record.
 *
 * @throws CliError `paths_not_exact`, `paths_unclear`, `cannot_probe`
 */
export async function probePaths(
  context: Context,
  upstream: string,
  paths: readonly string[],
  options: ProbeOptions,
): Promise<Answer> {
  const origin = originOf(upstream);
  if (!paths.every((path) => PATH.test(path)))
    throw usageError('a path begins with / and ends in a segment, as gateways forward it, without a query');
  const headers = options.headers === undefined ? {} : readHeaders(options.headers);
  const get = (path: string) => read(origin, path, headers);
  const probed: Probed[] = [];
  for (const path of paths) probed.push(await probe(path, get));
  const document = { upstream: origin, paths: probed };
  const text = formatTable(
    ['PATH', 'IGNORES', 'STATUS', 'READ AS'],
    probed.flatMap(({ path, status, spellings }) => [
      [path, '', String(status), 'itself'],
      ...spellings.map((each) => [each.path, each.ignores, String(each.status), READ_AS[each.reads]]),
    ]),
  );
  const has = (verdict: Probed['verdict']) => probed.filter((each) => each.verdict === verdict).length;
  if (has('exact') === probed.length)
    return {
      document,
      text: `${text}\n\nNo spelling was read as another path: \`paths: exact\` is true of what was tried.`,
    };
  if (!context.json) context.note(text);
  if (has('loose') > 0)
    throw new CliError(
      'paths_not_exact',
      `the service reads other spellings of ${has('loose')} of ${probed.length} paths as the path itself: do not state \`paths: exact\``,
      { document },
    );
  throw new CliError(
    'paths_unclear',
    `the service answers ${has('unclear')} of ${probed.length} paths as it answers a path that does not exist: name paths that exist, and send what the service requires (--headers)`,
    { document },
  );
}

const READ_AS: Record<Reading, string> = {
  same: 'the path',
  redirect: 'the path (redirect)',
  other: 'another path',
};

async function probe(path: string, get: (path: string) => Promise<Seen>): Promise<Probed> {
  const cut = path.lastIndexOf('/') + 1;
  const [before, segment] = [path.slice(0, cut), path.slice(cut)];
  const one = await get(path);
  // If the body differs each time, only status and type can be compared.
  const isStable = (await get(path)).body === one.body;
  const isSame = (other: Seen) =>
    other.status === one.status && other.type === one.type && (!isStable || other.body === one.body);
  const unknown = await get(`${before}countersign-${randomBytes(8).toString('hex')}`);
  const spellings: Probed['spellings'] = [];
  for (const spelling of spellingsOf(segment)) {
    const other = await get(before + spelling.segment);
    const reads = isSame(other) ? 'same' : leadsTo(other, path) ? 'redirect' : 'other';
    spellings.push({
      path: before + spelling.segment,
      ignores: spelling.ignores,
      status: other.status,
      reads,
    });
  }
  const isLoose = spellings.some(({ reads }) => reads === 'same');
  const verdict = isSame(unknown) ? 'unclear' : isLoose ? 'loose' : 'exact';
  return { path, status: one.status, verdict, spellings };
}

const leadsTo = ({ status, location }: Seen, path: string): boolean =>
  status >= 300 && status < 400 && new URL(location, 'http://x').pathname === path;

function originOf(upstream: string): string {
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/')
    throw usageError('the first argument is the origin of the service, such as http://localhost:4200');
  return url.origin;
}

/** A file and not a flag: a flag would be in the list of processes. */
function readHeaders(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name, value] = HEADER.exec(line.trimEnd()) ?? [];
      if (name === undefined || value === undefined)
        throw usageError(`line ${index + 1} of the headers is not “Name: value”`);
      return [name, value];
    }),
  );
}

async function read(origin: string, path: string, headers: Record<string, string>): Promise<Seen> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(origin + path, { headers, redirect: 'manual', signal });
    const body = createHash('sha256').update(new Uint8Array(await answer.arrayBuffer()));
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      location: answer.headers.get('location') ?? '',
      body: body.digest('hex'),
    };
  } catch (error) {
    throw new CliError(
      'cannot_probe',
      `${origin} did not answer a GET of ${path} within ${TIMEOUT_MS / 1_000} s`,
      {
        cause: error,
      },
    );
  }
}
