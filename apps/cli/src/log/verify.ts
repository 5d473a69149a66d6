import { parseLogOrigin, type VerifiedPoint, type VerifierKey } from '@countersign/audit-log';
import type { Cosignature, VerifiedState } from '@countersign/log-verifier';
import type { Answer, Context } from '../command/context.js';
import { counted, formatFacts } from '../terminal/text.js';
import { isAddress, logAt } from './log-source.js';
import { LOGS_OF_NO_TENANT, replaySealedLogs, replayWithProgress, warningLines } from './replay.js';
import { UnfinishedRun } from './unfinished-run.js';
import {
  acceptRestored,
  chooseKey,
  pruningText,
  readPoint,
  requireKnown,
  restoredFacts,
  verifyWithProgress,
  writePoint,
} from './verification.js';

export type VerifyOptions = {
  vkey?: string;
  anchor?: string;
  state?: string;
  policy?: string;
  deployment?: string;
  deploymentVkey?: string;
  structureOnly?: true;
  acceptRestored?: true;
};

/**
 * Verifies a log at a server or in a folder.
 *
 * @throws CliError with the code of the first fault (exit 1); `cannot_open` (exit 2); `not_witnessed` (exit 3); `unknown_event` (exit 4)
 */
export async function verifyLogAt(context: Context, place: string, options: VerifyOptions): Promise<Answer> {
  const { key, anchor } = await chooseKey(options);
  const since = options.state === undefined ? undefined : await readPoint(options.state);
  const slug = parseLogOrigin(key.name)?.slug;
  if (options.structureOnly === true || slug === undefined || LOGS_OF_NO_TENANT.has(slug))
    return verifyStructure(context, place, { key, since, options });
  const unfinished = options.state === undefined ? undefined : new UnfinishedRun(context, options.state);
  const source = logAt(context, place);
  const { policy, deployment, deploymentVkey } = options;
  const from = { source, path: place, isRemote: isAddress(place) };
  const settings = { key, since, anchor, policy, deployment, deploymentVkey, unfinished };
  const report = await replayWithProgress(context, from, settings);
  const sealed = report.replayed ? await replaySealedLogs(context, from, settings, report.sealedLogs) : [];
  const restored = acceptRestored(report, options.acceptRestored === true);
  if (options.state !== undefined) await writePoint(options.state, report.state);
  await unfinished?.drop();
  const document = { ...documentOf(report, since), structureOnly: false, restored };
  requireKnown([report.unknown, ...sealed.map((each) => each.unknown)], unverified(document));
  const resumedAt = unfinished?.resumedAt ?? null;
  const { replayed, calls, grants, opened, trust, warnings, witnessed } = report;
  return {
    document: {
      ...document,
      ...{ replayed, calls, grants, opened, trust, warnings, witnesses: witnessed.cosignatures, resumedAt },
      deployment: placeOf(report.deployment),
      sealedLogs: sealed.map(({ log, point, covered, ...found }) => ({
        ...{ log, size: point.size, root: point.root, covered },
        ...{ calls: found.calls, grants: found.grants, warnings: found.warnings },
      })),
    },
    text: formatFacts([
      ['verified', replayed ? 'yes' : 'yes, but not replayed: leaves before were pruned'],
      ...factsOf(report, since),
      ...resumedFact(resumedAt),
      ['calls', `${calls} allowed, under ${counted(grants, 'grant')}`],
      ['openings', `${counted(opened, 'commitment')} opened`],
      ['trust', trust ?? 'the vendor’s word: the tenant is not claimed'],
      ['witnesses', witnessText(witnessed.cosignatures)],
      ...sealed.map(({ log, calls: callCount, grants: grantCount }): [string, string] => [
        'under a gag',
        `${callCount} allowed, under ${counted(grantCount, 'grant')}, in ${log}`,
      ]),
      ...restoredFacts(restored),
      ...warningLines([...warnings, ...sealed.flatMap((each) => each.warnings)]),
    ]),
  };
}

/** Hashes and signatures, and the form of the leaves unless only the structure is required. */
async function verifyStructure(
  context: Context,
  place: string,
  { key, since, options }: { key: VerifierKey; since: VerifiedState | undefined; options: VerifyOptions },
): Promise<Answer> {
  const structureOnly = options.structureOnly === true;
  const verified = await verifyWithProgress(context.io, logAt(context, place), {
    key,
    since,
    structureOnly,
  });
  const restored = acceptRestored(verified, options.acceptRestored === true);
  if (options.state !== undefined) await writePoint(options.state, verified.point);
  const pruning = pruningText(verified);
  const document = { ...documentOf(verified, since), structureOnly, restored };
  requireKnown([verified.unknown], unverified(document));
  return {
    document,
    text: formatFacts([
      ['verified', structureOnly ? 'yes, its structure' : 'yes'],
      ...factsOf(verified, since),
      ...restoredFacts(restored),
      ...(pruning === undefined ? [] : [['pruned', pruning] as [string, string]]),
    ]),
  };
}

type Found = { point: VerifiedPoint; prunedBefore: number };

const placeOf = ({ origin, size, root }: VerifiedPoint) => ({ origin, size, root });

const documentOf = ({ point, prunedBefore }: Found, since: VerifiedPoint | undefined) => ({
  ...{ verified: true, ...placeOf(point), since: since?.size ?? null, prunedBefore },
});

const unverified = (document: ReturnType<typeof documentOf>) => ({ ...document, verified: false });

const factsOf = ({ point }: Found, since: VerifiedPoint | undefined): [string, string][] => [
  ['log', point.origin],
  ['leaves', String(point.size)],
  ['root', point.root],
  [
    'continues',
    since === undefined
      ? 'nothing: this was a first run, or without --state'
      : `${counted(since.size, 'leaf', 'leaves')} of an earlier run`,
  ],
];

const resumedFact = (leaf: number | null): [string, string][] =>
  leaf === null ? [] : [['resumed', `at leaf ${leaf}, where a run was interrupted`]];

const witnessText = (cosignatures: readonly Cosignature[]): string =>
  cosignatures.length === 0
    ? 'none are named'
    : cosignatures
        .map(
          ({ name, at }) => `${name}: ${at === null ? 'has not signed' : new Date(at * 1_000).toISOString()}`,
        )
        .join(', ');
