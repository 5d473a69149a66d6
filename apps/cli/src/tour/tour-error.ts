/** Why the tour cannot go on: `not_running`, `other_store`, or `tour_failed` where a step misbehaves. */
export class TourError extends Error {
  constructor(
    readonly code: 'not_running' | 'other_store' | 'tour_failed',
    detail: string,
  ) {
    super(detail);
    this.name = 'TourError';
  }
}
