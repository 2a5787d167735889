import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inCheckout } from "../system/sources.ts";

interface Told {
  readonly holds?: readonly number[];
  readonly partition?: number;
  readonly offset?: number;
  readonly value?: string;
  readonly error?: string;
}

/** A Kafka client (librdkafka) as a member of a group, in a process of its own. */
export class KafkaMember {
  readonly values: string[] = [];
  /** Partitions that it holds, as it last said. */
  holds: readonly number[] = [];
  readonly errors: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(python: string, of: { readonly address: string; readonly topic: string; readonly group: string }) {
    const args = [inCheckout("apps/e2e/src/two-doors/member.py"), of.address, of.topic, of.group];
    const child = spawn(python, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.errors.push(text));
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#heard(JSON.parse(line) as Told);
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once("exit", resolve));
  }

  /** Leaves the group. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#exited;
  }

  #heard({ holds, value, error }: Told): void {
    if (holds !== undefined) this.holds = holds;
    if (value !== undefined) this.values.push(value);
    if (error !== undefined) this.errors.push(error);
  }
}
