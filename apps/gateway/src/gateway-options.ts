import type { LevelWithSilent, Logger } from 'pino';
import type { Clock } from './clock.js';
import type { SpoolDisk } from './records/spool/spool-disk.js';

/** What a gateway needs to run. */
export type GatewayOptions = {
  /** `csg_…`, as `countersign gateways enroll` printed it. */
  credential: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Identity, place in the feed, and the spool's segments. Used by one gateway at a time. */
  spoolDir: string;
  /** Bound on what waits for the broker; 1 GiB unless said otherwise. */
  spoolBytes?: number;
  /** Calls at once under one grant (256) and at one service (1,024). */
  maxCallsPerGrant?: number;
  maxCallsPerService?: number;
  /** Of a request: its head (16 KiB; more is 400) and its body (100 MiB; more is 413). */
  maxHeaderBytes?: number;
  maxBodyBytes?: number;
  /** Of a call: all of it (15 min), and waiting for its client to send or read on (20 s). */
  callTimes?: { totalMs?: number; clientIdleMs?: number };
  /** Of the upstreams: connecting (5 s), first byte (30 s), silence within a body (60 s). */
  upstreamTimeouts?: { connectMs?: number; firstByteMs?: number; idleMs?: number };
  /** How long a stop waits for open calls before it cuts them; 10 s. */
  stopGraceMs?: number;
  /** Refuse tenants that are not pinned on this host, whether the feed says that they are claimed or not. */
  pinnedOnly?: boolean;
  logLevel?: LevelWithSilent;
  /** In place of one that writes to stdout. */
  logger?: Logger;
  /** For tests of faults and time. */
  disk?: SpoolDisk;
  clock?: Clock;
};

/** A gateway that listens. */
export type RunningGateway = {
  url: string;
  port: number;
  /** `gtw_…` */
  id: string;
  /** Whether it would let calls through. */
  isInTouch(): boolean;
  /** Finishes open calls, ships what it can, and stops. */
  close(): Promise<void>;
};
