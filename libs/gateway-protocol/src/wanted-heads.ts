import { z } from 'zod';
import { moment, parseShape, slug, uuid } from './shapes.js';

const request = z.strictObject({ boot: uuid });
/** The body of `POST /gateway/v1/heads`, signed by the gateway's identity. A gateway polls about twice a minute. */
export type HeadsRequest = z.infer<typeof request>;

const answer = z.strictObject({
  wanted: z.array(z.strictObject({ tenant: slug, after: moment })).max(1_000),
});
/**
 * The answer: the logs in which the gateway is to sign its chain after an instant, also if it has recorded nothing there. A
 * head of an empty chain is its first record.
 */
export type HeadsAnswer = z.infer<typeof answer>;

/** Throws ProtocolError `invalid_records`. */
export const parseHeadsRequest = (value: unknown): HeadsRequest =>
  parseShape(request, value, 'invalid_records');

/** Throws ProtocolError `invalid_records`. */
export const parseHeadsAnswer = (value: unknown): HeadsAnswer => parseShape(answer, value, 'invalid_records');
