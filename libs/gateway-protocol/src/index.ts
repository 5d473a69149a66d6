export { gatewayAuthorization, readGatewayAuthorization } from './credential/authorization.js';
export {
  decodeGatewayCredential,
  encodeGatewayCredential,
  type GatewayCredential,
} from './credential/credential.js';
export { openAtMost, readAtMost } from './durable/read-at-most.js';
export { syncFolder, writeFileDurably } from './durable/write-file.js';
export { ProtocolError } from './errors.js';
export { exportEd25519PublicKey, importEd25519PublicKey } from './feed/ed25519.js';
export { formatFeedEvent, openFeedEnvelope } from './feed/envelope.js';
export type {
  ChangeData,
  EndedGrant,
  FeedGrant,
  FeedJwk,
  FeedLock,
  FeedService,
  FeedTenant,
  SnapshotData,
} from './feed/feed-data.js';
export {
  compareFeedPlaces,
  type FeedEvent,
  type FeedPlace,
  formatFeedPlace,
  formatSeenPlace,
  parseFeedPlace,
  parseSeenPlace,
  type SeenPlace,
} from './feed/feed-event.js';
export type { FeedTrust, SignedLift, SignedStop } from './feed/feed-trust.js';
export {
  type Amounts,
  type LeaseAnswer,
  type LeaseAsk,
  type LeaseClosing,
  parseLeaseAnswer,
  parseLeaseAsk,
  parseLeaseClosing,
} from './leases/lease.js';
export { type GatewayPin, parsePins } from './pins/pins.js';
export {
  NO_VERSION,
  type Pin,
  type PinOutcome,
  type Pins,
  PinsFileError,
  pinInForce,
  pinsPath,
  RESET_DELAY_MS,
  readPins,
  setPin,
  writePins,
} from './pins/pins-file.js';
export {
  type AccessRecord,
  MAX_COUNTS,
  type MinuteCount,
  type SignedRecord,
  type UnchainedRecord,
  type UnsignedRecord,
} from './records/access-record.js';
export { type ChainHead, canonicalRecordHash, placeInChain, recordHash } from './records/chain.js';
export { parseIdentityRegistration } from './records/identity.js';
export {
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  parseRecordAnswer,
  parseRecordBatch,
  type RecordAnswer,
  type RecordEntry,
} from './records/record-batch.js';
export { isSignedBy, signRecord } from './records/signed-record.js';
