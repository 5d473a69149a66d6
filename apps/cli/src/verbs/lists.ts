import { grantShape, requestShape } from '../api/shapes.js';
import type { Answer, Context } from '../runtime/context.js';
import { grantsText, requestsText } from '../text/request-text.js';
import { type ListOptions, listPage } from './page.js';

export const requests = (context: Context, options: ListOptions): Promise<Answer> =>
  listPage(
    context,
    { verb: 'requests', path: '/api/v1/requests', item: requestShape, textOf: requestsText },
    options,
  );

export const grants = (context: Context, options: ListOptions): Promise<Answer> =>
  listPage(
    context,
    { verb: 'grants', path: '/api/v1/grants', item: grantShape, textOf: grantsText },
    options,
  );
