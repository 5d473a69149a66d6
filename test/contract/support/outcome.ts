import { AccessError, type TokenMinter } from '@countersign/access';

/** The code of the refusal, or `done`. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof AccessError) return error.code;
    throw error;
  }
}

/** Signs nothing: for tests of what is decided before. */
export const plainMinter: TokenMinter = {
  prepare: ({ grant, now }) => ({
    sign: async () => `token of ${grant.id}`,
    jti: 'jti',
    expiresIn: 300,
    expiresAt: new Date(now.getTime() + 300_000).toISOString(),
  }),
};
