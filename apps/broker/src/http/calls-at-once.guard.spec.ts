import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import type { ExecutionContext } from '@nestjs/common';
import { EvidenceController } from '../evidence/evidence.controller.js';
import { GrantsController } from '../grants/grants.controller.js';
import { LocksController } from '../locks/locks.controller.js';
import { StopsController } from '../trust/stops.controller.js';
import type { AccessGuard } from './access.guard.js';
import { CallsAtOnceGuard, NeverWaits, neverWaits } from './calls-at-once.guard.js';
import type { IdentifyGuard } from './identify.guard.js';
import type { Caller } from './request.js';

const person = (id: string, tenant: string | null): Caller =>
  ({ kind: 'person', principal: { person: { id, tenant } } }) as unknown as Caller;
const gateway = { kind: 'gateway', gateway: { id: 'gtw_1' } } as unknown as Caller;
const scimOf = (tenant: string | null): Caller => ({ kind: 'provisioner', tenant });

class Handlers {
  ordinary(): void {}
  @NeverWaits()
  stop(): void {}
}
const { ordinary, stop } = Handlers.prototype;

/** Calls that go through one guard, and what became of them. */
class Calls {
  readonly begun: string[] = [];
  readonly refused: unknown[] = [];
  /** Callers that were authenticated again after they had waited. */
  readonly again: Caller[] = [];
  admits = true;
  private readonly guard = new CallsAtOnceGuard(
    {
      canActivate: async (context: ExecutionContext) => {
        this.again.push(context.switchToHttp().getRequest().caller);
        return true;
      },
    } as unknown as IdentifyGuard,
    {
      canActivate: () => {
        if (!this.admits) throw new Error('no longer admitted');
        return true;
      },
    } as unknown as AccessGuard,
  );

  /** @returns ends the answer, or the connection of a call that waits */
  async send(name: string, caller: Caller, handler: () => void = ordinary): Promise<() => Promise<void>> {
    const response = Object.assign(new EventEmitter(), { closed: false });
    const context = {
      getHandler: () => handler,
      switchToHttp: () => ({ getRequest: () => ({ caller }), getResponse: () => response }),
    } as unknown as ExecutionContext;
    const close = () => {
      response.closed = true;
      response.emit('close');
    };
    this.guard.canActivate(context).then(
      () => this.begun.push(name),
      (error) => {
        this.refused.push(error);
        close();
      },
    );
    await settled();
    return () => {
      close();
      return settled();
    };
  }
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

let calls: Calls;
beforeEach(() => {
  calls = new Calls();
});

test('two calls of a person are processed at once; the third waits, while those of everyone else go on', async () => {
  const ada = person('usr_a', 'acme');
  const end = await calls.send('a1', ada);
  await calls.send('a2', ada);
  await calls.send('a3', ada);
  for (const [name, caller] of [
    ['colleague', person('usr_b', 'acme')],
    ['foreign', person('usr_g', 'globex')],
    ['vendor', person('usr_v', null)],
    ['gateway', gateway],
    ['stranger', { kind: 'anonymous' }],
  ] as const)
    await calls.send(name, caller);
  expect(calls.begun).toEqual(['a1', 'a2', 'colleague', 'foreign', 'vendor', 'gateway', 'stranger']);
  await end();
  expect(calls.begun.at(-1)).toBe('a3');
});

test('a SCIM client is one caller, and those of two sides do not wait for each other', async () => {
  for (const name of ['1', '2', '3']) await calls.send(`acme ${name}`, scimOf('acme'));
  await calls.send('globex', scimOf('globex'));
  await calls.send('vendor', scimOf(null));
  expect(calls.begun).toEqual(['acme 1', 'acme 2', 'globex', 'vendor']);
});

test('many people and keys of one tenant have four places together, and the vendor’s staff are not counted as one', async () => {
  for (let index = 0; index < 6; index += 1) {
    await calls.send(`acme ${index}`, person(`usr_${index}`, 'acme'));
    await calls.send(`vendor ${index}`, person(`usr_v${index}`, null));
  }
  await calls.send('globex', person('usr_g', 'globex'));
  expect(calls.begun.filter((name) => name.startsWith('acme'))).toHaveLength(4);
  expect(calls.begun.filter((name) => name.startsWith('vendor'))).toHaveLength(6);
  expect(calls.begun.at(-1)).toBe('globex');
});

test('a call that leaves while it waits takes no place, and one that leaves while it runs frees its place', async () => {
  const ada = person('usr_a', 'acme');
  const [first] = [await calls.send('a1', ada), await calls.send('a2', ada)];
  const leave = await calls.send('a3', ada);
  await calls.send('a4', ada);
  await leave();
  expect(calls.begun).toEqual(['a1', 'a2']);
  await first();
  expect(calls.begun).toEqual(['a1', 'a2', 'a4']);
});

test('P6: what stops access never waits, however many calls of the same person do', async () => {
  const ada = person('usr_a', 'acme');
  for (let index = 0; index < 300; index += 1) await calls.send(`a${index}`, ada);
  await calls.send('stop', ada, stop);
  expect(calls.begun).toEqual(['a0', 'a1', 'stop']);
});

test.each([
  ['P6: the revocation of a grant', GrantsController.prototype.revoke],
  ['P6: a lock', LocksController.prototype.create],
  ['P6: a signed stop', StopsController.prototype.set],
  ['P6: the statement of a stop', StopsController.prototype.stopStatement],
  ['the download of an evidence pack, which may take half an hour', EvidenceController.prototype.read],
])('%s waits for no other call, and none waits for it', (_what, handler) => {
  expect(neverWaits(handler)).toBe(true);
});

test('at most 256 calls of one caller wait; more are refused, and others are not', async () => {
  const ada = person('usr_a', 'acme');
  for (let index = 0; index < 260; index += 1) await calls.send(`a${index}`, ada);
  expect(calls.refused).toHaveLength(2);
  expect(calls.refused[0]).toMatchObject({ code: 'rate_limited', seconds: 1 });
  await calls.send('foreign', person('usr_g', 'globex'));
  expect(calls.begun).toEqual(['a0', 'a1', 'foreign']);
});

test('who waited is authenticated and admitted again, and frees the place if they are not', async () => {
  const ada = person('usr_a', 'acme');
  const [first] = [await calls.send('a1', ada), await calls.send('a2', ada)];
  await calls.send('a3', ada);
  const second = await calls.send('a4', ada);
  expect(calls.again).toEqual([]);
  calls.admits = false;
  await first();
  expect(calls.again).toEqual([ada, ada]);
  expect(calls.refused).toHaveLength(2);
  await second();
  await calls.send('a5', ada);
  expect(calls.begun).toEqual(['a1', 'a2', 'a5']);
});
