/**
 * The order of the test files. Once a run has noted how long each takes, jest begins with the longest. A fresh clone has no
 * such notes: then the projects whose files take longest come first, so that no long file is left alone at the end.
 */
import Sequencer from '@jest/test-sequencer';

const LONGEST_FIRST = ['browser', 'e2e', 'contract', 'unit'];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.every(({ duration }) => duration !== undefined)) return sorted;
    const rank = ({ context }) => LONGEST_FIRST.indexOf(context.config.displayName?.name);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
