import { Module } from '@nestjs/common';
import { NoticeFollower } from './notice-follower.js';
import { RecordUpdates } from './record-updates.js';
import { StreamController } from './stream.controller.js';
import { StreamHub } from './stream-hub.js';

/** The stream of events that pages follow. */
@Module({
  controllers: [StreamController],
  providers: [StreamHub, RecordUpdates, NoticeFollower],
  exports: [StreamHub, RecordUpdates],
})
export class StreamModule {}
