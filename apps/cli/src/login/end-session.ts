import { z } from 'zod';
import { Api } from '../api/client.js';
import { CliError } from '../runtime/cli-error.js';

/**
 * Ends what a credential stands for at the broker, where it is a session. One that is over already is as good as
 * ended; so is a key, which only its host revokes.
 *
 * @returns false where the broker did not do it
 */
export async function endSessionOf(broker: string, credential: string): Promise<boolean> {
  if (!credential.startsWith('css_')) return true;
  try {
    await new Api(broker, credential).call('/api/v1/session', z.null(), { method: 'DELETE' });
    return true;
  } catch (error) {
    if (error instanceof CliError) return error.code === 'unauthenticated';
    throw error;
  }
}
