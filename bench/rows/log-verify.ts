import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LeafV1, logOrigin } from '@countersign/audit-log';
import { TestBroker } from '../../test/e2e/harness.js';
import { makeGrant, mintToken } from '../../test/e2e/story.js';
import { RecordingGateway } from '../../test/support/recorded-calls.js';
import type { Closing } from '../support/closing.js';
import { LogWriter, recordLeaves } from '../support/long-log.js';
import { type BenchOptions, type Family, type Row, rounded, times } from '../support/table.js';

const LEAVES = 1_000_000;
const MANY_LEAVES = 10_000_000;
const CLI = new URL('../../apps/cli/src/main.js', import.meta.url).href;
const REPORT_USAGE = fileURLToPath(new URL('../support/report-usage.js', import.meta.url));

/**
 * How fast `log verify` verifies a folder, as a program of its own: hashes and signatures alone, then with everything that the
 * leaves say. Beside it the bare hashing of as many bytes. Both by processor time: the work is done by one thread. `--full`:
 * ten million leaves.
 */
export const logVerify: Family = {
  name: 'log-verify',
  async run(closing: Closing, { full }: BenchOptions): Promise<Row[]> {
    const count = full ? MANY_LEAVES : LEAVES;
    const folder = await mkdtemp(join(tmpdir(), 'countersign-log-'));
    closing.add(() => rm(folder, { recursive: true }));
    const { vkey, bytes } = await writeLog(folder, count);
    const bare = hashingRate(count, bytes);
    const row = async (what: string, more: string[], target: string): Promise<Row> => {
      const { rate, megabytes } = await verify(folder, vkey, count, more);
      return {
        what: `log verify, ${rounded(count)} leaves, ${what}`,
        figure: `${rounded(rate)}/s of CPU, ${rounded(megabytes)} MB`,
        rival: 'bare SHA-256 of each leaf',
        rivalFigure: `${rounded(bare)}/s of CPU`,
        ratio: times(rate / bare),
        target,
      };
    };
    return [
      await row('structure alone', ['--structure-only'], '≥ 50,000/s, ≤ 200 MB'),
      await row('with grants, calls and chains', [], ''),
    ];
  },
};

/** A broker's log until its first token, then calls. The deployment's log is that broker's. */
async function writeLog(folder: string, count: number): Promise<{ vkey: string; bytes: number }> {
  const broker = await TestBroker.start();
  try {
    const gateway = await RecordingGateway.enrol(broker);
    const { request, grant } = await makeGrant(broker);
    await mintToken(broker, grant);
    const { deployment } = broker.host.store;
    const leavesOf = (log: string): Promise<LeafV1[]> =>
      broker.host.store.readForTenant(log, async ({ events }) =>
        (await events.leaves(0, 10_000)).map((text) => JSON.parse(text) as LeafV1),
      );
    const other = new LogWriter(join(folder, 'deployment'), logOrigin(deployment, 'deployment', 1));
    for (const leaf of await leavesOf('deployment')) other.add(leaf);
    other.finish();
    const own = new LogWriter(folder, logOrigin(deployment, 'acme', 1));
    const begun = await leavesOf('acme');
    for (const leaf of begun) own.add(leaf);
    const under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
    const minted = Date.parse(begun.find(({ type }) => type === 'token.minted')?.at ?? '');
    for (const leaf of recordLeaves(count - own.size, gateway.id, gateway.identity, under, minted))
      own.add(leaf);
    const { bytes } = own;
    return { vkey: own.finish(), bytes: bytes / count };
  } finally {
    await broker.close();
  }
}

async function verify(folder: string, vkey: string, count: number, more: readonly string[]) {
  const [answer, errors, usage] = await new Promise<string[]>((resolve, reject) => {
    const run = `const { main } = await import(${JSON.stringify(CLI)}); await main(process.argv.slice(1));`;
    const verb = ['log', 'verify', folder, '--vkey', vkey, '--json', ...more];
    const argv = ['--import', REPORT_USAGE, '--input-type=module', '--eval', run, '--', ...verb];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const texts = ['', '', ''];
    for (const [place, stream] of child.stdio.slice(1).entries())
      stream?.on('data', (chunk) => {
        texts[place] += String(chunk);
      });
    child.once('error', reject);
    child.once('close', () => resolve(texts));
  });
  const { verified } = JSON.parse(answer ?? '') as { verified: boolean };
  if (!verified) throw new Error(`the log did not verify: ${answer} ${errors}`);
  const { memory, cpu } = JSON.parse(usage ?? '') as { memory: number; cpu: number };
  return { rate: count / (cpu / 1e6), megabytes: memory / 1_024 };
}

/** Leaves a second of bare hashing, on the same machine in the same run. */
function hashingRate(count: number, bytes: number): number {
  const leaf = Buffer.alloc(Math.round(bytes), 7);
  const some = Math.min(count, 1_000_000);
  const before = process.cpuUsage();
  for (let done = 0; done < some; done += 1) createHash('sha256').update(leaf).digest();
  const { user, system } = process.cpuUsage(before);
  return some / ((user + system) / 1e6);
}
