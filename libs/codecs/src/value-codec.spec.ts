import { describe, expect, it } from "@jest/globals";
import { createValueCodec } from "./value-codec.ts";

const codec = createValueCodec();

function check(value: unknown): void {
  const decoded = createValueCodec().decode(codec.encode(value));
  expect(decoded).toStrictEqual(value);
}

describe("ValueCodec", () => {
  const values: [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["booleans", [true, false]],
    ["NaN and infinities", [NaN, Infinity, -Infinity]],
    ["-0 apart from 0", [-0, 0, { a: -0 }, new Map([["k", -0]])]],
    ["a bare -0", -0],
    ["integers at every width", [1, -1, 127, 128, -32, -33, 255, 256, 65_535, 65_536, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40]],
    ["the largest safe integers", [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    ["fractions", [0.1, 1.5, -2.25, 5e-324, 1.7976931348623157e308]],
    ["bigints apart from numbers", [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, -(2n ** 200n)]],
    ["dates", [new Date(0), new Date(-1), new Date(1_700_000_000_123), new Date(8.64e15), new Date(-8.64e15)]],
    ["strings", ["", "ascii", "häß 😀 \0", "x".repeat(100_000)]],
    ["bytes", [new Uint8Array(0), Uint8Array.of(1, 2, 255)]],
    ["nested arrays", [[], [[1], [[2, [undefined, null]]]]]],
    ["objects with undefined fields", { a: undefined, b: { c: null } }],
    ["objects with awkward keys", { "": 1, 1: 2, constructor: 3, toString: 4, hasOwnProperty: 5, "a b": 6, prototype: 7 }],
    ["an empty object and an empty map", [{}, new Map(), new Set()]],
    [
      "maps apart from objects",
      new Map<unknown, unknown>([
        [1, "a"],
        ["1", "b"],
        [[1, 2], new Map([[{ x: 1 }, new Set([1n])]])],
      ]),
    ],
    ["sets", new Set<unknown>([1, "1", 1n, undefined, null, NaN])],
    ["20,000 objects of 5,000 shapes", Array.from({ length: 20_000 }, (_, index) => ({ [`field${index % 5_000}`]: index, tail: -index }))],
  ];

  it.each(values)("gives back %s", (_, value) => {
    check(value);
  });

  // Under jest these classes exist twice. `structuredClone` gives those of Node's realm, which msgpackr knows; decoded ones are compared by name and content.
  it.each([Float64Array.of(1.5, NaN), Float32Array.of(0.5), Int32Array.of(-1, 2), Uint16Array.of(7), BigInt64Array.of(-5n)])(
    "gives back %O",
    (array) => {
      const decoded = codec.decode(codec.encode(structuredClone(array)));
      expect(Object.prototype.toString.call(decoded)).toBe(Object.prototype.toString.call(array));
      expect(Array.from(decoded as Iterable<number | bigint>)).toEqual(Array.from<number | bigint>(array));
    },
  );

  it("gives back -0 as -0", () => {
    expect(Object.is(codec.decode(codec.encode(-0)), -0)).toBe(true);
  });

  it("writes values that another codec can read without those before it", () => {
    const writer = createValueCodec();
    writer.encode([{ a: 1 }, { a: 2 }]);
    const second = writer.encode([{ a: 3 }, { b: 4 }]);
    expect(createValueCodec().decode(second)).toStrictEqual([{ a: 3 }, { b: 4 }]);
  });

  it("returns bytes and values that share memory with nothing", () => {
    const encoded = codec.encode({ bytes: Uint8Array.of(1, 2, 3), more: [Uint8Array.of(9)] });
    expect(encoded.byteLength).toBe(encoded.buffer.byteLength);
    const decoded = codec.decode(encoded);
    encoded.fill(0);
    for (let i = 0; i < 1_000; i++) codec.encode("overwrite ".repeat(50));
    expect(decoded).toStrictEqual({ bytes: Uint8Array.of(1, 2, 3), more: [Uint8Array.of(9)] });
  });

  class Counter {
    count = 1;
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const refused: [string, unknown, string][] = [
    ["functions", { a: [1, () => 1] }, "path=value.a[1]"],
    ["symbols", new Map([["k", Symbol("s")]]), "path=value.get(k)"],
    ["instances of classes", { counter: new Counter() }, "class Counter would lose its class, use plain objects path=value.counter"],
    ["cycles", cycle, "contains itself"],
    ["the key __proto__", [JSON.parse('{"__proto__": 1}')], "__proto__ is not allowed path=value[0]"],
  ];

  it.each(refused)("refuses %s and says where", (_, value, message) => {
    expect(() => codec.encode(value)).toThrow(
      expect.objectContaining({ kind: "invalid", code: "unserialisable-value", message: expect.stringContaining(message) }),
    );
  });
});
