import { relative } from 'node:path';
import type { Organisation, OrganisationPerson } from '@countersign/access';
import { DEFAULT_PORTS, type DemoEnvironment } from './environment.js';

/** What `npm start` prints when all runs: where, who, and what to try next. */
export function welcome(demo: DemoEnvironment, organisation: Organisation, cwd: string): string {
  return [
    'Countersign is running.',
    '',
    `  Start page     ${demo.publicUrl}`,
    `  API            ${demo.publicUrl}/api/docs`,
    `  Gateway        ${demo.gatewayUrl}/billing/…   the only way in that is recorded`,
    `  Sign-in        ${demo.identityUrl}   a real OpenID provider with the people below; choose who to be`,
    `  Mailbox        ${demo.mailboxUrl}   every mail that is sent here; Globex signs in by a code from it`,
    `  Data service   ${demo.serviceUrl}   the data itself: no sign-in, so on this machine only`,
    `  Data and logs  ${nearPath(demo.dataDir, cwd)}`,
    '',
    'Who can sign in',
    ...who(organisation),
    '',
    `  In the browser: open ${demo.publicUrl}, name the organisation (vendor, acme, globex, initech), choose a person.`,
    '  On the command line:',
    ...settings(demo, cwd),
    '    npx countersign login --organisation vendor',
    '  or, for scripts, an API key, which is shown once and lives for hours:',
    `    export COUNTERSIGN_API_KEY=$(npx countersign keys create --principal erin@northwind.example)`,
    '',
    'Try next, in the browser',
    `  Sign in as ada@acme.example: the inbox offers to claim Acme with a passkey, in a minute. This host’s gateway is`,
    '  pinned at once, and from then on it opens to nothing that Ada has not signed. Globex stays on the vendor’s word.',
    '',
    'Try next, in another terminal',
    '  npx countersign tour      the main job on globex, step by step, with what each party sees',
    '  npx countersign whoami    with a key of anybody above',
    "  npx countersign request acme billing --scope 'invoices/*:read' --for PT30M --reason 'Case 4711' --wait",
    '',
    'Ctrl-C stops all; the data stays.',
    '',
  ].join('\n');
}

function who({ vendor, tenants }: Organisation): string[] {
  const sides: { name: string; members: OrganisationPerson<string>[] }[] = [
    { name: vendor.name, members: vendor.staff },
    ...tenants.map((tenant) => ({ name: tenant.name, members: tenant.people })),
  ];
  const all = sides.flatMap((side) => side.members);
  const email = Math.max(...all.map((person) => person.email.length));
  const name = Math.max(...all.map((person) => person.name.length));
  return sides.flatMap((side) => [
    `  ${side.name}`,
    ...side.members.map(
      (person) =>
        `    ${person.email.padEnd(email)}  ${person.name.padEnd(name)}  ${person.roles.join(', ')}`,
    ),
  ]);
}

/** The command reads the same variables: a demo on other ports or in another folder must be named to it. */
function settings(demo: DemoEnvironment, cwd: string): string[] {
  const folder = nearPath(demo.dataDir, cwd);
  const lines = [
    demo.ports.broker === DEFAULT_PORTS.broker ? '' : `    export COUNTERSIGN_BROKER_URL=${demo.publicUrl}`,
    demo.ports.gateway === DEFAULT_PORTS.gateway
      ? ''
      : `    export COUNTERSIGN_GATEWAY_URL=${demo.gatewayUrl}`,
    folder === './data' ? '' : `    export COUNTERSIGN_DATA_DIR=${folder}`,
  ];
  return lines.filter((line) => line !== '');
}

function nearPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : `./${near}`;
}
