/** Terms of Countersign that a newcomer does not know, in English. Related terms stand together. */
export const ENGLISH = {
  claimed: {
    word: 'Claimed',
    meaning:
      'An organisation is claimed once its own people have signed a first trust document with their passkeys and gateways have pinned it. From then on gateways follow those signatures, whatever the vendor’s server says.',
  },
  'vendors-word': {
    word: 'On the vendor’s word',
    meaning:
      'No passkey of the customer has signed this. Gateways believe it because the vendor’s server says so. An organisation that is claimed no longer depends on that.',
  },
  'trust-document': {
    word: 'Trust document',
    meaning:
      'A statement that a customer’s people sign: their passkeys, how many approvals access needs, and what is never allowed. Each version names the hash of the one before it, so no version can be replaced.',
  },
  fingerprint: {
    word: 'Fingerprint',
    meaning:
      'A code of fixed length, computed from the first trust document. If anything in the document changes, the code changes. It is the same at each gateway, on receipts and in the anchor file.',
  },
  pinned: {
    word: 'Pinned',
    meaning:
      'Someone entered the fingerprint on the gateway’s own host. The gateway then follows only trust documents that begin with this one. The vendor’s server cannot change that.',
  },
  'anchor-file': {
    word: 'Anchor file',
    meaning:
      'A small file that the customer keeps where the vendor cannot reach it. It has the fingerprint and the key of the log. With it, anyone can tell later whether the log and the gateways are still the ones they should be.',
  },
  'signing-page': {
    word: 'Signing page',
    meaning:
      'The page on which people see what they sign. The broker serves one. A customer can host its own copy, so that no page of the vendor can have its people sign something else.',
  },
  passkey: {
    word: 'Passkey',
    meaning:
      'A key in your phone, computer or security key, which you unlock with finger, face or PIN. It never leaves the device. With it you sign in and countersign.',
  },
  'recovery-key': {
    word: 'Recovery key',
    meaning:
      'A key on paper, for the day on which you have lost every passkey. It signs the next trust document and nothing else. Keep it away from your devices.',
  },
  countersignature: {
    word: 'Countersignature',
    meaning:
      'The signature of a customer’s approver, made with a passkey, over exactly what was asked: who, what, how long and why. Gateways verify it themselves.',
  },
  risk: {
    word: 'Risk',
    meaning:
      'How much harm the access could do, from what it touches: reading one object is low, changing or deleting much is high. How it must be approved is a separate rule.',
  },
  'counter-offer': {
    word: 'Counter-offer',
    meaning:
      'An approver offers less than was asked: fewer actions, fewer objects or less time. The engineer accepts it or withdraws. Nothing is open until then.',
  },
  'hidden-field': {
    word: 'Hidden field',
    meaning:
      'A field of an answer that the gateway replaces by ***, such as a bank account. The engineer sees it only if the request asked for that and the customer approved it.',
  },
  'exact-change': {
    word: 'Exact change',
    meaning:
      'A request for one single call with exactly the content that is shown here. The gateway lets it through once, and nothing that differs in any way.',
  },
  digest: {
    word: 'Digest',
    meaning:
      'A code of fixed length, computed from everything that was asked. Approvals and countersignatures name it. If anything in the request changes, the digest changes and they no longer count.',
  },
  invitation: {
    word: 'Invitation',
    meaning:
      'The customer allows access in advance, for example “support may read invoices until Friday”. A request that fits needs no further approval of its author. The customer can withdraw it at any time.',
  },
  grant: {
    word: 'Access',
    meaning:
      'What full approval opens: one engineer, exactly what was approved, for a limited time. Nothing else lets anyone in, and it ends by itself.',
  },
  receipt: {
    word: 'Receipt',
    meaning:
      'What was allowed, who approved it, and every call that was made, on one page. This browser compares it with the log. You can print it or keep it as a file.',
  },
  'standing-access': {
    word: 'Standing access',
    meaning:
      'Every way in through Countersign that is open now without another approval. The aim is none. Other ways to the data are listed as the vendor states them.',
  },
  bypass: {
    word: 'Bypass',
    meaning:
      'A call that reached the data without the gateway, so no record has it. It is found when the calls that a service saw are compared with the records.',
  },
  log: {
    word: 'Log',
    meaning:
      'Everything that happened, in the order in which it happened. A log only grows. You can verify that yourself, without trusting the vendor.',
  },
  leaf: {
    word: 'Leaf',
    meaning:
      'One entry of the log. Leaves are never changed. A hash over all leaves shows at once if one was changed, removed or put in later.',
  },
  checkpoint: {
    word: 'Checkpoint',
    meaning:
      'How long the log is at one moment, and a hash over all of it, signed with the log’s key. Every later checkpoint has to continue it.',
  },
  witness: {
    word: 'Witness',
    meaning:
      'An independent program that signs a checkpoint only if it continues the one that it signed last. So the vendor cannot show different logs to different people.',
  },
  gateway: {
    word: 'Gateway',
    meaning:
      'The program in front of the data. It checks each call, writes it down and only then passes it on. It holds no key that opens anything.',
  },
  lock: {
    word: 'Lock',
    meaning:
      'Blocks a person, a customer or a service at once, also if access is approved. Only the side that set a lock can lift it.',
  },
  'signed-stop': {
    word: 'Signed stop',
    meaning:
      'A stop that a customer’s passkey has signed. Gateways obey it themselves, even if the vendor’s server wants to go on. Only the customer’s people lift it.',
  },
  'privacy-controls': {
    word: 'Privacy controls',
    meaning:
      'The customer’s own rules: what may be asked for, for how long, who approves it and what is never allowed. They are evaluated together with the vendor’s rules, and the stricter one decides.',
  },
  widening: {
    word: 'Widening',
    meaning:
      'A change that allows more than before: of the controls, or of who decides. It may have to wait, so that the other admins can object. A change that allows less takes effect at once.',
  },
  supervision: {
    word: 'Supervision',
    meaning:
      'Rules that count an engineer’s calls while access is open. If a limit is crossed, people are notified, or the access is paused or ended.',
  },
  practice: {
    word: 'Practice',
    meaning:
      'A request that opens nothing. It shows whether each approver, phone and passkey works before it matters.',
  },
  emergency: {
    word: 'Emergency',
    meaning:
      'Access that two of the vendor’s reviewers open without the customer’s approval, if the customer’s rules permit that. The customer is notified before it begins, can stop it, and gets an explanation.',
  },
  'sealed-log': {
    word: 'Sealed',
    meaning:
      'Kept in a separate log, because an order forbids the vendor to notify the customer. The customer reads it when that duty has ended. A daily hash shows that nothing was changed meanwhile.',
  },
  demand: {
    word: 'Government demand',
    meaning:
      'An authority requires data of a customer. Every step is recorded and cannot be changed. The customer is notified, unless an order forbids that.',
  },
  'access-review': {
    word: 'Access review',
    meaning:
      'Once a quarter, the customer’s admins confirm or end everything that lets someone in. What no one answers in time ends by itself.',
  },
  'evidence-pack': {
    word: 'Evidence pack',
    meaning:
      'One file for auditors about a period: requests, approvals, calls, and the parts of the log that prove them. It can be verified without any server.',
  },
  'notice-address': {
    word: 'Notice address',
    meaning:
      'A mail address of the customer that is notified beside the people, such as the mailbox of a security team. The vendor’s people do not see it.',
  },
  incident: {
    word: 'Incident',
    meaning:
      'One event for which an engineer requests the same access of several customers at once. Each customer gets a request of its own, decides for itself and sees no other customer.',
  },
  'organisation-file': {
    word: 'Organisation file',
    meaning:
      'One file in which the vendor describes its services with their routes, its staff, its customers and its rules. The operator of the broker’s host applies it as a whole.',
  },
  'dead-letter': {
    word: 'Notice that did not arrive',
    meaning:
      'A mail, Slack message or webhook that failed at every attempt. It is kept here until someone sends it again.',
  },
} as const;
