import { errorMessage } from '@countersign/runtime';
import type { TourContext } from './context.js';
import type { Persona } from './people.js';

/**
 * Why a tour cannot continue: `not_running` (no broker answers), `other_store` (the broker uses another database), or
 * `tour_failed` (a step went wrong).
 */
export class TourError extends Error {
  constructor(
    readonly code: 'not_running' | 'other_store' | 'tour_failed',
    detail: string,
  ) {
    super(detail);
    this.name = 'TourError';
  }
}

/** One step: who acts, and what they see, in lines. It checks what it expects, and throws TourError otherwise. */
export type TourStep<Context = TourContext> = {
  title: string;
  who: Persona;
  run(context: Context): Promise<string[]>;
};

export type DoneStep = { number: number; title: string; who: string; sees: string[] };

/**
 * Plays the steps in order, and reports each as soon as it is done.
 * @throws TourError `tour_failed` that names the step; other codes as the step throws them
 */
export async function playSteps<Context>(
  steps: readonly TourStep<Context>[],
  context: Context,
  onStep: (step: DoneStep) => void,
): Promise<DoneStep[]> {
  const done: DoneStep[] = [];
  for (const [index, { title, who, ...step }] of steps.entries()) {
    const sees = await nameFailure(title, () => step.run(context));
    const played = { number: index + 1, title, who: `${who.name}, ${who.role}`, sees };
    done.push(played);
    onStep(played);
  }
  return done;
}

async function nameFailure(title: string, run: () => Promise<string[]>): Promise<string[]> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TourError && error.code !== 'tour_failed') throw error;
    throw new TourError('tour_failed', `step "${title}": ${errorMessage(error)}`);
  }
}

export const OPENING = `
The main job, on globex. Engineers of Northwind Cloud hold no standing access to a customer's data. Erin requests access,
Max at Northwind and Gwen at Globex decide, and the gateway allows what was granted and nothing else.
`;

export const CLOSING = `
Done: requested, reviewed, approved, used, stopped and recorded. The keys of this tour are revoked. You may repeat it at
any time.
`;

export const ATTACKER_OPENING = `
The same, with an intruder in the vendor's broker, on initech, which is claimed. The intruder has the database and the key
that signs every token, and can sign in as anyone. Only what the gateway has pinned stands in the way.
`;

export const ATTACKER_CLOSING = `
Done: the gateway allowed what Initech's people have signed, and nothing else. The tour's grants, sessions and keys are
ended. Initech stays claimed, by passkeys of this tour in data/tour-passkeys.json. acme and globex were not touched.
`;

/** A step as it is printed. */
export function stepText({ number, title, who, sees }: DoneStep): string {
  const lines = sees.map((line) => `      ${line}`);
  return `\n ${String(number).padStart(2)}  ${title}\n     ${who}\n${lines.join('\n')}\n`;
}
