import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JobService, OperatorStateSchema, ReadJobStateRequest, ServiceHandlers, StateEntry, StateRead } from "@millrace/contracts";
import { AppError, type JobGraph, type OperatorNode } from "@millrace/model";
import { keepsState } from "@millrace/planner";
import type { JobRunner } from "./job-runner.ts";
import type { Jobs } from "./jobs-part.ts";
import { STATE_ANSWER_CHARS_MAX, STATE_ENTRIES_DEFAULT, STATE_ENTRIES_MAX, STATE_KEY_CHARS_MAX, STATE_KEYS_MAX } from "./limits.ts";
import { assertRunning } from "./rescale-handler.ts";

/** State of a job that runs, asked of its workers. */
export function stateHandler(jobs: Jobs): Pick<ServiceHandlers<typeof JobService>, "readJobState"> {
  return {
    async readJobState(request) {
      const runner = jobs.find(request.job);
      const { graph } = runner.stored;
      assertQuery(request);
      const operator = request.operator === "" ? undefined : statefulOperator(graph, request.operator);
      assertRunning(runner, "nothing of it is in memory");
      const limit = request.limit === 0 ? STATE_ENTRIES_DEFAULT : request.limit;
      const answers = await ask(jobs, runner, { ...request, operatorId: operator?.id ?? "", limit });
      const shown = graph.operators.filter((one) => (operator === undefined ? keepsState(one) : one.id === operator.id));
      const { entries, more } = merged(answers, limit);
      return {
        operators: shown.map((one) => operatorState(one, answers)),
        entries,
        more,
        batch: answers.reduce((least, { batch }) => (batch < least ? batch : least), answers[0]?.batch ?? 0n),
      };
    },
  };
}

interface WorkerQuery {
  readonly operatorId: string;
  readonly keysJson: string[];
  readonly keyPrefix: string;
  readonly limit: number;
}

async function ask(jobs: Jobs, runner: JobRunner, query: WorkerQuery): Promise<readonly StateRead[]> {
  const { jobId } = runner;
  const { jobEpoch } = runner.machine.record;
  const { openOn } = runner.machine.figures;
  if (openOn.length === 0) throw notOpen(runner);
  const { queryId, answers } = jobs.stateReads.begin({ jobId, jobEpoch, workerCount: openOn.length });
  const stopWatching = runner.watch(() => {
    const { machine, isOver } = runner;
    if (isOver || machine.record.jobEpoch !== jobEpoch || machine.figures.openOn.length === 0)
      jobs.stateReads.giveUp(queryId, notOpen(runner));
  });
  try {
    const { operatorId, keysJson, keyPrefix, limit } = query;
    runner.tellWorkers({ case: "readState", value: { queryId, operatorId, keysJson, keyPrefix, limit } });
    return await answers;
  } finally {
    stopWatching();
  }
}

/** By id or name. */
function statefulOperator(graph: JobGraph, wanted: string): OperatorNode {
  const stateful = graph.operators.filter(keepsState);
  const found = stateful.find(({ id }) => id === wanted) ?? stateful.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const has = stateful.length === 0 ? "none of the job's operators does" : `these do: ${stateful.map(({ id }) => id).join(", ")}`;
  const other = graph.operators.find(({ id, name }) => id === wanted || name === wanted);
  const message = other === undefined ? `no operator of this id or name keeps state: ${has}` : `${other.kind} keeps no state: ${has}`;
  throw new AppError({ kind: "not-found", code: "operator-without-state", message, context: { operator: wanted } });
}

function assertQuery({ limit, keysJson, keyPrefix }: ReadJobStateRequest): void {
  const isTooLong = [keyPrefix, ...keysJson].some(({ length }) => length > STATE_KEY_CHARS_MAX);
  if (limit >= 0 && limit <= STATE_ENTRIES_MAX && keysJson.length <= STATE_KEYS_MAX && !isTooLong) return;
  const message =
    `a query of state takes a limit from 1 to ${STATE_ENTRIES_MAX}, at most ${STATE_KEYS_MAX} keys, and ${STATE_KEY_CHARS_MAX} characters for ` +
    "a key or prefix: ask for less, or read a checkpoint";
  throw new AppError({ kind: "invalid", code: "state-query-invalid", message, context: { limit, keys: keysJson.length } });
}

/** Workers hold whole tasks: by task all answers are one again. */
function merged(answers: readonly StateRead[], limit: number): { readonly entries: StateEntry[]; readonly more: boolean } {
  const all = answers.flatMap(({ entries }) => entries).sort((left, right) => left.taskIndex - right.taskIndex);
  let chars = 0;
  const cut = all.findIndex(({ keyJson, valueJson }, index) => {
    chars += keyJson.length + valueJson.length;
    return index >= limit || chars > STATE_ANSWER_CHARS_MAX;
  });
  return { entries: cut < 0 ? all : all.slice(0, cut), more: cut >= 0 || answers.some(({ more }) => more) };
}

function operatorState({ id, name, kind }: OperatorNode, answers: readonly StateRead[]): MessageInitShape<typeof OperatorStateSchema> {
  const held = answers.flatMap((answer) => answer.held.filter(({ operatorId }) => operatorId === id));
  return { operatorId: id, name, kind, keyCount: held.reduce((sum, { keyCount }) => sum + keyCount, 0n), taskCount: held.length };
}

function notOpen({ jobId, machine, isOver }: JobRunner): AppError {
  const message = isOver ? "this coordinator no longer leads: ask again" : "no tasks of the job are open now: try again in a moment";
  return new AppError({ kind: "retry", code: "job-not-running", message, context: { job: jobId, state: machine.record.state } });
}
