import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyDatabase } from '../support/postgres/database.js';
import { HostSite } from './support/host-site.js';
import { installNode, SmallClone } from './support/other-node.js';
import { releaseFolder } from './support/release-folder.js';

/** Node itself is another version than that of the tests: its package in the npm registry, and SQLite compiled for it. */
const MAJORS = [22, 24] as const;
type Major = (typeof MAJORS)[number];

const nodes = {} as Record<Major, string>;
/** SQLite's binary for each. */
const binaries = {} as Record<Major, string>;
let release: string;
let clone: SmallClone;
beforeAll(() => {
  release = releaseFolder();
  clone = new SmallClone();
  for (const major of MAJORS) nodes[major] = installNode(major);
}, 300_000);

/** A copy of the release, with SQLite's binary for this Node. */
function releaseFor(major: Major): string {
  const folder = `${release}-${major}`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(release, folder, { recursive: true });
  copyFileSync(
    binaries[major],
    join(folder, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'),
  );
  return folder;
}

describe('a clone whose Node is switched', () => {
  test('is installed with Node 22', () => {
    expect(clone.prepare(nodes[22])).toContain('installing packages');
    expect([clone.opens(nodes[22]), clone.opens(nodes[24])]).toEqual([true, false]);
    binaries[22] = join(clone.folder, 'sqlite-22.node');
    copyFileSync(clone.binary, binaries[22]);
    expect(clone.prepare(nodes[22])).toBe('');
  }, 600_000);

  test('names the switch to Node 24, and makes the binaries again, not the packages', () => {
    const marker = join(clone.folder, 'node_modules/marker');
    writeFileSync(marker, 'npm ci would remove this');
    const said = clone.prepare(nodes[24]);
    expect(said).toMatch(/rebuild needed: this is another major version of Node \(24\./);
    expect(clone.opens(nodes[24])).toBe(true);
    expect(() => rmSync(marker)).not.toThrow();
    binaries[24] = clone.binary;
    expect(clone.prepare(nodes[24])).toBe('');
  }, 600_000);
});

test.each(MAJORS)(
  'Node %d under a folder that another one made: the command says that a rebuild is needed',
  async (major) => {
    const site = await HostSite.create({ release, node: nodes[major] });
    try {
      const { code, stderr } = await site.command(['migrate']);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error\[rebuild_needed\]: Rebuild needed: .*node bin\/prepare\.mjs install/),
      ]);
      const doctor = await site.command(['doctor']);
      expect(doctor.stdout).toMatch(/✗ database +Rebuild needed/);
      const broker = await site.run('programs/broker.js', []);
      expect([broker.code, broker.stderr]).toEqual([1, expect.stringMatching(/^error\[rebuild_needed\]/)]);
    } finally {
      await site.close();
    }
  },
  120_000,
);

describe.each(MAJORS)('Node %d does the main job', (major) => {
  test.each(['SQLite', 'PostgreSQL'])(
    'on %s',
    async (engine) => {
      const { url, drop } = engine === 'SQLite' ? NO_DATABASE : await emptyDatabase();
      const site = await HostSite.create({
        release: releaseFor(major),
        node: nodes[major],
        databaseUrl: url,
      });
      try {
        await site.setUp();
        const programs = [await site.startBroker(), await site.startGateway()];
        const { answer, calls, afterStop, log } = await site.mainJob();
        expect(JSON.parse(answer)).toEqual({ ok: true });
        expect(calls).toMatchObject([{ decision: 'allowed', path: '/clinics/harbour/patients/p-1' }]);
        expect(afterStop).toMatchObject({ code: 1, stderr: expect.stringContaining('is ended (revoked)') });
        expect(log).toMatchObject({ verified: true });
        // They use nothing that Node has deprecated.
        expect(programs.map(({ stderr }) => stderr)).toEqual(['', '']);
      } finally {
        await site.close();
        await drop();
      }
    },
    180_000,
  );
});

const NO_DATABASE = { url: undefined, drop: async () => undefined };
