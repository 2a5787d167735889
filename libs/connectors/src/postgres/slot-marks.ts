import type { SinkSlotMark, SinkSlots } from "@millrace/ports";
import type { Client } from "pg";
import { errors } from "../errors.ts";

/** Marks of all jobs that write to this database; a row's lock is what its writer holds while it commits. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS millrace_sink_marks (
  job text NOT NULL, incarnation integer NOT NULL, sink text NOT NULL, slot integer NOT NULL,
  epoch bigint NOT NULL, batch bigint, digest text,
  PRIMARY KEY (job, incarnation, sink, slot))`;

const TAKE = `INSERT INTO millrace_sink_marks AS own (job, incarnation, sink, slot, epoch)
  SELECT $1, $2, $3, slot, $4 FROM unnest($5::int[]) AS slot ORDER BY slot
  ON CONFLICT (job, incarnation, sink, slot) DO UPDATE SET epoch = excluded.epoch WHERE own.epoch <= excluded.epoch
  RETURNING slot, batch, digest`;

const LOCK = `SELECT slot FROM millrace_sink_marks
  WHERE job = $1 AND incarnation = $2 AND sink = $3 AND epoch = $4 AND slot = ANY($5::int[]) ORDER BY slot FOR UPDATE`;

const MOVE = `UPDATE millrace_sink_marks SET batch = $6, digest = $7
  WHERE job = $1 AND incarnation = $2 AND sink = $3 AND epoch = $4 AND slot = ANY($5::int[])`;

/** The rows of one worker's slots. Whoever takes a row waits for the commit that holds it; afterwards the former writer finds another epoch there. */
export class SlotMarks {
  readonly #client: Client;
  readonly #slots: SinkSlots;

  constructor(client: Client, slots: SinkSlots) {
    this.#client = client;
    this.#slots = slots;
  }

  /** Raises the epoch of each row and gives the marks. */
  async take(): Promise<ReadonlyMap<number, SinkSlotMark>> {
    await this.#createTable();
    const { rows } = await this.#client.query<{ slot: number; batch: string | null; digest: string | null }>(
      TAKE,
      this.#parameters(this.#slots.slots),
    );
    if (rows.length !== this.#slots.slots.length) throw this.#fenced();
    return new Map(
      rows.flatMap(({ slot, batch, digest }) => (batch === null ? [] : [[slot, { batch: Number(batch), digest: digest ?? "" }] as const])),
    );
  }

  /** Within a transaction: nobody takes the slots before it ends. */
  async lock(): Promise<void> {
    const { rowCount } = await this.#client.query(LOCK, this.#parameters(this.#slots.slots));
    if (rowCount !== this.#slots.slots.length) throw this.#fenced();
  }

  /** Within the transaction of the batch's rows. */
  async move(slots: readonly number[], mark: SinkSlotMark): Promise<void> {
    const { rowCount } = await this.#client.query(MOVE, [...this.#parameters(slots), mark.batch, mark.digest]);
    if (rowCount !== slots.length) throw this.#fenced();
  }

  /** Two sessions that create it at once: one of them is told so, and finds it there. */
  async #createTable(): Promise<void> {
    await this.#client.query(CREATE_TABLE).catch((error: unknown) => {
      const { code } = error as { readonly code?: string };
      if (code !== "23505" && code !== "42P07") throw error;
    });
  }

  #parameters(slots: readonly number[]): unknown[] {
    const { jobId, incarnation, sink, jobEpoch } = this.#slots;
    return [jobId, incarnation, sink, jobEpoch, slots];
  }

  #fenced(): Error {
    return errors.fenced("postgres", { epoch: this.#slots.jobEpoch });
  }
}
