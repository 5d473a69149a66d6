import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../test/support/eventually.js';
import { freePort } from '../../../../test/support/free-port.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

describe('if the broker cannot be reached', () => {
  let folder: string;
  let environment: Record<string, string>;
  const file = () => join(folder, 'credentials.json');

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-login-'));
    environment = {
      COUNTERSIGN_BROKER_URL: `http://127.0.0.1:${await freePort()}`,
      COUNTERSIGN_CREDENTIALS_FILE: file(),
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('logout forgets the credential all the same, and says that the session stays active', async () => {
    const broker = environment['COUNTERSIGN_BROKER_URL'] ?? '';
    const credential = `css_${'x'.repeat(43)}`;
    const stored = { credential, email: 'erin@vendor.example', expiresAt: null };
    writeFileSync(file(), JSON.stringify({ [broker]: stored }), { mode: 0o600 });
    const terminal = new Terminal(environment);
    expect(await run(['logout'], terminal)).toBe(0);
    expect(readFileSync(file(), 'utf8')).not.toContain(credential);
    expect(terminal.err).toContain('was not reached');
    expect(terminal.out + terminal.err).not.toContain(credential);
  });

  test('login says by its code that the broker cannot be reached', async () => {
    const terminal = new Terminal(environment);
    const ended = run(['login'], terminal);
    const printed = await eventually('an address', () => /http:\S+/.exec(terminal.err)?.[0]);
    const { searchParams } = new URL(printed);
    await fetch(
      `http://127.0.0.1:${searchParams.get('port')}/callback?code=c&state=${searchParams.get('state')}`,
    );
    expect(await ended).toBe(1);
    expect(terminal.err).toContain('error[broker_unreachable]');
  });
});
