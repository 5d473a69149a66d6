import {
  hasPermission,
  isSignedInAs,
  type Person,
  type Principal,
  permissionRow,
  SIGN_IN_STRENGTHS,
  visibilityOf,
} from '@countersign/access';
import {
  type Permission,
  TENANT_ROLES,
  type TenantRole,
  VENDOR_ROLES,
  type VendorRole,
} from '@countersign/contract';
import { permissionOf } from '../http/endpoint.js';
import type { BrokerRoute } from './routes.js';

/** Permissions that no endpoint names, because they depend on what the caller sends. */
export const CHECKED_INSIDE: readonly { permission: Permission; when: string }[] = [
  { permission: 'request.review', when: 'every review, whatever its channel; also in Slack' },
  { permission: 'request.countersign', when: 'a review that carries a countersignature' },
  { permission: 'invitation.countersign', when: 'an invitation that carries a countersignature' },
  {
    permission: 'widening.countersign',
    when: 'a confirmation of a widening that carries a countersignature',
  },
];

const COLUMNS: readonly { side: 'vendor' | 'tenant'; role: VendorRole | TenantRole }[] = [
  ...VENDOR_ROLES.map((role) => ({ side: 'vendor' as const, role })),
  ...TENANT_ROLES.map((role) => ({ side: 'tenant' as const, role })),
];

/**
 * `docs/security/authorization.md`: who may call what, for which tenants, and after which sign-in. Written from the same
 * tables that the guards and use cases read.
 */
export function authorizationDocument(routes: readonly BrokerRoute[]): string {
  const sorted = [...routes].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const forPeople = sorted.flatMap((route) => {
    const permission = permissionOf(route.endpoint.callers);
    return permission === null ? [] : [[nameOf(route), permission] as const];
  });
  const open = sorted.filter(({ endpoint }) => 'everyone' in endpoint.callers);
  const gateways = sorted.filter(({ endpoint }) => 'gateways' in endpoint.callers);
  const clients = sorted.filter(({ endpoint }) => 'provisioners' in endpoint.callers);
  return `${[
    introduction(),
    '## Endpoints for people',
    matrix('endpoint', forPeople),
    '## Checked inside an endpoint',
    'These permissions depend on what a call carries, so the use case checks them.',
    matrix(
      'when',
      CHECKED_INSIDE.map(({ when, permission }) => [when, permission] as const),
    ),
    '## Endpoints for enrolled gateways',
    'A gateway authenticates with its own credential. People are refused, except by endpoints that are also in the table above.',
    gateways.map((route) => `- ${nameOf(route)}`).join('\n'),
    '## Endpoints for SCIM clients',
    'A client authenticates with a token of one side, and reaches that side alone. It opens nothing else.',
    clients.map((route) => `- ${nameOf(route)}`).join('\n'),
    '## Open endpoints',
    'Everyone may call these. Those that begin or end a session verify what they are sent: a provider’s answer, a provider’s signed event, a mailed code, a single-use code of the command line.',
    open.map((route) => `- ${nameOf(route)}`).join('\n'),
  ].join('\n\n')}\n`;
}

const introduction = (): string => `# Authorization

Read this page to see who may call which endpoint, for which tenants, and after which sign-in. It is generated from the code (\`libs/access/src/domain/permissions.ts\` and the endpoints of \`apps/broker\`), and a test compares it. To write it again after a change: \`WRITE_DOCS=1 node bin/jest.mjs unit -- apps/broker/src/openapi\`.

Three rules come before the tables. A call is refused unless its endpoint names exactly one rule (P13). A removed person has no permission. Each use case checks role and sign-in again, on the person as stored in that transaction.

**Whose objects.** \`all\`: of every tenant. \`own tenant\`: of the caller’s own tenant; another tenant’s objects do not exist for them (P9). \`own logs\`: those of the deployment and the vendor. \`own\`: their own requests and grants, or their own account. \`yes\`: it belongs to no tenant. \`–\`: refused. A person with several roles has what any of them gives.

**Sign-in.** How strongly the caller must have signed in:

${signInTable()}

\`any\` is for what reads, stops or takes away, and for a decision about one request. \`strong\` is for what opens something that lasts, changes who may decide, or lifts a lock. \`own-browser\` is for keys and signatures. A decision about one request has further rules for its channel, by risk ([contract](../contract.md)).`;

/** Ways to sign in, as a reader knows them. */
const SIGN_INS: readonly (Pick<Principal, 'assurance' | 'channel'> & { name: string })[] = [
  { name: 'browser, signed in at the organisation’s provider', assurance: 'oidc', channel: 'web' },
  { name: 'browser, signed in with a passkey', assurance: 'passkey', channel: 'web' },
  { name: 'command line that such a browser authorized', assurance: 'oidc', channel: 'api' },
  { name: 'API key', assurance: 'api-key', channel: 'api' },
  { name: 'browser, after a code from a mail', assurance: 'mail-code', channel: 'web' },
  { name: 'command line that such a browser authorized', assurance: 'mail-code', channel: 'api' },
  { name: 'Slack', assurance: 'slack', channel: 'slack' },
];

function signInTable(): string {
  return [
    `| | ${SIGN_IN_STRENGTHS.map((strength) => `\`${strength}\``).join(' | ')} |`,
    `|${'---|'.repeat(SIGN_IN_STRENGTHS.length + 1)}`,
    ...SIGN_INS.map((by) => {
      const cells = SIGN_IN_STRENGTHS.map((strength) => (isSignedInAs(by, strength) ? 'yes' : '–'));
      return `| ${[by.name, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

const keyOf = ({ path, method }: BrokerRoute): string => `${path} ${method}`;
const nameOf = ({ path, method }: BrokerRoute): string => `\`${method} ${path}\``;

function matrix(first: string, rows: readonly (readonly [name: string, permission: Permission])[]): string {
  const head = COLUMNS.map(({ side, role }) => `${side} ${role}`);
  return [
    `| ${[first, 'permission', 'sign-in', ...head].join(' | ')} |`,
    `|${'---|'.repeat(COLUMNS.length + 3)}`,
    ...rows.map(([name, permission]) => {
      const cells = COLUMNS.map(({ side, role }) => cellOf(personWith(side, role), permission));
      return `| ${[name, `\`${permission}\``, `\`${permissionRow(permission).signIn}\``, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

/** A person with this one role. */
const personWith = (side: 'vendor' | 'tenant', role: VendorRole | TenantRole): Person => ({
  ...{ id: 'usr', tenant: side === 'vendor' ? null : 'own', email: '', name: '' },
  ...{ roles: [role], removedAt: null },
});

function cellOf(person: Person, permission: Permission): string {
  if (!hasPermission(person, permission)) return '–';
  if (permissionRow(permission).realm === 'deployment') return 'yes';
  const visibility = visibilityOf(person, permission);
  if ('all' in visibility) return 'all';
  if ('basis' in visibility) return `on the basis ${visibility.basis}`;
  if ('tenant' in visibility) return person.tenant === null ? 'own logs' : 'own tenant';
  return 'own';
}
