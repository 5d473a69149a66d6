import { isDigest, isId } from '@countersign/contract';

/** What a button or form is about: exactly the terms that its reader saw. Nothing else is taken from a payload. */
export interface Pressed {
  /** `req_…` */
  request: string;
  digest: string;
}

export const pressedValue = ({ request, digest }: Pressed): string => `${request} ${digest}`;

/** What came back; null where it is not of our making. It proves nothing of who may do what. */
export function readPressed(value: unknown): Pressed | null {
  if (typeof value !== 'string') return null;
  const [request = '', digest = '', ...rest] = value.split(' ');
  return rest.length === 0 && isId('req', request) && isDigest(digest) ? { request, digest } : null;
}
