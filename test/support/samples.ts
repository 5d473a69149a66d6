import { holdsDeadlines } from './deadline.js';
import { requireTag } from './tags.js';

/**
 * How often the repeated and randomised tests run: `quick` in `npm test`, `full` in `npm run test:soak`, which runs every
 * spec with the tag `@soak` again with the full counts. A test that only the soak runs has its count in its own file.
 */
export const SAMPLES = {
  /** Damaged files of a mirror, states, anchor files and statements, all together. */
  mutatedLogFiles: { quick: 160, full: 2_000 },
  /** Damaged HTTP connections, and rewritten spellings of a call. */
  damagedConnections: { quick: 60, full: 3_000 },
  rewrittenCalls: { quick: 60, full: 8_000 },
  /** Damaged messages that our reader and Node's parser are compared on, requests and responses each. */
  mutatedMessages: { quick: 25_000, full: 1_000_000 },
  /** Responses of ours that undici reads, and bodies of undici's that we read. */
  undiciExchanges: { quick: 100, full: 5_000 },
  /** Pages of a service that arrive in pieces. */
  splitPages: { quick: 300, full: 20_000 },
  scopes: { quick: 200, full: 20_000 },
  /** Leaves with anything in them, written in each format of an export. */
  exportedLeaves: { quick: 75, full: 4_000 },
  /** The largest of the small trees of which every proof is verified. */
  provenTrees: { quick: 30, full: 70 },
  /** Calls of each operation of the API with arbitrary input: in the soak by each kind of caller, in `npm test` by two. */
  arbitraryCalls: { quick: 1, full: 1 },
  /** Organisation files with anything in them. */
  arbitraryFiles: { quick: 50, full: 400 },
  /** Stories of a record spool whose disk or process fails; flipped bytes and damaged lines in one. */
  spoolStories: { quick: 50, full: 800 },
  flippedBytes: { quick: 50, full: 300 },
  damagedLines: { quick: 50, full: 100 },
  /** Walks through requests, offers, invitations and extensions, on each kind of store. */
  accessWalks: { quick: 10, full: 25 },
  /** Scanners that open every link of a mail at once. */
  scanners: { quick: 2, full: 50 },
  /** Calls to the API at once. */
  parallelCalls: { quick: 40, full: 100 },
  /** Operations on one request or grant at the same moment, through two stores. */
  waysAtOnce: { quick: 50, full: 100 },
  /** Decisions in flight when a broker is killed: twice a multiple of the five requests that one engineer may have. */
  decisionsInFlight: { quick: 40, full: 100 },
  /** Rounds of a hundred decisions at once: on the domain, and through two stores. */
  decisionRounds: { quick: 1, full: 5 },
  twoStoreRounds: { quick: 2, full: 6 },
  /** Rows in each table of the databases whose plans are read. */
  plannedRows: { quick: 5_000, full: 20_000 },
  /** Units of work at once, on each kind of store. */
  unitsAtOnce: { quick: 60, full: 200 },
  /** `kill -9` of a broker with decisions in flight. */
  brokerKills: { quick: 1, full: 12 },
  /** `kill -9` of one of the worker processes of a gateway under load, chosen at random. */
  workerKills: { quick: 1, full: 12 },
  /** `kill -9` of processes that append to the same logs and sign them, on each kind of store. Up to four run at once. */
  logWriterKills: { quick: 2, full: 50 },
} as const;

/**
 * Whether this is a run with the full counts: the soak. For a whole test of the soak alone, use `onlyInSoak`. Specs that differ
 * in the soak have the tag `@soak`, so that it runs them.
 */
export function isFullRun(): boolean {
  if (process.env['COUNTERSIGN_TEST_SAMPLES'] === 'full') return true;
  if (!holdsDeadlines()) requireTag('soak');
  return false;
}

/**
 * Whether this run has the tests of `onlyInSoak`: the soak, and `npm run test:alone`, because some of them hold deadlines. For what
 * they share with the other tests of a file.
 */
export const hasSoakTests = (): boolean => holdsDeadlines() || isFullRun();

/**
 * Registers tests that only the soak runs, and `npm run test:alone` in files with deadlines. A whole file of them is named `*.soak.spec.ts` instead. `.ci/run` runs both `npm test`
 * and the soak before a change lands.
 *
 * Unit tests, and the tests of use cases on the store (`test/contract`): `npm test` shows each check once.
 *
 * End-to-end tests start brokers and gateways, so `npm test` runs a selection of them. It keeps:
 *
 * 1. the main job by each way to ask and to decide (web, Slack, command line), each way to sign in, and the record of the call;
 * 2. for each promise (P1 to P13), those that fail if it is broken in general, and those that separate tenants and roles;
 * 3. for each feature one test that uses it, and one refusal if a wrong permission would let somebody in or data out;
 * 4. one kill, one lost connection and one full disk of each program.
 *
 * Browser tests are dearer still. `npm test` keeps:
 *
 * 1. the main job, and what keeps an approver from being deceived on the page of a request;
 * 2. for each promise with browser tests, those that fail if it is broken in general: one fault of a log, one approval with a
 *    passkey, one refusal;
 * 3. for each page, and each feature with a page of its own, a test that opens it and uses its main action, so that
 *    `npm test` fails if it does not work at all;
 * 4. the accessibility engines on a sample of the pages, each in one look;
 * 5. the content security policy, framing, and that nothing of another tenant is shown.
 *
 * All others are in the soak alone, even if no other test proves the same: further faults and refusals, a second way to do the
 * same, other languages, devices and screens, repeated messages, and what takes long.
 */
export function onlyInSoak(register: () => void): void {
  if (hasSoakTests()) register();
}

/** The rows of a long table that this run takes: in the soak all, in `npm test` `count` of them. */
export const someRows = <T>(rows: readonly T[], count = 1): readonly T[] =>
  rowsOfEachKind(rows, () => 'alike', count);

/**
 * The rows that this run takes of a long table with rows of several kinds. The soak takes all. `npm test` takes `ofEach` rows of
 * each kind: which ones is arbitrary, but the same in every run.
 */
export function rowsOfEachKind<T>(rows: readonly T[], kindOf: (row: T) => string, ofEach = 1): readonly T[] {
  if (isFullRun()) return rows;
  const kinds = new Map<string, T[]>();
  for (const row of rows) kinds.set(kindOf(row), [...(kinds.get(kindOf(row)) ?? []), row]);
  return [...kinds.values()].flatMap((alike) => {
    const step = Math.max(1, Math.floor(alike.length / ofEach));
    const from = SEED % step;
    return alike.filter((_, place) => place % step === from).slice(0, ofEach);
  });
}

const SEED = 4711;

/** The runs of a property that has no count above: all in the soak, a fifth of them in `npm test`. */
export const runs = (full: number): number => (isFullRun() ? full : Math.ceil(full / 5));

/** The count for this run. */
export const samples = (name: keyof typeof SAMPLES): number =>
  isFullRun() ? SAMPLES[name].full : SAMPLES[name].quick;
