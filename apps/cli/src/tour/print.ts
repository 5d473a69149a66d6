import type { DoneStep } from './tour.js';

export const OPENING = `
The main job, on globex. Engineers of Northwind Cloud hold no standing access to a customer's data. Erin asks;
Max at Northwind and Gwen at Globex decide; the gateway lets in what was granted, and nothing else.
`;

export const CLOSING = `
Done: asked, reviewed, approved, used, stopped, and written down. The keys of this tour are revoked; it may be
repeated at any time.
`;

/** One step as people read it. */
export function stepText({ number, title, who, sees }: DoneStep): string {
  const lines = sees.map((line) => `      ${line}`);
  return `\n ${String(number).padStart(2)}  ${title}\n     ${who}\n${lines.join('\n')}\n`;
}
