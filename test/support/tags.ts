/// <reference types="jest" />
import { readFileSync } from 'node:fs';
import { extract, parse } from 'jest-docblock';

/** How a spec says in its first comment that it runs in other projects too: bin/jest/tagged-specs.mjs. */
export type Tag = 'soak' | 'alone';

const tagsOf = new Map<string, ReturnType<typeof parse>>();

/** Throws if the running spec lacks the tag: that project would leave it out unseen. */
export function requireTag(tag: Tag): void {
  const { testPath = '' } = expect.getState();
  const tags = tagsOf.get(testPath) ?? parse(extract(readFileSync(testPath, 'utf8')));
  tagsOf.set(testPath, tags);
  if (!(tag in tags)) throw new Error(`${testPath} has to begin with the comment /** @${tag} */`);
}
