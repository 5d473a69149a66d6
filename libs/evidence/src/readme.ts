import type { PackContext } from './pack-context.js';

/** `README.txt` of a pack: what is in it, and how an auditor checks it without the vendor. */
export const readme = ({
  tenant,
  deployment,
  period,
  madeAt,
  range,
  size,
}: PackContext): string => `Evidence pack of ${tenant}, ${period.name}
From ${period.from} up to ${period.to} (not included). Made ${madeAt} by the deployment ${deployment}.

What is in it
  population/       every request, review, grant and call of the period; each row names its leaf of the log
  sample/           a sample that anyone can draw again (method.json), with every leaf about each item, and a proof of each
  policy/           the rules that were in force, with the author of each version and what it changes
  access-reviews    the quarterly reviews: the list, each answer, what lapsed
  exceptions        emergencies, refusals, stops, demands, erasures, late or missing records, and what this pack does not cover
  standing          the daily statements of standing access
  isolation         the nightly tests that no customer reads another's data
  coverage.yaml     the vendor's own list of every other way to the data
  statement.note    a statement of every access, signed by the log's key
  controls          which clauses of common frameworks the files support, in our reading
  log/              ${range.to - range.from} leaves of the log (${range.from} up to ${range.to}, not included), the proof that they are all of
                    them, and the signed checkpoint of ${size} leaves
  deployment/       leaves of the deployment's log that the policy and coverage.yaml come from, with their proofs
  manifest.json     every file with its SHA-256; manifest.note is the log's signature over it

How to check it
  1. sha256sum -c SHA256SUMS
  2. countersign evidence verify THIS.zip --anchor YOUR-ANCHOR-FILE
     It needs no server. It verifies the signature with the key in your anchor file, every hash, that the leaves are those of the
     log at these indices without a gap, and every value against its commitment. Then it makes every table, the sample and the
     summary again from the leaves, and compares them byte by byte. So no table can say more or less than the log.
  3. With --log YOUR-MIRROR it also looks for leaves of the period outside this pack, and compares the log with your own copy.
  Without our program: sample/proofs/*.tlog-proof are C2SP tlog-proof files, log/checkpoint is a C2SP signed note, and a leaf's hash is
  SHA-256(0x00, the text "leaf" of its line in log/leaves.jsonl) as in RFC 6962.

What it does not prove
  - That no call bypassed the gateways. coverage.yaml is what the vendor states.
  - That a leaf is true. The pack proves what was written, and that it has not changed since.
  - That nothing older is in force than what log/earlier.jsonl shows: each leaf in it is proven, and only a copy of the whole log
    shows that there is no later one.
  - What the sealed leaves of some days may cover until they open: see exceptions.csv, sealed-days.
  - Values that were erased, or that are kept for another side, are shown as [erased] or [withheld].
  - The seed of the sample is the log's root unless you gave one of your own. Give your own: then no one could know it before.
`;
