import { Module } from '@nestjs/common';
import { AccessReviewsController } from './access-reviews.controller.js';

/** The quarterly access review. */
@Module({
  controllers: [AccessReviewsController],
})
export class AccessReviewsModule {}
