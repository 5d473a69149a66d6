import { ISOLATION_SURFACES } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { instant } from './members.js';

/** The nightly test that no customer reads another one's data. */

const isolationTestSchema = named(
  'IsolationTest',
  'One run of the nightly test.',
  z.object({
    day: z.string().meta({ format: 'date' }).describe('The UTC day.'),
    endedAt: instant(),
    passed: z.boolean().describe('Nothing leaked, and attempts were made through every surface.'),
    attempts: z.object(
      Object.fromEntries(ISOLATION_SURFACES.map((surface) => [surface, z.int()])) as Record<
        (typeof ISOLATION_SURFACES)[number],
        z.ZodInt
      >,
    ),
    leaks: z.array(z.object({ surface: z.enum(ISOLATION_SURFACES), where: z.string() })),
    problem: z.string().nullable().describe('Why the test could not be made; null if it was.'),
  }),
);
export type IsolationTest = z.infer<typeof isolationTestSchema>;

export const isolationSchema = named(
  'Isolation',
  'The newest test that no customer reads another one’s data.',
  z.object({
    newest: isolationTestSchema.nullable().describe('Null: no test was ever made.'),
  }),
);

export const isolationEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/isolation',
    callers: { people: 'isolation.read' },
    summary: 'Read the newest isolation test',
    description:
      'Each UTC day two canary tenants of the organisation file try to read each other’s data, and every other tenant’s, through every public surface. For the vendor’s auditors and security admins; each tenant’s log has the result as the leaf `isolation.tested`.',
    answer: { status: 200, description: 'The newest test.', schema: isolationSchema },
  }),
};
