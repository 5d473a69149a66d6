import { ContractError, canonicalJson, readStrictJson, utf8 } from '@countersign/contract';
import { EvidenceFault } from './evidence-fault.js';
import type { EvidencePeriod } from './pack-context.js';

export const EVIDENCE_TYPE = 'countersign/evidence/v1';

/** Names of the files that are not derived from the leaves: they prove the leaves, or the manifest proves them. */
export const FILES = {
  leaves: 'log/leaves.jsonl',
  checkpoint: 'log/checkpoint',
  range: 'log/range.json',
  earlier: 'log/earlier.jsonl',
  deploymentLeaves: 'deployment/leaves.jsonl',
  deploymentCheckpoint: 'deployment/checkpoint',
  statement: 'statement.note',
  sums: 'SHA256SUMS',
  manifest: 'manifest.json',
  note: 'manifest.note',
} as const;

/** Name of the archive, without characters that a file system or a header could misread. */
export const packFileName = (tenant: string, period: string): string =>
  `countersign-evidence-${tenant}-${period.replaceAll(/[^A-Za-z0-9-]+/g, '-')}.zip`;

/** One file of a pack as its manifest lists it. `size` is in bytes. */
export interface PackedFile {
  name: string;
  size: number;
  /** In hex. */
  sha256: string;
}

/** What a pack is about, and every file in it but `manifest.json` and `manifest.note`, in their order. */
export interface Manifest {
  type: typeof EVIDENCE_TYPE;
  deployment: string;
  tenant: string;
  period: EvidencePeriod;
  madeAt: string;
  seed: string;
  files: PackedFile[];
}

/** The bytes of `manifest.json`: canonical JSON. */
export const manifestJson = (manifest: Manifest): string => canonicalJson(manifest);

/**
 * The text that the log's key signs, as `manifest.note`:
 *
 *     countersign/evidence/v1
 *     dep_… acme 2026-H2
 *     manifest.json sha256:…
 */
export const manifestNoteText = (
  { deployment, tenant, period }: Pick<Manifest, 'deployment' | 'tenant' | 'period'>,
  sha256: string,
): string => `${EVIDENCE_TYPE}\n${deployment} ${tenant} ${period.name}\n${FILES.manifest} sha256:${sha256}\n`;

/** `SHA256SUMS`, which `sha256sum -c` reads. */
export const sumsText = (files: readonly PackedFile[]): string =>
  files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');

const MAX_FILES = 10_000;

/** Parses `manifest.json`, and requires canonical JSON. @throws EvidenceFault `invalid_pack` */
export function parseManifest(text: string): Manifest {
  const wrong = (detail: string) => new EvidenceFault('invalid_pack', detail);
  let manifest: Manifest;
  try {
    manifest = readStrictJson(utf8(text)) as unknown as Manifest;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw wrong('The manifest is not JSON.');
  }
  if (manifest?.type !== EVIDENCE_TYPE) throw wrong(`A manifest is of the type ${EVIDENCE_TYPE}.`);
  const { deployment, tenant, madeAt, seed, period, files } = manifest;
  const texts = [deployment, tenant, madeAt, seed, period?.name, period?.from, period?.to];
  const isWellFormed =
    texts.every((each) => typeof each === 'string') &&
    [period.from, period.to].every((at) => !Number.isNaN(Date.parse(at))) &&
    Array.isArray(files) &&
    files.length <= MAX_FILES &&
    files.every(isPackedFile);
  if (!isWellFormed || manifestJson(manifest) !== text)
    throw wrong('The manifest lacks a member, or is not in canonical form.');
  return manifest;
}

const isPackedFile = (file: PackedFile): boolean =>
  typeof file?.name === 'string' && Number.isSafeInteger(file.size) && /^[0-9a-f]{64}$/.test(file.sha256);
