import { createApiKey, revokeApiKey } from '@countersign/access';
import { readCliEnvironment, readLocationEnvironment } from '@countersign/config';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { plain } from '../text/plain.js';
import { withStore } from '../verbs/host/store.js';
import { playAttackerTour } from './attacker/attacker-tour.js';
import { takenHost } from './attacker/host.js';
import { ATTACKER_CLOSING, ATTACKER_OPENING, CLOSING, OPENING, stepText } from './print.js';
import { playTour, requireRunning, type TourOptions } from './tour.js';
import { TourError } from './tour-error.js';

export type TourVerbOptions = { as?: 'attacker' };

/**
 * Plays the main job, or as attacker three attacks, against a running `npm start`. Steps are printed as they happen; with
 * `--json` at the end.
 */
export async function tour(context: Context, options: TourVerbOptions = {}): Promise<Answer> {
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
      const parts: TourOptions = {
        brokerUrl,
        gatewayUrl,
        keys: {
          create: (email, tenant, ttl) => createApiKey(deps, { email, tenant, ttl }),
          revoke: (id) => revokeApiKey(deps, id),
        },
        onStep: (step) => show(stepText({ ...step, sees: step.sees.map(plain) })),
      };
      return attacks ? playAttackerTour({ ...parts, dataDir, host: takenHost(deps) }) : playTour(parts);
    });
    return { document: result, text: (attacks ? ATTACKER_CLOSING : CLOSING).trimEnd() };
  } catch (error) {
    if (error instanceof TourError) throw new CliError(error.code, error.message, { cause: error });
    throw error;
  }
}
