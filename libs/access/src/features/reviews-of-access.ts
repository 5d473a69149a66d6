/** What a customer looks at again and again: standing access, quarterly reviews, practices. */

export {
  ACCESS_REVIEW_TRANSITIONS,
  type AccessReview,
  type AccessReviewItem,
  type AccessReviewState,
  countOutcomes,
  openReview,
  quarterOf,
  type ReviewCounts,
  type ReviewedItem,
} from '../domain/access-review.js';
export {
  countResults,
  drawTask,
  openPractice,
  PRACTICE_TRANSITIONS,
  type Practice,
  type PracticeCounts,
  type PracticePasskey,
  type PracticeRequest,
  type PracticeState,
  type PracticeTask,
} from '../domain/practice.js';
export type { Coverage } from '../domain/standing.js';
export { runAccessReviews } from '../use-cases/access-reviews/access-review-job.js';
export {
  type AccessReviewSummary,
  type AccessReviewView,
  decideAccessReview,
  getAccessReview,
  listAccessReviews,
} from '../use-cases/access-reviews/access-reviews.js';
export { runPractices } from '../use-cases/practices/practice-job.js';
export {
  answerPractice,
  getPractice,
  listPractices,
  openPracticeNow,
  type PracticeAnswer,
  type PracticeSummary,
  type PracticeView,
  readOwnPractice,
} from '../use-cases/practices/practices.js';
export { readStanding, type StandingView } from '../use-cases/standing/read-standing.js';
