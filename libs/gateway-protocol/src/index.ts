export {
  BROWSER_PATHS,
  type BrowserCodeExchange,
  type BrowserToken,
  type BrowserTokenRequest,
  isSessionSecret,
  type OpenedBrowserSession,
  parseBrowserCodeExchange,
  parseBrowserToken,
  parseBrowserTokenRequest,
  parseOpenedBrowserSession,
} from './browser-session.js';
export {
  addContextKey,
  type ContextJwk,
  type ContextKey,
  contextKeysPath,
  parseContextKeys,
  signingContextKey,
} from './context-keys.js';
export {
  decodeGatewayCredential,
  encodeGatewayCredential,
  type GatewayCredential,
  gatewayAuthorization,
  readGatewayAuthorization,
} from './credential.js';
export { openAtMost, readAtMost, syncFolder, writeFileDurably } from './durable-file.js';
export { ed25519Thumbprint, exportEd25519PublicKey, importEd25519PublicKey } from './ed25519.js';
export { ProtocolError } from './errors.js';
export { feedEventToSign, verifyFeedEnvelope } from './feed/envelope.js';
export type {
  ChangeData,
  EndedGrant,
  FeedGrant,
  FeedJwk,
  FeedLock,
  FeedService,
  FeedTenant,
  SnapshotData,
} from './feed/feed-event.js';
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
  type Announcement,
  announcementHeaders,
  describeSkew,
  FORMS,
  type Forms,
  findSkew,
  formatForms,
  parseForms,
  readAnnouncement,
  UNANNOUNCED,
} from './forms.js';
export {
  type Amounts,
  type LeaseAnswer,
  type LeaseClosing,
  type LeaseRequest,
  parseLeaseAnswer,
  parseLeaseClosing,
  parseLeaseRequest,
} from './lease.js';
export {
  type GatewayMessage,
  isMessageSignedBy,
  MESSAGE_SIGNATURE_HEADER,
  signMessage,
} from './message-signature.js';
export {
  activePin,
  NO_VERSION,
  type Pin,
  type PinOutcome,
  type Pins,
  PinsFileError,
  pinsPath,
  RESET_DELAY_MS,
  readPins,
  setPin,
  writePins,
} from './pins/pins-file.js';
export {
  keepPins,
  type PinAlarm,
  type PinState,
  type PinStates,
  pinsInForce,
  pinsOf,
  readKeptPins,
  readPinsInForce,
} from './pins/pins-in-force.js';
export { type GatewayPin, type GatewayPins, parsePins } from './pins/reported-pins.js';
export {
  type AccessRecord,
  type LaneEnd,
  MAX_COUNTS,
  MAX_LANES,
  type MinuteCount,
  type RecordedFile,
  type RecordLane,
  type RunEnd,
  type SignedRecord,
  type UnchainedRecord,
  type UnsignedRecord,
  WITHHELD_REASONS,
  type WithheldReason,
} from './records/access-record.js';
export {
  type BatchHashes,
  type ChainHead,
  canonicalRecordHash,
  isBatchSignedBy,
  isSignedBy,
  placeInChain,
  recordHash,
  signBatch,
  signRecord,
} from './records/chain.js';
export {
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  parseIdentityRegistration,
  parseRecordAnswer,
  parseRecordBatch,
  type RecordAnswer,
  type RecordEntry,
} from './records/record-batch.js';
export {
  isLoginFor,
  makeSqlLogin,
  readSqlLogin,
  type SqlLogin,
  sqlLoginPath,
  sqlSetup,
  TENANT_FUNCTION_BODY,
  TENANT_SETTING,
  tenantProof,
} from './sql-login.js';
export {
  type HeadsAnswer,
  type HeadsRequest,
  parseHeadsAnswer,
  parseHeadsRequest,
} from './wanted-heads.js';
