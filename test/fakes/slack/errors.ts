/** What a Web API method answers when it does not do what was asked. */
export class SlackError extends Error {
  /**
   * @param code Slack's word for it, as `channel_not_found`
   * @param faults what is wrong with the arguments, one line each (`response_metadata.messages`)
   * @param retryAfter seconds; answered as HTTP 429
   */
  constructor(
    readonly code: string,
    readonly faults: readonly string[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(faults.length === 0 ? code : `${code}: ${faults.join('; ')}`);
  }
}
