/** @soak */

import { existsSync, readFileSync } from 'node:fs';
import {
  addDemandStep,
  type DemandInput,
  EVERYTHING,
  enterDemand,
  eraseOpenings,
  getLogSettings,
  getRequest,
  ingestRecords,
  invite,
  liftLegalHold,
  liftLock,
  listInvitations,
  openDueDemands,
  type Principal,
  readDemand,
  readDemandDocument,
  readOpenings,
  reviewRequest,
  revokeGrant,
  runDueTransitions,
  setLegalHold,
  setLock,
  setLogSettings,
} from '@countersign/access';
import {
  type AccessRecordView,
  commit,
  encodeBase64url,
  NO_OUTCOME,
  openCommitment,
} from '@countersign/contract';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { rowsAt } from '../support/rows-at.js';
import type { TestDatabase } from './support/database.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const WHY = 'Zusage an Frau Ödipal-Wirsing persönlich';
const TICKET = 'TICKET-wirsing-4711';

/** Where a text still stands in a database: files of SQLite, rows of PostgreSQL. */
async function placesOf({ engine, url }: TestDatabase, text: string): Promise<string[]> {
  if (engine === 'sqlite') {
    const path = url.slice('sqlite:'.length);
    return ['', '-wal', '-shm', '-journal'].flatMap((suffix) =>
      existsSync(path + suffix) && readFileSync(path + suffix).includes(text) ? [`file${suffix}`] : [],
    );
  }
  const tables = await rowsAt<{ name: string }>(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name FROM "${name}" t WHERE strpos(t::text, '${text}') > 0`,
  );
  return (await rowsAt<{ name: string }>(url, counts.join(' UNION '))).map(({ name }) => name);
}

describeUseCase('SQLite', 'erasure of personal values (GDPR Art. 17)', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let erin: Principal;
  beforeEach(async () => {
    const organisation = smallOrganisation();
    organisation.vendor.staff.push({ email: 'lea@northwind.example', name: 'Lea Voss', roles: ['legal'] });
    flow = await startWorkflow(bench, organisation);
    ada = await flow.as('ada@acme.example');
    erin = await flow.as('erin@northwind.example');
  });

  /** A request with personal texts that was approved and whose grant was revoked; then 90 days pass. */
  async function ended() {
    const asked = await flow.ask(erin, { justification: WHY, ticket: TICKET });
    await flow.approve(await flow.as('max@northwind.example'), asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    const words = 'WORDS-wirsing was named in a call';
    await revokeGrant(flow.deps, ada, request.grant ?? '', words, {
      idempotency: { principal: ada.person.id, route: 'r', key: 'k', bodyHash: 'h' },
    });
    flow.clock.forward(90 * DAY);
    return { request, words };
  }
  const leafOf = async (type: string) => {
    const leaf = (await flow.leaves('acme')).findLast((each) => each.type === type);
    if (leaf === undefined) throw new Error(`there is no ${type}`);
    return leaf;
  };
  const erase = async (type: string, fields: string[], by = ada, tenant = 'acme') =>
    eraseOpenings(flow.deps, by, tenant, { leaf: (await leafOf(type)).seq, fields });
  const refused = (code: string) => expect.objectContaining({ code });

  test('under a gag it is carried out as always, and a sealed copy is kept for legal counsel alone', async () => {
    const lea = await flow.as('lea@northwind.example');
    const { request } = await ended();
    const input: DemandInput = {
      ...{
        authority: 'County court',
        country: 'DE',
        legalBasis: '§ 94 StPO',
        kind: 'order',
        reference: null,
      },
      ...{ data: 'Invoices', scope: 'October', accounts: ['konto-4711'], dueAt: null, reason: 'By courier' },
      ...{ receivedAt: flow.clock.now().toISOString(), tenants: ['acme', 'globex'] },
      gag: {
        order: '§ 101 StPO',
        until: new Date(flow.clock.now().getTime() + 90 * 86_400_000).toISOString(),
      },
    };
    const { demand } = await enterDemand(flow.deps, lea, input);
    const closed = await enterDemand(flow.deps, lea, input);
    await addDemandStep(flow.deps, lea, closed.demand.id, {
      ...{ action: 'redirected', outcome: 'accepted', reason: 'the customer answers' },
    });
    await addDemandStep(flow.deps, lea, closed.demand.id, { action: 'closed', reason: 'withdrawn' });
    // What is refused leaves no copy.
    const { seq } = await leafOf('request.created');
    const wrong = { leaf: seq, fields: ['justification', 'other'] };
    await expect(eraseOpenings(flow.deps, ada, 'acme', wrong)).rejects.toEqual(refused('invalid_request'));
    await setLegalHold(flow.deps, ada, 'acme', 'we keep it');
    await expect(erase('request.created', ['justification'])).rejects.toEqual(refused('legal_hold'));
    await liftLegalHold(flow.deps, ada, 'acme');
    expect((await readDemand(flow.deps, lea, demand.id)).documents).toEqual([]);

    const before = await flow.leaves('acme');
    const view = await erase('request.created', ['justification', 'ticket']);
    expect(view).toMatchObject({ leaf: seq, fields: ['justification', 'ticket'], by: ada.person.id });
    // Visibly: the one leaf of every erasure, and the value is nowhere in plain text.
    expect((await flow.leaves('acme')).slice(before.length).map(({ type }) => type)).toEqual([
      'opening.erased',
    ]);
    expect((await readOpenings(flow.deps, ada, 'acme', seq)).erased).toHaveProperty('justification');
    expect((await getRequest(flow.deps, erin, request.id)).openings['justification']).toBeUndefined();
    expect(await placesOf(bench.database, WHY)).toEqual([]);

    const { documents } = await readDemand(flow.deps, lea, demand.id);
    expect(documents).toMatchObject([{ name: `erased-acme-${seq}.json`, person: 'job' }]);
    const [{ sha256 } = { sha256: '' }] = documents;
    const { content } = await readDemandDocument(flow.deps, lea, demand.id, sha256);
    const copy = JSON.parse(Buffer.from(content).toString('utf8'));
    expect(copy).toMatchObject({ tenant: 'acme', leaf: seq, openings: { ticket: { value: TICKET } } });
    const { value, salt, commitment } = copy.openings.justification;
    expect(openCommitment(systemHashing, 'justification', { value, salt }, commitment)).toBe(true);
    expect([value, commitment]).toEqual([
      WHY,
      (await leafOf('request.created')).commitments['justification'],
    ]);
    for (const email of ['ola@northwind.example', 'ada@acme.example', 'sam@northwind.example'])
      await expect(readDemandDocument(flow.deps, await flow.as(email), demand.id, sha256)).rejects.toEqual(
        refused('forbidden'),
      );
    expect((await readDemand(flow.deps, lea, closed.demand.id)).documents).toEqual([]);

    // Once the gag has ended, this customer reads that a copy is kept; the demand's other customer reads nothing of it.
    flow.clock.forward(91 * DAY);
    expect(await openDueDemands(flow.deps)).toBe(2);
    const told = (await flow.leaves('acme')).filter(({ type }) => type === 'demand.kept');
    expect(told.map(({ data }) => [data['leaf'], data['document'], data['fields']])).toEqual([
      [seq, sha256, ['justification', 'ticket']],
    ]);
    expect((await flow.leaves('globex')).filter(({ type }) => type === 'demand.kept')).toEqual([]);
  });

  test('value and salt go, also from the files; the leaf, its commitments and every later read stay', async () => {
    const { request } = await ended();
    // So many neighbours that the values do not stand alone on their pages, and pages were split.
    const salt = encodeBase64url(new Uint8Array(32));
    for (let part = 0; part < 5; part += 1)
      await bench.store.forTenant('acme', (unit) =>
        unit.openings.save(
          Array.from({ length: 400 }, () => {
            const value = 'x'.repeat(40 + (systemRandomness.bytes(1)[0] ?? 0));
            const commitment = commit(systemHashing, 'filler', systemRandomness.bytes(32), value);
            return { commitment, name: 'filler', opening: { value, salt } };
          }),
        ),
      );
    const leaf = await leafOf('request.created');
    const before = await readOpenings(flow.deps, ada, 'acme', leaf.seq);
    const { salt: secret = '' } = before.openings['justification'] ?? {};
    expect(before).toMatchObject({ openings: { justification: { value: WHY } }, erased: {} });
    for (const text of [WHY, 'ödipal', `=${TICKET.toLowerCase()}`])
      expect(await placesOf(bench.database, text)).not.toEqual([]);

    const view = await erase('request.created', ['ticket', 'justification']);
    const at = flow.clock.now().toISOString();
    expect(view).toMatchObject({
      leaf: leaf.seq,
      fields: ['justification', 'ticket'],
      by: ada.person.id,
      at,
    });
    // The last two are words that requests are found by.
    for (const text of [WHY, TICKET, secret, 'ödipal', `=${TICKET.toLowerCase()}`])
      expect(await placesOf(bench.database, text)).toEqual([]);

    const erased = { at, by: ada.person.id, event: view.event };
    expect(await readOpenings(flow.deps, ada, 'acme', leaf.seq)).toEqual({
      openings: {},
      erased: { justification: erased, ticket: erased },
    });
    const read = await getRequest(flow.deps, erin, request.id);
    expect(read).toMatchObject({ openings: {}, erased: { justification: erased, ticket: erased } });
    expect(read.request.terms.justification).toBe(leaf.commitments['justification']);
    expect((await leafOf('request.created')).commitments).toEqual(leaf.commitments);
    expect(await leafOf('opening.erased')).toMatchObject({
      seq: view.event,
      actor: ada.person.id,
      data: { leaf: leaf.seq, fields: ['justification', 'ticket'], authority: 'tenant-admin' },
      commitments: {},
    });
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.after('', 100));
    expect(notices.filter(({ kind }) => kind === 'request.erased')).toMatchObject([{ subject: request.id }]);
    // The same request may be made again, and be narrowed.
    await flow.ask(erin);
  });

  test('the reason of a review, the path of a call, what was said at a revocation and the reason of a lock go', async () => {
    const asked = await flow.ask(erin);
    const reason = 'REASON-wirsing is on leave';
    await reviewRequest(flow.deps, await flow.as('max@northwind.example'), asked.request.id, {
      decision: 'deny',
      digest: asked.request.digest,
      reason,
    });
    const path = '/tenants/acme/invoices/PATH-wirsing';
    await record(path);
    const lockReason = 'LOCK-wirsing complained';
    const lock = await setLock(flow.deps, ada, {
      ...{ kind: 'tenant', name: 'acme', reason: lockReason, seconds: null },
    });
    await liftLock(flow.deps, ada, lock.id);
    const { words } = await ended();
    for (const [type, field, text] of [
      ['request.reviewed', 'reason', reason],
      ['access.allowed', 'path', path],
      ['grant.ended', 'words', words],
      ['lock.set', 'reason', lockReason],
    ] as const) {
      expect(await placesOf(bench.database, text)).not.toEqual([]);
      const at = (await flow.leaves('acme')).find(
        (leaf) => leaf.type === type && leaf.commitments[field] !== undefined,
      )?.seq;
      await eraseOpenings(flow.deps, ada, 'acme', { leaf: at ?? -1, fields: [field] });
      expect([type, await placesOf(bench.database, text)]).toEqual([type, []]);
    }
    const { reviews } = await getRequest(flow.deps, erin, asked.request.id);
    expect(reviews).toMatchObject([{ decision: 'deny', reason: null }]);
  });

  /** One call at a gateway under a grant that a request of its own has opened. */
  async function record(path: string): Promise<void> {
    const asked = await flow.ask(erin);
    await flow.approve(await flow.as('max@northwind.example'), asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    const [gateway, boot] = [uuidV7Ids.next('gtw'), '0199f0a0-7b2c-4003-8000-000000000003'];
    const salt = systemRandomness.bytes(32);
    const at = flow.clock.now().toISOString();
    const view = {
      ...{
        id: uuidV7Ids.next('rec'),
        at,
        tenant: 'acme',
        grant: request.grant ?? '',
        digest: request.digest,
      },
      ...{ request: request.id, service: 'billing', person: erin.person.id, method: 'GET', path },
      ...{ route: null, resource: 'invoices/1', action: 'read', decision: 'allowed', code: null, count: 1 },
      ...{
        mode: 'gateway',
        droppedHeaders: [],
        context: 'ed25519',
        tenantFrom: null,
        requesterFacts: null,
        file: null,
        trust: null,
      },
      ...{ ...NO_OUTCOME, gateway, boot, seq: 1 },
    } as const satisfies AccessRecordView;
    const opening = { value: path, salt: encodeBase64url(salt) };
    await ingestRecords(flow.deps, [
      {
        ...{ gateway, boot, binding: EVERYTHING },
        records: [
          {
            ...{ tenant: 'acme', seq: 1, hash: 'h1', prev: null, at, kind: 'allowed' },
            view: { ...view, droppedHeaders: [] },
            path: { commitment: commit(systemHashing, 'path', salt, path), opening },
          },
        ],
      },
    ]);
  }

  test('only after the tenant’s minimum age, which is at least 90 days', async () => {
    await ended();
    await setLogSettings(flow.deps, ada, 'acme', {
      erasureAfterDays: 120,
      retentionDays: null,
      dailyStatement: 'off',
    });
    await expect(erase('request.created', ['ticket'])).rejects.toThrow(refused('too_recent'));
    await setLogSettings(flow.deps, ada, 'acme', {
      erasureAfterDays: 91,
      retentionDays: null,
      dailyStatement: 'off',
    });
    flow.clock.forward(DAY - 1);
    await expect(erase('request.created', ['ticket'])).rejects.toThrow(refused('too_recent'));
    flow.clock.forward(1);
    await erase('request.created', ['ticket']);
    expect(await leafOf('log.settings')).toMatchObject({
      data: { before: { erasureAfterDays: 120 }, after: { erasureAfterDays: 91 } },
    });
  });

  test('never under a legal hold; each side sets and lifts its own', async () => {
    await ended();
    const lea = await flow.as('lea@northwind.example');
    await setLegalHold(flow.deps, ada, 'acme', 'A dispute about invoices');
    await setLegalHold(flow.deps, lea, 'acme', 'The same dispute');
    await expect(setLegalHold(flow.deps, lea, 'acme', 'Again')).rejects.toThrow(refused('wrong_state'));
    expect((await getLogSettings(flow.deps, lea, 'acme')).holds).toMatchObject([
      { side: 'customer', person: ada.person.id },
      { side: 'vendor', person: lea.person.id },
    ]);
    for (const by of [ada, lea]) {
      await expect(erase('request.created', ['ticket'])).rejects.toThrow(refused('legal_hold'));
      await liftLegalHold(flow.deps, by, 'acme');
      await expect(liftLegalHold(flow.deps, by, 'acme')).rejects.toThrow(refused('not_found'));
    }
    await erase('request.created', ['ticket']);
    const said = (await flow.leaves('acme')).filter(({ type }) => type.startsWith('hold.'));
    expect(said.map(({ type, data }) => [type, data['side']])).toEqual([
      ['hold.set', 'customer'],
      ['hold.set', 'vendor'],
      ['hold.lifted', 'customer'],
      ['hold.lifted', 'vendor'],
    ]);
  });

  test('only by the tenant’s admin, signed in strongly, and for its own log', async () => {
    await ended();
    const gwen = await flow.as('gwen@globex.example');
    for (const email of [
      'bob@acme.example',
      'cara@acme.example',
      'sam@northwind.example',
      'lea@northwind.example',
    ])
      await expect(erase('request.created', ['ticket'], await flow.as(email))).rejects.toThrow(
        refused('forbidden'),
      );
    await expect(erase('request.created', ['ticket'], gwen)).rejects.toThrow(refused('not_found'));
    const weak: Principal = { ...ada, channel: 'web', assurance: 'mail-code' };
    await expect(erase('request.created', ['ticket'], weak)).rejects.toThrow(refused('forbidden'));
    for (const email of ['bob@acme.example', 'sam@northwind.example']) {
      const by = await flow.as(email);
      await expect(setLegalHold(flow.deps, by, 'acme', 'x')).rejects.toThrow(refused('forbidden'));
      await expect(
        setLogSettings(flow.deps, by, 'acme', {
          erasureAfterDays: 99,
          retentionDays: null,
          dailyStatement: 'off',
        }),
      ).rejects.toThrow(
        expect.objectContaining({ code: email.startsWith('bob') ? 'forbidden' : 'not_found' }),
      );
    }
    expect(await placesOf(bench.database, TICKET)).not.toEqual([]);
  });

  test('not while rules still read the value, not what is in force, and not twice', async () => {
    // It lapses only in 100 days.
    const startsAt = new Date(flow.clock.now().getTime() + 100 * DAY * 1000)
      .toISOString()
      .replace('.000', '');
    const open = await flow.ask(erin, { justification: WHY, startsAt }).catch(() => null);
    await flow.ask(erin, { justification: 'Another' });
    flow.clock.forward(90 * DAY);
    const created = (await flow.leaves('acme')).filter(({ type }) => type === 'request.created');
    const eraseAt = (leaf: number, fields = ['justification']) =>
      eraseOpenings(flow.deps, ada, 'acme', { leaf, fields });
    // No job has run yet that would let it lapse.
    await expect(eraseAt(created.at(-1)?.seq ?? -1)).rejects.toThrow(refused('wrong_state'));
    expect(open === null || open.request.state !== 'expired').toBe(true);
    const added = (await flow.leaves('acme')).find(({ type }) => type === 'person.add');
    await expect(eraseAt(added?.seq ?? -1, ['email'])).rejects.toThrow(refused('not_erasable'));
    await expect(eraseAt(added?.seq ?? -1, ['constructor'])).rejects.toThrow(refused('invalid_request'));
    await expect(eraseAt(9_999)).rejects.toThrow(refused('not_found'));

    await ended();
    await erase('request.created', ['ticket']);
    await expect(erase('request.created', ['ticket'])).rejects.toThrow(refused('wrong_state'));
    await expect(erase('request.created', ['justification', 'ticket'])).rejects.toThrow(
      refused('wrong_state'),
    );
    expect(await placesOf(bench.database, WHY)).not.toEqual([]);
    await erase('request.created', ['justification']);
  });

  test('a ticket that an invitation and its requests share goes in all of their leaves, and each is named', async () => {
    await invite(flow.deps, ada, 'acme', {
      ...{ service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
      ...{ until: '2026-11-24T18:00:00Z', notBefore: null, ticket: TICKET, seconds: 3_600 },
      ...{ budget: null, uses: null },
    });
    await flow.ask(erin, { ticket: TICKET });
    flow.clock.forward(91 * DAY);
    const [invited, asked] = [await leafOf('invitation.created'), await leafOf('request.created')];
    expect(asked.commitments['ticket']).toBe(invited.commitments['ticket']);
    await expect(erase('request.created', ['ticket'])).rejects.toThrow(refused('wrong_state'));
    await runDueTransitions(flow.deps);
    await erase('request.created', ['ticket', 'justification']);
    const said = (await flow.leaves('acme')).filter(({ type }) => type === 'opening.erased');
    expect(said.map(({ data }) => [data['leaf'], data['fields']])).toEqual([
      [asked.seq, ['justification', 'ticket']],
      [invited.seq, ['ticket']],
    ]);
    expect(await readOpenings(flow.deps, ada, 'acme', invited.seq)).toMatchObject({
      openings: {},
      erased: { ticket: { event: said[0]?.seq } },
    });
    expect(await placesOf(bench.database, TICKET)).toEqual([]);
    const { items } = await listInvitations(flow.deps, ada, 'acme', {}, { cursor: null, limit: 10 });
    expect(items).toMatchObject([{ ticket: null }]);
  });

  test('P8: of erasures that race one succeeds, and readers see the value or that it is erased', async () => {
    const { request } = await ended();
    const results = await Promise.allSettled([
      ...Array.from({ length: 8 }, () => erase('request.created', ['justification'])),
      ...Array.from({ length: 8 }, async () => {
        const { openings, erased } = await getRequest(flow.deps, erin, request.id);
        const [value, gone] = [openings['justification']?.value, erased['justification']];
        expect([value === WHY, gone?.by === ada.person.id].filter(Boolean)).toHaveLength(1);
      }),
    ]);
    const reads = results.slice(8);
    expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 'fulfilled'));
    const lost = results.slice(0, 8).filter(({ status }) => status === 'rejected');
    expect(lost).toHaveLength(7);
    for (const each of lost) expect(each).toMatchObject({ reason: { code: 'wrong_state' } });
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'opening.erased')).toHaveLength(1);
    expect(await placesOf(bench.database, WHY)).toEqual([]);
  });

  test('P10: of a review only the reason can go, not even by hand anything else', async () => {
    const asked = await flow.ask(erin);
    await flow.deny(await flow.as('max@northwind.example'), asked);
    for (const change of ["reason = 'x'", "reason = NULL, decision = 'approve'", 'reason = reason'])
      await expect(bench.database.raw(`UPDATE reviews SET ${change}`)).rejects.toThrow(
        'reviews is append-only',
      );
    await bench.database.raw('UPDATE reviews SET reason = NULL');
    await expect(bench.database.raw('UPDATE reviews SET reason = NULL')).rejects.toThrow('append-only');
  });
});
