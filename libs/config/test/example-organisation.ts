/** The example of docs/contract.md, Organisation file, which tests modify. */
export const EXAMPLE = `vendor:
  name: Northwind Cloud
  oidc: { issuer: "http://localhost:4300", clientId: countersign, clientSecretFile: ./data/oidc-vendor }
  staff:
    - { email: erin@northwind.example, name: Erin Okafor, roles: [engineer] }
    - { email: max@northwind.example,  name: Max Lind,    roles: [engineer, reviewer] }
    - { email: sam@northwind.example,  name: Sam Ito,     roles: [security-admin] }
services:
  - name: billing
    upstream: http://localhost:4200
    audience: billing
    tenantFrom: path
    routes:
      - { method: GET,   path: "/tenants/{tenant}/invoices",          resource: invoices,        action: list, query: [status, page] }
      - { method: GET,   path: "/tenants/{tenant}/invoices/{id:int}", resource: "invoices/{id}", action: read }
      - { method: PATCH, path: "/tenants/{tenant}/invoices/{id:int}", resource: "invoices/{id}", action: update }
accessPolicy: { vendorReviews: 1, maxDuration: PT4H, tokenTtl: PT5M, requestTtl: PT12H }
tenants:
  - slug: acme
    name: Acme Corp
    people:
      - { email: ada@acme.example, name: Ada Moreau, roles: [approver, admin] }
      - { email: bob@acme.example, name: Bob Chen,   roles: [approver] }
    privacyControls:
      approvals: 1
      maxDuration: PT1H
      countersign: [update]
      slackMayApprove: [list, read]
      forbid: [{ service: billing, resource: "payroll/**", actions: ["*"] }]
    oidc: { issuer: "http://localhost:4300", clientId: countersign-acme, clientSecretFile: ./data/oidc-acme }
    slack: { teamId: T0ACME, channelId: C0LOCKBOX }
`;

/** The example with one text replaced by another; throws where the text is not there. */
export function bent(...changes: [from: string, to: string][]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    return text.replace(from, to);
  }, EXAMPLE);
}
