import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** `millrace dev` as a process of its own, on free ports. */
export interface DevProcess {
  readonly broker: string;
  /** Ends it as a user does, or as a power cut would. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const FREE_PORTS = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", "0", "--kafka-port", "off"];

export async function startDev(main: string, dataFolder: string): Promise<DevProcess> {
  const args = ["--conditions=@millrace/source", "--disable-warning=ExperimentalWarning", main, "dev", "--json", "--data-dir", dataFolder];
  const child: ChildProcess & { stdout: NodeJS.ReadableStream } = spawn(process.execPath, [...args, ...FREE_PORTS], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = Promise.withResolvers<{ broker: string }>();
  createInterface({ input: child.stdout }).once("line", (line) => ready.resolve(JSON.parse(line) as { broker: string }));
  void exited.then(() => ready.reject(new Error("millrace dev ended before it was ready")));
  const { broker } = await ready.promise;
  return {
    broker,
    stop: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
