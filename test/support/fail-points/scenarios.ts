import {
  type AccessRequestInput,
  getGrant,
  getRequest,
  invite,
  type Principal,
  type RequestView,
  requestAccess,
  reviewRequest,
  type SigningDeps,
  setLock,
} from '@countersign/access';
import { toInstant } from '@countersign/contract';
import { counterTerms, halfTime } from '@countersign/wording';
import { ask } from '../../factories/ask.js';
import { PEOPLE } from '../../factories/organisation.js';
import type { Who } from '../story.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** The call that is interrupted at every step. */
export type Call = { who: Who; path: string; body?: unknown };

/** Prepares one engineer's data for the change, through the host's own handle on the store. */
export class Stage {
  constructor(
    private readonly host: SigningDeps,
    readonly engineer: { email: string; tenant: null },
  ) {}

  async ask(change: Partial<AccessRequestInput> = {}, ago = 0): Promise<RequestView> {
    const input = { ...ask(), seconds: HOUR, ticket: null, ...change } as AccessRequestInput;
    return requestAccess(this.at(ago), await this.as(this.engineer.email), input);
  }

  async approve(who: 'reviewer' | 'approver', { request }: RequestView, ago = 0): Promise<void> {
    await reviewRequest(this.at(ago), await this.as(PEOPLE[who].email), request.id, {
      decision: 'approve',
      digest: request.digest,
      reason: null,
    });
  }

  async atCustomer(): Promise<RequestView> {
    const asked = await this.ask();
    await this.approve('reviewer', asked);
    return asked;
  }

  /** The digest of an offer with half the duration. */
  async countered(): Promise<{ id: string; digest: string }> {
    const asked = await this.atCustomer();
    const { id } = asked.request;
    await reviewRequest(this.host, await this.as(PEOPLE.approver.email), id, {
      decision: 'counter',
      digest: asked.request.digest,
      reason: null,
      terms: counterOf(asked),
    });
    const { offer } = await getRequest(this.host, await this.as(this.engineer.email), id);
    return { id, digest: offer?.digest ?? '' };
  }

  /** Only for this engineer: no one else requests what contains their id. */
  async scope() {
    return [{ resource: `invoices/${await this.id()}`, actions: ['read'] }];
  }

  async invite(until: string, ago = 0): Promise<void> {
    await invite(this.at(ago), await this.as(PEOPLE.approver.email), 'acme', {
      ...{ service: 'billing', scope: await this.scope(), until, uses: 1 },
      ...{ notBefore: null, ticket: null, seconds: null, budget: null },
    });
  }

  async lock(seconds: number, ago: number): Promise<void> {
    const input = { kind: 'person' as const, name: await this.id(), reason: 'a reason', seconds };
    await setLock(this.at(ago), await this.as(PEOPLE.tenantAdmin.email), input);
  }

  /** `usr_…` of the engineer. */
  async id(): Promise<string> {
    return (await this.as(this.engineer.email)).person.id;
  }

  /** Requested and approved this many seconds ago. @returns `grt_…` */
  async grant(change: Partial<AccessRequestInput> = {}, ago = 0): Promise<string> {
    const asked = await this.ask(change, ago);
    await this.approve('reviewer', asked, ago);
    await this.approve('approver', asked, ago);
    const engineer = await this.as(this.engineer.email);
    const { request } = await getRequest(this.host, engineer, asked.request.id);
    return (await getGrant(this.host, engineer, request.grant ?? '')).grant.id;
  }

  in(seconds: number): string {
    return toInstant(new Date(this.host.clock.now().getTime() + seconds * 1_000));
  }

  async as(email: string): Promise<Principal> {
    const [person] = await this.host.store.readAsVendor((unit) => unit.organisation.persons(email));
    if (person === undefined) throw new Error(`there is no person ${email}`);
    return { person, channel: 'api', assurance: 'api-key' };
  }

  private at(ago: number): SigningDeps {
    return { ...this.host, clock: { now: () => new Date(Date.now() - ago * 1_000) } };
  }
}

const counterOf = ({ request }: RequestView) =>
  counterTerms(request.terms, request.digest, halfTime(request.terms));
const decided = ({ request }: RequestView, decision: string, more: object = {}) => ({
  path: `/requests/${request.id}/reviews`,
  body: { decision, digest: request.digest, ...more },
});

/** Changes that a call makes: prepared, called, interrupted at each step, and called again with the same key. */
export const CALLS: Readonly<Record<string, (stage: Stage) => Promise<Call>>> = {
  request: async ({ engineer }) => ({ who: engineer, path: '/requests', body: ask() }),
  'vendor review': async (stage) => ({ who: 'reviewer', ...decided(await stage.ask(), 'approve') }),
  'last approval': async (stage) => ({ who: 'approver', ...decided(await stage.atCustomer(), 'approve') }),
  denial: async (stage) => ({
    who: 'approver',
    ...decided(await stage.atCustomer(), 'deny', { reason: 'not now' }),
  }),
  counter: async (stage) => {
    const asked = await stage.atCustomer();
    return { who: 'approver', ...decided(asked, 'counter', { terms: counterOf(asked) }) };
  },
  acceptance: async (stage) => {
    const { id, digest } = await stage.countered();
    return { who: stage.engineer, path: `/requests/${id}/acceptance`, body: { digest } };
  },
  invitation: async (stage) => ({
    who: 'approver',
    path: '/tenants/acme/invitations',
    body: { service: 'billing', scope: await stage.scope(), until: stage.in(HOUR), uses: 1 },
  }),
  'approval under an invitation': async (stage) => {
    await stage.invite(stage.in(2 * HOUR));
    const asked = await stage.ask({ scope: await stage.scope(), seconds: 10 * MINUTE });
    return { who: 'reviewer', ...decided(asked, 'approve') };
  },
  lock: async (stage) => ({
    who: 'tenantAdmin',
    path: '/locks',
    body: { kind: 'person', name: await stage.id(), reason: 'a reason' },
  }),
  cancellation: async (stage) => ({
    who: stage.engineer,
    path: `/requests/${(await stage.ask()).request.id}/cancel`,
  }),
  revocation: async (stage) => ({
    who: 'approver',
    path: `/grants/${await stage.grant()}/revocation`,
    body: { reason: 'enough' },
  }),
  release: async (stage) => ({ who: stage.engineer, path: `/grants/${await stage.grant()}/release` }),
  extension: async (stage) => ({
    who: stage.engineer,
    path: `/grants/${await stage.grant()}/extension`,
    body: { duration: 'PT15M', justification: 'not done yet' },
  }),
  mint: async (stage) => ({ who: stage.engineer, path: `/grants/${await stage.grant()}/tokens` }),
  'start by first use': async (stage) => ({
    who: stage.engineer,
    path: `/grants/${await stage.grant({ startsOn: 'first-use', useBy: stage.in(2 * HOUR) })}/tokens`,
  }),
};

/** Changes that the clock triggers: they fall due while no broker runs, and the next broker makes them. */
export const DUTIES: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  lapse: (stage) => stage.ask({}, 13 * HOUR),
  'scheduled start': (stage) => stage.grant({ startsAt: stage.in(-30 * MINUTE) }, 2 * HOUR),
  'notice before the end': (stage) => stage.grant({}, 55 * MINUTE),
  'end of a lock': (stage) => stage.lock(HOUR, 2 * HOUR),
  'end of an invitation': (stage) => stage.invite(stage.in(-HOUR), 2 * HOUR),
  'end of a grant': (stage) => stage.grant({}, 2 * HOUR),
};
