export { ACCESS_REASON_CODES, type AccessReasonCodes, accessReasonText } from './access-reason.js';
export {
  type BodyDifference,
  bodyDifference,
  changedRows,
  type DifferenceRow,
  differenceLine,
} from './body-difference.js';
export { answerNotes, type CallAnswer } from './call-answer.js';
export {
  type Choice,
  counterTerms,
  evaluateChoice,
  halfTime,
  type Narrowing,
  type Outcome,
  onlyObjects,
  pairOf,
  readOnly,
  readOnlyPairs,
  wholeChoice,
} from './counter-offer.js';
export { csvLine } from './csv.js';
export { durationText, minutesText, shortDurationText } from './durations.js';
export { firstCallCommand, firstPage } from './first-call.js';
export { GLOSSARY, type GlossaryEntry, type GlossaryWord } from './glossary.js';
export { accessWords, hiddenFieldsText, withHiddenFields } from './hidden-fields.js';
export { LANGUAGE_NAMES, LOCALES, nextLanguage, quoted } from './languages.js';
export { logPointText } from './log-point.js';
export {
  APPROVAL_CODES,
  type ApprovalCode,
  type CodedReason,
  howApprovedText,
  IMPACT_CODES,
  type ImpactCode,
  NEED_CHANGE_CODES,
  type NeedChangeCodes,
  needChangeTexts,
  needReasonText,
  type ReaderSide,
  waitsForLock,
} from './need-reasons.js';
export {
  type AccessNames,
  NOTICE_TEXTS,
  type TrustNames,
} from './notices/texts.js';
export { listOfferings, type Offering, tickedScope, tickOf, ticksOf } from './offerings.js';
export { dayName, recurrenceText } from './recurrence.js';
export { refusalWords } from './refusals.js';
export { FACES, MOST_CHARACTERS, SLACK_TEXTS, type SlackText } from './request/faces.js';
export {
  type DescribedMember,
  memberLines,
  type RequestInWords,
  requestInWords,
} from './request/member-lines.js';
export {
  isStatedText,
  openedTexts,
  pickStated,
  type RequestMember,
  STATED_TEXTS,
  type StatedAnswers,
  type StatedText,
  type StatedTexts,
} from './request/members.js';
export { requestAgain } from './request/request-again.js';
export { MEMBER_LABELS, SLACK_WORDS, STATED_HINTS } from './request/request-words.js';
export { eachStatedText, typedTexts } from './request/stated-fields.js';
export { peopleInCsv, requestRow, requestsAsCsv } from './request-csv.js';
export { countryText, factSourceText, factText, requesterFactLines } from './requester-facts.js';
export { entryWords, joinWithAnd, resourceWords, ruleWords, scopeWords, wordFor } from './scope-words.js';
export { type Stage, stagesText } from './stages.js';
export { type SupervisedLimit, supervisedCount, supervisedText } from './supervision.js';
