import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { encodeLeaf, type LeafV1, leafHash, logOrigin, verifierKey } from '@countersign/audit-log';
import {
  checkCountersigned,
  type GrantTokenClaims,
  nodeHashing as hashing,
  nodeCountersignPorts,
  readJwks,
  verifyGrantToken,
} from '@countersign/authorization';
import { KNOWN_VARIABLES } from '@countersign/config';
import {
  type ApprovalStatement,
  canonicalJson,
  openCommitment,
  parseTerms,
  parseTrustDocument,
  routeMapHash,
  statementChallenge,
  statementHash,
  termsDigest,
} from '@countersign/contract';
import { type AccessRecord, parseRecordBatch, recordHash } from '@countersign/gateway-protocol';
import type { Command } from 'commander';
import { hostPart } from '../../apps/cli/src/host/commands.js';
import { buildProgram } from '../../apps/cli/src/program.js';
import { shellBlocksOf } from '../e2e/shell-blocks.js';

const read = (file: string): string => readFileSync(file, 'utf8');
const documents = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n');

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string): string[] =>
  [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(documents)('%s', (file) => {
  const text = read(file);

  test('links to files and headings that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path = '', anchor]) => ({
      target: path === '' ? file : normalize(`${dirname(file)}/${path}`),
      isWeb: /^[a-z]+:/.test(path),
      anchor,
    }));
    const dead = links.filter(({ target, isWeb, anchor }) => {
      if (isWeb) return false;
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('names files and folders that exist', () => {
    const paths = [...text.matchAll(/`((?:apps|libs|test|bench|bin|docs|lint)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});

const io = { stdout: () => {}, stderr: () => {} } as unknown as Parameters<typeof buildProgram>[0];

describe('the commands that documents show', () => {
  const program = buildProgram(io, hostPart);

  /** Every `countersign …` of code blocks and of code in sentences, on one line and without what a shell does with it. */
  const commandsOf = (text: string): string[] =>
    [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$|`((?:npx )?countersign [^`]+)`/gm)]
      .flatMap(([, block, inline = '']) => (block ?? inline).replaceAll(/\\\n/g, ' ').split('\n'))
      .flatMap((line) => /(?<![\w/.-])countersign (.*)/.exec(line)?.[1] ?? [])
      // What another program prints is no flag.
      .map((rest) => rest.replaceAll(/\$\([^)]*\)/g, ''))
      .map((rest) => rest.replace(/`.*| (?:#|\||>|&&|;) .*| -- .*|\).*/, ''));

  /** What is wrong with a command: a word that is no verb, or a flag that the verb does not have. */
  const mistakesIn = (line: string): string[] => {
    let verb = program;
    const words = line.split(/\s+/).filter((word) => word !== '');
    for (let next = words.shift(); next !== undefined; next = words.shift()) {
      const sub = verb.commands.find((each) => each.name() === next);
      if (sub === undefined) {
        words.unshift(next);
        break;
      }
      verb = sub;
    }
    const [first = ''] = words;
    if (verb === program && /^[a-z]/.test(first)) return [`no verb ${first}`];
    const flags = [...program.options, ...verb.options].flatMap(({ long, short }) => [long, short]);
    return words
      .flatMap((word) => /^\[?(--?[a-z][a-z-]*)/.exec(word)?.[1] ?? [])
      .filter((flag) => flag !== '--help' && !flags.includes(flag))
      .map((flag) => `${verb.name()} has no ${flag}`);
  };

  test('finds mistakes', () => {
    expect(mistakesIn('shwo req_…')).toEqual(['no verb shwo']);
    expect(mistakesIn('log verify ./our-log --anhcor FILE')).toEqual(['verify has no --anhcor']);
  });

  test.each(documents.filter((file) => commandsOf(read(file)).length > 0))(
    '%s: verbs and flags exist',
    (file) => {
      const wrong = commandsOf(read(file)).map((line) => [line, ...mistakesIn(line)]);
      expect(wrong.filter(({ length }) => length > 1)).toEqual([]);
    },
  );
});

describe('the examples of docs/contract.md', () => {
  const page = read('docs/contract.md');
  const blocks = [...page.matchAll(/^```(?:json)?\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());
  const objects = blocks.flatMap((block) => {
    try {
      return [JSON.parse(block) as Record<string, unknown>];
    } catch {
      return [];
    }
  });
  /** The one example of this kind. */
  const example = <T>(isIt: (object: Record<string, unknown>) => boolean): T => {
    const found = objects.filter(isIt);
    expect(found).toHaveLength(1);
    return found[0] as T;
  };

  const termsText = blocks.find((block) => block.startsWith('{"basis":')) ?? '';
  const terms = parseTerms(JSON.parse(termsText));
  const approval = example<ApprovalStatement>(({ type }) => type === 'countersign/approval/v1');
  const trust = parseTrustDocument(example(({ type }) => type === 'countersign/trust/v1'));
  const claims = example<GrantTokenClaims>((object) => 'grant_nbf' in object);
  const leaf = example<LeafV1>((object) => 'commitments' in object);

  test('terms: canonical text, digest, route map and commitment', () => {
    expect(canonicalJson(terms)).toBe(termsText);
    expect(page).toContain(termsDigest(hashing, terms));
    const [billing] = JSON.parse(read('test/vectors/route-maps.json')).maps;
    expect(routeMapHash(hashing, billing.service)).toBe(terms.routes);
    expect(blocks).toContain(billing.canonical);
    const [, salt = '', value = ''] = /^salt +(\S+)\nvalue +(.*)$/m.exec(page) ?? [];
    expect(openCommitment(hashing, 'justification', { value, salt }, terms.justification)).toBe(true);
  });

  test('trust document, approval and signature: a gateway that has pinned the tenant takes them', () => {
    const hash = statementHash(hashing, trust);
    expect(page).toContain(hash);
    expect(page).toContain(statementHash(hashing, approval));
    expect(page).toContain(Buffer.from(statementChallenge(hashing, approval)).toString('base64url'));
    const signature = example<object>((object) => 'authenticatorData' in object);
    const pinned = { document: trust, hash, versions: new Set([hash]) };
    const { tenant, grant_nbf, grant_exp } = claims;
    const signed = {
      tenant,
      terms,
      grant_nbf,
      grant_exp,
      countersignatures: [{ ...signature, statement: approval }],
    };
    expect(checkCountersigned(signed, pinned, nodeCountersignPorts)).toBeUndefined();
  });

  test('token: verifies with the key beside it', () => {
    const keys = readJwks({ keys: [example(({ kty }) => kty === 'EC')] });
    const token = blocks.find((block) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(block)) ?? '';
    const verdict = verifyGrantToken(token, {
      issuer: claims.iss,
      audience: claims.aud,
      key: (kid) => keys.get(kid),
      now: () => claims.iat * 1_000,
      hashing,
    });
    expect(verdict).toMatchObject({ ok: true, claims: { jti: claims.jti, terms } });
  });

  test('leaf, its hash, and the root that the approval names', () => {
    const hash = Buffer.from(leafHash(hashing, encodeLeaf(leaf)));
    expect(page).toContain(`leaf hash               ${hash.toString('hex')}`);
    expect(approval.log).toEqual({ epoch: 1, size: 1, root: hash.toString('base64') });
  });

  test('access records: shape, chain, and what the path commits to', () => {
    const records = objects.filter((object) => 'boot' in object) as unknown as AccessRecord[];
    const [allowed, outcome] = records;
    if (allowed === undefined || outcome === undefined) throw new Error('both records are shown');
    const entries = records.map((record) => ({ record, openings: {} }));
    parseRecordBatch({ boot: allowed.boot, entries, signature: 'A'.repeat(86) });
    expect(outcome.prev).toBe(recordHash(allowed));
  });

  test('verifier key: its id is of the log’s origin', () => {
    const origin = logOrigin(terms.deployment, 'acme', 1);
    expect(blocks.some((block) => block.split('\n').includes(origin))).toBe(true);
    const key = blocks.find((block) => block.startsWith(`${origin}+`)) ?? '';
    const publicKey = Buffer.from(key.slice(`${origin}+12345678+`.length), 'base64').subarray(1);
    expect(verifierKey(hashing, origin, publicKey)).toBe(key);
  });
});

describe('the shell commands of the README', () => {
  /** The spec that runs the commands of each part. `npm test` under “Two commands” is this run itself, so no spec runs it. */
  const RUN_BY: Readonly<Record<string, string>> = {
    'Two commands': 'test/e2e/whole/start.spec.ts',
    'By hand': 'test/e2e/whole/start.spec.ts',
    'Your own service': 'test/soak/documents.spec.ts',
  };

  test('have a spec that runs them', () => {
    const headings = new Set(shellBlocksOf('README.md').map(({ heading }) => heading));
    expect([...headings].sort()).toEqual(Object.keys(RUN_BY).sort());
    for (const spec of Object.values(RUN_BY)) expect(existsSync(spec)).toBe(true);
  });
});

describe('docs/contract.md is complete', () => {
  const page = read('docs/contract.md');
  const section = (heading: string): string =>
    page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';

  test('in its environment variables', () => {
    const text = section('Environment');
    // Variables of one family share a row: `NAME_A`, `…_B`.
    const isNamed = (name: string) =>
      text.includes(`\`${name}\``) ||
      [...text.matchAll(/`…(\w+)`/g)].some(([, end = '']) => name.endsWith(end));
    expect([...KNOWN_VARIABLES].filter((name) => !isNamed(name))).toEqual([]);
  });

  test('in its verbs', () => {
    const text = section('Commands');
    const verbsOf = (command: Command, path: readonly string[] = []): string[] =>
      command.commands.flatMap((each) => {
        const here = [...path, each.name()];
        return each.commands.length === 0 ? [here.join(' ')] : verbsOf(each, here);
      });
    const missing = verbsOf(buildProgram(io, hostPart)).filter(
      (verb) => !new RegExp(`\`${verb}[ \`]`).test(text),
    );
    expect(missing).toEqual([]);
  });
});
