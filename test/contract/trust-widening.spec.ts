/** @soak */

import {
  applyOrganisation,
  getTrust,
  type Organisation,
  type OrganisationTenant,
  type ProposalView,
  setPrivacyControls,
  withdrawProposal,
} from '@countersign/access';
import { canonicalJson, sha256Digest } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { Claimant, claimFor } from '../support/claimant.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const refused = (code: string) => expect.objectContaining({ code });
const PAYROLL = { service: 'billing', resource: 'payroll/**', actions: ['*'] };

describeUseCase('SQLite', 'a file that opens more of a claimed tenant', (bench) => {
  let flow: Workflow;
  let ada: Claimant;
  let bob: Claimant;

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation({ approvals: 2 }));
    ada = await Claimant.of(flow, 'ada@acme.example');
    bob = await Claimant.of(flow, 'bob@acme.example');
    await claimFor([ada, bob]);
  });
  type Change = (acme: OrganisationTenant, file: Organisation) => void;
  const apply = (change: Change, dryRun = false) => {
    const file = smallOrganisation({ approvals: 2 });
    change(file.tenants[0] as OrganisationTenant, file);
    return applyOrganisation(flow.deps, file, { dryRun });
  };
  const wants =
    (controls: Partial<OrganisationTenant['privacyControls']>): Change =>
    ({ privacyControls }) =>
      void Object.assign(privacyControls, controls);
  const controls = () =>
    bench.store.readAsVendor(async (unit) => (await unit.organisation.tenant('acme'))?.controls);
  const trust = () => getTrust(flow.deps, ada.principal, 'acme');
  const open = async (): Promise<ProposalView> => {
    const { proposal } = await trust();
    if (proposal === null) throw new Error('nothing is proposed');
    return proposal;
  };
  const said = async (type: string) => (await flow.leaves('acme')).filter((leaf) => leaf.type === type);

  test('P12: what a trust document can say waits for its people, and the rest narrows at once', async () => {
    const before = await controls();
    const change = wants({
      approvals: 1,
      maxDuration: 600,
      countersign: ['read'],
      slackMayApprove: [],
      forbid: [],
    });
    const planned = await apply(change, true);
    expect((await trust()).proposal).toBeNull();
    expect(await apply(change)).toEqual(planned);
    expect(planned.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
      'change tenant acme',
      'propose tenant acme',
    ]);
    const narrowed = { ...before, maxDuration: 600, countersign: ['read', 'update'], slackMayApprove: [] };
    expect(await controls()).toEqual(narrowed);
    const waiting = await open();
    expect(waiting.proposal).toMatchObject({
      by: 'host',
      document: { seq: 2, approvals: 1, countersign: { exceptActions: ['update'] }, forbid: [] },
      controls: { before: narrowed, after: { approvals: 1, countersign: ['read'], forbid: [] } },
    });
    expect((await said('trust.proposed')).at(-1)).toMatchObject({ actor: 'host' });

    expect(waiting.needs.persons).toBe(2);
    await bob.sign(waiting);
    expect(await controls()).toEqual(narrowed);
    expect((await ada.sign(waiting)).proposal.state).toBe('adopted');
    expect(await controls()).toEqual(waiting.proposal.controls?.after);
    expect((await said('tenant.change')).at(-1)).toMatchObject({
      actor: 'job',
      data: { proposal: waiting.proposal.id },
    });
    expect(await apply(change)).toEqual([]);
  });

  test('the same file again leaves what waits, with its signatures; another one takes its place', async () => {
    await apply(wants({ approvals: 1 }));
    const first = await open();
    await bob.sign(first);
    await apply(wants({ approvals: 1 }));
    expect((await open()).signatures).toHaveLength(1);
    await apply(wants({ approvals: 1, forbid: [] }));
    const second = await open();
    expect(second.proposal.id).not.toBe(first.proposal.id);
    expect(second.signatures).toEqual([]);
    expect(await said('trust.withdrawn')).toMatchObject([{ actor: 'host' }]);
  });

  test('P12: it is adopted on the controls that it was decided on alone', async () => {
    await apply(wants({ approvals: 1 }));
    const waiting = await open();
    await bob.sign(waiting);
    const now = await controls();
    if (now === undefined) throw new Error('acme is there');
    const version = sha256Digest(systemHashing, canonicalJson(now));
    const stricter = { ...now, maxDuration: 60 };
    await setPrivacyControls(flow.deps, ada.principal, 'acme', version, () => stricter);
    await expect(ada.sign(waiting)).rejects.toThrow(refused('conflict'));
    expect(await controls()).toEqual(stricter);
    expect((await trust()).chain).toHaveLength(1);
  });

  test('its admins may withdraw it', async () => {
    await apply(wants({ approvals: 1 }));
    await withdrawProposal(flow.deps, ada.principal, 'acme', (await open()).proposal.id);
    expect((await trust()).proposal).toBeNull();
    expect((await controls())?.approvals).toBe(2);
  });

  const MORE: readonly [string, Change][] = [
    ['more that the document cannot say', wants({ approvals: 1, maxDuration: 86_400 })],
    ['more by Slack', wants({ approvals: 1, slackMayApprove: ['list', 'read', 'update'], countersign: [] })],
    [
      'another name beside it',
      (acme, file) => {
        wants({ approvals: 1 })(acme, file);
        acme.name = 'Acme Ltd';
      },
    ],
    [
      'somebody more beside it',
      (acme, file) => {
        wants({ approvals: 1 })(acme, file);
        acme.people.push({ email: 'eve@acme.example', name: 'Eve', roles: ['approver'] });
      },
    ],
    [
      'a signer less beside it',
      (acme, file) => {
        wants({ approvals: 1 })(acme, file);
        acme.people = acme.people.filter(({ email }) => !email.startsWith('bob'));
      },
    ],
  ];
  test('P12: with more than it can say the whole file is refused by name, dry or not, and nothing is done', async () => {
    const before = await controls();
    for (const [what, change] of MORE)
      for (const dryRun of [true, false]) {
        const wider: Change = (acme, file) => {
          change(acme, file);
          file.accessPolicy = { ...file.accessPolicy, tokenTtl: 60 };
        };
        const code = await apply(wider, dryRun).then(
          () => 'applied',
          (error: { code?: string }) => error.code,
        );
        expect([what, code]).toEqual([what, 'tenant_claimed']);
      }
    expect(await controls()).toEqual(before);
    expect((await trust()).proposal).toBeNull();
    const policy = await bench.store.readAsVendor((unit) => unit.organisation.policy());
    expect(policy.tokenTtl).not.toBe(60);
  });

  test('P12: nor is anything asked for that only the controls held, or while its people propose', async () => {
    const next = await ada.propose(await ada.draft());
    await expect(apply(wants({ approvals: 1 }))).rejects.toThrow(refused('tenant_claimed'));
    await bob.sign(next);
    await ada.sign(next);
    const looser = await ada.propose({ ...(await ada.draft()), approvals: 1, forbid: [] });
    await bob.sign(looser);
    await ada.sign(looser);
    for (const change of [{ approvals: 1 }, { forbid: [] }])
      await expect(apply(wants(change))).rejects.toThrow(refused('tenant_claimed'));
    expect((await controls())?.forbid).toEqual([PAYROLL]);
  });
});
