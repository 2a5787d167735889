import { AppError } from "@millrace/model";
import type { WorkerChannel } from "@millrace/ports";
import { BoundedQueue, createDeferred } from "@millrace/stdx";
import { ALIVE_INTERVAL_MS, UNSENT_MESSAGES_MAX } from "./limits.ts";
import { ALIVE, type ToWorker } from "./messages.ts";

/** Opens this process's end of the channel to its supervisor; resolves when `init` has come. Only in a process made by `createProcessHost`. */
export async function openWorkerChannel(): Promise<WorkerChannel> {
  const send = process.send?.bind(process);
  if (send === undefined) {
    throw new AppError({
      kind: "invalid",
      code: "not-a-worker",
      message: "this module runs inside worker processes only: start `millrace executor` instead",
    });
  }
  const init = createDeferred<WorkerChannel["init"]>();
  const commands = new BoundedQueue<Uint8Array>({ weightMax: UNSENT_MESSAGES_MAX });
  process.on("message", (message: ToWorker) => {
    if (message.kind === "init") init.resolve(message.init);
    else if (!commands.tryPush(message.command))
      commands.end(new AppError({ kind: "exhausted", code: "too-many-commands", message: "worker does not take its commands" }));
  });
  const beat = setInterval(() => send(ALIVE, undefined, undefined, () => undefined), ALIVE_INTERVAL_MS);
  beat.unref();
  process.on("disconnect", () => {
    clearInterval(beat);
    commands.end();
  });
  return {
    init: await init.promise,
    commands,
    report: (report) =>
      new Promise((resolve, reject) => {
        send(report, undefined, undefined, (error: Error | null) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
  };
}
