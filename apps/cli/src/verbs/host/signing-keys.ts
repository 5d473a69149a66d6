import { OVERLAP_SECONDS, revokeSigningKey, rotateSigningKey } from '@countersign/access';
import type { Answer, Context } from '../../runtime/context.js';
import { humanSeconds } from '../../text/clock.js';
import { withStore } from './store.js';

export async function rotateSigning(context: Context): Promise<Answer> {
  const rotated = await withStore(context, {}, ({ deps, keyMaker }) => rotateSigningKey(deps, keyMaker));
  return {
    document: rotated,
    text: `${rotated.kid} signs from ${rotated.activeFrom}; the key before it verifies for ${humanSeconds(OVERLAP_SECONDS)} more.`,
  };
}

export async function revokeSigning(context: Context, kid: string): Promise<Answer> {
  const { successor } = await withStore(context, {}, ({ deps, keyMaker }) =>
    revokeSigningKey(deps, keyMaker, kid),
  );
  return {
    document: { kid, revoked: true, successor },
    text: `${kid} is revoked; its tokens are refused from now on. ${successor} signs.`,
  };
}
