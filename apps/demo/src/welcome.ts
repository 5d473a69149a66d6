import { relative } from 'node:path';
import type { Organisation, OrganisationPerson } from '@countersign/access';
import { DEFAULT_PORTS, type DemoEnvironment } from './environment.js';

/** What `npm start` prints when everything runs: addresses, people, and what to try. */
export function welcomeText(demo: DemoEnvironment, organisation: Organisation, cwd: string): string {
  return [
    'Countersign is running.',
    '',
    `  Start page     ${demo.publicUrl}`,
    `  API            ${demo.publicUrl}/api/docs`,
    `  Gateway        ${demo.gatewayUrl}/billing/…   the way to the data; every call is recorded`,
    `  Sign-in        ${demo.identityUrl}   a real OpenID provider with the people below; choose who to be`,
    `  Mailbox        ${demo.mailboxUrl}   every mail that the demo sends; Globex signs in by a code from it`,
    `  Data service   ${demo.serviceUrl}   the data itself; it refuses every call that did not come through the gateway`,
    `  Data and logs  ${shortPath(demo.dataDir, cwd)}`,
    '',
    'Who can sign in',
    ...listPeople(organisation),
    '',
    `  In the browser: open ${demo.publicUrl}, enter an organisation (vendor, acme, globex, initech), and choose a person.`,
    '  On the command line:',
    ...exports(demo, cwd),
    '    npx countersign login --organisation vendor',
    '  For scripts, make an API key; it is shown once and lasts for hours:',
    `    export COUNTERSIGN_API_KEY=$(npx countersign keys create --principal erin@northwind.example)`,
    '',
    'Try next, in the browser',
    '  Sign in as ada@acme.example. Her inbox offers to claim Acme with a passkey; it takes a minute. This host’s gateway is',
    '  pinned at once, and from then on it allows nothing that Ada has not signed. Globex keeps relying on the vendor.',
    '  Then sign in as erin@northwind.example and ask for access to acme, as max@northwind.example review it, and as Ada sign it.',
    '  The shortest way to the first useful call. Each person needs a browser or a private window of their own:',
    `    Erin asks     ${signInLink(demo, 'vendor', '/ask?tenant=acme')}`,
    `    Max reviews   ${signInLink(demo, 'vendor', '/queue')}`,
    `    Ada decides   ${signInLink(demo, 'acme', '/inbox')}`,
    '  In this demo a new passkey counts at once; elsewhere it counts after 24 hours, or once another admin has confirmed it.',
    '  Sign in as lena@northwind.example and enter a government’s demand about acme. Ada is notified, and reads it under Activity.',
    '',
    'Try next, in another terminal',
    '  npx countersign tour      the main job on globex, step by step, with what each party sees',
    '  npx countersign whoami    with a key of anyone above',
    "  npx countersign request globex billing --scope 'invoices/*:read' --for PT30M --reason 'Case 4711' --wait",
    '',
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
}

/** The sign-in page with the organisation filled in, and the page that opens afterwards. */
const signInLink = ({ publicUrl }: DemoEnvironment, organisation: string, page: string): string =>
  `${publicUrl}/sign-in?tenant=${organisation}&returnTo=${encodeURIComponent(page)}`;

function listPeople({ vendor, tenants }: Organisation): string[] {
  const sides: { name: string; members: OrganisationPerson<string>[] }[] = [
    { name: vendor.name, members: vendor.staff },
    ...tenants.map((tenant) => ({ name: tenant.name, members: tenant.people })),
  ];
  const everyone = sides.flatMap((side) => side.members);
  const email = Math.max(...everyone.map((person) => person.email.length));
  const name = Math.max(...everyone.map((person) => person.name.length));
  return sides.flatMap((side) => [
    `  ${side.name}`,
    ...side.members.map(
      (person) =>
        `    ${person.email.padEnd(email)}  ${person.name.padEnd(name)}  ${person.roles.join(', ')}`,
    ),
  ]);
}

/** The variables that the command needs to find a demo on other ports or in another folder. */
function exports(demo: DemoEnvironment, cwd: string): string[] {
  const folder = shortPath(demo.dataDir, cwd);
  const lines = [
    demo.ports.broker === DEFAULT_PORTS.broker ? '' : `    export COUNTERSIGN_BROKER_URL=${demo.publicUrl}`,
    demo.ports.gateway === DEFAULT_PORTS.gateway
      ? ''
      : `    export COUNTERSIGN_GATEWAY_URL=${demo.gatewayUrl}`,
    folder === './data' ? '' : `    export COUNTERSIGN_DATA_DIR=${folder}`,
  ];
  return lines.filter((line) => line !== '');
}

/** Relative to the current folder if it lies below it. */
function shortPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : `./${near}`;
}
