import { errorMessage } from '@countersign/runtime';
import type { TourStep } from './step.js';
import { TourError } from './tour-error.js';

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
