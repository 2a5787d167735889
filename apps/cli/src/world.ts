import type { Client } from "@millrace/client";

/** What the command line sees of its process; replaced in specs. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths of the command line start from. */
  readonly folder: string;
  /** Bytes given to the command. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly isInputTerminal: boolean;
  /** Whether someone watches: progress is shown then. */
  readonly isTerminal: boolean;
  /** Results: standard output. Resolves when there is room for more. */
  write(text: string): Promise<void>;
  /** All that is not a result: standard error. */
  note(line: string): void;
  /** Replaces the progress line; "" removes it. Nothing happens where nobody watches. */
  progress(text: string): void;
  /** Aborted when the user interrupts. */
  readonly interrupt: AbortSignal;
  monotonicMs(): number;
  wallMs(): number;
  /** A way into the cluster at these brokers. */
  connect(addresses: readonly string[], options?: ConnectOptions): Promise<Connection>;
}

export interface ConnectOptions {
  /** How long an unreachable cluster is tried. */
  readonly retryForMs?: number;
  readonly tls?: ConnectTls;
}

/** PEM files for connections to the cluster; all empty: plain text. */
export interface ConnectTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Name that the certificate of a service must have which is reached by IP address, as coordinators in pods are; empty: the address. */
  readonly peerName: string;
}

export interface Connection {
  readonly client: Client;
  close(): Promise<void>;
}
