import { AccessError } from '@countersign/access';
import { SCIM_SCHEMAS, SCIM_TYPE, type ScimErrorType } from '@countersign/api';
import { Catch } from '@nestjs/common';
import { type ErrorAnswer, ProblemFilter } from '../http/problem.filter.js';
import { toProblem } from '../http/problem.js';

/** A request that breaks a rule of SCIM itself. */
export class ScimError extends Error {
  constructor(
    readonly scimType: ScimErrorType,
    message: string,
  ) {
    super(message);
    this.name = 'ScimError';
  }
}

/** Answers every error of a SCIM endpoint in the form of RFC 7644 §3.12. */
@Catch()
export class ScimErrorFilter extends ProblemFilter {
  protected override answerTo(error: unknown): ErrorAnswer {
    const { status, code, detail } =
      error instanceof ScimError
        ? { status: 400, code: 'invalid_request', detail: error.message }
        : toProblem(error);
    const scimType = typeOf(error, status);
    const body = {
      schemas: [SCIM_SCHEMAS.error],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail,
    };
    return { status, code, type: SCIM_TYPE, body };
  }
}

/** The error's type in the words of SCIM, if it has one. */
function typeOf(error: unknown, status: number): ScimErrorType | undefined {
  if (error instanceof ScimError) return error.scimType;
  if (!(error instanceof AccessError)) return status === 400 ? 'invalidSyntax' : undefined;
  if (error.code === 'conflict' && error.pointer !== undefined) return 'uniqueness';
  return error.code === 'invalid_request' ? 'invalidValue' : undefined;
}
