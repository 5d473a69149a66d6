import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closing } from './support/closing.js';
import { type CpuProfile, flameGraph } from './support/flame-graph.js';
import { bearing, measured, startGatewaySite, subjectOf, tokenFor } from './support/loaded-gateway.js';
import { startUpstream } from './support/upstream.js';

/** Draws where a gateway spends its time. `node dist/bench/flame-graph.js docs/images/gateway-flame-graph.svg` */
const CALL = '/billing/tenants/acme/invoices/inv-1';
const CONNECTIONS = 128;
const CALLS = 30_000;
const PROFILED = new URL('./support/profiled.js', import.meta.url).href;

async function main(file: string): Promise<void> {
  const closing = new Closing();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-profile-'));
  try {
    const upstream = await startUpstream(closing);
    const withoutContext: Parameters<typeof startGatewaySite>[2] = ({ services }) => {
      for (const service of services) service.context = 'none';
    };
    const profileFile = join(folder, 'gateway.cpuprofile');
    const env = { NODE_OPTIONS: `--import ${PROFILED}`, BENCH_PROFILE_FILE: profileFile };
    const site = await startGatewaySite(upstream.origin, closing, withoutContext, env);
    const subject = subjectOf(site, CALL, bearing(await tokenFor(site)));
    await measured(subject, { amount: CALLS, connections: CONNECTIONS });
    process.kill(site.gateway.pid, 'SIGUSR2');
    await measured(subject, { amount: CALLS, connections: CONNECTIONS });
    await site.gateway.stop();
    const profile = JSON.parse(await readFile(profileFile, 'utf8')) as CpuProfile;
    const title = `A gateway's main thread: ${CALLS.toLocaleString('en')} calls, context none, ${CONNECTIONS} connections (Node ${process.versions.node})`;
    await writeFile(file, flameGraph(profile, title));
  } finally {
    await closing.closeAll();
    await rm(folder, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? 'flame-graph.svg');
