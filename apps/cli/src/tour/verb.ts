import { createApiKey, revokeApiKey } from '@countersign/access';
import { readCliEnvironment, readLocationEnvironment } from '@countersign/config';
import { CliError } from '../runtime/cli-error.js';
import type { Answer, Context } from '../runtime/context.js';
import { plain } from '../text/plain.js';
import { withStore } from '../verbs/host/store.js';
import { CLOSING, OPENING, stepText } from './print.js';
import { playTour, requireRunning } from './tour.js';
import { TourError } from './tour-error.js';

/** Plays the main job against a running `npm start`. Steps are printed as they happen; with `--json` at the end. */
export async function tour(context: Context): Promise<Answer> {
  const { brokerUrl } = readCliEnvironment(context.io.env);
  const { gatewayUrl } = readLocationEnvironment(context.io.env);
  const show = (text: string) => {
    if (!context.json) context.io.stdout(text);
  };
  try {
    await requireRunning(brokerUrl);
    show(OPENING);
    const result = await withStore(context, {}, ({ deps }) =>
      playTour({
        brokerUrl,
        gatewayUrl,
        keys: {
          create: (email, tenant, ttl) => createApiKey(deps, { email, tenant, ttl }),
          revoke: (id) => revokeApiKey(deps, id),
        },
        onStep: (step) => show(stepText({ ...step, sees: step.sees.map(plain) })),
      }),
    );
    return { document: result, text: CLOSING.trimEnd() };
  } catch (error) {
    if (error instanceof TourError) throw new CliError(error.code, error.message, { cause: error });
    throw error;
  }
}
