import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Client, createClient, type Producer } from "@millrace/client";
import {
  errorToWire,
  type FenceWriters,
  type Follow,
  type Mark,
  type ListSources,
  type OpenTasks,
  type RpcListener,
  type RpcServer,
  type RpcTransport,
  type RunBatch,
  type SourcePartitionOwner,
  type StatePart,
  type WorkerCommand,
  WorkerReportSchema,
} from "@millrace/contracts";
import { CallTrail, createWorkerRuntime, type SpillSettings, type WorkerRuntime } from "@millrace/dataflow";
import { type AppError, EVENT_TIME_AHEAD_MAX_MS, type JobDefinition, SINK_MARKS_TOPIC, toAppError } from "@millrace/model";
import { type PhysicalPlan, planJob } from "@millrace/planner";
import {
  type CheckpointPlaces,
  type Clock,
  type Connectors,
  type ExpressionLanguage,
  type Logger,
  type Random,
  sleep,
  NO_TRACER,
  type Tracer,
  type ValueCodec,
  type ValueFormats,
  type WorkerChannel,
} from "@millrace/ports";
import type { CompressionCodecs, Crc32c } from "@millrace/records";
import { assertDefined, BoundedQueue } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { COMMANDS_WAITING_MAX, OUTPUT_BUFFER_BYTES, TRANSACTION_TIMEOUT_MS } from "../limits.ts";
import { AnswerLog } from "./answer-log.ts";
import { BatchOutput } from "./batch-output.ts";
import { BatchTrace } from "./batch-trace.ts";
import { buildDefinition } from "./build-definition.ts";
import { CheckpointWriter } from "./checkpoint-writer.ts";
import type { ConnectorOutput } from "./connector-output.ts";
import { openPlaceOf } from "./file-part.ts";
import { Follower, recordsOfWorker, type TakeRecords } from "./follower.ts";
import { openConnectors } from "./open-connectors.ts";
import { RemoteContexts } from "./remote-contexts.ts";
import { type BatchContext, runBatch } from "./run-batch.ts";
import { outputTopicsOf } from "./output-topics.ts";
import { PlanGate } from "./plan-gate.ts";
import { readCommands } from "./read-commands.ts";
import { Receivers } from "./receivers.ts";
import { runsBeforePlan } from "./runs-before-plan.ts";
import { ShufflePeers } from "./shuffle-peers.ts";
import { createShuffleServer, type ShuffleIdentity } from "./shuffle-server.ts";
import { Signal } from "./signal.ts";
import { withSourceLine } from "./source-line.ts";
import { SinkMarks, type SlotMark } from "./sink-marks.ts";
import { readState } from "./read-state.ts";
import { StreamSources } from "./stream-sources.ts";
import { loadStatePart } from "./state-parts.ts";
import { FileTrims } from "./trim-files.ts";

export interface JobWorkerPorts {
  readonly channel: WorkerChannel;
  /** The module at a bundle's URL; its default export is the job. In a process of the job's own this is `import`. */
  readonly loadBundle: (url: string) => Promise<{ readonly default?: unknown }>;
  readonly transport: RpcTransport;
  readonly listener: RpcListener;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly codec: ValueCodec;
  /** Lets memory be watched from outside of the thread that runs user code; `legend` says how to read it. Absent: nobody looks. */
  readonly watchMemory?: (memory: SharedArrayBuffer, legend: string) => void;
  /** Where state goes beyond the worker's memory budget; absent: all of it stays in memory. */
  readonly spill?: SpillSettings;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
  readonly connectors: Connectors;
  readonly formats: ValueFormats;
  /** Where jobs with a checkpoint path keep big state. */
  readonly places: CheckpointPlaces;
  /** For jobs without a bundle. */
  readonly expressions?: ExpressionLanguage;
}

type Report = MessageInitShape<typeof WorkerReportSchema>["report"] & object;

/**
 * Runs one worker of one job epoch until its supervisor goes away or something fails; see docs/protocol/job-runtime.md. Resolves after the
 * failure is reported: the process must end then, since what it holds is of a broken attempt.
 */
