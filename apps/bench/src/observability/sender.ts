import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SenderAnswer, SenderRequest } from "./sender-protocol.ts";

const MAIN = fileURLToPath(new URL("./sender-main.ts", import.meta.url));

/** A process that sends records with the client library; what it spends is that of its variant alone. */
export interface Sender {
  readonly pid: number;
  /** Done when all is acknowledged. */
  ask(request: SenderRequest): Promise<void>;
  stop(): Promise<void>;
}

export async function startSender(address: string, env: Readonly<Record<string, string>>): Promise<Sender> {
  const child = fork(MAIN, [address], { execArgv: process.execArgv, env: { ...process.env, ...env } });
  await answerOf(child);
  return {
    pid: child.pid ?? 0,
    ask: async (request) => {
      const answered = answerOf(child);
      child.send(request);
      await answered;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await exited;
    },
  };
}

function answerOf(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onExit = (): void => {
    reject(new Error("the sender has ended: see its message above"));
  };
  child.once("exit", onExit);
  child.once("message", (answer: SenderAnswer) => {
    child.off("exit", onExit);
    if (answer.kind === "failed") reject(new Error(answer.message));
    else resolve();
  });
  return promise;
}
