import type { Finding } from "../finding.ts";
import { textOf, type Tree } from "../tree.ts";

const rule = "compatibility";
const TABLE = "docs/compatibility.md";
const HANDLERS = "libs/broker-node/src/kafka/handlers.ts";

/** docs/compatibility.md names each API that the broker's table of Kafka handlers serves, with the name and versions that clients are told, and no other. */
export function compatibilityRule(tree: Tree): readonly Finding[] {
  if (!tree.files.has(HANDLERS)) return [];
  const served = servedApis(tree);
  const rows = rowsOf(textOf(tree, TABLE));
  return [
    ...[...served].flatMap(([key, { name, versions }]) => {
      const row = rows.get(key);
      if (row === undefined) return [{ path: TABLE, rule, message: `API ${key} (${name}, ${versions}) is served and has no row` }];
      const { line } = row;
      if (row.name === name && row.versions === versions) return [];
      return [{ path: TABLE, line, rule, message: `API ${key} is ${row.name} ${row.versions} here and ${name} ${versions} in the broker` }];
    }),
    ...[...rows]
      .filter(([key]) => !served.has(key))
      .map(([key, { line, name }]) => ({ path: TABLE, line, rule, message: `API ${key} (${name}) has a row and is not served` })),
  ];
}

interface Api {
  readonly name: string;
  /** As the table writes them: `0-4`, `0`, `3-13 (0-2 only advertised)`. */
  readonly versions: string;
}

/** By key: the handlers' table, the ranges of the generated codecs, and the lower ends that a handler sets itself. */
function servedApis(tree: Tree): ReadonlyMap<number, Api> {
  const names = [...textOf(tree, HANDLERS).matchAll(/from "\.\/(\d\d-[\w-]+)\.ts"/g)].map(([, file = ""]) => file);
  return new Map(
    names.map((file): [number, Api] => {
      const codec = textOf(tree, `libs/kafka-wire/src/gen/${file}.ts`);
      const number = (field: string): number => Number(new RegExp(`^ +${field}: (\\d+),$`, "m").exec(codec)?.[1] ?? NaN);
      const [min, advertisedMin] = [number("versionMin"), number("advertisedMin")];
      const lowered = /^ +\{ versionMax: (\d+) \},$/m.exec(textOf(tree, `libs/broker-node/src/kafka/${file}.ts`))?.[1];
      const range = rangeOf(min, Number(lowered ?? number("versionMax")));
      const versions = advertisedMin < min ? `${range} (${rangeOf(advertisedMin, min - 1)} only advertised)` : range;
      return [number("key"), { name: /^ +name: "(\w+)",$/m.exec(codec)?.[1] ?? file, versions }];
    }),
  );
}

function rangeOf(min: number, max: number): string {
  return min === max ? String(min) : `${min}-${max}`;
}

/** A row may stand for several APIs: keys `8, 9` or `11-14`, as many names, as many versions or one for all. */
function rowsOf(text: string): ReadonlyMap<number, Api & { readonly line: number }> {
  const rows = new Map<number, Api & { readonly line: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    const [, keys, names = "", versions = ""] = /^\| (\d[\d, -]*) \| ([^|]+) \| ([^|]+) \|/.exec(line) ?? [];
    if (keys === undefined) continue;
    const [nameList, versionList] = [names.split(","), versions.split(",")].map((list) => list.map((each) => each.trim()));
    for (const [position, key] of keysOf(keys).entries()) {
      const versionsOfKey = versionList?.length === 1 ? versionList[0] : versionList?.[position];
      rows.set(key, { name: nameList?.[position] ?? "", versions: versionsOfKey ?? "", line: index + 1 });
    }
  }
  return rows;
}

function keysOf(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const [first = NaN, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
