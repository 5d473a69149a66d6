/**
 * What each folder may import. This table is the one place where these rules are edited; `node lint/import-rules.mjs` writes them
 * for the linter to import-rules.json, and `test/lint/import-rules.spec.ts` compares.
 *
 * A row: `libraries` that the folder may import, and `why` no others (every library if absent); `doors`, further entry points of
 * libraries; `never`, other modules and why not; `except`, files that the row does not cover.
 */
import { writeFileSync } from 'node:fs';

const MINT = 'authorization/mint';
const FRAMEWORKS = ['@nestjs/**', 'typeorm', 'typeorm/**', '@slack/**', 'express', 'undici', 'jsonwebtoken'];
const NETWORK = ['node:http', 'node:https', 'node:net', 'http', 'https', 'net'];

const pure = (name) => [
  [...FRAMEWORKS, ...NETWORK],
  `${name} is pure: it knows no Nest, TypeORM, Slack or HTTP, so that the verifier and a signing page can run it in a browser and tests need no server.`,
];
const takesPorts = (name, modules = ['node:crypto', 'crypto']) => [
  modules,
  `${name} takes hashing and signature checking as ports, so that it runs in a browser too. Pass the port in.`,
];
const onlyTheBrokerMints = [[`@countersign/${MINT}`], 'the broker is the only minter.'];

export const IMPORT_RULES = [
  {
    folder: 'libs/contract',
    libraries: [],
    why: 'contract is the leaf of the tree: everything builds on its bytes, so it imports no other library.',
    never: [pure('contract'), takesPorts('contract')],
  },
  {
    folder: 'libs/wording',
    libraries: ['contract'],
    why: 'wording says in words what contract fixes; it imports contract alone, so that pages can use it.',
    never: [pure('wording'), takesPorts('wording')],
  },
  {
    folder: 'libs/private-listener',
    libraries: [],
    why: 'private-listener is a leaf on Node alone: broker and gateway both use it.',
    never: [
      [
        ['@nestjs/**', 'express', 'undici'],
        'private-listener is a leaf on Node alone: broker and gateway both use it.',
      ],
    ],
  },
  {
    folder: 'libs/runtime',
    except: ['libs/runtime/src/folder-lock.ts'],
    libraries: [],
    why: 'runtime is a leaf: it knows how programs wait, retry and log, and nothing of what they do.',
    never: [
      [
        [...FRAMEWORKS, ...NETWORK],
        'runtime is a leaf: it knows no Nest, TypeORM, Slack or HTTP, so that every process can use it.',
      ],
    ],
  },
  {
    folder: 'libs/api',
    libraries: ['contract', 'wording'],
    why: 'api describes the HTTP API for broker, command line and pages; it imports contract and wording alone.',
    never: [
      [
        [...FRAMEWORKS, 'node:*'],
        'api is pure: it holds schemas and types only, so that pages can take their types from it.',
      ],
    ],
  },
  {
    folder: 'libs/audit-log',
    libraries: ['contract'],
    why: 'audit-log imports contract alone: whoever verifies a log should have little to read.',
    never: [pure('audit-log'), takesPorts('audit-log')],
  },
  {
    folder: 'libs/log-verifier',
    libraries: ['contract', 'audit-log'],
    doors: ['access/policy', 'authorization/signatures'],
    why: 'log-verifier shares with the writer of a log only audit-log, contract, the pure evaluator (@countersign/access/policy) and the signature steps (@countersign/authorization/signatures): a mistake in the use cases must not be made twice.',
    never: [pure('log-verifier'), takesPorts('log-verifier', ['node:*', 'crypto', 'fs'])],
  },
  {
    folder: 'libs/evidence',
    libraries: ['contract', 'audit-log', 'wording'],
    why: 'broker and verifier share evidence: a person who checks how packs are verified should have little to read, and no store.',
    never: [
      [
        ['node:*', 'crypto', 'fs', '@nestjs/**', 'typeorm', 'express'],
        'evidence takes hashing, signature checking and files as ports.',
      ],
    ],
  },
  {
    folder: 'libs/access',
    libraries: ['contract', 'wording'],
    why: 'access is the domain: imports point one way (apps → persistence → access → wording → contract). Ask for what you need as a port.',
    never: [pure('access'), takesPorts('access')],
  },
  {
    folder: 'libs/authorization',
    except: ['libs/authorization/src/token/mint/**'],
    libraries: ['contract', 'wording'],
    why: "authorization imports only contract: it runs in the gateway and in customers' middleware, and must not be able to mint or to open the store.",
    never: [
      [
        ['@nestjs/**', 'typeorm', 'jsonwebtoken', 'express', 'undici'],
        'authorization checks with node:crypto in its own strict steps; no framework and no signing library belongs here.',
      ],
      [
        ['**/mint', '**/mint/**'],
        'What checks a token must not be able to mint one: the gateway loads this code. Only the broker imports @countersign/authorization/mint.',
      ],
    ],
  },
  {
    folder: 'libs/authorization/src/token/mint',
    libraries: ['contract', 'wording', MINT],
    why: 'The minting files import only contract: they sign what they are given and decide nothing.',
  },
  {
    folder: 'libs/gateway-protocol',
    libraries: ['contract'],
    why: 'gateway-protocol holds the shapes that broker and gateway exchange; it imports only contract.',
    never: [pure('gateway-protocol')],
  },
  {
    folder: 'libs/persistence',
    libraries: ['access', 'audit-log', 'contract', 'runtime', 'wording'],
    why: 'persistence implements the ports of access; it knows neither apps nor channels nor tokens.',
  },
  {
    folder: 'libs/config',
    libraries: ['access', 'api', 'contract', 'wording'],
    why: 'config turns environment and organisation file into typed values; it imports access, api, contract and wording only.',
  },
  {
    folder: 'libs/mail',
    libraries: ['access', 'contract', 'runtime', 'wording'],
    why: 'mail is a channel: it translates what the domain says and decides nothing; it knows access, contract, wording and runtime alone, and no store but through the ports.',
  },
  {
    folder: 'libs/slack',
    libraries: ['access', 'contract', 'runtime', 'wording'],
    why: 'slack is a channel: it translates between Slack and the domain and decides nothing; it knows access, contract, wording and runtime alone, and no store but through the ports.',
    never: [
      [
        ['@nestjs/**', 'typeorm', 'typeorm/**'],
        'slack knows Bolt and the domain; whatever mounts it brings the server and the store.',
      ],
    ],
  },
  {
    folder: 'apps/gateway',
    libraries: ['gateway-protocol', 'authorization', 'contract', 'private-listener', 'runtime', 'wording'],
    doors: ['config/gateway'],
    why: "the gateway holds no key that opens anything: it may not reach the domain's use cases, the store or the minter.",
    never: [
      [
        ['@nestjs/**', 'typeorm', 'express', 'jsonwebtoken'],
        'from socket to decision the gateway runs no framework: a reviewer reads the whole path in one sitting.',
      ],
    ],
  },
  // The demo's tour is a verb of the command.
  { folder: 'apps/cli', inside: ['**/src/**', '!**/demo/src/tour/index.js'], never: [onlyTheBrokerMints] },
  { folder: 'apps/demo', doors: ['authorization/context'], never: [onlyTheBrokerMints] },
  { folder: 'apps/broker' },
  {
    folder: 'apps/web',
    files: ['apps/web/**/*.ts', 'apps/web/**/*.tsx'],
    inside: ['**/libs/**'],
    libraries: ['api', 'audit-log', 'contract', 'log-verifier', 'wording'],
    doors: ['authorization/signatures'],
    why: "the pages import audit-log, log-verifier, the signature steps, contract and wording, which are pure, and the types of api (import type): anything else would be loaded into everybody's browser.",
    never: [
      [
        ['**/apps/**', '**/broker/**', '@nestjs/**', 'typeorm', 'express'],
        'the pages speak to the broker over its API alone; its types come from @countersign/api.',
      ],
    ],
  },
];

