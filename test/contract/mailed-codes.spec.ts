/** @soak */

import type { Store } from '@countersign/access';
import { pino } from 'pino';
import { KnownBrowsers } from '../../apps/broker/src/http/known-browsers.js';
import { SharedAddresses } from '../../apps/broker/src/http/shared-addresses.js';
import { MailCodes } from '../../apps/broker/src/sign-in/mail-codes.js';
import { SignInAttempts } from '../../apps/broker/src/sign-in/sign-in-attempts.js';
import { eventually } from '../support/eventually.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow } from './support/workflow.js';

type Deps = ConstructorParameters<typeof MailCodes>[0];

/** The store, and what was done in it: each unit, and each call of a repository in it. */
function watched(store: Store, calls: string[]): Store {
  const note = <T extends object>(target: T, name: string): T =>
    // Its members are frozen, so the proxy stands for an object that has none.
    new Proxy({} as T, {
      get(_none, member) {
        const value = Reflect.get(target, member);
        if (typeof value !== 'function')
          return typeof value === 'object' && value !== null
            ? note(value, `${name}.${String(member)}`)
            : value;
        return (...parameters: unknown[]) => {
          calls.push(`${name}.${String(member)}`);
          return Reflect.apply(value, target, parameters);
        };
      },
    });
  const { sessions } = store;
  const port = {
    read: (work: (unit: object) => Promise<unknown>) => sessions.read((unit) => work(note(unit, 'read'))),
    write: (work: (unit: object) => Promise<unknown>) => sessions.write((unit) => work(note(unit, 'write'))),
  };
  return Object.create(store, { sessions: { value: port } });
}

describeUseCase('SQLite', 'codes by mail', (bench) => {
  test('cost the same, after the answer, whether or not someone has the address: one row more', async () => {
    const { deps: real } = await startWorkflow(bench);
    const calls: string[] = [];
    const mails: string[] = [];
    const deps = { ...real, store: watched(bench.store, calls) } as unknown as Deps;
    const logger = pino({ level: 'silent' });
    const mailer = { send: async ({ to }: { to: string }) => void mails.push(to) };
    const attempts = new SignInAttempts(deps);
    const codes = new MailCodes(
      deps,
      {} as ConstructorParameters<typeof MailCodes>[1],
      logger,
      mailer as unknown as ConstructorParameters<typeof MailCodes>[3],
      attempts,
      new KnownBrowsers(deps),
      new SharedAddresses(false, logger),
    );
    try {
      const done: string[][] = [];
      for (const email of ['ada@acme.example', 'nobody@acme.example', 'ada@nosuch.example']) {
        calls.length = 0;
        codes.ask('acme', email, `browser of ${email}`, { network: '192.0.2.1', address: '192.0.2.1' });
        expect(calls).toEqual([]);
        await eventually('the round', () => calls.includes('write.attempts.ofBrowser'), 5_000);
        // The row of a known address is written right after.
        await eventually('the end of the round', async () => {
          const before = calls.length;
          await bench.store.readAsVendor(async () => undefined);
          return calls.length === before;
        });
        done.push([...calls]);
      }
      const [known = [], ...unknown] = done;
      expect(known.at(-1)).toBe('write.attempts.insert');
      for (const each of unknown) expect(each).toEqual(known.slice(0, -1));
      await eventually('the mail', () => mails.length > 0, 10_000);
      expect(mails).toEqual(['ada@acme.example']);
    } finally {
      await codes.onModuleDestroy();
    }
  });
});
