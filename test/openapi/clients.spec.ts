import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBroker } from '../e2e/harness.js';
import { runProgram } from '../support/debian-program.js';
import { root } from '../support/root.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const HERE = join(root, 'test/openapi');

const GENERATORS = ['hey-api', 'swagger-typescript-api'];

const node = (...args: string[]) => runProgram({ name: process.execPath, package: 'nodejs', args });

let broker: TestBroker;
let folder: string;

beforeAll(async () => {
  broker = await TestBroker.start();
  folder = await tempFolder('openapi');
  const document = await broker.fetch('GET', '/api/openapi.json');
  await writeFile(join(folder, 'openapi.json'), document.text);
  await node(join(HERE, 'generate.mjs'), join(folder, 'openapi.json'), join(folder, 'generated'));
}, 180_000);
afterAll(async () => {
  await broker.close();
  await removeFolder(folder);
});

/** Compiles the program for one generator with its client, under strict rules. @returns the compiled program */
async function compile(generator: string): Promise<string> {
  const place = join(folder, generator);
  await mkdir(place);
  await symlink(join(folder, 'generated', generator), join(place, 'client'));
  await copyFile(join(HERE, 'main-job', `${generator}.ts`), join(place, 'main.ts'));
  await copyFile(join(HERE, 'main-job/job.ts'), join(place, 'job.ts'));
  await writeFile(join(place, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    strict: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    outDir: 'dist',
    rootDir: '.',
    preserveSymlinks: true,
  };
  await writeFile(
    join(place, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts', 'client'] }),
  );
  await node(join(root, 'node_modules/typescript/bin/tsc'), '-p', place);
  return join(place, 'dist/main.js');
}

test.each(GENERATORS)(
  'a client that %s generates from the OpenAPI document compiles, and does the main job',
  async (generator) => {
    const program = await compile(generator);
    const { engineer, reviewer, approver } = broker.keys;
    const done = await node(program, broker.url, engineer, reviewer, approver);
    expect(JSON.parse(done)).toEqual({
      state: 'approved',
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      ended: 'revoked',
    });
  },
  180_000,
);
