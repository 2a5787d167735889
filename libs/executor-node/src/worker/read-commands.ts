import { fromBinary } from "@bufbuild/protobuf";
import { type WorkerCommand, WorkerCommandSchema } from "@millrace/contracts";
import type { BoundedQueue } from "@millrace/stdx";

/** Commands wait for their turn, one after another; what a running batch waits for does not. */
export async function readCommands(
  commands: AsyncIterable<Uint8Array>,
  { waiting, planRecorded }: { readonly waiting: BoundedQueue<WorkerCommand>; readonly planRecorded: (batch: number) => void },
): Promise<void> {
  try {
    for await (const bytes of commands) {
      const command = fromBinary(WorkerCommandSchema, bytes);
      if (command.command.case === "planRecorded") planRecorded(Number(command.command.value.batch));
      else if (!(await waiting.push(command))) return;
    }
    waiting.end();
  } catch (error) {
    waiting.end(error);
  }
}
