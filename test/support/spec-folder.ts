import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Creates an empty folder that is removed at the end of the calling spec file. */
export function specFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-spec-'));
  folders.push(folder);
  return folder;
}
