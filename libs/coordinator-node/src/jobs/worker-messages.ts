import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type BatchPlan as WirePlan,
  type BatchPlanSchema,
  type Error as WireError,
  type SourcePositionSchema,
  type SourceQuestionSchema,
  type SourceRange as WireRange,
  type SourceRangeSchema,
  type StatePart as WirePart,
  type StatePartSchema,
} from "@millrace/contracts";
import type { WatermarkStep as WireStep, WatermarkStepSchema, WorkerCommandSchema, WorkerReport as WireReport } from "@millrace/contracts";
import { errorFromWire } from "@millrace/contracts";
import type {
  BatchPlan,
  JobFailure,
  SourcePosition,
  SourceQuestion,
  SourceRange,
  StatePart,
  WatermarkStep,
  WorkerCommand,
  WorkerReport,
} from "@millrace/scheduling";

/** Generated messages stop here: between their form and that of the scheduling engine, both ways. */

export function planToWire(plan: BatchPlan): MessageInitShape<typeof BatchPlanSchema> {
  return {
    batch: BigInt(plan.batch),
    timeMs: BigInt(plan.timeMs),
    ranges: plan.ranges.map(rangeToWire),
    watermarks: plan.watermarks.map(watermarkToWire),
    final: plan.final,
    digest: plan.digest,
  };
}

export function planFromWire(wire: WirePlan): BatchPlan {
  return {
    batch: Number(wire.batch),
    timeMs: Number(wire.timeMs),
    ranges: wire.ranges.map(rangeFromWire),
    watermarks: wire.watermarks.map(watermarkFromWire),
    final: wire.final,
    digest: wire.digest,
  };
}

function rangeToWire({ source, index, startOffset, endOffset, note }: SourceRange): MessageInitShape<typeof SourceRangeSchema> {
  return { source, index, startOffset: BigInt(startOffset), endOffset: BigInt(endOffset), ...(note === undefined ? {} : { note }) };
}

function rangeFromWire({ source, index, startOffset, endOffset, note }: WireRange): SourceRange {
  return { source, index, startOffset: Number(startOffset), endOffset: Number(endOffset), ...(note === undefined ? {} : { note }) };
}

export function watermarkToWire(step: WatermarkStep): MessageInitShape<typeof WatermarkStepSchema> {
  return {
    operatorId: step.operatorId,
    ...(step.lateMs === undefined ? {} : { lateMs: step.lateMs }),
    ...(step.evictMs === undefined ? {} : { evictMs: step.evictMs }),
  };
}

export function watermarkFromWire(wire: WireStep): WatermarkStep {
  return { operatorId: wire.operatorId, lateMs: wire.lateMs, evictMs: wire.evictMs };
}

export function partToWire(part: StatePart): MessageInitShape<typeof StatePartSchema> {
  return {
    operatorId: part.operatorId,
    taskIndex: part.taskIndex,
    batch: BigInt(part.batch),
    keyCount: BigInt(part.keyCount),
    byteCount: BigInt(part.byteCount),
    crc32c: part.crc32c,
    delta: part.isDelta,
    location: locationToWire(part.location),
  };
}

function locationToWire(location: StatePart["location"]): MessageInitShape<typeof StatePartSchema>["location"] & object {
  switch (location.type) {
    case "inline":
      return { case: "inline", value: location.bytes };
    case "file":
      return { case: "file", value: { place: location.place, name: location.name } };
    case "topic": {
      const { topic, partition, firstOffset, recordCount, key } = location;
      return { case: "topic", value: { topic, partition, firstOffset: BigInt(firstOffset), recordCount, key } };
    }
  }
}

export function partFromWire(wire: WirePart): StatePart {
  return {
    operatorId: wire.operatorId,
    taskIndex: wire.taskIndex,
    batch: Number(wire.batch),
    keyCount: Number(wire.keyCount),
    byteCount: Number(wire.byteCount),
    crc32c: wire.crc32c,
    isDelta: wire.delta,
    location: locationFromWire(wire.location),
  };
}

function locationFromWire(location: WirePart["location"]): StatePart["location"] {
  switch (location.case) {
    case "topic": {
      const { topic, partition, firstOffset, recordCount, key } = location.value;
      return { type: "topic", topic, partition, firstOffset: Number(firstOffset), recordCount, key };
    }
    case "file":
      return { type: "file", place: location.value.place, name: location.value.name };
    default:
      return { type: "inline", bytes: location.value ?? new Uint8Array() };
  }
}

