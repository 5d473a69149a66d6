import { createApiKey, revokeApiKey } from '@countersign/access';
import { readCliEnvironment, readLocationEnvironment } from '@countersign/config';
import {
  ATTACKER_CLOSING,
  ATTACKER_OPENING,
  CLOSING,
  compromisedBroker,
  OPENING,
  playAttackerTour,
  playTour,
  requireRunning,
  stepText,
  TourError,
  type TourOptions,
} from '../../../demo/src/tour/index.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { escapeForTerminal } from '../terminal/text.js';
import { withStore } from './database.js';

export type TourVerbOptions = { as?: 'attacker' };

/**
 * Plays a tour of the demo against a running `npm start`. Steps are printed as they happen; with `--json` all of them are
 * printed at the end.
 */
export async function playDemoTour(context: Context, options: TourVerbOptions): Promise<Answer> {
  const { brokerUrl } = readCliEnvironment(context.io.env);
  const { gatewayUrl, dataDir } = readLocationEnvironment(context.io.env);
  const attacks = options.as === 'attacker';
  const show = (text: string) => {
    if (!context.json) context.io.stdout(text);
  };
  try {
    await requireRunning(brokerUrl);
    show(attacks ? ATTACKER_OPENING : OPENING);
    const result = await withStore(context, {}, ({ deps }) => {
      const tour: TourOptions = {
        brokerUrl,
        gatewayUrl,
        keys: {
          create: (email, tenant, ttl) => createApiKey(deps, { email, tenant, ttl }),
          revoke: (id) => revokeApiKey(deps, id),
        },
        onStep: (step) => show(stepText({ ...step, sees: step.sees.map(escapeForTerminal) })),
      };
      return attacks
        ? playAttackerTour({ ...tour, dataDir, broker: compromisedBroker(deps) })
        : playTour(tour);
    });
    return { document: result, text: (attacks ? ATTACKER_CLOSING : CLOSING).trimEnd() };
  } catch (error) {
    if (error instanceof TourError) throw new CliError(error.code, error.message, { cause: error });
    throw error;
  }
}
