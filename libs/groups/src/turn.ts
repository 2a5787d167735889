import type { AppError, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { timestampMs } from "@millrace/model";
import type { CoordinatorState } from "./coordinator-state.ts";
import type { Correlation } from "./event.ts";
import { APPEND_BYTES_MAX } from "./limits.ts";
import { type EncodedRecord, encodeGroupRecord } from "./record-codec.ts";
import type { GroupResponse } from "./response.ts";
import type { GroupEffect } from "./step.ts";
import type { GroupRecord } from "./store.ts";
import type { GroupTimer } from "./timer.ts";

/** Records on their way into the log, and what goes on when they are there. */
export interface PendingAppend {
  readonly records: readonly GroupRecord[];
  readonly producer?: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch };
  /** After the records took effect. */
  readonly onCommitted: (turn: Turn) => void;
  readonly onFailed: (turn: Turn, error: AppError) => void;
}

/** One event being handled: the state, the time, and the effects so far. */
export class Turn {
  readonly state: CoordinatorState;
  readonly now: TimestampMs;
  readonly effects: GroupEffect[] = [];

  constructor(state: CoordinatorState, now: TimestampMs) {
    this.state = state;
    this.now = now;
  }

  answer(correlation: Correlation, response: GroupResponse): void {
    this.effects.push({ kind: "answer", correlation, response });
  }

  refuse(correlation: Correlation, error: AppError): void {
    this.answer(correlation, { kind: "refused", error });
  }

  /** In as many batches as their size asks for; it goes on when all are committed, or when the first fails. */
  append(append: PendingAppend): void {
    const { producer, onCommitted, onFailed } = append;
    const chunks = chunksOf(append.records);
    let hasFailed = false;
    for (const [index, { records, encoded }] of chunks.entries()) {
      const appendId = this.state.nextAppendId++;
      this.state.appends.set(appendId, {
        records,
        ...(producer !== undefined && { producer }),
        onCommitted: (turn) => {
          if (index === chunks.length - 1 && !hasFailed) onCommitted(turn);
        },
        onFailed: (turn, error) => {
          if (!hasFailed) onFailed(turn, error);
          hasFailed = true;
        },
      });
      this.effects.push({ kind: "append", appendId, records: encoded, producer });
    }
  }

  /** Nothing else is to be done any more. */
  keepAnswersOnly(): void {
    const answers = this.effects.filter(({ kind }) => kind === "answer");
    this.effects.splice(0, this.effects.length, ...answers);
  }

  /** Sets it anew if it was set. */
  setTimer(timer: GroupTimer, afterMs: number): void {
    this.effects.push({ kind: "setTimer", timer, atMs: timestampMs(this.now + afterMs) });
  }

  cancelTimer(timer: GroupTimer): void {
    this.effects.push({ kind: "cancelTimer", timer });
  }
}

interface Chunk {
  readonly records: GroupRecord[];
  readonly encoded: EncodedRecord[];
}

function chunksOf(records: readonly GroupRecord[]): Chunk[] {
  const chunks: Chunk[] = [];
  let bytes = Infinity;
  for (const record of records) {
    const encoded = encodeGroupRecord(record);
    bytes += encoded.key.length + (encoded.value?.length ?? 0);
    if (bytes > APPEND_BYTES_MAX) {
      chunks.push({ records: [], encoded: [] });
      bytes = encoded.key.length + (encoded.value?.length ?? 0);
    }
    const chunk = chunks[chunks.length - 1];
    chunk?.records.push(record);
    chunk?.encoded.push(encoded);
  }
  return chunks;
}
