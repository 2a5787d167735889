import { deadLetterTopicOf, type JobGraph, type OperatorNode } from "@millrace/model";

/** Topics that are written, by operator. */
export function outputTopicsOf({ operators }: JobGraph): ReadonlyMap<string, string> {
  return new Map(operators.flatMap((operator) => outputTopicOf(operator).map((topic) => [operator.id, topic] as const)));
}

/** The topic that an operator writes: a sink's, or that of a source's dead letters. */
function outputTopicOf(operator: OperatorNode): string[] {
  if (operator.kind === "sink" && operator.sink.type === "topic") return [operator.sink.topic];
  const deadLetters = operator.kind === "source" ? deadLetterTopicOf(operator.source) : undefined;
  return deadLetters === undefined ? [] : [deadLetters];
}
