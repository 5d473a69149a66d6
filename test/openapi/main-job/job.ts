/** What both programs need: where the broker is, who they are, what they request, and how they report. */
const [brokerUrl = '', engineer = '', reviewer = '', approver = ''] = process.argv.slice(2);
export const caller = { brokerUrl, engineer, reviewer, approver };

export const ask = {
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  duration: 'PT30M',
  justification: 'The customer reports a wrong total.',
};

export const report = (done: { state: string; token: string; ended: string | null }) =>
  console.log(JSON.stringify(done));
