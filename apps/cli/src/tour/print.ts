import type { DoneStep } from './play-steps.js';

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
