/** An access request that the test organisation allows; `change` alters a fresh copy. */
export function ask(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    tenant: 'acme',
    service: 'billing',
    scope: [
      { resource: 'invoices', actions: ['list'] },
      { resource: 'invoices/*', actions: ['read'] },
    ],
    duration: 'PT15M',
    justification: 'Case 4711: an invoice shows a wrong total',
    ...change,
  };
}
