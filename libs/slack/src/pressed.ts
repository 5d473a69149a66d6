import { isDigest, isId } from '@countersign/contract';

/** The request and the exact terms that the reader of a button or form saw. Nothing else in a payload is used. */
export interface Pressed {
  /** `req_…` */
  request: string;
  digest: string;
}

export const pressedValue = ({ request, digest }: Pressed): string => `${request} ${digest}`;

/** Parses a value from a payload; null if it is malformed. A valid value proves nothing about permissions. */
export function readPressed(value: unknown): Pressed | null {
  if (typeof value !== 'string') return null;
  const [request = '', digest = '', ...rest] = value.split(' ');
  return rest.length === 0 && isId('req', request) && isDigest(digest) ? { request, digest } : null;
}
