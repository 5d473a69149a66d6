import { Injectable } from '@nestjs/common';

/** Whether the broker has begun to stop. */
@Injectable()
export class Lifecycle {
  stopping = false;
}
