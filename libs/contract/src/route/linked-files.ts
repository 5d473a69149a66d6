import { z } from 'zod';
import { isLoopbackHost } from '../addresses.js';

/** The most storage hosts of one service. */
const MAX_FILE_HOSTS = 20;

/**
 * The origin of a storage whose presigned links a service hands out, exactly as browsers spell it: `https://files.example`. Plain
 * HTTP only on this machine, because anyone who reads such a link can read the file.
 */
const fileHost: z.ZodType<string> = z
  .string()
  .max(255)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && isSecret(new URL(text)), {
    error: 'must be an origin such as https://files.example, with https: unless it is this machine',
  });

const isSecret = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLocalFileHost(hostname));

export const fileHostsSchema: z.ZodType<string[]> = z
  .array(fileHost)
  .min(1, 'at least one host')
  .max(MAX_FILE_HOSTS, `at most ${MAX_FILE_HOSTS} hosts`);

/** Whether a storage host is this machine. Names below `localhost` count: gateways connect only if they lead to a loopback address. */
export const isLocalFileHost = (hostname: string): boolean =>
  isLoopbackHost(hostname) || hostname.endsWith('.localhost');

/** Below a service: where a gateway serves files whose presigned links it keeps. */
export const FILES_PATH = '/countersign/files/';
