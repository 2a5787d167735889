/** A promise together with the functions that settle it. Settling twice is ignored, as with promises. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** Builds a deferred value; use it where a response arrives on another path than the request left. */
export function createDeferred<T>(): Deferred<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { promise, resolve, reject };
}
