import type { Client, Producer } from "@millrace/client";
import type { AnswerJournal, AnswersOf } from "@millrace/dataflow";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { STATE_RECORD_BYTES_MAX } from "../limits.ts";
import { concat } from "./concat.ts";
import type { ShuffleIdentity } from "./shuffle-server.ts";
import { partitionOfJob } from "./sink-marks.ts";

/** What stands before a piece of answers in its record. */
interface Head extends AnswersOf {
  readonly epoch: number;
  readonly piece: number;
  readonly pieces: number;
}

interface AnswerLogInit {
  readonly identity: ShuffleIdentity;
  readonly incarnation: number;
  readonly layout: { readonly slotWorkers: readonly number[] };
}

interface Kept {
  readonly epoch: number;
  readonly digest: string;
  readonly pieces: (Uint8Array | undefined)[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEAD_LENGTH_BYTES = 4;

/**
 * Answers of `mapAsync` beside the marks of the job's sinks: what was written after the checkpoint is read with the marks when the job goes on, and goes with them when a newer checkpoint lets them go. Outside
 * of any transaction, since they hold whatever becomes of the batch. Of several attempts that of the newest epoch counts: an older one that still wrote was fenced, and nothing of it is out.
 */
export class AnswerLog implements AnswerJournal {
  readonly #identity: ShuffleIdentity;
  readonly #key: Uint8Array;
  readonly #partition: number;
  readonly #producer: Producer;
  readonly #owns: (task: number) => boolean;
  readonly #kept = new Map<string, Kept>();
  #isOpen = false;

  private constructor(
    { identity, incarnation, layout: { slotWorkers } }: AnswerLogInit,
    at: { readonly partition: number; readonly producer: Producer },
  ) {
    this.#identity = identity;
    this.#key = encoder.encode(`${identity.jobId}/${incarnation}/answers`);
    this.#owns = (task) => slotWorkers[task % slotWorkers.length] === identity.workerIndex;
    this.#partition = at.partition;
    this.#producer = at.producer;
  }

  static async open(init: AnswerLogInit, client: Client): Promise<AnswerLog> {
    const partition = await partitionOfJob(init.identity.jobId, SINK_MARKS_TOPIC, client);
    return new AnswerLog(init, { partition, producer: client.producer() });
  }

  /** A record of the marks' partition that is of no transaction. Keeps what this worker's tasks will look for. */
  readonly take = ({ key, value }: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }): void => {
    if (key === null || value === null || decoder.decode(key) !== decoder.decode(this.#key)) return;
    const headEnd = HEAD_LENGTH_BYTES + new DataView(value.buffer, value.byteOffset).getUint32(0);
    const head = JSON.parse(decoder.decode(value.subarray(HEAD_LENGTH_BYTES, headEnd))) as Head;
    if (!this.#owns(head.task)) return;
    const { epoch, digest } = head;
    const name = nameOf(head);
    let kept = this.#kept.get(name);
    if (kept !== undefined && kept.epoch > epoch) return;
    if (kept?.epoch !== epoch) this.#kept.set(name, (kept = { epoch, digest, pieces: new Array<undefined>(head.pieces).fill(undefined) }));
    kept.pieces[head.piece] = value.slice(headEnd);
  };

  /** Forgets them: a batch is repeated once at most in the life of a worker. */
  find(of: AnswersOf): Uint8Array | undefined {
    const kept = this.#kept.get(nameOf(of));
    this.#kept.delete(nameOf(of));
    const pieces = kept?.pieces.filter((piece) => piece !== undefined) ?? [];
    if (kept?.digest !== of.digest || pieces.length < kept.pieces.length) return undefined;
    return concat(pieces);
  }

  async keep(of: AnswersOf, answers: Uint8Array): Promise<void> {
    if (!this.#isOpen) await this.#producer.open([SINK_MARKS_TOPIC]);
    this.#isOpen = true;
    const pieces = Math.max(1, Math.ceil(answers.length / STATE_RECORD_BYTES_MAX));
    const { operatorId, task, batch, digest } = of;
    for (let piece = 0; piece < pieces; piece++) {
      const head: Head = { operatorId, task, batch, digest, epoch: this.#identity.jobEpoch, piece, pieces };
      const bytes = answers.subarray(piece * STATE_RECORD_BYTES_MAX, (piece + 1) * STATE_RECORD_BYTES_MAX);
      const record = { key: this.#key, value: withHead(head, bytes), partition: this.#partition };
      await this.#producer.sendAndWait(SINK_MARKS_TOPIC, record);
    }
  }
}

function nameOf({ operatorId, task, batch }: Pick<AnswersOf, "operatorId" | "task" | "batch">): string {
  return `${operatorId}/${task}/${batch}`;
}

function withHead(head: Head, bytes: Uint8Array): Uint8Array {
  const text = encoder.encode(JSON.stringify(head));
  const length = new Uint8Array(HEAD_LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, text.length);
  return concat([length, text, bytes]);
}
