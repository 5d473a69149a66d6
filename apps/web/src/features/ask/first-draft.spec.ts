import type { AccessRequestDetail, Service } from '@countersign/api';
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
const leftDraft = { ...namedDraft(new URLSearchParams(), services), justification: 'Mine' };
const first = (query: string, read?: AccessRequestDetail) =>
  firstDraft(new URLSearchParams(query), services, { past: read, leftDraft: null });

describe('what the form for a request shows at first', () => {
  test('is the draft that the person left there, whatever the address names', () => {
    for (const query of ['', 'tenant=globex', 'from=req_1'])
      expect(firstDraft(new URLSearchParams(query), services, { past, leftDraft })).toEqual({
        draft: leftDraft,
        by: 'draft',
      });
    expect(first('')).toMatchObject({
      ...{ draft: { service: 'billing', minutes: '30', justification: '' }, by: null },
    });
  });

  test('is what the address names', () => {
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

  test('is the template that the address names; one without a customer leaves it open', () => {
    const request = {
      ...{ service: 'billing', scope: [{ resource: 'invoices', actions: ['list'] }], duration: 'PT1H30M' },
      ...{ ticket: '4711', budget: { calls: 20, bytes: 1_000 } },
    };
    const template = { id: 'tpl_1', name: 'Wrong total', request, savedAt: '2026-11-24T15:00:00Z' };
    const { draft, by } = firstDraft(new URLSearchParams('template=tpl_1'), services, {
      template,
      leftDraft: null,
    });
    expect(by).toBe('template');
    expect(draft).toMatchObject({
      ...{ tenant: '', ticked: new Set(['invoices list']), minutes: '90', ticket: '4711', calls: '20' },
    });
    expect(first('template=tpl_gone')).toMatchObject({ draft: { justification: '' }, by: null });
  });
});
