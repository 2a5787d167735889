import { describe, expect, it } from "@jest/globals";
import { WRITER_ARENA_BYTES, WRITER_BYTES_INITIAL } from "./limits.ts";
import { WireWriter } from "./wire-writer.ts";

const numbers = (writer: WireWriter, from: number, count: number): void => {
  for (let i = 0; i < count; i++) writer.writeInt32(from + i);
};
const read = (parts: readonly Uint8Array[]): number[] =>
  parts.flatMap((part) => Array.from({ length: part.length / 4 }, (_, i) => new DataView(part.buffer, part.byteOffset).getInt32(4 * i)));
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describe("answers that share buffers", () => {
  it("lie one behind the other, and stay what they are", () => {
    const answers = range(0, 3 * (WRITER_ARENA_BYTES / WRITER_BYTES_INITIAL)).map((index) => {
      const writer = new WireWriter();
      numbers(writer, index * 1_000, 50);
      return writer.finish();
    });
    expect(answers.map(read)).toEqual(answers.map((_, index) => range(index * 1_000, 50)));
    expect(new Set(answers.map(([part]) => part?.buffer)).size).toBeLessThan(answers.length / 4);
  });

  it("do not write over each other when they are written at the same time, grow, or are given up", () => {
    const [first, second, third] = [new WireWriter(), new WireWriter(), new WireWriter()];
    numbers(first, 0, 10);
    numbers(second, 100, 10);
    numbers(third, 900, 10); // given up
    numbers(first, 10, WRITER_ARENA_BYTES); // grows out of the shared buffer
    numbers(second, 110, 10);
    const fourth = new WireWriter();
    numbers(fourth, 200, 20);
    expect([second, fourth, first].map((writer) => read(writer.finish()))).toEqual([
      range(100, 20),
      range(200, 20),
      range(0, WRITER_ARENA_BYTES + 10),
    ]);
  });
});
