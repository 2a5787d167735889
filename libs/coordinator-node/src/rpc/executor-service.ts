import type { ExecutorRegistryService, ServiceHandlers } from "@millrace/contracts";
import type { Term } from "../term/term.ts";

/** Executor sessions. */
export function executorHandlers(term: () => Term): ServiceHandlers<typeof ExecutorRegistryService> {
  return {
    async *executorSession(requests, context) {
      yield* term().executors.serve(requests, context);
    },
  };
}
