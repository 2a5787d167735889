import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { createDeferred } from "@millrace/stdx";
import { type ProcessControl, runService } from "./run-service.ts";

class FakeProcess implements ProcessControl {
  readonly printed: string[] = [];
  readonly exited = createDeferred<number>();
  readonly #listeners = new Map<string, (value: unknown) => void>();

  on(event: string, listener: (value: unknown) => void): void {
    this.#listeners.set(event, listener);
  }
  send(event: string, value?: unknown): void {
    this.#listeners.get(event)?.(value);
  }
  exit(code: number): void {
    this.exited.resolve(code);
  }
  print(line: string): void {
    this.printed.push(line);
  }
}

describe("runService", () => {
  it("drains at SIGTERM and ends with 0", async () => {
    const control = new FakeProcess();
    const stops: number[] = [];
    const started = createDeferred<void>();
    const start = (): Promise<{ stop: (options: { deadlineMs: number }) => Promise<void> }> => {
      started.resolve();
      return Promise.resolve({ drainMs: 1234, stop: ({ deadlineMs }) => Promise.resolve(void stops.push(deadlineMs)) });
    };
    void runService({ start, control });
    await started.promise;
    control.send("SIGTERM");
    expect(await control.exited.promise).toBe(0);
    expect(stops).toEqual([1234]);
  });

  it("prints an error of the start in one line and ends with the code of its kind", async () => {
    const control = new FakeProcess();
    const error = new AppError({ kind: "conflict", code: "port-in-use", message: "stop it", context: { address: "a:1" } });
    void runService({ start: () => Promise.reject(error), control });
    expect(await control.exited.promise).toBe(4);
    expect(control.printed).toEqual(["error: stop it address=a:1 [port-in-use]"]);
  });

  it("ends at once at the second signal", async () => {
    const control = new FakeProcess();
    const stopped = createDeferred<void>();
    void runService({ start: () => Promise.resolve({ stop: () => stopped.promise }), control });
    control.send("SIGINT");
    control.send("SIGINT");
    expect(await control.exited.promise).toBe(130);
    stopped.resolve();
  });

  it("ends with the error of a service that cannot go on", async () => {
    const control = new FakeProcess();
    const failed = Promise.reject(new AppError({ kind: "fenced", code: "fenced-broker", message: "another broker has this id" }));
    void runService({ start: () => Promise.resolve({ stop: () => Promise.resolve(), failed }), control });
    expect(await control.exited.promise).toBe(5);
  });

  it("ends with 1 and a stack after an exception that nobody caught", async () => {
    const control = new FakeProcess();
    void runService({ start: () => new Promise(() => undefined), control });
    control.send("uncaughtException", new TypeError("x is not a function"));
    expect(await control.exited.promise).toBe(1);
    expect(control.printed[0]).toMatch(/^error: TypeError: x is not a function\n.*run-service\.spec/s);
  });
});
