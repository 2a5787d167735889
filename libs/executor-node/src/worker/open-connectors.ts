import { type ConnectorSinkDescriptor, CUSTOM_CONNECTOR, type JobDefinition } from "@millrace/model";
import type { Connectors, SinkConnector, SinkSlots } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { ConnectorOutput } from "./connector-output.ts";

/**
 * Opens every sink of the job that is no topic, for the slots of this worker: former writers are fenced afterwards and marks known. One after the
 * other, so that the error of one is not beside half-open others.
 */
export async function openConnectors(
  definition: JobDefinition,
  who: Omit<SinkSlots, "sink" | "slots"> & { readonly sinkSlots: ReadonlyMap<string, readonly number[]> },
  connectors: Connectors,
): Promise<ReadonlyMap<string, ConnectorOutput>> {
  const opened = new Map<string, ConnectorOutput>();
  const { sinkSlots, ...identity } = who;
  for (const [sink, slots] of sinkSlots) {
    const operator = assertDefined(
      definition.graph.operators.find(({ id }) => id === sink),
      `sink ${sink}`,
    );
    if (operator.kind !== "sink" || operator.sink.type !== "connector") continue;
    const connector = connectorOf(definition, { sink, descriptor: operator.sink }, connectors);
    try {
      opened.set(sink, await ConnectorOutput.open(connector, { ...identity, sink, slots }));
    } catch (cause) {
      throw errors.sinkFailed(sink, cause);
    }
  }
  return opened;
}

function connectorOf(
  { functions }: JobDefinition,
  { sink, descriptor }: { sink: string; descriptor: ConnectorSinkDescriptor },
  connectors: Connectors,
): SinkConnector {
  if (descriptor.connector !== CUSTOM_CONNECTOR) {
    const found = connectors.sink(descriptor.connector, descriptor.options);
    if (found === undefined) throw errors.unknownConnector(sink, descriptor.connector);
    return found;
  }
  const make = functions.get(sink)?.connector;
  if (make === undefined) throw errors.unknownConnector(sink, descriptor.connector);
  return make() as SinkConnector; // the signature of streams' `customSink` has checked it
}
