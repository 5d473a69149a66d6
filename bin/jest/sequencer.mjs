/**
 * The order of the test files. Once a run has noted how long each takes, jest begins with the longest. A fresh clone has no
 * such notes: then the projects whose files take longest come first, so that no long file is left alone at the end. Files of
 * end-to-end tests and of the gateway mostly wait. They are spread among the others, which use the processor meanwhile.
 */
import { relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

const LONGEST_FIRST = ['browser', 'contract', 'unit'];
const WAITING = ['apps', 'gateway', ''].join(sep);

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.every(({ duration }) => duration !== undefined)) return sorted;
    const projectOf = ({ context }) => context.config.displayName?.name;
    const rank = (test) => LONGEST_FIRST.indexOf(projectOf(test));
    const waits = (test) =>
      projectOf(test) === 'e2e' || relative(test.context.config.rootDir, test.path).startsWith(WAITING);
    const busy = sorted.filter((test) => !waits(test)).sort((a, b) => rank(a) - rank(b));
    return spread(sorted.filter(waits), busy);
  }
}

/** The files of `busy` in their order, with those of `waiting` spread over the first half of them. */
function spread(waiting, busy) {
  const left = [...waiting];
  const each = (waiting.length * 2) / Math.max(1, busy.length);
  return [
    ...busy.flatMap((test, place) => {
      const due = Math.floor((place + 1) * each) - (waiting.length - left.length);
      return [test, ...left.splice(0, due)];
    }),
    ...left,
  ];
}
