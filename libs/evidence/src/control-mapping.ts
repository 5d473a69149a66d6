import { csvLine } from '@countersign/wording';

/** One clause of a framework, and the files of a pack that support it. `files` and `reading` are empty if none does. */
export interface MappedControl {
  framework: string;
  source: string;
  clause: string;
  title: string;
  reading: string;
  files: readonly string[];
}

const REQUESTS = 'population/requests.csv';
const REVIEWS = 'population/reviews.csv';
const GRANTS = 'population/grants.csv';
const CALLS = 'population/calls.csv';
const POLICY = 'policy/versions.csv';
const ACCESS_REVIEWS = 'access-reviews.csv';
const EXCEPTIONS = 'exceptions.csv';
const STANDING = 'standing.csv';
const ISOLATION = 'isolation.csv';
const COVERAGE = 'coverage.yaml';
const LEAVES = 'log/leaves.jsonl';
const CHECKPOINT = 'log/checkpoint';
const STATEMENT = 'statement.note';

type Clause = [clause: string, title: string, reading: string, ...files: string[]];

const clauses = (framework: string, source: string, rows: readonly Clause[]): MappedControl[] =>
  rows.map(([clause, title, reading, ...files]) => ({ framework, source, clause, title, reading, files }));

/** A clause that no file of a pack supports. */
const unsupported = (clause: string, title: string): Clause => [clause, title, ''];

/**
 * Which clauses a pack supports, and with which of its files. This is our reading: the auditor decides whether a control is met.
 * A clause that the pack does not support is listed with empty cells, so that no one believes that it is covered.
 */
