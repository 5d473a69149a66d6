/** @soak */

import {
  AccessError,
  acceptOffer,
  cancelRequest,
  extendGrant,
  type Grant,
  getRequest,
  invite,
  listGrants,
  type Principal,
  reviewRequest,
  runDueTransitions,
  withdrawInvitation,
} from '@countersign/access';
import {
  type InvitationStatement,
  scopeNarrows,
  type Terms,
  termsDigest,
  termsNarrow,
} from '@countersign/contract';
import { counterTerms } from '@countersign/wording';
import fc from 'fast-check';
import { smallOrganisation } from '../factories/small-organisation.js';
import { samples } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const APPROVALS = 2;
const APPROVERS = ['ada@acme.example', 'bob@acme.example', 'cara@acme.example'];
const VENDOR = 'max@northwind.example';
const RESOURCES = ['invoices/*', 'invoices/1', 'invoices/2', 'invoices/**'];

type Act =
  | { do: 'ask'; seconds: number; resource: string; ahead: number; calls: number }
  | { do: 'approve' | 'deny'; who: string; which: number }
  | { do: 'counter'; who: string; which: number; cut: number; resource: string | null; calls: number }
  | { do: 'accept' | 'cancel' | 'extend' | 'pass'; which: number }
  | {
      do: 'invite';
      who: string;
      resource: string;
      seconds: number;
      calls: number;
      uses: number;
      until: number;
    }
  | { do: 'withdraw'; who: string; which: number }
  | { do: 'wait'; seconds: number };

/** Mostly the last one that was asked for. */
const which = fc.constantFrom(0, 0, 0, 1, 2);
const who = fc.constantFrom(VENDOR, ...APPROVERS);
const seconds = fc.integer({ min: 300, max: 3_600 });
const resource = fc.constantFrom(...RESOURCES);
const calls = fc.nat({ max: 3 });
const asking = fc.record({
  do: fc.constant('ask' as const),
  seconds,
  resource,
  ahead: fc.constantFrom(0, 0, 600),
  calls,
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: asking },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('approve' as const), who, which }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('approve' as const), who: fc.constant(VENDOR), which }),
  },
  // Everybody approves: long lines of extensions are rare otherwise.
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deny' as const), who, which }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('counter' as const),
      who,
      which,
      // Of the time that was asked for; more than all of it must be refused.
      cut: fc.constantFrom(0.5, 0.9, 1, 1.5),
      resource: fc.option(resource),
      calls,
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('accept' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('extend' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('invite' as const),
      who: fc.constantFrom(...APPROVERS),
      resource,
      seconds,
      calls,
      uses: fc.nat({ max: 2 }),
      until: fc.integer({ min: 600, max: 9_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('withdraw' as const), who: fc.constantFrom(...APPROVERS), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 1_200 }) }),
  },
);

/** A walk that reaches a granted counter-offer and its extension, so that no run goes without. */
const COUNTERED: [Extract<Act, { do: 'ask' }>, Act[]] = [
  { do: 'ask', seconds: 3_600, resource: 'invoices/*', ahead: 0, calls: 0 },
  [
    { do: 'approve', who: VENDOR, which: 0 },
    { do: 'counter', who: 'ada@acme.example', which: 0, cut: 0.5, resource: 'invoices/1', calls: 2 },
    { do: 'accept', which: 0 },
    { do: 'approve', who: 'bob@acme.example', which: 0 },
    { do: 'extend', which: 0 },
    { do: 'pass', which: 0 },
  ],
];

/** A walk that is let in by an invitation, has it offered less, and extends it: the author counts, and another decides. */
const INVITED: typeof COUNTERED = [
  { do: 'ask', seconds: 300, resource: 'invoices/2', ahead: 0, calls: 1 },
  [
    { do: 'deny', who: VENDOR, which: 0 },
    {
      ...{ do: 'invite', who: 'ada@acme.example', resource: 'invoices/*', seconds: 3_000 },
      ...{ calls: 3, uses: 0, until: 9_000 },
    },
    { do: 'ask', seconds: 3_000, resource: 'invoices/1', ahead: 0, calls: 0 },
    { do: 'approve', who: VENDOR, which: 0 },
    { do: 'counter', who: 'bob@acme.example', which: 0, cut: 0.5, resource: null, calls: 2 },
    { do: 'accept', which: 0 },
    { do: 'extend', which: 0 },
    { do: 'pass', which: 0 },
    { do: 'ask', seconds: 3_000, resource: 'invoices/1', ahead: 0, calls: 3 },
    { do: 'withdraw', who: 'cara@acme.example', which: 0 },
    { do: 'pass', which: 0 },
  ],
];

/** What the tenant's log says of the consents that stand behind each digest; reckoned without the domain's code. */
interface Told {
  terms: Map<string, Terms>;
  consents: { side: string; person: string; digest: string }[];
  invitations: Map<string, { statement: InvitationStatement; at: string; withdrawnAt: string | null }>;
}

