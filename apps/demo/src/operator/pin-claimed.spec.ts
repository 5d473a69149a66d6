import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPins, setPin, writePins } from '@countersign/gateway-protocol';
import { pinClaimedTenants } from './pin-claimed.js';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;

describe('P12: the demo’s operator pins on the gateway’s host', () => {
  let spoolDir: string;

  beforeEach(() => {
    spoolDir = mkdtempSync(join(tmpdir(), 'pins-'));
  });
  afterEach(() => rmSync(spoolDir, { recursive: true, force: true }));

  /** Runs until this many pins were looked for, as the command would set them. */
  const run = async (chain: Record<string, (string | null)[]>, looks: number) => {
    const halt = new AbortController();
    const told: string[] = [];
    const verbs: string[][] = [];
    let left = looks;
    await pinClaimedTenants(
      {
        tenants: Object.keys(chain),
        spoolDir,
        readGenesisHash: async (tenant) => {
          left -= 1;
          if (left <= 0) halt.abort();
          const [now = null, ...later] = chain[tenant] ?? [];
          chain[tenant] = later.length === 0 ? [now] : later;
          return now;
        },
        runVerb: async (argv) => {
          verbs.push(argv);
          const [, , tenant = '', pinned = ''] = argv;
          const pins = await readPins(spoolDir);
          const { pin } = setPin(pins[tenant], pinned, Date.now());
          await writePins(spoolDir, { ...pins, [tenant]: pin });
        },
        print: (line) => told.push(line),
      },
      halt.signal,
    );
    return { told, verbs };
  };

  test('once a tenant is claimed, and no other tenant', async () => {
    const { told, verbs } = await run({ acme: [null, hash('a')], globex: [null] }, 5);
    expect(verbs).toEqual([['gateways', 'pin', 'acme', hash('a')]]);
    expect(told).toEqual([expect.stringContaining(hash('a'))]);
    expect((await readPins(spoolDir))['acme']?.pinned).toBe(hash('a'));
  });

  test('never another fingerprint than the pinned one, whatever the broker’s database says', async () => {
    const { pin } = setPin(undefined, hash('a'), Date.now());
    await writePins(spoolDir, { acme: pin });
    const { verbs } = await run({ acme: [hash('b')], globex: [null] }, 2);
    expect(verbs).toEqual([]);
    expect(await readPins(spoolDir)).toEqual({ acme: pin });
  });
});
