import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { decodeGatewayCredential } from '@countersign/gateway-protocol';
import type { Program, Running } from './program.js';
import type { Site } from './site.js';

/** A name, which a failure may show, and the text that must appear nowhere. */
export type Secret = { name: string; text: string };

/** Everything secret that the programs of a site have or get, with the tokens that the test minted. */
export function secretsOf(site: Site<Running, Running>, tokens: readonly string[]): Secret[] {
  return [
    ...site.issuedKeys.map((text, index) => ({ name: `API key ${index}`, text })),
    ...tokens.map((text, index) => ({ name: `token ${index}`, text })),
    // The prefix of header and claims is no secret; only the signature makes a token secret.
    ...tokens.map((text, index) => ({
      name: `signature of token ${index}`,
      text: text.split('.')[2] ?? text,
    })),
    { name: 'gateway credential', text: site.credential },
    { name: 'gateway secret', text: decodeGatewayCredential(site.credential).secret },
    { name: 'master key', text: site.store.masterKey },
    { name: 'private key', text: 'PRIVATE KEY' },
  ];
}

/**
 * Looks for secrets in everything that a run left or showed: the programs' output, every byte of every file below
 * `folder`, and the arguments of every observed process. @returns where one was found, never the secret itself
 */
export async function findSecrets(
  secrets: readonly Secret[],
  where: { folder: string; programs: readonly Program[]; commandLines: readonly string[] },
): Promise<string[]> {
  const places: { place: string; content: Buffer }[] = [];
  for (const { name, stdout, stderr } of where.programs) {
    places.push({ place: `stdout of ${name}`, content: Buffer.from(stdout) });
    places.push({ place: `stderr of ${name}`, content: Buffer.from(stderr) });
  }
  for (const file of await filesBelow(where.folder)) {
    const content = await readFile(file).catch(unlessGone);
    if (content) {
      places.push({ place: relative(where.folder, file), content });
    }
  }
  places.push({ place: 'a process list', content: Buffer.from(where.commandLines.join('\n')) });
  return places.flatMap(({ place, content }) =>
    secrets.filter(({ text }) => content.includes(text)).map(({ name }) => `${name} in ${place}`),
  );
}

/** A running program may rename or remove a file of its own between the listing and the reading. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
