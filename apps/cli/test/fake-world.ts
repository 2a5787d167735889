import type { Admin, Client, Consumer, Producer, ProducerRecord } from "@millrace/client";
import type { CliWorld, ConnectOptions } from "../src/world.ts";

/** A world that remembers what was said, on a cluster that answers as `client` says. */
export interface FakeWorld extends CliWorld {
  output(): string;
  notes(): string;
}

/** Parts of a client; calling any other part fails the test. */
export interface FakeParts {
  readonly client?: Partial<Client>;
  readonly admin?: Partial<Admin>;
  readonly producer?: Partial<Producer>;
  readonly consumer?: Partial<Consumer>;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly onConnect?: (addresses: readonly string[], options: ConnectOptions) => void;
}

export function fakeWorld(parts: FakeParts = {}): FakeWorld {
  const output: string[] = [];
  const notes: string[] = [];
  return {
    env: parts.env ?? {},
    folder: parts.folder ?? process.cwd(),
    input: bytesOf(parts.input ?? ""),
    isInputTerminal: false,
    isTerminal: false,
    write: (text) => {
      output.push(text);
      return Promise.resolve();
    },
    note: (line) => notes.push(`${line}\n`),
    progress: () => undefined,
    interrupt: new AbortController().signal,
    monotonicMs: () => 0,
    wallMs: () => 1_000_000,
    connect: (addresses, options = {}) => {
      parts.onConnect?.(addresses, options);
      return Promise.resolve({ client: fakeClient(parts), close: () => Promise.resolve() });
    },
    output: () => output.join(""),
    notes: () => notes.join(""),
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  for (const part of text.match(/.{1,5}/gs) ?? []) yield Promise.resolve(Buffer.from(part));
}

function fakeClient(parts: FakeParts): Client {
  const admin = only<Admin>(parts.admin ?? {}, "admin");
  return only<Client>(
    {
      ...parts.client,
      admin: () => admin,
      producer: () =>
        only<Producer>({ open: nothing, flush: nothing, close: nothing, onDelivery: () => undefined, ...parts.producer }, "producer"),
      consumer: () => only<Consumer>({ assign: () => undefined, close: nothing, ...parts.consumer }, "consumer"),
    },
    "client",
  );
}

const nothing = (): Promise<void> => Promise.resolve();

/** The parts given; asking for another is an error that names it. */
function only<T extends object>(parts: Partial<T>, what: string): T {
  return new Proxy(parts as T, {
    get: (target, name) => {
      if (name in target || name === "then") return Reflect.get(target, name) as unknown;
      throw new Error(`the test gave no ${what}.${String(name)}`);
    },
  });
}

/** Collects what a producer is sent, as text. */
export function recordingProducer(): { readonly producer: Partial<Producer>; readonly sent: string[] } {
  const sent: string[] = [];
  const text = (bytes: Uint8Array | null | undefined): string =>
    bytes === null || bytes === undefined ? "-" : Buffer.from(bytes).toString();
  const send = (topic: string, record: ProducerRecord): boolean => {
    sent.push(`${topic} ${text(record.key)} ${text(record.value)}${record.partition === undefined ? "" : ` @${record.partition}`}`);
    return true;
  };
  return { producer: { send }, sent };
}
