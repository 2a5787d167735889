import { describe, expect, it } from "@jest/globals";
import { createAdmin } from "./create-admin.ts";
import { REQUEST_TIMEOUT_MS_DEFAULT, SAVED_MS_MAX } from "./limits.ts";

/** An admin whose coordinator answers everything at once, and what time each call was given. */
function adminOf() {
  const given: Record<string, number | undefined> = {};
  const service = new Proxy(
    {},
    {
      get: (_, name) => (_request: unknown, options: { readonly timeoutMs?: number }) => {
        given[String(name)] = options.timeoutMs;
        return Promise.resolve({});
      },
    },
  );
  const ports = { transport: { client: () => service }, clock: { monotonicMs: () => 0 } };
  const metadata = { coordinatorAddress: () => Promise.resolve("coordinator:9191") };
  const context = { ports, metadata, retryForMs: 0, requestTimeoutMs: REQUEST_TIMEOUT_MS_DEFAULT };
  return { admin: createAdmin(context as never), given };
}

describe("createAdmin", () => {
  it("waits for a job's state to be saved for as long as that takes, and for nothing else", async () => {
    const { admin, given } = adminOf();
    await admin.createSavepoint("job");
    expect(given).toEqual({ createSavepoint: SAVED_MS_MAX });
    for (const [how, timeoutMs] of [
      [{ savepoint: true }, SAVED_MS_MAX],
      [{ drain: true }, SAVED_MS_MAX],
      [{}, REQUEST_TIMEOUT_MS_DEFAULT],
    ] as const) {
      await admin.stopJob("job", how);
      expect(given["stopJob"]).toBe(timeoutMs);
    }
  });
});
