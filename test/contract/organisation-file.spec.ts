/** @soak */

import {
  applyOrganisation,
  type Organisation,
  previewOrganisation,
  readOrganisationInForce,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const SECRET = 'T0ACME-B0HOOK-9f3kdk2h';
const SECRET_FILE = '/etc/countersign/secret-of-acme';

/** The file with secrets in it, and with a change of each kind. */
function changedFile(): Organisation {
  const file = smallOrganisation();
  const [acme, globex] = file.tenants;
  if (acme === undefined || globex === undefined) throw new Error('the sample has two tenants');
  acme.webhooks = [{ url: `https://hooks.example/${SECRET}`, secretFile: SECRET_FILE }];
  acme.oidc = { issuer: 'https://login.acme.example', clientId: 'cs', clientSecretFile: SECRET_FILE };
  acme.privacyControls.approvals = 2;
  acme.people.push({ email: 'eve@acme.example', name: 'Eve Adams', roles: ['approver'] });
  file.vendor.staff = file.vendor.staff.filter(({ name }) => name !== 'Rita Sorel');
  file.tenants = [acme];
  return file;
}

describeUseCase('SQLite', 'the organisation file on a page', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
  });
  const apply = (file: Organisation, expect?: string) =>
    applyOrganisation(flow.deps, file, { dryRun: false, expect });
  const sam = () => flow.as('sam@northwind.example');
  const hash = async () => (await readOrganisationInForce(flow.deps, await sam())).hash;
  const applied = async () =>
    (await flow.leaves('vendor')).filter(({ type }) => type === 'organisation.applied');

  test('what is in force has a hash that each change moves, and a sign-in that brings facts does not', async () => {
    const first = await hash();
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hash()).toBe(first);
    const file = smallOrganisation();
    file.accessPolicy.vendorReviews = 2;
    await apply(file);
    const second = await hash();
    expect(second).not.toBe(first);
    await bench.store.asVendor(async (unit) => {
      const [erin] = await unit.organisation.persons('erin@northwind.example');
      if (erin === undefined) throw new Error('there is no Erin');
      const facts = { oidc: { country: 'DE', at: '2026-11-24T15:00:00Z' } };
      await unit.organisation.savePerson({ ...erin, facts });
    });
    expect(await hash()).toBe(second);
    await apply(smallOrganisation());
    expect(await hash()).toBe(first);
  });

  test('P11: a preview shows every difference and no value that could be secret, and writes nothing', async () => {
    const before = { hash: await hash(), leaves: (await flow.leaves('vendor')).length };
    const preview = await previewOrganisation(flow.deps, await sam(), changedFile());
    expect(preview.hash).toBe(before.hash);
    const text = JSON.stringify(preview);
    for (const secret of [SECRET, SECRET_FILE, 'login.acme.example']) expect(text).not.toContain(secret);
    const of = (name: string) => preview.changes.find((change) => change.name.startsWith(name));
    expect(preview.changes.map(({ action, kind }) => `${action} ${kind}`).sort()).toEqual(
      ['add person', 'change tenant', 'remove person', 'remove person', 'remove tenant'].sort(),
    );
    expect(of('acme')?.members).toEqual([
      { path: 'controls.approvals', before: '1', after: '2', hidden: false },
      { path: 'oidc', before: null, after: null, hidden: true },
      { path: 'webhooks', before: null, after: null, hidden: true },
    ]);
    expect(await hash()).toBe(before.hash);
    expect(await flow.leaves('vendor')).toHaveLength(before.leaves);
  });

  test('a file that was compared with something else is refused whole; with the right hash it is applied', async () => {
    const compared = await hash();
    const other = smallOrganisation();
    other.accessPolicy.vendorReviews = 2;
    await apply(other, compared);
    for (const dryRun of [true, false])
      await expect(
        applyOrganisation(flow.deps, changedFile(), { dryRun, expect: compared }),
      ).rejects.toMatchObject({ code: 'conflict' });
    expect(await applied()).toHaveLength(2);
    await apply(changedFile(), await hash());
    expect(await applied()).toHaveLength(3);
  });

  test('each applied file is one leaf of the vendor’s log: hashes and counts, and the names without values as a commitment', async () => {
    const before = await hash();
    await apply(changedFile());
    await apply(changedFile());
    const leaves = await applied();
    expect(leaves.map(({ data }) => data)).toEqual([
      expect.objectContaining({ before: null, after: before, removed: 0 }),
      { before, after: await hash(), added: 1, changed: 1, removed: 3, proposed: 0 },
    ]);
    const commitment = String(leaves[1]?.commitments['changes']);
    const openings = await bench.store.readAsVendor((unit) => unit.openings.find([commitment]));
    const value = openings.get(commitment)?.value ?? '';
    for (const secret of [SECRET, SECRET_FILE]) expect(value).not.toContain(secret);
    expect(JSON.parse(value)).toContainEqual({
      ...{ action: 'change', kind: 'tenant', name: 'acme' },
      members: expect.arrayContaining(['controls.approvals', 'oidc.issuer']) as string[],
    });
    const acmes = await bench.store.readForTenant('acme', (unit) => unit.openings.find([commitment]));
    expect(acmes.size).toBe(0);
  });

  test('only the vendor’s security admins compare; its auditors read what is in force, and no one else does', async () => {
    const readers = ['sam@northwind.example', 'ola@northwind.example'];
    for (const email of [
      ...readers,
      'erin@northwind.example',
      'rita@northwind.example',
      'ada@acme.example',
    ]) {
      const by = await flow.as(email);
      const read = () => readOrganisationInForce(flow.deps, by);
      const compare = () => previewOrganisation(flow.deps, by, smallOrganisation());
      if (readers.includes(email))
        expect(await read()).toMatchObject({ vendor: { name: 'Northwind Cloud' } });
      else await expect(read()).rejects.toMatchObject({ code: 'forbidden' });
      if (email === readers[0]) expect((await compare()).changes).toEqual([]);
      else await expect(compare()).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});
