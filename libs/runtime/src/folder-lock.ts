import { randomUUID } from 'node:crypto';
import { link, lstat, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/**
 * Keeps a folder for one process. It needs a socket in the folder, which no other part of this library does: the lint rule has an
 * exception for this file.
 */

/** Another process uses the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly code = 'folder_in_use';
}

/**
 * Locks the folder for this process, by two means: a socket that answers as long as its process lives, also to another
 * container on the same volume; and a file with the process id, for file systems without sockets. What a dead process
 * left is taken over, so that a killed program starts again by itself. Throws FolderInUse.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const socket = await holdSocket(folder);
  if (socket === 'in use') throw new FolderInUse('the folder is used by another process');
  const release = socket === 'unknown' ? async () => undefined : socket.release;
  const path = join(folder, 'lock');
  try {
    await writeId(path);
  } catch (error) {
    await release();
    throw error;
  }
  return async () => {
    await unlink(path).catch(() => undefined);
    await release();
  };
}

async function writeId(path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    // A container's first process has the same id after each restart.
    if (holder !== process.pid && isAlive(holder)) {
      throw new FolderInUse(`the folder is used by process ${holder}`);
    }
    await unlink(path).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const NAME = 'lock.sock';
/**
 * The path of a socket has at most 107 bytes; the path of a folder has no such limit. This path leads into an open
 * folder.
 */
const OPEN_FOLDERS = '/proc/self/fd';
/** A process that has removed a dead process's socket waits this long, to see whether another process was faster. */
const SETTLED_MS = 100;

/** A name that a start uses for a moment: `lock.sock.` and a UUID. */
const OF_A_START = /^lock\.sock\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/**
 * A live start may have such a name without a listener for this long: between creating the socket and listening on it.
 */
const NEW_MS = 1_000;

/** Errors of a file system on which a socket can have only one name. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

type Held = { release(): Promise<void> };

/**
 * Holds a name in the folder by a listening socket. It answers until its process is gone, however that ended, and
 * whichever process namespace asks. `in use`: another process answers. `unknown`: the file system has no sockets.
 */
async function holdSocket(folder: string): Promise<Held | 'in use' | 'unknown'> {
  const handle = await open(folder, 'r');
  const at = (await isThere(`${OPEN_FOLDERS}/${handle.fd}`)) ? `${OPEN_FOLDERS}/${handle.fd}` : folder;
  const own = `${NAME}.${randomUUID()}`;
  let server: Server | undefined;
  let isHeld = false;
  try {
    server = await listenAt(join(at, own));
    if (server === undefined) return 'unknown';
    if (!(await take(at, own))) return 'in use';
    isHeld = true;
    await clearLeft(folder, at).catch(() => undefined);
  } catch (error) {
    if (NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) return 'unknown';
    throw error;
  } finally {
    await unlink(join(folder, own)).catch(() => undefined);
    if (!isHeld) {
      if (server !== undefined) await close(server);
      await handle.close();
    }
  }
  const listener = server;
  return {
    release: async () => {
      await unlink(join(folder, NAME)).catch(() => undefined);
      await close(listener);
      await handle.close();
    },
  };
}

/** Gives our socket the name, unless a live process has it. */
async function take(at: string, own: string): Promise<boolean> {
  const path = join(at, NAME);
  let tookAway = false;
  for (;;) {
    const isOurs = (await linkAt(join(at, own), path)) || (await isSame(join(at, own), path));
    if (!isOurs) {
      if (!(await isDead(path)) || !(await removeDead(at))) return false;
      tookAway = true;
      continue;
    }
    if (!tookAway) return true;
    // Others may have been about to remove the dead socket, and removed ours instead. They then give the name back, or
    // no one has it.
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    if (await isSame(join(at, own), path)) return true;
  }
}

/** Returns false if the name is taken. */
async function linkAt(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead socket's name. If the socket turns out to be alive, the name is restored, and false is returned. */
async function removeDead(at: string): Promise<boolean> {
  const aside = join(at, `${NAME}.${randomUUID()}`);
  try {
    await rename(join(at, NAME), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  const dead = await isDead(aside);
  if (!dead) await link(aside, join(at, NAME)).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
  return dead;
}

/**
 * Removes what starts left that were killed half-way: sockets without a listener. Sockets of starts that still run
 * answer, or are new. A start whose socket is removed anyway finds that the folder is locked.
 */
async function clearLeft(folder: string, at: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!OF_A_START.test(name)) continue;
    const path = join(at, name);
    const found = await lstat(path).catch(() => undefined);
    // The time of the last change: a name that was just set aside is new, however old its socket is.
    if (found?.isSocket() !== true || Date.now() - found.ctimeMs < NEW_MS) continue;
    if (await isDead(path)) await unlink(path).catch(() => undefined);
  }
}

/** No one listens any more. Any other error may come from a live process. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNREFUSED' || code === 'ENOENT'),
    );
  });
}

/** Undefined if the file system has no sockets. */
function listenAt(path: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    // In a worker of `node:cluster` the socket would belong to the primary, and outlive this process.
    server.listen({ path, exclusive: true }, () => resolve(server.unref()));
  });
}

const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}
