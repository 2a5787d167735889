export { AssertionError, assert, assertDefined, assertNever } from "./assert.ts";
export { BoundedQueue } from "./bounded-queue.ts";
export { createDeferred, type Deferred } from "./deferred.ts";
