import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { Program } from './program.js';
import { root } from './root.js';

const PATIENTS = [
  { id: 'p-1', clinic: 'harbour', name: 'Ida Strand', recall: '2027-01-12' },
  { id: 'p-2', clinic: 'harbour', name: 'Olav Nes', recall: '2026-12-01' },
  { id: 'p-9', clinic: 'hilltop', name: 'Rut Berg', recall: '2027-03-02' },
];

type Patient = (typeof PATIENTS)[number];

const READY = '/db?ready';
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Its own routes file: a path that names the clinic first, as its users write it. */
const ROUTES = {
  '/clinics/:clinic/patients': '/patients?clinic=:clinic',
  '/clinics/:clinic/patients/:id': '/patients/:id',
};

/** A third party's server, `json-server`, whose data and routes file know nothing of Countersign. */
export class JsonServer {
  private constructor(
    readonly origin: string,
    readonly program: Program,
    private readonly dataFile: string,
  ) {}

  static async start(folder: string): Promise<JsonServer> {
    const dataFile = join(folder, 'db.json');
    const routesFile = join(folder, 'routes.json');
    await writeFile(dataFile, JSON.stringify({ patients: PATIENTS }));
    await writeFile(routesFile, JSON.stringify(ROUTES));
    const port = await freePort();
    const program = Program.start({
      name: 'json-server',
      script: join(root, 'node_modules/json-server/lib/cli/bin.js'),
      args: [dataFile, '--routes', routesFile, '--host', '127.0.0.1', '--port', String(port)],
    });
    const server = new JsonServer(`http://127.0.0.1:${port}`, program, dataFile);
    await program.untilReady(`${server.origin}${READY}`);
    return server;
  }

  /** Its own access log, `GET /patients/p-1` a request, as its routes file rewrote it. */
  get served(): string[] {
    const plain = this.program.stdout.replaceAll(COLOURS, '');
    return [...plain.matchAll(/^([A-Z]+ \/\S*) \d{3} /gm)]
      .map(([, call]) => String(call))
      .filter((call) => call !== `GET ${READY}`);
  }

  /** A patient in its current data file, which it writes after it has answered. Undefined while it writes. */
  async stored(id: string): Promise<Patient | undefined> {
    const text = await readFile(this.dataFile, 'utf8');
    if (!text.endsWith('}')) return undefined;
    const { patients } = JSON.parse(text) as { patients: Patient[] };
    return patients.find((patient) => patient.id === id);
  }
}

/** Rewrites a path as the routes file does. */
export const rewritten = (path: string): string =>
  path.replace(/^\/clinics\/([^/]+)\/patients$/, '/patients?clinic=$1').replace(/^\/clinics\/[^/]+/, '');

/** The organisation file that puts Countersign in front of it. */
export const organisationText = (upstream: string): string => `
vendor:
  name: Fjord Dental Systems
  staff:
    - { email: una@fjord.example, name: Una Dahl, roles: [engineer] }
    - { email: per@fjord.example, name: Per Moe, roles: [reviewer] }
services:
  - name: patients
    upstream: ${upstream}
    routes:
      - { method: GET, path: "/clinics/{tenant}/patients", resource: patients, action: list }
      - { method: GET, path: "/clinics/{tenant}/patients/{id}", resource: "patients/{id}", action: read }
      - { method: PATCH, path: "/clinics/{tenant}/patients/{id}", resource: "patients/{id}", action: update }
      - { method: DELETE, path: "/clinics/{tenant}/patients/{id}", resource: "patients/{id}", action: delete }
tenants:
  - slug: harbour
    name: Harbour Clinic
    people:
      - { email: siri@harbour.example, name: Siri Lunde, roles: [approver] }
      - { email: tor@harbour.example, name: Tor Vik, roles: [auditor] }
  - slug: hilltop
    name: Hilltop Clinic
    people:
      - { email: mia@hilltop.example, name: Mia Aas, roles: [approver] }
`;
