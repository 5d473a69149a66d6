/** A record could not be made durable; the call that waits for it must not go on. */
export class RecordUnavailable extends Error {
  override readonly name = 'RecordUnavailable';
  readonly code = 'record_unavailable';
}
