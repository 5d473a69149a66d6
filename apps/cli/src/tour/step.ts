import type { TourContext } from './context.js';
import type { Persona } from './people.js';

/** One step: who acts, and what they see. It checks what it expects and throws TourError where that fails. */
export type TourStep<Context = TourContext> = {
  title: string;
  who: Persona;
  run(context: Context): Promise<string[]>;
};
