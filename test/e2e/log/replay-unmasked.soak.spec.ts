import type { LeafV1 } from '@countersign/audit-log';
import { organisation } from '../../factories/organisation.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { type Copies, copiesOf, faultOf } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

let broker: TestBroker;
let gateway: RecordingGateway;
let copies: Copies;
let trust: string;
/** Two grants to list invoices from before the claim, so no one has countersigned them. The second one shows hidden fields. */
let masked: RecordedGrant;
let unmasked: RecordedGrant;

beforeAll(async () => {
  broker = await TestBroker.start({
    organisation: organisation(({ services: [billing] }) => {
      Object.assign(billing?.routes.find(({ action }) => action === 'list') ?? {}, { mask: ['/iban'] });
    }),
  });
  gateway = await RecordingGateway.enrol(broker);
  const scope = [{ resource: 'invoices', actions: ['list'] }];
  const grantOf = async (change: Record<string, unknown>): Promise<RecordedGrant> => {
    const { request, grant } = await makeGrant(broker, 'engineer', { scope, ...change });
    await mintToken(broker, grant);
    return { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  };
  masked = await grantOf({});
  unmasked = await grantOf({ unmasked: true });
  const ada = await Customer.of(broker, 'approver');
  ({ hash: trust } = await claim([ada], { countersign: { exceptActions: ['list'] } }));
  copies = await copiesOf(broker);
});
afterAll(() => broker.close());

/** Adds a call that a gateway with this trust document let through. @returns the first fault, and `there` if it names the call */
async function afterCall(under: RecordedGrant): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  const { at } = own.tenant.leaves[own.tenant.indexOf('trust.adopted')] as LeafV1;
  const list = { route: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' };
  const call = { path: '/tenants/acme/invoices', change: { at, trust, ...list } };
  const index = own.tenant.appendRecord(gateway.chain(under).add('allowed', call));
  return (await faultOf(own)).replace(` ${index}`, ' there');
}

describe('an action that the trust document excepts from countersigning', () => {
  test('is allowed without countersignatures while fields stay hidden', async () => {
    expect(await afterCall(masked)).toBe('none');
  });

  test('is named if the grant shows hidden fields, which always need countersignatures', async () => {
    expect(await afterCall(unmasked)).toBe('not_countersigned there');
  });
});