export async function runJobWorker(ports: JobWorkerPorts): Promise<void> {
  const worker = new JobWorker(ports);
  const waiting = new BoundedQueue<WorkerCommand>({ weightMax: COMMANDS_WAITING_MAX });
  try {
    await worker.start();
    void readCommands(ports.channel.commands, { waiting, planRecorded: (batch) => worker.planRecorded(batch) });
    for await (const command of waiting) await worker.handle(command);
  } catch (error) {
    await worker.reportFailure(toAppError(error));
  } finally {
    waiting.end();
    await worker.close();
  }
}

class JobWorker {
  readonly #ports: JobWorkerPorts;
  readonly #identity: ShuffleIdentity;
  readonly #client: Client;
  /** Something came from a peer, or a peer was lost. */
  readonly #arrived = new Signal();
  #server: RpcServer | undefined;
  #job: { readonly definition: JobDefinition; readonly plan: PhysicalPlan } | undefined;
  #runtime: WorkerRuntime | undefined;
  #peers: ShufflePeers | undefined;
  #context: BatchContext | undefined;
  #output: BatchOutput | undefined;
  #sources: StreamSources | undefined;
  #receivers: Receivers | undefined;
  #connectors: ReadonlyMap<string, ConnectorOutput> = new Map();
  #trace: BatchTrace | undefined;
  readonly #remoteContexts = new RemoteContexts();
  #follower: Follower | undefined;
  /** The batch that takes records before its plan is known, of a job in continuous mode. */
  #followed = 0;
  #batch = 0;
  readonly #plans = new PlanGate();
  readonly #trims: FileTrims;

  constructor(ports: JobWorkerPorts) {
    const { jobId, jobEpoch, workerIndex, brokerAddresses } = ports.channel.init;
    this.#ports = ports;
    this.#identity = { jobId, jobEpoch, workerIndex };
    this.#trims = new FileTrims(jobId, ports);
    // Without a tracer: output carries the batch's context, and what has none begins no trace.
    this.#client = createClient({ bootstrap: brokerAddresses }, { ...ports, tracer: NO_TRACER });
  }

  /** Builds the job and listens; the coordinator hears where. */
  async start(): Promise<void> {
    const { host } = this.#ports.channel.init;
    const definition = await buildDefinition(this.#ports.channel.init, this.#ports);
    this.#job = { definition, plan: planJob(definition.graph) };
    const receiver = {
      onBlock: (block: Parameters<WorkerRuntime["receiveBlock"]>[0]) => {
        this.#opened().receiveBlock(block);
        this.#arrived.notify();
      },
      onEdgeEnd: (end: Parameters<WorkerRuntime["receiveEdgeEnd"]>[0], traceparent: string) => {
        this.#remoteContexts.note(end.batch, traceparent);
        this.#opened().receiveEdgeEnd(end);
        this.#arrived.notify();
      },
      onPeerLost: (error: Error) => {
        this.#arrived.fail(error);
      },
    };
    this.#server = await this.#ports.listener.listen(`${host}:0`, [createShuffleServer(this.#identity, receiver)]);
    await this.#report({ case: "ready", value: { shuffleAddress: this.#server.address, waitsForPlan: runsBeforePlan(definition.graph) } });
  }

  /** Beside whatever is being done. */
  planRecorded(batch: number): void {
    this.#plans.recorded(batch);
  }

  async handle({ command }: WorkerCommand): Promise<void> {
    switch (command.case) {
      case "fence":
        return this.#fence(command.value);
      case "open":
        return this.#open(command.value);
      case "listSources":
        return this.#listSources(command.value);
      case "runBatch":
        return this.#runBatch(command.value);
      case "follow":
        return this.#follow(command.value);
      case "mark":
        return this.#mark(command.value);
      case "readState":
        return this.#report({ case: "stateRead", value: readState(command.value, { runtime: this.#runtime, batch: this.#batch }) });
      case "trimCheckpointFiles":
        return this.#trims.begin(command.value.folders);
      default:
        throw errors.protocol("worker command");
    }
  }

  async reportFailure(error: AppError): Promise<void> {
    // User code, bad records, a wrong bundle, a damaged checkpoint: the same batch would fail again.
    const permanent = error.kind === "invalid" || error.kind === "corrupt";
    const { operator, position } = error.context;
    this.#ports.logger.warn("worker fails", {
      job: this.#identity.jobId,
      worker: this.#identity.workerIndex,
      code: error.code,
      reason: error.message,
    });
    const value = {
      error: errorToWire(withSourceLine(error)),
      operatorId: text(operator),
      batch: BigInt(this.#batch),
      position: text(position),
      permanent,
    };
    await this.#report({ case: "failed", value }).catch(() => undefined); // The supervisor is gone: nobody to tell.
  }

