import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DescribeLogsSchema, LogReport, LogReports } from "@millrace/contracts";
import { createDeferred, type Deferred } from "@millrace/stdx";

type Question = MessageInitShape<typeof DescribeLogsSchema>;

export interface LogName {
  readonly topicId: string;
  readonly partition: number;
}

/** What a broker was asked about its logs, and has not answered yet. At most one question per look of the elections and per call of an administrator. */
export class LogQuestions {
  readonly #due: Question[] = [];
  readonly #asked = new Map<bigint, Deferred<readonly LogReport[]>>();
  #last = 0n;

  /** Resolves with the answer; with nothing when the session ends. */
  ask(logs: readonly LogName[]): Promise<readonly LogReport[]> {
    const question = ++this.#last;
    const answer = createDeferred<readonly LogReport[]>();
    this.#asked.set(question, answer);
    this.#due.push({ question, logs: logs.map(({ topicId, partition }) => ({ topicId, partition })) });
    return answer.promise;
  }

  /** The next question to be sent. */
  take(): Question | undefined {
    return this.#due.shift();
  }

  answered({ question, logs }: LogReports): void {
    this.#asked.get(question)?.resolve(logs);
    this.#asked.delete(question);
  }

  close(): void {
    for (const answer of this.#asked.values()) answer.resolve([]);
    this.#asked.clear();
  }
}
