import { resolve, sep } from 'node:path';
import type { UpstreamTls } from '@countersign/contract';
import type { UpstreamSecurity } from '../http1/upstream-pool.js';
import { BadTlsMaterial, secureContextOf } from '../storage/tls-material.js';
import { WatchedFiles, WatchedFileUnreadable } from '../storage/watched-files.js';

type FileMember = 'caFile' | 'certFile' | 'keyFile';
const FILE_MEMBERS: readonly FileMember[] = ['caFile', 'certFile', 'keyFile'];

/** A host of an address, as `URL.hostname` writes it. `https://..` has the host `..`, which would leave the folder. */
const HOST_FOLDER = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/;

/**
 * The TLS files of one service. The feed says which files, and the broker behind it may be taken over. So files count only
 * below `FOLDER/HOST/`, a folder that this host's operator has made for the upstream's host: no other file is opened, and
 * a certificate is shown to no other host (docs/gateway.md, TLS to upstreams).
 */
export class UpstreamTlsFiles {
  private readonly files: WatchedFiles<FileMember> | undefined;
  private last: UpstreamSecurity | undefined;
  private lastProblem: string | undefined;

  /** @param folder the operator's folder; undefined if there is none, and then no file may be used */
  constructor(
    folder: string | undefined,
    upstream: URL,
    private readonly tls: UpstreamTls,
  ) {
    const paths = placesOf(folder, upstream, tls);
    if (typeof paths === 'string') this.lastProblem = paths;
    else {
      this.files = new WatchedFiles(paths);
      this.refresh();
    }
  }

  /** What the files said when they were last good; undefined if they never were. */
  get security(): UpstreamSecurity | undefined {
    return this.last;
  }

  /** What is wrong with the files as they are now; undefined if nothing is. */
  get problem(): string | undefined {
    return this.lastProblem;
  }

  /** Reads the files again if one has changed. @returns whether there is anything new to use */
  refresh(): boolean {
    try {
      const pem = this.files?.readIfChanged();
      if (pem === undefined) return false;
      const { caFile: ca, certFile: cert, keyFile: key } = pem;
      this.last = { context: secureContextOf({ ca, cert, key }), serverName: this.tls.serverName };
      this.lastProblem = undefined;
      return true;
    } catch (error) {
      if (!(error instanceof WatchedFileUnreadable || error instanceof BadTlsMaterial)) throw error;
      this.lastProblem = error.message;
      return false;
    }
  }
}

/** Where the files are; or the rule that a member breaks. */
function placesOf(
  folder: string | undefined,
  upstream: URL,
  tls: UpstreamTls,
): Partial<Record<FileMember, string>> | string {
  const named = FILE_MEMBERS.filter((member) => tls[member] !== undefined);
  if (named.length === 0) return {};
  if (folder === undefined) return 'this gateway has no folder for TLS files of upstreams';
  if (!HOST_FOLDER.test(upstream.hostname)) return 'the upstream’s host cannot be the name of a folder';
  const own = resolve(folder, upstream.hostname);
  const paths: Partial<Record<FileMember, string>> = {};
  for (const member of named) {
    const path = resolve(own, tls[member] ?? '');
    if (!path.startsWith(own + sep))
      return `${member} is not below ${upstream.hostname}/ in this gateway’s folder for TLS files`;
    paths[member] = path;
  }
  return paths;
}
