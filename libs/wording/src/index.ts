export {
  type Choice,
  minutesText,
  type Outcome,
  outcomeOf,
  pairOf,
  readOnlyPairs,
  wholeChoice,
} from './choice.js';
export { commandFor } from './first-call.js';
export { type Offering, offeringsOf, tickedScope, tickOf } from './offerings.js';
export { counterTerms, halfTheTime, type Narrowing, onlyObjects, readOnly } from './presets.js';
export { entryWords, joined, resourceWords, ruleWords, scopeWords } from './words/scope-words.js';
export { wordFor } from './words/word-for.js';
