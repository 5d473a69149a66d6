import type { AccessRequestDetail, Service } from '../../api/client.js';
import { firstDraft, namedDraft } from './first-draft.js';

const services = [
  {
    name: 'billing',
    routes: [{ method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' }],
  },
] as unknown as Service[];
const past = {
  ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices', actions: ['list'] }] },
  ...{ justification: 'Case 9', ticket: null, terms: { seconds: 2_700, startsAt: '2026-11-24T15:00:00Z' } },
} as unknown as AccessRequestDetail;
const kept = { ...namedDraft(new URLSearchParams(), services), justification: 'Mine' };
const first = (query: string, read?: AccessRequestDetail) =>
  firstDraft(new URLSearchParams(query), services, read, kept);

describe('what the form for a request shows at first', () => {
  test('is the draft that the person left, if the address names nothing', () => {
    expect(first('')).toEqual({ draft: kept, by: 'draft' });
    expect(firstDraft(new URLSearchParams(), services, undefined, null)).toMatchObject({
      ...{ draft: { service: 'billing', minutes: '30', justification: '' }, by: null },
    });
  });

  test('is what the address names, and no draft beside it', () => {
    const named = first('tenant=globex&service=billing&scope=invoices:list&unmasked=true');
    expect(named.by).toBeNull();
    expect(named.draft).toMatchObject({
      ...{ tenant: 'globex', ticked: new Set(['invoices list']), unmasked: true, justification: '' },
    });
    expect(first('demand=dem_1').draft).toMatchObject({ demand: 'dem_1', justification: '' });
  });

  test('is the earlier request that the address names, without its times', () => {
    const { draft, by } = first('from=req_1', past);
    expect(by).toBe('request');
    expect(draft).toMatchObject({
      ...{ tenant: 'acme', ticked: new Set(['invoices list']), minutes: '45', justification: 'Case 9' },
    });
    expect(draft).not.toHaveProperty('startsAt');
    // A request that cannot be read fills in nothing.
    expect(first('from=req_1')).toMatchObject({ draft: { justification: '' }, by: null });
  });
});