export const CONTROL_MAPPING: readonly MappedControl[] = [
  ...clauses('CSA CCM v4', 'Cloud Security Alliance, Cloud Controls Matrix v4.0', [
    [
      'IAM-08',
      'User Access Review',
      'Each quarter the customer confirms or ends every way in; what no one answers ends.',
      ACCESS_REVIEWS,
    ],
    [
      'IAM-10',
      'Management of Privileged Access Roles',
      'Each access is a grant with a start and an end, requested and approved by different people.',
      REQUESTS,
      REVIEWS,
      GRANTS,
    ],
    [
      'IAM-11',
      'CSCs Approval for Agreed Privileged Access Roles',
      'The customer’s own approvers decide, over exactly the scope and time; its controls say how many and which.',
      REVIEWS,
      POLICY,
    ],
    [
      'IAM-12',
      'Safeguard Logs Integrity',
      'The log only grows: leaves, proofs and signed checkpoint.',
      LEAVES,
      CHECKPOINT,
    ],
    unsupported('IAM-14', 'Strong Authentication'),
  ]),
  ...clauses('SOC 2', 'AICPA, Trust Services Criteria 2017 (points of focus 2022)', [
    [
      'CC6.1',
      'Logical access security',
      'Every call under a grant was compared with its scope and recorded before it was forwarded.',
      CALLS,
      GRANTS,
    ],
    [
      'CC6.2',
      'Authorization before access is granted',
      'No grant without the reviews that the policies of that moment require.',
      REQUESTS,
      REVIEWS,
      POLICY,
    ],
    [
      'CC6.3',
      'Access by least privilege; removal; segregation of duties',
      'Access is limited to resources, actions and time, ends by itself, and no one reviews their own request.',
      GRANTS,
      REVIEWS,
      ACCESS_REVIEWS,
    ],
    unsupported('CC6.4', 'Physical access'),
    [
      'CC6.6',
      'Threats from outside the boundaries',
      'Calls that were refused, with the reason; the tests that customers cannot read each other’s data.',
      CALLS,
      EXCEPTIONS,
      ISOLATION,
    ],
    unsupported('CC6.8', 'Unauthorized or malicious software'),
    [
      'CC7.2',
      'Monitoring for anomalies',
      'Rules of supervision that were crossed, and what they did.',
      EXCEPTIONS,
    ],
  ]),
  ...clauses('ISO/IEC 27001:2022', 'ISO/IEC 27001:2022, Annex A', [
    ['A.5.15', 'Access control', 'The rules in force, with author and difference of each version.', POLICY],
    [
      'A.5.16',
      'Identity management',
      'Events in which people and their roles were added, changed or removed (types person.…).',
      LEAVES,
    ],
    unsupported('A.5.17', 'Authentication information'),
    [
      'A.5.18',
      'Access rights',
      'Provisioning by request and approval, quarterly review, removal.',
      REQUESTS,
      GRANTS,
      ACCESS_REVIEWS,
    ],
    [
      'A.8.2',
      'Privileged access rights',
      'No standing access: the daily statements, and each grant with its end.',
      STANDING,
      GRANTS,
    ],
    ['A.8.15', 'Logging', 'Calls and events, protected against change.', CALLS, LEAVES, CHECKPOINT],
  ]),
  ...clauses('NIST SP 800-53 Rev. 5', 'NIST SP 800-53 Revision 5', [
    ['AC-6', 'Least Privilege', 'The scope of each request, and the calls inside it.', REQUESTS, CALLS],
    ['AC-6(7)', 'Review of User Privileges', 'Quarterly access reviews.', ACCESS_REVIEWS],
    ['AC-6(9)', 'Log Use of Privileged Functions', 'Each call with person, action and resource.', CALLS],
    [
      'AU-3',
      'Content of Audit Records',
      'What, when, where, source, outcome and identity of each call.',
      CALLS,
    ],
    unsupported('AU-4', 'Audit Log Storage Capacity'),
    [
      'AU-9',
      'Protection of Audit Information',
      'RFC 6962 proofs for every record of the period.',
      LEAVES,
      CHECKPOINT,
    ],
    [
      'AU-10',
      'Non-repudiation',
      'Reviews with a passkey’s signature; records chained and signed by each gateway.',
      REVIEWS,
      LEAVES,
    ],
    [
      'MA-4',
      'Nonlocal Maintenance',
      'Each session was approved, limited and recorded, and ended.',
      REQUESTS,
      GRANTS,
      CALLS,
    ],
  ]),
  ...clauses('PCI DSS v4.0.1', 'PCI Security Standards Council, PCI DSS v4.0.1', [
    ['7.2.1', 'Access control model', 'The rules in force.', POLICY],
    ['7.2.2', 'Access by job function and least privilege', 'The scope of each request, and why.', REQUESTS],
    [
      '7.2.4',
      'Review of accounts and privileges at least every six months',
      'Quarterly access reviews.',
      ACCESS_REVIEWS,
    ],
    [
      '8.2.7',
      'Accounts of third parties for remote access',
      'Enabled only for the time of a grant, and each use recorded and supervised.',
      GRANTS,
      CALLS,
      EXCEPTIONS,
    ],
    unsupported('8.3.1', 'Authentication factors'),
    ['10.2.1', 'Audit logs are enabled', 'Each access of a person through the gateways.', CALLS],
    ['10.3.4', 'Change detection on audit logs', 'Proofs against the signed checkpoint.', LEAVES, CHECKPOINT],
    unsupported('10.6.1', 'Time synchronization'),
  ]),
  ...clauses('DORA RTS', 'Commission Delegated Regulation (EU) 2024/1774, Article 21 (access control)', [
    [
      'Art. 21(a)',
      'Need-to-know, need-to-use and least privilege',
      'Scope, reason and time of each request, also for emergencies.',
      REQUESTS,
      EXCEPTIONS,
    ],
    ['Art. 21(b)', 'Segregation of duties', 'Who requested and who reviewed.', REQUESTS, REVIEWS],
    ['Art. 21(c)', 'User accountability', 'Each call with the person who made it.', CALLS],
    [
      'Art. 21(e)',
      'Managing accounts and access rights: granting, privileged and emergency access, withdrawal, review',
      'Grants with start, end and reason; emergencies; quarterly reviews.',
      GRANTS,
      EXCEPTIONS,
      ACCESS_REVIEWS,
    ],
    unsupported('Art. 21(f)', 'Authentication methods'),
    unsupported('Art. 21(g)', 'Physical access'),
  ]),
  ...clauses('EU Data Act', 'Regulation (EU) 2023/2854', [
    [
      'Art. 28(1)',
      'Measures against governmental access, and their description',
      'What the customer’s controls say of the basis legal, and the vendor’s own list of other ways to the data.',
      POLICY,
      COVERAGE,
    ],
    [
      'Art. 32',
      'International governmental access and transfer',
      'Each step of a government’s demand that the customer may know of.',
      EXCEPTIONS,
      LEAVES,
    ],
  ]),
  ...clauses('GDPR', 'Regulation (EU) 2016/679', [
    [
      'Art. 28(3)(a)',
      'Processing on documented instructions',
      'The customer’s rules, and its approval of each access.',
      POLICY,
      REVIEWS,
    ],
    [
      'Art. 28(3)(h)',
      'Information and audits',
      'This pack, and a signed statement of every access.',
      STATEMENT,
      LEAVES,
    ],
    [
      'Art. 32(1)(b)',
      'Confidentiality and integrity',
      'Access that was approved, limited and recorded.',
      GRANTS,
      CALLS,
    ],
    ['Art. 32(1)(d)', 'Regular testing', 'The nightly isolation tests.', ISOLATION],
    unsupported('Art. 32(1)(a)', 'Encryption of personal data'),
  ]),
  ...clauses('NIS2', 'Directive (EU) 2022/2555', [
    ['Art. 21(2)(b)', 'Incident handling', 'Emergencies with their explanations.', EXCEPTIONS],
    ['Art. 21(2)(d)', 'Supply chain security', 'What a supplier’s people did with the data.', CALLS, REVIEWS],
    ['Art. 21(2)(i)', 'Access control policies', 'The rules in force.', POLICY],
    unsupported('Art. 21(2)(c)', 'Backup management and disaster recovery'),
  ]),
];

/** The mapping as CSV. An empty cell means that a pack does not support the clause. */
export const controlsCsv = (): string =>
  [
    csvLine(['framework', 'source', 'clause', 'title', 'our reading', 'files']),
    ...CONTROL_MAPPING.map(({ framework, source, clause, title, reading, files }) =>
      csvLine([framework, source, clause, title, reading, files.join(' ')]),
    ),
  ].join('');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string): string => text.replaceAll(/[&<>"]/g, (each) => ESCAPES[each] ?? each);

/** The mapping as an HTML page, with links to the files. */
export function controlsHtml({ tenant, period }: { tenant: string; period: { name: string } }): string {
  const rows = CONTROL_MAPPING.map(({ framework, source, clause, title, reading, files }) => {
    const links = files.map((file) => `<a href="${html(file)}">${html(file)}</a>`).join('<br>');
    const cells = [html(framework), html(clause), html(title), html(reading), links];
    return `<tr title="${html(source)}">${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Controls: ${html(tenant)}, ${html(period.name)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}
td,th{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#eee}</style></head>
<body><h1>Which clauses this pack supports</h1>
<p>Evidence of ${html(tenant)} for ${html(period.name)}. This is our reading. Whether a control is met is for the auditor to decide. An empty cell says that this pack does not support the clause.</p>
<table><thead><tr><th>Framework</th><th>Clause</th><th>Title</th><th>Our reading</th><th>Files</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}