/** `traceparent`: of the batch's span, with `run-batch`. */
export function commandToWire(command: WorkerCommand, traceparent = ""): MessageInitShape<typeof WorkerCommandSchema>["command"] & object {
  switch (command.kind) {
    case "fence":
      return { case: "fence", value: { transactionalIds: [...command.transactionalIds] } };
    case "open":
      return {
        case: "open",
        value: {
          layout: {
            slotCount: command.layout.slotCount,
            slotWorkers: [...command.layout.slotWorkers],
            sourcePartitions: command.layout.sources.map(({ source, index, topic, partition, workerIndex }) => ({
              source,
              index,
              topic,
              partition,
              workerIndex,
            })),
            workerAddresses: [...command.layout.workerAddresses],
          },
          incarnation: command.incarnation,
          zeroTimeMs: BigInt(command.zeroTimeMs),
          transactionalId: command.transactionalId,
          checkpointBatch: BigInt(command.checkpointBatch),
          parts: command.parts.map(partToWire),
          marksStartOffset: BigInt(command.marksStartOffset),
        },
      };
    case "list-sources":
      return { case: "listSources", value: { batch: BigInt(command.batch), questions: command.questions.map(questionToWire) } };
    case "run-batch":
      return {
        case: "runBatch",
        value: {
          plan: planToWire(command.plan),
          checkpoint: command.checkpoint,
          checkpointedBatch: BigInt(command.checkpointedBatch),
          traceparent,
          follow: command.follow,
          unrecorded: !command.recorded,
        },
      };
    case "plan-recorded":
      return { case: "planRecorded", value: { batch: BigInt(command.batch) } };
    case "follow":
      return {
        case: "follow",
        value: { batch: BigInt(command.batch), positions: command.positions.map(positionToWire), late: command.late.map(watermarkToWire) },
      };
    case "mark":
      return { case: "mark", value: { batch: BigInt(command.batch) } };
  }
}

function positionToWire({ source, index, offset, endOffset }: SourcePosition): MessageInitShape<typeof SourcePositionSchema> {
  return { source, index, offset: BigInt(offset), ...(endOffset === undefined ? {} : { endOffset: BigInt(endOffset) }) };
}

function questionToWire({ source, index, position, stepsMax }: SourceQuestion): MessageInitShape<typeof SourceQuestionSchema> {
  return { source, index, position: BigInt(position), stepsMax: BigInt(Number.isFinite(stepsMax) ? stepsMax : 0) };
}

/** undefined: nothing for the job machine (a log line). */
export function reportFromWire({ report }: WireReport): WorkerReport | undefined {
  switch (report.case) {
    case "ready":
      return { kind: "ready", shuffleAddress: report.value.shuffleAddress, waitsForPlan: report.value.waitsForPlan };
    case "fenced":
      return { kind: "fenced" };
    case "opened":
      return {
        kind: "opened",
        marks: report.value.marks.map((mark) => ({ sink: mark.sink, slot: mark.slot, batch: Number(mark.batch), digest: mark.planDigest })),
        marksEndOffset: Number(report.value.marksEndOffset),
      };
    case "marked":
      return {
        kind: "marked",
        batch: Number(report.value.batch),
        positions: report.value.positions.map(({ source, index, offset }) => ({ source, index, offset: Number(offset) })),
        lagRecords: Number(report.value.lagRecords),
      };
    case "listed":
      return { kind: "listed", batch: Number(report.value.batch), ranges: report.value.ranges.map(rangeFromWire) };
    case "mapDone":
      return {
        kind: "map-done",
        batch: Number(report.value.batch),
        eventTimes: report.value.eventTimes.map(({ operatorId, source, index, maxMs }) => ({ operatorId, source, index, maxMs })),
        recordsIn: Number(report.value.recordsIn),
      };
    case "batchDone":
      return {
        kind: "batch-done",
        batch: Number(report.value.batch),
        recordsOut: Number(report.value.recordsOut),
        lateRecords: Number(report.value.lateRecords),
        statePending: report.value.statePending,
        parts: report.value.parts.map(partFromWire),
        marksEndOffset: Number(report.value.marksEndOffset),
      };
    case "failed":
      return {
        kind: "failed",
        failure: failureOf(report.value.error, { operator: report.value.operatorId, position: report.value.position }),
        permanent: report.value.permanent,
        batch: Number(report.value.batch),
      };
    default:
      return undefined;
  }
}

function failureOf(error: WireError | undefined, where: { operator: string; position: string }): JobFailure {
  if (error === undefined) return { kind: "internal", code: "worker-failed", message: "a worker failed without saying why", context: {} };
  const known = Object.entries({ ...error.context, ...where }).filter(([, value]) => value !== "");
  return { kind: errorFromWire(error).kind, code: error.code, message: error.message, context: Object.fromEntries(known) };
}
