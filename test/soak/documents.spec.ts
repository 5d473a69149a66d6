import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { runShell, shellBlocksOf } from '../e2e/shell-blocks.js';
import { Demo } from '../support/demo.js';
import { freePort } from '../support/free-port.js';
import { specFolder } from '../support/spec-folder.js';

/** Started by the test itself, with other ports. */
const STARTS = /^(?:\w+=[\w.:]+ )*npm start/m;

describe('commands that documents show run as they are written', () => {
  let demo: Demo;
  let env: Record<string, string>;

  beforeAll(async () => {
    const port = await freePort();
    demo = await Demo.start({ COUNTERSIGN_OUTBOUND_PRIVATE: `localhost:${port}` });
    env = {
      COUNTERSIGN_BROKER_URL: demo.url,
      COUNTERSIGN_GATEWAY_URL: demo.gatewayUrl,
      COUNTERSIGN_DATA_DIR: demo.dataDir,
      RECEIVER_PORT: String(port),
    };
  }, 120_000);
  afterAll(() => demo.close());

  const blocks = (file: string, heading?: string): string =>
    shellBlocksOf(file)
      .filter((block) => heading === undefined || block.heading === heading)
      .filter(({ text }) => !STARTS.test(text))
      .map(({ text }) => text)
      .join('\n');

  test('README.md, “Your own service”', async () => {
    const folder = specFolder();
    copyFileSync(join(demo.dataDir, 'organisation.yaml'), join(folder, 'organisation.yaml'));
    const { stdout } = await runShell(blocks('README.md', 'Your own service'), folder, env);
    expect(stdout).toBe('No differences.\nNo differences.\n');
  }, 120_000);

  test('docs/integrators.md', async () => {
    const { stdout } = await runShell(blocks('docs/integrators.md'), specFolder(), env);
    expect(stdout).toMatch(/^request\.awaiting_vendor globex req_/m);
    expect(stdout).toContain('"userName":"nia@globex.example"');
    expect(stdout).toContain('"active":false');
  }, 240_000);
});
