import { errorMessage } from '@countersign/runtime';
import type { TourContext } from './context.js';
import type { Persona } from './people.js';

/** Why the tour cannot go on: `not_running`, `other_store`, or `tour_failed` where a step misbehaves. */
export class TourError extends Error {
  constructor(
    readonly code: 'not_running' | 'other_store' | 'tour_failed',
    detail: string,
  ) {
    super(detail);
    this.name = 'TourError';
  }
}

/** One step: who acts, and what they see. It checks what it expects and throws TourError where that fails. */
export type TourStep<Context = TourContext> = {
  title: string;
  who: Persona;
  run(context: Context): Promise<string[]>;
};

export type DoneStep = { number: number; title: string; who: string; sees: string[] };

/**
 * One step after the other, each told as soon as it is done.
 *
 * @throws TourError `tour_failed` naming the step, or what else a step was stopped by
 */
export async function playSteps<Context>(
  steps: readonly TourStep<Context>[],
  context: Context,
  onStep: (step: DoneStep) => void,
): Promise<DoneStep[]> {
  const told: DoneStep[] = [];
  for (const [index, { title, who, ...step }] of steps.entries()) {
    const sees = await played(title, () => step.run(context));
    const done = { number: index + 1, title, who: `${who.name}, ${who.role}`, sees };
    told.push(done);
    onStep(done);
  }
  return told;
}

async function played(title: string, run: () => Promise<string[]>): Promise<string[]> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TourError && error.code !== 'tour_failed') throw error;
    const detail = errorMessage(error);
    throw new TourError('tour_failed', `step "${title}": ${detail}`);
  }
}

export const OPENING = `
The main job, on globex. Engineers of Northwind Cloud hold no standing access to a customer's data. Erin asks;
Max at Northwind and Gwen at Globex decide; the gateway lets in what was granted, and nothing else.
`;

export const CLOSING = `
Done: asked, reviewed, approved, used, stopped, and written down. The keys of this tour are revoked; it may be
repeated at any time.
`;

export const ATTACKER_OPENING = `
The same, with an intruder in the vendor's broker, on initech, which has claimed its door: the intruder has the database,
the key that signs every token, and signs in as whom they like. What the gateway has pinned is all that stands against
them.
`;

export const ATTACKER_CLOSING = `
Done: what Initech's people have signed goes through, and nothing else did. The tour's grants, sessions and keys are ended.
Initech stays claimed, by passkeys of this tour in data/tour-passkeys.json; acme and globex were not touched.
`;

/** One step as people read it. */
export function stepText({ number, title, who, sees }: DoneStep): string {
  const lines = sees.map((line) => `      ${line}`);
  return `\n ${String(number).padStart(2)}  ${title}\n     ${who}\n${lines.join('\n')}\n`;
}
