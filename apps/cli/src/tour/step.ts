import type { TourContext } from './context.js';
import type { Persona } from './people.js';

/** One step: who acts, and what they see. It checks what it expects and throws TourError where that fails. */
export type TourStep = {
  title: string;
  who: Persona;
  run(context: TourContext): Promise<string[]>;
};
