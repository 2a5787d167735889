import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { JobGraphSchema, type OperatorSchema } from "@millrace/contracts";
import { graphFromWire } from "./graph-from-wire.ts";

function bodyOf(kind: MessageInitShape<typeof OperatorSchema>["kind"] & object): object {
  const { operators } = graphFromWire(create(JobGraphSchema, { name: "test", operators: [{ id: "it", parents: ["above"], kind }] }));
  const [{ id: _, name: __, parents: ___, ...body } = { id: "", name: "", parents: [] }] = operators;
  return body;
}

describe("graphFromWire", () => {
  it("gives stateful operators the settings and the names of expressions that the module's have", () => {
    expect(bodyOf({ case: "updateStateByKey", value: { initial: "0", state: "state + 1" } })).toEqual({
      kind: "updateStateByKey",
      form: "keyed",
      expressions: { initial: "0", state: "state + 1" },
    });
    const value = { initial: "0", state: "1", result: "2", timeoutMs: 5n, timeoutCheckMs: 10n, timeoutResult: "3" };
    expect(bodyOf({ case: "mapWithState", value })).toEqual({
      kind: "mapWithState",
      timeoutMs: 5,
      timeoutCheckMs: 10,
      expressions: { initial: "0", state: "1", result: "2", timeoutResult: "3" },
    });
  });

  it.each([
    ["timeout_result", { timeoutResult: "3" }],
    ["timeout_check_ms", { timeoutCheckMs: 10n }],
  ])("refuses %s of keys that never time out", (field, given) => {
    const value = { initial: "0", state: "1", result: "2", ...given };
    expect(() => bodyOf({ case: "mapWithState", value })).toThrow(`${field} is of keys that time out: give it timeout_ms, too`);
  });
});
