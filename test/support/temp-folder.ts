import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const tempFolder = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `countersign-${name}-`));

export const removeFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
