import {
  type Change,
  commit,
  encodeBase64url,
  type Opening,
  sha256Digest,
  type Terms,
  toInstant,
} from '@countersign/contract';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** What reviewers of a change are shown besides its hash. */
export interface ShownChange {
  /** The body. Its SHA-256 must be `change.bodySha256`. */
  body: string;
  /** What the requester says that the path returned before. */
  before?: { body: string; at: string; record?: string };
  /** `req_…`: an earlier request of the same requester, tenant and service, from whose work this change follows. */
  follows?: string;
}

interface CommittedChange {
  change: Change;
  openings: Record<string, Opening>;
}

/**
 * The change as the terms contain it, with commitments in place of the texts. Unlike free text, the texts are not normalised: every
 * byte counts.
 *
 * @throws AccessError `invalid_request` if the body that is shown is not the body of the change
 */
export function commitChange(
  deps: Pick<Deps, 'random' | 'hashing'>,
  change: Change,
  shown: ShownChange | undefined,
): CommittedChange {
  if (shown === undefined) return { change, openings: {} };
  const { body, before, follows } = shown;
  if (change.contentEncoding !== undefined)
    throw invalid('body', 'The body of an encoded change cannot be shown. Leave out `shown`.');
  if (sha256Digest(deps.hashing, body) !== change.bodySha256)
    throw invalid('body', 'This is not the body whose hash the change names.');
  const now = commitExactText(deps, 'changeBody', body);
  const was = before === undefined ? undefined : commitExactText(deps, 'changeBefore', before.body);
  return {
    change: {
      ...change,
      body: now.commitment,
      ...(before === undefined || was === undefined
        ? {}
        : {
            before: {
              body: was.commitment,
              at: before.at,
              ...(before.record === undefined ? {} : { record: before.record }),
            },
          }),
      ...(follows === undefined ? {} : { follows }),
    },
    openings: {
      changeBody: now.opening,
      ...(was === undefined ? {} : { changeBefore: was.opening }),
    },
  };
}

function commitExactText({ random, hashing }: Pick<Deps, 'random' | 'hashing'>, name: string, value: string) {
  const salt = random.bytes(32);
  return { commitment: commit(hashing, name, salt, value), opening: { value, salt: encodeBase64url(salt) } };
}

/**
 * `before` may be old, but must not be in the future. The request that the change follows must be one of the requester's own.
 *
 * @throws AccessError `invalid_request`
 */
export async function requireShownChangeIn(
  unit: TenantUnit,
  {
    change,
    shown,
    service,
  }: { change?: Change | undefined; shown?: ShownChange | undefined; service: string },
  requester: string,
  now: Date,
): Promise<void> {
  if (shown === undefined) return;
  if (change === undefined) throw invalid('', '`shown` goes with `change`, and only then.');
  const { before, follows } = shown;
  if (before !== undefined && before.at > toInstant(now))
    throw invalid('before/at', 'The earlier content cannot have been read in the future.');
  if (follows === undefined) return;
  const followed = await unit.requests.find(follows);
  if (followed === null || followed.requester !== requester || followed.service !== service)
    throw invalid('follows', 'The requester has no such request of this tenant and service.');
}

const invalid = (member: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer: member === '' ? '/shown' : `/shown/${member}` });

/** The change of stored terms, as the input of a new request. Texts that were erased are left out. */
export function changeOfTerms(
  { change }: Terms,
  openings: Readonly<Record<string, Opening>>,
): { change?: Change; shown?: ShownChange } {
  if (change === undefined) return {};
  const { body: _body, before, follows, ...call } = change;
  const now = openings['changeBody']?.value;
  const was = openings['changeBefore']?.value;
  if (now === undefined) return { change: call };
  return {
    change: call,
    shown: {
      body: now,
      ...(before === undefined || was === undefined ? {} : { before: { ...before, body: was } }),
      ...(follows === undefined ? {} : { follows }),
    },
  };
}