/** Most steps of a random walk are refused; only failures of ours are not. */
function refused(error: unknown): void {
  if (!(error instanceof AccessError)) throw error;
}

describeUseCase('SQLite', 'counters, extensions, acceptances and invitations', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let people: Record<string, Principal>;
  let requests: string[];
  let invitations: string[];
  let seen: { grants: number; countered: number; extended: number; invited: number };

  beforeEach(async () => {
    const file = smallOrganisation({ approvals: APPROVALS });
    file.tenants[0]!.people[2]!.roles = ['approver'];
    flow = await startWorkflow(bench, file);
    erin = await flow.as('erin@northwind.example');
    people = Object.fromEntries(
      await Promise.all([VENDOR, ...APPROVERS].map(async (email) => [email, await flow.as(email)] as const)),
    );
    requests = [];
    invitations = [];
    seen = { grants: 0, countered: 0, extended: 0, invited: 0 };
  });

  const grants = async (): Promise<Grant[]> =>
    (await listGrants(flow.deps, erin, {}, { cursor: null, limit: 200 })).items.map(({ grant }) => grant);

  async function perform(step: Act): Promise<void> {
    if (step.do === 'wait') {
      flow.clock.forward(step.seconds);
      await runDueTransitions(flow.deps);
      return;
    }
    if (step.do === 'ask') {
      const startsAt = new Date(flow.clock.now().getTime() + step.ahead * 1_000).toISOString().slice(0, 19);
      const { request } = await flow.ask(erin, {
        scope: [{ resource: step.resource, actions: ['read'] }],
        seconds: step.seconds,
        ...(step.ahead === 0 ? {} : { startsAt: `${startsAt}Z` }),
        ...(step.calls === 0 ? {} : { budget: { calls: step.calls } }),
      });
      requests.push(request.id);
      return;
    }
    if (step.do === 'invite') {
      const until = new Date(flow.clock.now().getTime() + step.until * 1_000).toISOString().slice(0, 19);
      const { invitation } = await invite(flow.deps, people[step.who]!, 'acme', {
        service: 'billing',
        scope: [{ resource: step.resource, actions: ['read'] }],
        until: `${until}Z`,
        seconds: step.seconds,
        budget: step.calls === 0 ? null : { calls: step.calls },
        uses: step.uses === 0 ? null : step.uses,
        ...{ notBefore: null, ticket: null },
      });
      invitations.push(invitation.id);
      return;
    }
    if (step.do === 'withdraw') {
      const open = invitations.at(-1 - (step.which % Math.max(1, invitations.length)));
      if (open !== undefined) await withdrawInvitation(flow.deps, people[step.who]!, 'acme', open, null);
      return;
    }
    const id = requests.at(-1 - (step.which % Math.max(1, requests.length)));
    if (id === undefined) return;
    const view = await getRequest(flow.deps, erin, id);
    const { digest, terms, grant } = view.request;
    if (step.do === 'accept') await acceptOffer(flow.deps, erin, id, view.offer?.digest ?? digest);
    else if (step.do === 'cancel') await cancelRequest(flow.deps, erin, id);
    else if (step.do === 'pass')
      for (const by of Object.values(people))
        await reviewRequest(flow.deps, by, id, { decision: 'approve', digest, reason: null }).catch(refused);
    else if (step.do === 'extend') {
      if (grant === null) return;
      const more = await extendGrant(flow.deps, erin, grant, { seconds: 600, justification: 'more' });
      requests.push(more.request.id);
    } else if (step.do === 'counter') {
      const scope = step.resource === null ? terms.scope : [{ resource: step.resource, actions: ['read'] }];
      const narrowing = { seconds: Math.ceil(terms.seconds * step.cut), scope };
      const offered = counterTerms(terms, digest, narrowing);
      const budget = step.calls === 0 ? {} : { budget: { calls: step.calls } };
      const input = {
        decision: 'counter' as const,
        digest,
        reason: 'less',
        terms: { ...offered, ...budget },
      };
      await reviewRequest(flow.deps, people[step.who]!, id, input);
    } else if ('who' in step) {
      await reviewRequest(flow.deps, people[step.who]!, id, { decision: step.do, digest, reason: 'so' });
    }
  }

  async function told(): Promise<Told> {
    const found: Told = { terms: new Map(), consents: [], invitations: new Map() };
    for (const leaf of await flow.leaves('acme')) {
      const data = leaf.data as {
        hash: string;
        statement: InvitationStatement;
        digest: string;
        terms: Terms;
        side: string;
        decision: string;
        offer: { digest: string; terms: Terms } | null;
      };
      const { at } = leaf as unknown as { at: string };
      if (leaf.type === 'invitation.created')
        found.invitations.set(data.hash, { statement: data.statement, at, withdrawnAt: null });
      const shut = leaf.type === 'invitation.withdrawn' ? found.invitations.get(data.hash) : undefined;
      if (shut !== undefined) shut.withdrawnAt = at;
      if (leaf.type === 'request.created') found.terms.set(data.digest, data.terms);
      if (leaf.type !== 'request.reviewed' || data.decision === 'deny') continue;
      if (data.offer !== null) found.terms.set(data.offer.digest, data.offer.terms);
      const { actor } = leaf as unknown as { actor: string };
      found.consents.push({ side: data.side, person: actor, digest: data.offer?.digest ?? data.digest });
    }
    return found;
  }

  /** The invitation that these terms lean on allows all of the grant; its author is one of the customer's people. */
  function invitedBy(grant: Grant, own: Terms, told: Told): string[] {
    if (own.invitation === undefined) return [];
    const { statement, at, withdrawnAt } = told.invitations.get(own.invitation)!;
    seen.invited += 1;
    expect(scopeNarrows(own.scope, statement.scope)).toBe(true);
    expect(own.seconds).toBeLessThanOrEqual(statement.maxSeconds);
    const [calls, most] = [own.budget?.calls, statement.budget?.calls];
    if (most !== undefined) expect(calls).toBeLessThanOrEqual(most);
    expect(grant.createdAt >= at).toBe(true);
    expect(grant.startsAt! >= statement.notBefore && grant.endsAt! <= statement.notAfter).toBe(true);
    if (withdrawnAt !== null) expect([grant.state, grant.createdAt <= withdrawnAt]).toEqual(['ended', true]);
    return [statement.person];
  }

  function expectCovered(grant: Grant, told: Told): void {
    const { terms, consents } = told;
    const own = terms.get(grant.digest)!;
    expect(termsDigest(flow.deps.hashing, own)).toBe(grant.digest);
    const persons = (side: string, covers: (digest: string) => boolean) =>
      new Set(
        consents.filter((each) => each.side === side && covers(each.digest)).map(({ person }) => person),
      ).size;
    const inviters = invitedBy(grant, own, told);
    const approvers = consents.filter(({ side, digest }) => side === 'customer' && digest === grant.digest);
    expect(new Set([...inviters, ...approvers.map(({ person }) => person)]).size).toBeGreaterThanOrEqual(
      APPROVALS,
    );
    const bare = ({ parent: _parent, ...rest }: Terms): Terms => rest;
    const covering = (digest: string) => termsNarrow(bare(own), bare(terms.get(digest)!));
    expect(persons('vendor', covering)).toBeGreaterThanOrEqual(1);
    const [from, to] = [Date.parse(grant.startsAt!), Date.parse(grant.endsAt!)];
    expect(to - from).toBeLessThanOrEqual(own.seconds * 1_000);
    expect(from).toBeGreaterThanOrEqual(Date.parse(own.startsAt ?? grant.createdAt));
    expect(to).toBeLessThanOrEqual(Date.parse(own.startsAt ?? own.lapsesAt) + own.seconds * 1_000);
  }

  test('P1: no sequence grants more than one digest that the customer’s people approved as it stands, or one invitation', async () => {
    await fc.assert(
      fc.asyncProperty(asking, fc.array(act, { minLength: 15, maxLength: 40 }), async (first, steps) => {
        for (const step of [first, ...steps]) await perform(step).catch(refused);
        const all = await told();
        const granted = await grants();
        const byDigest = new Map(granted.map((grant) => [grant.digest, grant]));
        expect(byDigest.size).toBe(granted.length);
        for (const [hash, { statement }] of all.invitations) {
          const under = granted.filter(({ digest }) => all.terms.get(digest)?.invitation === hash);
          expect(under.length).toBeLessThanOrEqual(statement.uses ?? Number.POSITIVE_INFINITY);
        }
        for (const grant of granted) {
          expectCovered(grant, all);
          if (all.terms.get(grant.digest)?.parent !== undefined) seen.countered += 1;
          const extended = grant.extends === null ? undefined : byDigest.get(grant.extends);
          if (extended === undefined) continue;
          seen.extended += 1;
          expect(Date.parse(grant.startsAt!)).toBeGreaterThanOrEqual(Date.parse(extended.endsAt!));
        }
        seen.grants = granted.length;
        for (const id of invitations)
          await withdrawInvitation(flow.deps, people['ada@acme.example']!, 'acme', id, null).catch(() => {});
        // What still waits would fill the next round's five places.
        for (const id of requests) await cancelRequest(flow.deps, erin, id).catch(() => {});
      }),
      // One fixed set of walks: what they reach is asserted below, and luck is no part of a test.
      { numRuns: samples('accessWalks'), endOnFailure: true, seed: 4711, examples: [COUNTERED, INVITED] },
    );
    expect(seen.grants).toBeGreaterThan(10);
    expect(seen.countered).toBeGreaterThan(0);
    expect(seen.extended).toBeGreaterThan(0);
    expect(seen.invited).toBeGreaterThan(0);
    // Some thousand transactions: outer time for a machine that does other things too.
  }, 240_000);
});