  async close(): Promise<void> {
    await this.#follower?.close();
    this.#peers?.close();
    await this.#receivers?.close();
    await this.#sources?.close();
    await Promise.allSettled([...this.#connectors.values()].map((connector) => connector.close()));
    await this.#trims.done();
    await this.#server?.stop({ deadlineMs: 0 });
  }

  async #fence(command: FenceWriters): Promise<void> {
    await this.#client.fenceTransactionalIds(command.transactionalIds);
    await this.#report({ case: "fenced", value: {} });
  }

  async #open(command: OpenTasks): Promise<void> {
    const { definition, plan } = assertDefined(this.#job, "job");
    const layout = assertDefined(command.layout, "layout");
    const { workerIndex, jobId } = this.#identity;
    this.#peers = new ShufflePeers(this.#identity, layout.workerAddresses, {
      transport: this.#ports.transport,
      onLost: (error) => {
        this.#arrived.fail(error);
      },
    });
    const sources = layout.sourcePartitions.filter((partition) => partition.workerIndex === workerIndex);
    const trail = new CallTrail();
    const answers = await AnswerLog.open({ identity: this.#identity, incarnation: command.incarnation, layout }, this.#client);
    const { codec, formats, spill, clock } = this.#ports;
    const runtime = createWorkerRuntime({
      ...{
        trail,
        jobId,
        plan,
        codec,
        formats,
        answers,
        timers: clock,
        functions: definition.functions,
        settings: definition.graph.settings,
      },
      ...(spill === undefined ? {} : { spill }),
      eventTimeAheadMaxMs: EVENT_TIME_AHEAD_MAX_MS,
      layout: { workerIndex, workerCount: layout.workerAddresses.length, slotWorkers: layout.slotWorkers, sourceTasks: sources },
      output: this.#runtimeOutput(this.#peers),
    });
    this.#ports.watchMemory?.(trail.memory, JSON.stringify(trail.names));
    this.#runtime = runtime;
    await this.#loadState(runtime, command);
    const { marks, endOffset } = await SinkMarks.read(
      { jobId, incarnation: command.incarnation, startOffset: Number(command.marksStartOffset) },
      { client: this.#client, compression: this.#ports.compression, others: answers.take },
    );
    const topics = outputTopicsOf(definition.graph);
    const { incarnation } = command;
    const who = { jobId, incarnation, jobEpoch: this.#identity.jobEpoch, sinkSlots: runtime.sinkSlots };
    this.#connectors = await openConnectors(definition, who, this.#ports.connectors);
    const streamSources = await this.#openSources(runtime, { partitions: sources, startedAtMs: Number(command.zeroTimeMs) });
    const producer = await this.#openProducer(command.transactionalId, [...new Set(topics.values())]);
    const sinkSlots = new Map([...runtime.sinkSlots].filter(([sink]) => topics.has(sink)));
    const target = { producer, marks, topics, connectors: this.#connectors, sinkSlots, turn: () => sleep(clock, 0) };
    const checkpoints = new CheckpointWriter({
      identity: this.#identity,
      workerCount: layout.workerAddresses.length,
      runtime,
      producer: this.#client.producer(),
      marksPartition: marks.partition,
      parts: this.#ownParts(runtime, command),
      place: await openPlaceOf(definition.graph, this.#ports.places),
      ports: { ...this.#ports, client: this.#client },
    });
    this.#context = {
      ...this.#ports,
      client: this.#client,
      identity: this.#identity,
      runtime,
      arrived: this.#arrived,
      sources,
      streamSources,
      target,
      checkpoints,
    };
    const own = [...marks.of(sinkSlots), ...[...this.#connectors.values()].flatMap((connector) => connector.marks)];
    await this.#report({ case: "opened", value: { marks: own.map(markToWire), marksEndOffset: BigInt(endOffset) } });
  }

  /** After state is loaded: it is what splits remember. */
  async #openSources(
    runtime: WorkerRuntime,
    of: { readonly partitions: readonly SourcePartitionOwner[]; readonly startedAtMs: number },
  ): Promise<StreamSources> {
    const { definition } = assertDefined(this.#job, "job");
    const { connectors, clock } = this.#ports;
    const { jobId, jobEpoch } = this.#identity;
    const who = { jobId, jobEpoch, startedAtMs: of.startedAtMs, nowMs: () => clock.wallMs() };
    this.#sources = await StreamSources.open({ definition, runtime, connectors, partitions: of.partitions, who });
    await this.#openReceivers(of.partitions);
    return this.#sources;
  }

  /** They go on between batches, so that what breaks is told at once. */
  async #openReceivers(partitions: readonly SourcePartitionOwner[]): Promise<void> {
    const { definition } = assertDefined(this.#job, "job");
    const fail = (error: AppError): void => void this.reportFailure(error);
    this.#receivers = await Receivers.open({
      ...this.#ports,
      definition,
      jobId: this.#identity.jobId,
      client: this.#client,
      partitions,
      fail,
    });
  }

  async #openProducer(transactionalId: string, topics: readonly string[]): Promise<Producer> {
    const producer = this.#client.producer({
      transactionalId,
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      bufferBytes: OUTPUT_BUFFER_BYTES,
    });
    if (topics.length > 0) await producer.open([...topics, SINK_MARKS_TOPIC]);
    return producer;
  }

  /** Parts of the checkpoint that are of this worker's tasks, in the manifest's order: each whole one before its changes. */
  #ownParts(runtime: WorkerRuntime, command: OpenTasks): readonly StatePart[] {
    const own = new Set(runtime.stateTasks.map(({ operatorId, taskIndex }) => `${operatorId}/${taskIndex}`));
    return command.parts.filter((part) => own.has(`${part.operatorId}/${part.taskIndex}`));
  }

  async #loadState(runtime: WorkerRuntime, command: OpenTasks): Promise<void> {
    for (const part of this.#ownParts(runtime, command)) {
      const { operatorId, taskIndex } = part;
      for await (const bytes of loadStatePart(part, { ...this.#ports, client: this.#client }))
        runtime.loadState({ operatorId, taskIndex, bytes });
    }
    runtime.stateLoaded();
  }

  #runtimeOutput(peers: ShufflePeers): Parameters<typeof createWorkerRuntime>[0]["output"] {
    return {
      sendBlock: (block) => {
        peers.sendBlock(block);
      },
      edgeEnd: (end) => {
        peers.edgeEnd(end, this.#trace?.shuffleContext() ?? "");
      },
      emitSink: (record) => {
        assertDefined(this.#output, "output of the batch").emit(record);
      },
      print: (line) => {
        void this.#report({ case: "log", value: { text: line, batch: BigInt(this.#batch) } }).catch(() => undefined);
      },
      ready: () => this.#ready(),
    };
  }

  #ready(): Promise<void> | undefined {
    return this.#peers?.ready() ?? this.#output?.ready();
  }

  /** Continuous mode: opens a batch whose plan comes later, or goes on with it after a marker that made none. */
  #follow({ batch, positions, late }: Follow): void {
    const context = assertDefined(this.#context, "open tasks");
    if (this.#followed === Number(batch)) {
      this.#follower?.resume();
      return;
    }
    const recordsMax = recordsOfWorker(assertDefined(this.#job, "job").definition.graph, positions.length, context.sources.length);
    const readers = context.sources.map((source) => {
      const from = positions.find((candidate) => candidate.source === source.source && candidate.index === source.index);
      const { offset, endOffset } = assertDefined(from, "position of a source partition");
      return { source, offset: Number(offset), endOffset: Number(endOffset ?? Number.MAX_SAFE_INTEGER) };
    });
    this.#follower = new Follower(readers, recordsMax, {
      ...context,
      ready: () => this.#ready(),
      onFailure: (error) => void this.reportFailure(toAppError(error)),
    });
    this.#openBatch(Number(batch), new Map(late.map(({ operatorId, lateMs }) => [operatorId, lateMs])));
  }

  #openBatch(batch: number, lateMs: ReadonlyMap<string, number | undefined>): void {
    this.#begin(batch, { digest: undefined, traceparent: "" });
    this.#opened().openBatch({ batch, lateMs });
    this.#followed = batch;
    this.#follower?.open(this.#taker());
  }

  #taker(): TakeRecords {
    const runtime = this.#opened();
    const trace = assertDefined(this.#trace, "trace of the batch");
    const { clock } = this.#ports;
    return (records, from, range) => {
      trace.sawRecords(from, records, clock.wallMs());
      runtime.pushRecords({ source: from.source, index: from.index, records, ...range });
    };
  }

  async #mark({ batch }: Mark): Promise<void> {
    const { positions, lagRecords } = assertDefined(this.#follower, "reading of a marked batch").mark();
    const own = positions.map(({ source, index, offset }) => ({ source, index, offset: BigInt(offset) }));
    await this.#report({ case: "marked", value: { batch, positions: own, lagRecords: BigInt(lagRecords) } });
  }

  /** Trace and output of a batch that begins. */
  #begin(batch: number, { digest, traceparent }: { digest: string | undefined; traceparent: string }): void {
    const { jobId, jobEpoch, workerIndex } = this.#identity;
    this.#batch = batch;
    const trace = new BatchTrace(this.#ports.tracer, {
      jobId,
      batch,
      workerIndex,
      parent: traceparent,
      remote: () => this.#remoteContexts.of(batch),
    });
    this.#trace = trace;
    const { target } = assertDefined(this.#context, "open tasks");
    this.#output = new BatchOutput(target, { batch, jobEpoch, ...(digest === undefined ? {} : { digest }) }, () => trace.headers);
  }

  async #runBatch(command: RunBatch): Promise<void> {
    const plan = assertDefined(command.plan, "plan");
    const context = assertDefined(this.#context, "open tasks");
    const batch = Number(plan.batch);
    const isRead = this.#followed === batch;
    if (!isRead) this.#begin(batch, { digest: plan.digest, traceparent: command.traceparent });
    const trace = assertDefined(this.#trace, "trace of the batch");
    const output = assertDefined(this.#output, "output of the batch");
    if (isRead) {
      trace.below(command.traceparent);
      output.planned(plan.digest);
    }
    try {
      const oldestMs = isRead ? this.#follower?.settle(plan) : undefined;
      await runBatch(
        {
          plan,
          checkpoint: command.checkpoint,
          ...(oldestMs === undefined ? {} : { oldestMs }),
          output,
          recorded: () => (command.unrecorded ? this.#plans.until(batch) : undefined),
          ready: () => this.#ready(),
          trace,
          takeShuffleBytes: () => this.#peers?.takeSentBytes() ?? 0,
          report: (report) => this.#report(report),
        },
        context,
      );
      trace.end();
    } catch (error) {
      trace.end(error);
      throw error;
    }
    this.#output = undefined;
    this.#trace = undefined;
    this.#remoteContexts.done(batch);
    if (command.follow && this.#follower !== undefined)
      this.#openBatch(batch + 1, new Map(plan.watermarks.map(({ operatorId, evictMs }) => [operatorId, evictMs])));
  }

  async #listSources({ batch, questions }: ListSources): Promise<void> {
    this.#batch = Number(batch);
    const ranges = await assertDefined(this.#context, "open tasks").streamSources.list(questions);
    await this.#report({ case: "listed", value: { batch, ranges } });
  }

  #opened(): WorkerRuntime {
    return assertDefined(this.#runtime, "open tasks");
  }

  #report(report: Report): Promise<void> {
    const { jobId, jobEpoch, workerIndex } = this.#identity;
    const worker = { jobId, jobEpoch: BigInt(jobEpoch), workerIndex };
    return this.#ports.channel.report(toBinary(WorkerReportSchema, create(WorkerReportSchema, { worker, report })));
  }
}

function markToWire({ sink, slot, batch, digest }: SlotMark) {
  return { sink, slot, batch: BigInt(batch), planDigest: digest };
}

function text(value: string | number | boolean | undefined): string {
  return value === undefined ? "" : String(value);
}
