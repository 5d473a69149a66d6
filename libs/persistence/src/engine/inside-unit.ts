import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { StoreError } from '../errors.js';

/** Whether the code that runs here belongs to a unit of work that is still open; shared by all queues. */
const inside = new AsyncLocalStorage<{ open: boolean }>();

/** A refusal where a unit is opened inside another one, which would wait for itself. */
export function nestedUnit(): StoreError | undefined {
  return inside.getStore()?.open === true
    ? new StoreError('nested_unit', 'A unit of work was opened inside another one. Use the one at hand.')
    : undefined;
}

/** Runs a unit so that units opened inside it are known as nested. */
export async function insideUnit<T>(unit: () => Promise<T>): Promise<T> {
  const context = { open: true };
  try {
    return await inside.run(context, unit);
  } finally {
    context.open = false;
  }
}

/** The work of a unit, bound to the asynchronous context of its caller: a transaction runs the units of several callers. */
export const asUnit = <Given extends unknown[], T>(
  work: (...parameters: Given) => Promise<T>,
): ((...parameters: Given) => Promise<T>) =>
  AsyncResource.bind((...parameters: Given) => insideUnit(() => work(...parameters)));