const FRONT_DOOR =
  'Go through the front door: import a library by its name (@countersign/NAME), never by a path into its inside. Its index.ts is what others may rely on.';

const name = (library) => `@countersign/${library}`;
const but = (pattern) => `!${pattern}`;

/** The rules of a row, as the linter has them. */
function patternsOf({ inside = ['**/src/**'], libraries, doors = [], why, never = [] }) {
  // Who may not mint is told so by the second pattern, or by `never`.
  const open = [MINT, ...doors].map(name).map(but);
  const patterns = [[[...inside, '@countersign/*/**', ...open], FRONT_DOOR]];
  if (libraries !== undefined) {
    const minting = libraries.includes(MINT) ? [] : [name(MINT)];
    patterns.push([['@countersign/*', ...libraries.map(name).map(but), ...minting], why]);
  }
  return [...patterns, ...never].map(([group, message]) => ({ group, message }));
}

/** The text of import-rules.json: a line for each row. */
export function importRulesJson() {
  const rows = IMPORT_RULES.map((row) => {
    const { folder, files = [`${folder}/**/*.ts`, `!${folder}/**/*.spec.ts`], except = [] } = row;
    const noRestrictedImports = { level: 'error', options: { patterns: patternsOf(row) } };
    return JSON.stringify({
      includes: [...files, ...except.map(but)],
      linter: { rules: { style: { noRestrictedImports } } },
    });
  });
  return `{ "overrides": [\n${rows.join(',\n')}\n] }\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL('import-rules.json', import.meta.url), importRulesJson());
