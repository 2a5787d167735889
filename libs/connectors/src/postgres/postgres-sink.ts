import type { ConnectorOptions, SinkConnector, SinkOutput, SinkSlotMark, SinkSlots, SinkWriter } from "@millrace/ports";
import type { Client } from "pg";
import { errors } from "../errors.ts";
import { CONNECT_TIMEOUT_MS, IDLE_IN_TRANSACTION_MS, LOCK_TIMEOUT_MS, ROWS_PER_INSERT } from "../limits.ts";
import { Options } from "../options.ts";
import { insertStatement, lastOfEachKey, type TableTarget } from "./insert-statement.ts";
import { SlotMarks } from "./slot-marks.ts";

type Row = Readonly<Record<string, unknown>>;

/** Rows of one table; a batch's rows and marks are one transaction of the database. */
export function postgresSink(options: ConnectorOptions): SinkConnector {
  const read = new Options("postgres", options, ["url", "table", "columns", "key"]);
  const target: TableTarget = { table: read.text("table"), columns: read.texts("columns"), key: read.texts("key", []) };
  const stray = target.key.find((column) => !target.columns.includes(column));
  if (stray !== undefined) throw errors.option("postgres", `key has the column ${stray}, which columns has not`);
  insertStatement(target); // refuses names that are none, before anything connects
  const url = read.secret("url");
  return { open: (slots) => PostgresWriter.open({ url, target }, slots) };
}

/** Data that the table does not take (classes 22, 23) and a table that is not as the options say (42) would fail again: only the job's author can help. */
function refuse(cause: unknown): never {
  const { code = "", message } = cause as { readonly code?: string; readonly message: string };
  if (/^(22|23|42)/.test(code)) throw errors.value("postgres", `the table refuses the batch's rows: ${message}`);
  throw cause;
}

class PostgresWriter implements SinkWriter {
  readonly marks: ReadonlyMap<number, SinkSlotMark>;
  readonly #client: Client;
  readonly #target: TableTarget;
  readonly #slots: SlotMarks;
  readonly #statement: string;
  #rows: Row[] = [];
  #inTransaction = false;
  #flushing: Promise<void> | undefined;

  private constructor(client: Client, target: TableTarget, opened: { slots: SlotMarks; marks: ReadonlyMap<number, SinkSlotMark> }) {
    this.#client = client;
    this.#target = target;
    this.#slots = opened.slots;
    this.marks = opened.marks;
    this.#statement = insertStatement(target);
  }

  static async open(settings: { url: string; target: TableTarget }, own: SinkSlots): Promise<PostgresWriter> {
    const { Client } = await import("pg"); // By jobs that write to it only.
    const client = new Client({
      connectionString: settings.url,
      application_name: `millrace ${own.jobId}`.slice(0, 63),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on("error", () => undefined); // the next query rejects with it
    await client.connect();
    try {
      const slots = new SlotMarks(client, own);
      return new PostgresWriter(client, settings.target, { slots, marks: await slots.take() });
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  write({ element }: SinkOutput): void {
    if (typeof element !== "object" || element === null || Array.isArray(element))
      throw errors.value("postgres", "rows are objects with a property per column: map to them first, or give { value }");
    this.#rows.push(element as Row);
    if (this.#rows.length >= ROWS_PER_INSERT && this.#flushing === undefined) this.#startFlush();
  }

  ready(): Promise<void> | undefined {
    return this.#flushing;
  }

  async commit({ batch, digest, slots }: SinkSlotMark & { readonly slots: readonly number[] }): Promise<void> {
    await this.#flushing;
    try {
      await this.#flush();
      await this.#slots.move(slots, { batch, digest });
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
    await this.#client.query("COMMIT");
    this.#inTransaction = false;
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  #startFlush(): void {
    const flushed = this.#flush();
    this.#flushing = flushed;
    flushed.then(
      () => (this.#flushing = undefined),
      () => undefined, // thrown where it is awaited: by ready or commit
    );
  }

  async #flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (!this.#inTransaction) {
      await this.#client.query("BEGIN");
      this.#inTransaction = true;
      await this.#slots.lock();
    }
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const chunk = lastOfEachKey(rows.slice(start, start + ROWS_PER_INSERT), this.#target.key);
      await this.#client.query(this.#statement, [JSON.stringify(chunk)]).catch(refuse);
    }
  }
}
