/** @soak */

import {
  authenticateSession,
  changeTenantPerson,
  extendGrant,
  getGrant,
  getRequest,
  type Organisation,
  type Principal,
  type ProvidedIdentity,
  type StartedSession,
  signInByProvider,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ISSUER = 'https://id.example';
const LIMITS = { idle: 1_800, absolute: 43_200 };

/** Acme’s provider gives the roles of its people. */
function withGroups(change: (file: Organisation) => void = () => {}): Organisation {
  const file = smallOrganisation();
  const groups = { claim: 'groups', roles: {} };
  file.tenants[0]!.oidc = { issuer: ISSUER, clientId: 'c', clientSecretFile: './s', groups };
  change(file);
  return file;
}

describeUseCase('SQLite', 'roles that a provider gives', (bench) => {
  let flow: Workflow;
  const start = async (file: Organisation = withGroups()) => {
    flow = await startWorkflow(bench, file);
  };
  beforeEach(() => start());

  const signIn = ({ person }: Principal, roles: ProvidedIdentity['roles']) =>
    signInByProvider(
      flow.deps,
      {
        tenant: person.tenant,
        issuer: ISSUER,
        subject: person.id,
        email: person.email,
        emailVerified: true,
        roles,
        facts: null,
      },
      { device: 'a browser', replaces: null },
      LIMITS,
    );
  const rolesOf = ({ person }: Principal) =>
    bench.store.readAsVendor(async (unit) => (await unit.organisation.person(person.id))?.roles);
  const stands = async ({ secret }: StartedSession) =>
    (await authenticateSession(flow.deps, secret, 'web', LIMITS, false)) !== null;

  test('P1: where they take the engineer’s, what the engineer holds ends, and no one else’s', async () => {
    const [erin, max, rita, ada] = await Promise.all(
      ['erin@northwind.example', 'max@northwind.example', 'rita@northwind.example', 'ada@acme.example'].map(
        (email) => flow.as(email),
      ),
    );
    const grantOf = async (by: Principal, asked: Awaited<ReturnType<typeof flow.ask>>) => {
      await flow.approve(rita!, asked);
      await flow.approve(ada!, asked);
      return (await getRequest(flow.deps, by, asked.request.id)).request.grant ?? '';
    };
    const first = await grantOf(erin!, await flow.ask(erin!));
    const more = { seconds: 600, justification: 'not done' };
    const next = await grantOf(erin!, await extendGrant(flow.deps, erin!, first, more));
    const other = await grantOf(max!, await flow.ask(max!));

    expect(await signIn(erin!, [])).toEqual({ refused: 'no_roles' });
    const grant = async (id: string) => (await getGrant(flow.deps, ada!, id)).grant;
    for (const id of [first, next])
      expect(await grant(id)).toMatchObject({ state: 'ended', endReason: 'revoked', endedBy: null });
    expect((await grant(other)).state).toBe('active');
    const ended = (await flow.leaves('acme')).filter(({ type }) => type === 'grant.ended');
    expect(ended.map(({ data }) => data['grant']).sort()).toEqual([first, next].sort());
  });

  test('no one changes them by hand; a name they may', async () => {
    const [ada, bob] = [await flow.as('ada@acme.example'), await flow.as('bob@acme.example')];
    const admin: Principal = { ...ada, channel: 'web', assurance: 'oidc' };
    const change = (input: Parameters<typeof changeTenantPerson>[4]) =>
      changeTenantPerson(flow.deps, admin, 'acme', bob.person.id, input);
    expect(await outcome(change({ roles: ['admin', 'approver'] }))).toBe('conflict');
    expect(await rolesOf(bob)).toEqual(['approver']);
    expect((await change({ name: 'Robert', roles: ['approver'] })).person.name).toBe('Robert');
  });

  test('the last admin stays one by groups, too: signed out, and not in again until there is another', async () => {
    const [ada, bob] = [await flow.as('ada@acme.example'), await flow.as('bob@acme.example')];
    const session = (await signIn(ada, ['admin', 'approver'])) as StartedSession;
    expect(await stands(session)).toBe(true);
    expect(await signIn(ada, ['approver'])).toEqual({ refused: 'needed_role' });
    expect(await rolesOf(ada)).toEqual(['admin', 'approver']);
    expect(await stands(session)).toBe(false);

    expect(await signIn(bob, ['admin', 'approver'])).toHaveProperty('session');
    expect(await signIn(ada, ['approver'])).toHaveProperty('session');
    expect(await rolesOf(ada)).toEqual(['approver']);
  });

  test('as many approvers stay as the controls ask for', async () => {
    await start(
      withGroups((file) => {
        file.tenants[0]!.privacyControls.approvals = 2;
      }),
    );
    const bob = await flow.as('bob@acme.example');
    expect(await signIn(bob, ['auditor'])).toEqual({ refused: 'needed_role' });
    expect(await rolesOf(bob)).toEqual(['approver']);
  });

  test('roles are changed before the subject is pinned, as removing a person does', async () => {
    const bob = await flow.as('bob@acme.example');
    await signIn(bob, ['auditor']);
    const types = (await flow.leaves('acme')).map(({ type }) => type);
    const [change, pin] = [types.lastIndexOf('person.change'), types.lastIndexOf('identity.pinned')];
    expect(change).toBeGreaterThan(-1);
    expect(pin).toBeGreaterThan(change);
  });
});
