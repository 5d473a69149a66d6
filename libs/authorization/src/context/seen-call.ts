import type { ContextReason } from './verify-context.js';

/**
 * One call as the service saw it: a line of JSON, `{"at":"2026-11-24T15:00:01.123Z","method":"GET","path":"/…",
 * "context":"eyJ…"}`. `context` is null if the call had none. `refused` says why the middleware let it no further.
 */
export type SeenCall = {
  at: string;
  method: string;
  path: string;
  context: string | null;
  refused?: ContextReason | undefined;
};

export const formatSeenCall = ({ at, method, path, context, refused }: SeenCall): string =>
  JSON.stringify({ at, method, path, context, refused });

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const MAX_LINE = 64 * 1024;

/** A line that `formatSeenCall` wrote, or a service's own log in that form. Undefined for any other line. */
export function parseSeenCall(line: string): SeenCall | undefined {
  if (line.length > MAX_LINE) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { at, method, path, context, refused } = value as { [member: string]: unknown };
  if (typeof at !== 'string' || !INSTANT.test(at) || Number.isNaN(Date.parse(at))) return undefined;
  if (typeof method !== 'string' || typeof path !== 'string') return undefined;
  if (context !== null && typeof context !== 'string') return undefined;
  if (refused !== undefined && typeof refused !== 'string') return undefined;
  return {
    at,
    method,
    path,
    context,
    ...(refused === undefined ? {} : { refused: refused as ContextReason }),
  };
}
